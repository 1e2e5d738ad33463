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

from benchmarks.keras_worker import fit_once, list_versions, make_epoch, read_config_and_seed
from benchmarks.ours.models import build_on_words
from benchmarks.worker import Work, serve
from benchmarks.workloads.texts import TextWorkload
from seqkit import data
from seqkit.optimizers import LazyAdam
from seqkit.tasks.classification.batches import EncodedTexts, TextBatches

_MATRIX, _PRODUCTS = 1024, 40


def prepare_round(config: dict[str, Any], work: TextWorkload, *, ngrams: bool) -> tuple[Work, dict]:
    """Makes a model and its batches, and warms both up.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: the texts.
        ngrams: whether n-grams are read beside the words.

    Returns:
        What trains for an epoch, and facts about it.
    """
    model = build_on_words(config, work, ngrams=ngrams)
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
    options = {"outputs": model.outputs, "batch_size": config["batch_size"], "seed": config["seed"]}
    targets = model.targets(rows["label"])
    warm_up = TextBatches(some, targets[: len(some)], **options)
    fit_once(model.core, warm_up.dataset(), shuffle=False)
    batches = TextBatches(texts, targets, **options)
    epoch = make_epoch(model.core, batches)
    return epoch, {"encoded_in": encoded_in, "tokens": int(texts.lengths.sum())}


def multiply_matrices() -> dict[str, float]:
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
    config = read_config_and_seed()
    work = TextWorkload.read(config["workload"])
    alike, facts = prepare_round(config, work, ngrams=False)
    ours, more = prepare_round(config, work, ngrams=True)
    works: dict[str, Work] = {
        "like_for_like": alike,
        "with_ngrams": ours,
        "matmul": multiply_matrices,
    }
    return works, {**list_versions(), **facts, "encoded_with_ngrams_in": more["encoded_in"]}


if __name__ == "__main__":
    serve(prepare)
