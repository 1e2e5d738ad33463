"""Texts given to a graph some at a time, and never none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import tensorflow as tf

from seqkit.text.code_points import as_text_tensor


def answers_to(
    function: Callable[..., dict[str, tf.Tensor]], batch_size: int, *columns: Sequence[str]
) -> Iterator[dict[str, tf.Tensor]]:
    """Calls a signature with some texts at a time.

    Args:
        function: takes as many `<string>[batch]` as there are columns.
        batch_size: texts given at once.
        columns: strings, as many in each column.

    Returns:
        The answers, batch by batch.

    Raises:
        ValueError: an item is not a string that UTF-8 can hold; its index is named.

    Example:
        >>> answers = answers_to(lambda text: {"size": tf.size(text)}, 2, ["a", "b", "c"])
        >>> [int(answer["size"]) for answer in answers]
        [2, 1]
    """
    strings = [as_text_tensor(column) for column in columns]
    for start in range(0, int(tf.size(strings[0])), batch_size):
        yield function(*(column[start : start + batch_size] for column in strings))


def at_least_one(text: tf.Tensor) -> tf.Tensor:
    """Adds an empty text to an empty batch, removed afterwards: kernels fail on an empty batch.

    Args:
        text: `<string>[batch]`.

    Returns:
        `<string>[batch]`, or `<string>[1]` of an empty batch.

    Example:
        >>> at_least_one(tf.constant([], tf.string)).numpy().tolist()
        [b'']
    """
    return tf.cond(tf.size(text) > 0, lambda: text, lambda: tf.constant([""]))
