"""Rows of different lengths computed some at a time, with others of about their length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

# Enough rows to fill a matrix product, few enough to be padded to about one length. Measured on
# two cores; larger and smaller are slower.
_ROWS_TOGETHER = 64
# Steps computed together at most, but for a single row: bounds the memory of long rows.
_STEPS_TOGETHER = 64 * 256


def map_by_length(
    lengths: tf.Tensor,
    compute: Callable[[tf.Tensor], Sequence[tf.Tensor]],
    outputs: Sequence[tf.TensorSpec],
    rows_together: int = _ROWS_TOGETHER,
) -> list[tf.Tensor]:
    """Computes rows in chunks, the longest first.

    Args:
        lengths: `<int32>[rows]`, at least one row.
        compute: takes `<int32>[n]`, numbers of rows of about one length, and gives for each output
            a tensor whose first axis may have any size.
        outputs: type and shape of each output of `compute`, None where sizes vary.
        rows_together: the most rows of a chunk.

    Returns:
        Each output of all chunks, joined along the first axis.

    Example:
        >>> spec = tf.TensorSpec([None], tf.int32)
        >>> [rows] = map_by_length(tf.constant([3, 9, 5]), lambda rows: [rows], [spec])
        >>> rows.numpy().tolist()
        [0, 2, 1]
    """
    order = tf.argsort(lengths, stable=True)

    def some(
        left: tf.Tensor, done: tf.Tensor, parts: list[tf.TensorArray]
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.TensorArray]]:
        longest = tf.maximum(tf.gather(lengths, order[left - 1]), 1)
        count = tf.clip_by_value(_STEPS_TOGETHER // longest, 1, tf.minimum(rows_together, left))
        outputs_of_chunk = compute(order[left - count : left])
        written = [p.write(done, value) for p, value in zip(parts, outputs_of_chunk, strict=True)]
        return left - count, done + 1, written

    _, _, parts = tf.while_loop(
        lambda left, *_: left > 0,
        some,
        [tf.size(order), tf.constant(0), [_growing(spec) for spec in outputs]],
        parallel_iterations=1,
    )
    return [part.concat() for part in parts]


def _growing(spec: tf.TensorSpec) -> tf.TensorArray:
    return tf.TensorArray(
        spec.dtype, 1, dynamic_size=True, infer_shape=False, element_shape=spec.shape
    )
