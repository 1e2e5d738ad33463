"""Rows of different lengths, kept as flat values and the places where rows begin."""

from __future__ import annotations

import tensorflow as tf


def row_ids(row_splits: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
    """Finds the rows that flat positions belong to.

    `RaggedTensor.value_rowids` needs memory for rows times the longest row, gigabytes if one text
    of a batch is long; this needs none.

    Args:
        row_splits: `<int64>[rows + 1]`.
        positions: `<int64>[count]`.

    Returns:
        `<int64>[count]`.

    Example:
        >>> splits, positions = tf.constant([0, 2, 2, 3], tf.int64), tf.range(3, dtype=tf.int64)
        >>> row_ids(splits, positions).numpy().tolist()
        [0, 0, 2]
    """
    return tf.searchsorted(row_splits, positions, side="right", out_type=tf.int64) - 1


def flat_row_ids(values: tf.RaggedTensor) -> tf.Tensor:
    """Gives `<int64>[count]`: the row of each value of a ragged `[rows, None, ...]`."""
    splits = tf.cast(values.row_splits, tf.int64)
    return row_ids(splits, tf.range(splits[-1]))


def ragged(splits: tf.Tensor, *flat: tf.Tensor) -> tuple[tf.RaggedTensor, ...]:
    """Gives flat values, `[count]` each, the same rows: ragged `[rows, None]` each.

    Args:
        splits: `<int64>[rows + 1]`, not checked.
        flat: any number of flat tensors.

    Returns:
        As many ragged tensors.
    """
    return tuple(tf.RaggedTensor.from_row_splits(f, splits, validate=False) for f in flat)


def places_where(mask: tf.Tensor) -> tf.Tensor:
    """Gives `<int64>[places]`: where a mask, `<bool>[count]`, is true."""
    return tf.reshape(tf.where(mask), [-1])


def previous(values: tf.Tensor, before_all: int = 0) -> tf.Tensor:
    """Gives, for each of `[count]` values, the one before it; `before_all` for the first."""
    return tf.concat([tf.cast([before_all], values.dtype), values], 0)[:-1]


def row_begins(splits: tf.Tensor) -> tf.Tensor:
    """Gives `<int64>[rows]`: where the rows that are not empty begin, from `[all rows + 1]`."""
    return tf.boolean_mask(splits[:-1], splits[1:] > splits[:-1])
