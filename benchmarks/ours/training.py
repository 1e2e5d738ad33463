"""Trains a text classifier of seqkit for an epoch at a time.

Variants: `like_for_like`, the layers that the peers have; `with_ngrams`, as the recipe has it, with
n-grams beside and word dropout; `matmul`, what the machine can do at most.
"""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.ours.models import on_words
from benchmarks.worker import Work, read_config, serve
from benchmarks.workloads.texts import TextWorkload
from seqkit import data
from seqkit.optimizers import LazyAdam
from seqkit.tasks.classification.batches import EncodedTexts, TextBatches

_MATRIX, _PRODUCTS = 1024, 40


def epoch_of(config: dict[str, Any], work: TextWorkload, *, ngrams: bool) -> tuple[Work, dict]:
    """Makes a model and its batches, and warms both up.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: the texts.
        ngrams: whether n-grams are read beside the words.

    Returns:
        What trains for an epoch, and facts about it.
    """
    model = on_words(config, work, ngrams=ngrams)
    rows = {"text": work.texts, "label": [str(label) for label in work.labels]}
    warming = {column: values[: config["warm_up_rows"]] for column, values in rows.items()}
    some = EncodedTexts(data.read(warming), model.encoder, max_length=model.max_length)
    start = time.perf_counter()
    texts = EncodedTexts(data.read(rows), model.encoder, max_length=model.max_length)
    encoded_in = time.perf_counter() - start
    model.core.compile(
        LazyAdam(config["learning_rate"]),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    made = {"outputs": model.outputs, "batch_size": config["batch_size"], "seed": config["seed"]}
    targets = model.targets(rows["label"])
    model.core.fit(
        TextBatches(some, targets[: len(some)], **made).dataset(), verbose=0, shuffle=False
    )
    batches = TextBatches(texts, targets, **made)
    dataset = batches.dataset()

    def epoch() -> dict[str, Any]:
        batches.epoch += 1
        history = model.core.fit(dataset, verbose=0, shuffle=False).history
        return {"loss": history["loss"][0]}

    return epoch, {"encoded_in": encoded_in, "tokens": int(texts.lengths.sum())}


def matmul() -> dict[str, float]:
    """Multiplies matrices that fit into the cache.

    Returns:
        `gflops`, thousand million operations a second.
    """
    matrix = tf.constant(np.random.default_rng(0).normal(size=(_MATRIX, _MATRIX)), tf.float32)
    tf.matmul(matrix, matrix).numpy()
    start = time.perf_counter()
    for _ in range(_PRODUCTS):
        product = tf.matmul(matrix, matrix)
    product.numpy()
    return {"gflops": 2 * _MATRIX**3 * _PRODUCTS / (time.perf_counter() - start) / 1e9}


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes both models."""
    config = read_config()
    keras.utils.set_random_seed(config["seed"])
    work = TextWorkload.read(config["workload"])
    alike, facts = epoch_of(config, work, ngrams=False)
    ours, more = epoch_of(config, work, ngrams=True)
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__}
    works: dict[str, Work] = {"like_for_like": alike, "with_ngrams": ours, "matmul": matmul}
    return works, {**versions, **facts, "encoded_with_ngrams_in": more["encoded_in"]}


if __name__ == "__main__":
    serve(prepare)
