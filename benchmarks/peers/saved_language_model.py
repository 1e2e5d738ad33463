"""Continues prompts with a SavedModel, as any server does: neither seqkit nor Keras is here.

Variants have a batch size: `generate 1`, `generate 32`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.characters import LanguageWorkload


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Loads the model at `model` and continues a batch of each size."""
    config = read_config()
    prompts = LanguageWorkload.read(config["workload"]).prompts
    loaded = tf.saved_model.load(config["model"])
    works: dict[str, Work] = {}
    for batch_size, length in config["batches"]:
        run = partial(continue_prompts, loaded, prompts[:batch_size], length, config["repeats"])
        continue_prompts(loaded, prompts[:batch_size], 2, 1)
        works[f"generate {batch_size}"] = run
    return works, {"tensorflow": tf.__version__}


def continue_prompts(loaded: Any, prompts: list[str], length: int, repeats: int) -> dict[str, Any]:
    """Continues all prompts at once, at temperature 1.

    Args:
        loaded: a model whose signature has `prompt` and `continuation`.
        prompts: what is continued.
        length: the most characters that are written for each.
        repeats: how often all of it is done, each time with other seeds.

    Returns:
        `characters`, how many were written, and the `first` of what was.
    """
    answer = loaded.signatures["serving_default"]
    written = 0
    for repeat in range(repeats):
        answers = answer(
            prompt=tf.constant(prompts),
            length=tf.constant(length),
            temperature=tf.constant(1.0),
            top_k=tf.constant(0),
            top_p=tf.constant(1.0),
            seed=tf.constant(repeat * len(prompts), tf.int64),
        )["continuation"]
        texts = [text.decode() for text in answers.numpy()]
        written += sum(map(len, texts))
    return {"characters": written, "first": texts[0]}


if __name__ == "__main__":
    serve(prepare)
