"""Batches made in Python, as a `tf.data.Dataset` that is ready one step ahead of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import tensorflow as tf

_AHEAD = 8


def streamed(batches: Callable[[], Iterable[Any]], signature: Any, number: int) -> tf.data.Dataset:
    """Batches that are made while the model computes.

    Args:
        batches: called at the start of each epoch; gives the epoch's batches.
        signature: a nest of `tf.TensorSpec` like each batch.
        number: how many batches an epoch has.

    Returns:
        A data set of known cardinality.

    Example:
        >>> spec = tf.TensorSpec([], tf.int32)
        >>> [int(batch) for batch in streamed(lambda: range(3), spec, 3)]
        [0, 1, 2]
    """
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(number)).prefetch(_AHEAD)
    options = tf.data.Options()
    # There is nothing to tune, and tuning costs: an iterator that is given up at the end of an
    # epoch waits until the tuner wakes, which took 15 to 40 s (TensorFlow 2.21).
    options.autotune.enabled = False
    return dataset.with_options(options)
