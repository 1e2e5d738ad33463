"""Trains the plain Keras model for an epoch at a time; variant `epoch`."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from benchmarks.keras_worker import fit_once, list_versions, read_config_and_seed
from benchmarks.peers.plain_keras_model import build
from benchmarks.worker import Work, serve
from benchmarks.workloads.texts import TextWorkload


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model and warms it up."""
    config = read_config_and_seed()
    work = TextWorkload.read(config["workload"])
    model = build(config, work.texts)

    def batches(rows: int) -> tf.data.Dataset:
        texts, labels = work.texts[:rows], work.labels[:rows]
        dataset = tf.data.Dataset.from_tensor_slices((tf.constant(texts)[:, tf.newaxis], labels))
        shuffled = dataset.shuffle(len(texts), seed=config["seed"])
        return shuffled.batch(config["batch_size"]).prefetch(tf.data.AUTOTUNE)

    fit_once(model, batches(config["warm_up_rows"]))
    dataset = batches(len(work.texts))

    def epoch() -> dict[str, Any]:
        return fit_once(model, dataset)

    return {"epoch": epoch}, list_versions()


if __name__ == "__main__":
    serve(prepare)
