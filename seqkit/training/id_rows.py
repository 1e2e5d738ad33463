"""Rows of ids of different lengths, kept one after another in one array."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.text.code_points import as_text_tensor
from seqkit.text.encoder import TextEncoder
from seqkit.text.vocabulary import BOS_ID, EOS_ID, PAD_ID


class IdRows:
    """Rows of ids: collected batch by batch, then looked up padded.

    Attributes:
        size: number of ids so far.

    Example:
        >>> rows = IdRows()
        >>> rows.add(tf.ragged.constant([[5, 6], [7]]))
        >>> rows.closed().padded(np.array([1, 0])).tolist()
        [[7, 0], [5, 6]]
    """

    def __init__(self) -> None:
        self._values: list[np.ndarray] = []
        self._lengths: list[np.ndarray] = []
        self.size = 0

    def add(self, ragged: tf.RaggedTensor) -> None:
        """Appends rows, ragged `<int32>[batch, None]`."""
        self._values.append(ragged.values.numpy())
        self._lengths.append(ragged.row_lengths().numpy())
        self.size += len(self._values[-1])

    def closed(self) -> IdRows:
        """Joins the parts; from then on rows can be asked for."""
        self._values = [np.concatenate([*self._values, np.zeros(1, "int32")])]
        lengths = np.concatenate([*self._lengths, np.zeros(0, "int64")])
        self._lengths = [lengths, np.cumsum(lengths) - lengths]
        return self

    @property
    def lengths(self) -> np.ndarray:
        """`<int64>[rows]`, ids of each row; after `closed`."""
        return self._lengths[0]

    def padded(self, rows: np.ndarray) -> np.ndarray:
        """Some rows, `<int32>[n, the longest of them]`, 0 on the right."""
        lengths, starts = (part[rows] for part in self._lengths)
        columns = np.arange(lengths.max(initial=0))
        inside = columns < lengths[:, np.newaxis]
        places = np.where(inside, starts[:, np.newaxis] + columns, len(self._values[0]) - 1)
        return self._values[0][places]


def encoded_targets(batches: Iterable[Any], target: TextEncoder) -> IdRows:
    """Ids of texts that are to be written.

    Args:
        batches: batches of texts.
        target: turns texts into ids.

    Returns:
        The rows. Of a text without a token EOS alone is to be learned, and not UNK: its row is
        empty.
    """

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    def encode(texts: tf.Tensor) -> tf.RaggedTensor:
        return target.vocabulary.token_to_id(target(texts).tokens)

    rows = IdRows()
    for texts in batches:
        rows.add(encode(as_text_tensor(texts)))
    return rows.closed()


def short_rows(lengths: np.ndarray, max_length: int, what: str) -> np.ndarray:
    """Which rows are short enough to be trained on.

    Args:
        lengths: `<int>[rows]`, tokens of each.
        max_length: the most tokens.
        what: what the rows are, as an error calls them.

    Returns:
        `<int64>[n]`, their numbers.

    Raises:
        ValueError: there is none.

    Example:
        >>> short_rows(np.array([5, 2, 3]), 3, "texts").tolist()
        [1, 2]
    """
    rows = np.flatnonzero(lengths <= max_length)
    if not len(rows):
        raise ValueError(
            f"max_length is {max_length} tokens, and each of {len(lengths):,} {what} has more; "
            "give a greater max_length"
        )
    return rows


def before_and_following(ids: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a decoder reads of known targets, and what it is to write.

    Args:
        ids: `<int32>[n, length]`, padded on the right with 0.
        lengths: `<int>[n]`, ids of each row.

    Returns:
        `<int32>[n, length + 1]` twice: BOS and the target, and the target and EOS.

    Example:
        >>> before, following = before_and_following(np.array([[5, 6], [7, 0]]), np.array([2, 1]))
        >>> before.tolist(), following.tolist()
        ([[2, 5, 6], [2, 7, 0]], [[5, 6, 3], [7, 3, 0]])
    """
    before = np.pad(ids, [(0, 0), (1, 0)], constant_values=BOS_ID)
    following = np.pad(ids, [(0, 0), (0, 1)], constant_values=PAD_ID)
    following[np.arange(len(ids)), lengths] = EOS_ID
    return before, following
