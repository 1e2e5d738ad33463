"""Texts given to a graph some at a time, and never none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from seqkit.arguments import slices
from seqkit.text.code_points import as_text_tensor


def answers_to(
    function: Callable[..., dict[str, tf.Tensor]], batch_size: int, **columns: Any
) -> Iterator[dict[str, tf.Tensor]]:
    """Calls a signature with some texts at a time.

    Args:
        function: takes as many `<string>[batch]` as there are columns.
        batch_size: texts given at once.
        columns: strings by the name of their argument, as many in each column.

    Returns:
        The answers, batch by batch.

    Raises:
        TypeError: a column is one string, or a table.
        ValueError: an item is not a string that UTF-8 can hold, and its index is named; columns
            differ in length, or `batch_size` is below 1.

    Example:
        >>> answers = answers_to(lambda text: {"size": tf.size(text)}, 2, texts=["a", "b", "c"])
        >>> [int(answer["size"]) for answer in answers]
        [2, 1]
    """
    strings = [as_text_tensor(column, name) for name, column in columns.items()]
    sizes = [int(tf.size(column)) for column in strings]
    if len(set(sizes)) > 1:
        counts = " and ".join(f"{n} {name}" for n, name in zip(sizes, columns, strict=True))
        raise ValueError(f"{counts}: give as many")
    for rows in slices(sizes[0], batch_size):
        yield function(*(column[rows] for column in strings))


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
