"""Long documents as windows that overlap, so that every word is read with its surroundings."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Windows(NamedTuple):
    """Stretches of words of documents that lie one after another.

    Attributes:
        begin: `<int32>[windows]`, the first word.
        end: `<int32>[windows]`, after the last word.
        keep_begin: `<int32>[windows]`, the first word whose answer counts.
        keep_end: `<int32>[windows]`, after the last such word.
    """

    begin: tf.Tensor
    end: tf.Tensor
    keep_begin: tf.Tensor
    keep_end: tf.Tensor


def windows(splits: tf.Tensor, max_length: int) -> Windows:
    """Cuts documents; each word's answer counts in exactly one window.

    Neighbouring windows share a quarter of their length: the answer of a word counts where it has
    at least an eighth of a window on both sides, or the document's end.

    Args:
        splits: `<int32>[documents + 1]`, where each document begins, and the number of all words.
        max_length: words of a window, at least 16.

    Returns:
        Windows; none for a document without words.

    Example:
        >>> cut = windows(tf.constant([0, 3, 23]), 16)
        >>> [part.numpy().tolist() for part in cut]
        [[0, 3, 15], [3, 19, 23], [0, 3, 17], [3, 17, 23]]
    """
    margin = max_length // 8
    stride = max_length - 2 * margin
    lengths = splits[1:] - splits[:-1]
    counts = tf.where(
        lengths <= max_length,
        tf.minimum(lengths, 1),
        (lengths - 2 * margin + stride - 1) // stride,
    )
    document = tf.repeat(tf.range(tf.size(lengths)), counts)
    number = tf.range(tf.size(document)) - tf.gather(tf.cumsum(counts, exclusive=True), document)
    first, last = tf.gather(splits[:-1], document), tf.gather(splits[1:], document)
    begin = first + number * stride
    end = tf.minimum(begin + max_length, last)
    is_last = tf.equal(number + 1, tf.gather(counts, document))
    return Windows(
        begin,
        end,
        tf.where(number > 0, begin + margin, begin),
        tf.where(is_last, end, end - margin),
    )
