"""Answers texts with the plain Keras model's `predict`, and exports it; variants `predict 32`, …

`predict` gets all texts in one call and makes the batches itself, which is kinder to it than a call
for each batch, as a server would have to make.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf

from benchmarks.keras_worker import list_versions, read_config_and_seed
from benchmarks.peers.plain_keras_model import build
from benchmarks.worker import Work, serve
from benchmarks.workloads.texts import TextWorkload


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model and exports it to `directory`."""
    config = read_config_and_seed()
    work = TextWorkload.read(config["workload"])
    model = build(config, work.texts)
    model.export(Path(config["directory"]) / "plain_keras", verbose=False)

    def predict(batch_size: int, texts: tf.Tensor) -> dict[str, int]:
        answers = model.predict(texts, batch_size=batch_size, verbose=0)
        return {"texts": len(answers)}

    works: dict[str, Work] = {}
    for batch_size, count in config["batches"]:
        texts = tf.constant(work.texts[:count])[:, tf.newaxis]
        works[f"predict {batch_size}"] = partial(predict, batch_size, texts)
        predict(batch_size, texts[: 2 * batch_size])
    return works, list_versions()


if __name__ == "__main__":
    serve(prepare)
