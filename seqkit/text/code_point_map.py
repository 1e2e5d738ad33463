"""Replacing code points by sequences of code points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from seqkit.text.code_points import AlignedText, CodePointTable
from seqkit.text.ragged import flat_row_ids, ragged


class CodePointMap(tf.Module):
    """Replaces each code point by a fixed sequence of code points.

    A replacement keeps the offsets of the code point that it replaces.

    Args:
        sequences: one or more code points for each code point to replace.

    Raises:
        ValueError: a sequence is empty.

    Example:
        >>> from seqkit.text.code_points import decode
        >>> expand = CodePointMap({ord("ß"): [ord("s"), ord("s")]})
        >>> text = expand(decode(tf.constant(["aß"])))
        >>> text.code_points.to_list(), text.start.to_list()
        ([[97, 115, 115]], [[0, 1, 1]])
    """

    def __init__(self, sequences: Mapping[int, Sequence[int]]) -> None:
        super().__init__()
        empty = [code_point for code_point, sequence in sequences.items() if not len(sequence)]
        if empty:
            raise ValueError(f"sequences is empty for U+{empty[0]:04X}; give at least one")
        singles = {c: s[0] - c for c, s in sequences.items() if len(s) == 1}
        several = {c: s for c, s in sequences.items() if len(s) > 1}
        # Each code point has an action: 0 keeps it, the next ones shift it by a constant (which
        # whole alphabets share), and those from `_first_sequence` on expand it.
        shifts = sorted(set(singles.values()) - {0})
        self._first_sequence = 1 + len(shifts)
        action_of_shift = {0: 0} | {shift: 1 + i for i, shift in enumerate(shifts)}
        actions = {c: action_of_shift[shift] for c, shift in singles.items()}
        actions |= {c: self._first_sequence + i for i, c in enumerate(several)}
        self._actions = CodePointTable(actions)
        lengths = [1] * self._first_sequence + [len(s) for s in several.values()]
        offsets = np.cumsum([0] * self._first_sequence + [len(s) for s in several.values()])
        with tf.init_scope(), tf.device("/CPU:0"):
            self._shifts = tf.constant([0, *shifts, *([0] * len(several))], tf.int32)
            self._lengths = tf.constant(lengths, tf.int32)
            self._offsets = tf.constant([0, *offsets[:-1]][: len(lengths)], tf.int32)
            self._pool = tf.constant([c for s in several.values() for c in s], tf.int32)

    def __call__(self, text: AlignedText) -> AlignedText:
        """Replaces the code points of texts.

        Args:
            text: code points with their offsets in the raw text, ragged `[batch, characters]`.

        Returns:
            The new code points, each with the offsets of the one it replaces.
        """
        code_points = text.code_points.flat_values  # [characters]
        actions = self._actions.lookup(code_points)
        shifted = code_points + tf.gather(self._shifts, actions)
        kept = text._replace(code_points=text.code_points.with_flat_values(shifted))
        if not len(self._pool):
            return kept
        return tf.cond(
            tf.reduce_any(actions >= self._first_sequence),
            lambda: self._expand(kept, actions),
            lambda: kept,
        )

    def _expand(self, text: AlignedText, actions: tf.Tensor) -> AlignedText:
        """Replaces code points by sequences; `actions` is `<int32>[characters]`."""
        code_points = text.code_points.flat_values  # [characters]
        count = tf.size(code_points)
        # Each character is read from this pool: from its sequence, or from itself behind them.
        pool = tf.concat([self._pool, code_points], 0)
        begin = tf.where(
            actions >= self._first_sequence,
            tf.gather(self._offsets, actions),
            tf.size(self._pool) + tf.range(count),
        )
        parts = tf.ragged.range(
            begin, begin + tf.gather(self._lengths, actions), row_splits_dtype=tf.int64
        )  # [characters, parts]
        source = flat_row_ids(parts)  # [all parts]: the character of each
        splits = tf.gather(parts.row_splits, text.code_points.row_splits)  # [batch + 1]
        return AlignedText(
            *ragged(
                splits,
                tf.gather(pool, parts.values),
                tf.gather(text.start.flat_values, source),
                tf.gather(text.end.flat_values, source),
            )
        )
