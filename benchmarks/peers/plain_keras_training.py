"""Trains the plain Keras model for an epoch at a time; variant `epoch`."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from benchmarks.peers.plain_keras_model import build
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model and warms it up."""
    config = read_config()
    keras.utils.set_random_seed(config["seed"])
    work = TextWorkload.read(config["workload"])
    model = build(config, work.texts)

    def batches(rows: int) -> tf.data.Dataset:
        texts, labels = work.texts[:rows], work.labels[:rows]
        dataset = tf.data.Dataset.from_tensor_slices((tf.constant(texts)[:, tf.newaxis], labels))
        shuffled = dataset.shuffle(len(texts), seed=config["seed"])
        return shuffled.batch(config["batch_size"]).prefetch(tf.data.AUTOTUNE)

    model.fit(batches(config["warm_up_rows"]), verbose=0)
    dataset = batches(len(work.texts))

    def epoch() -> dict[str, Any]:
        return {"loss": model.fit(dataset, verbose=0).history["loss"][0]}

    return {"epoch": epoch}, {"tensorflow": tf.__version__, "keras": keras.__version__}


if __name__ == "__main__":
    serve(prepare)
