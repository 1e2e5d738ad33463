"""Answers texts with SavedModels, as any TensorFlow server does: neither seqkit nor Keras is here.

Variants: a model's name and a batch size, such as `recipe 32`. All models are in one process.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.measuring import split_into_batches
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Loads the models of `models` (directories by name) and answers a batch of each size."""
    config = read_config()
    work = TextWorkload.read(config["workload"])
    works: dict[str, Work] = {}
    for name, directory in config["models"].items():
        loaded = tf.saved_model.load(directory)
        for batch_size, count in config["batches"]:
            texts = work.raw if config["raw"] else work.texts
            run = partial(_answer, loaded, texts[:count], batch_size)
            run(most=2)
            works[f"{name} {batch_size}"] = run
    return works, {"tensorflow": tf.__version__}


def _answer(
    loaded: Any, texts: list[str], batch_size: int, most: int | None = None
) -> dict[str, int]:
    """Answers all texts, or the first batches of them; strings go in, NumPy arrays come out."""
    function = loaded.signatures["serving_default"]
    ((key, spec),) = function.structured_input_signature[1].items()
    answered = 0
    for some in split_into_batches(texts, batch_size, most):
        batch = tf.constant(some)
        if spec.shape.rank == 2:
            batch = batch[:, tf.newaxis]
        answers = [tensor.numpy() for tensor in function(**{key: batch}).values()]
        answered += len(answers[0])
    return {"texts": answered}


if __name__ == "__main__":
    serve(prepare)
