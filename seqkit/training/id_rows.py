"""Rows of ids of different lengths, kept one after another in one array."""

from __future__ import annotations

import numpy as np
import tensorflow as tf


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
