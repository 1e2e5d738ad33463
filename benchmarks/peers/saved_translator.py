"""Translates with a SavedModel, as any server does: neither seqkit nor Keras is here.

Variants have a batch size: `translate 32`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.measuring import measure_writing, split_into_batches
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.pairs import TranslationWorkload


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Loads the model at `model` and translates two batches of each size."""
    config = read_config()
    work = TranslationWorkload.read(config["workload"])
    loaded = tf.saved_model.load(config["model"])
    answer = loaded.signatures["serving_default"]
    works: dict[str, Work] = {}
    for batch_size, count in config["batches"]:
        sentences = work.test_sources[:count]
        translate(answer, sentences[: 2 * batch_size], batch_size)
        works[f"translate {batch_size}"] = partial(translate, answer, sentences, batch_size)
    return works, {"tensorflow": tf.__version__}


def translate(answer: Any, sentences: Sequence[str], batch_size: int) -> dict[str, Any]:
    """Translates all sentences.

    Args:
        answer: a signature of the model, `text` to `translation`.
        sentences: what to translate.
        batch_size: sentences of a batch.

    Returns:
        `seconds`, `sentences`, `tokens` and the `first` translation.
    """

    def write(batch: Sequence[str]) -> list[bytes]:
        return answer(text=tf.constant(batch))["translation"].numpy().tolist()

    return measure_writing(write, split_into_batches(sentences, batch_size), "sentences")


if __name__ == "__main__":
    serve(prepare)
