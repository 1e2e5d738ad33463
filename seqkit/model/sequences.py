"""What searches found for any number of rows, some rows together."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from seqkit.decoding import SearchResult
from seqkit.model.map_by_length import map_by_length


class Found(NamedTuple):
    """Sequences for all rows, `num_best` for each, those for one row together.

    Attributes:
        tokens: ragged `<string>[batch * num_best, None]`.
        score: `<float32>[batch, num_best]`.
    """

    tokens: tf.RaggedTensor
    score: tf.Tensor


def find_by_length(
    lengths: tf.Tensor,
    num_best: int,
    search: Callable[[tf.Tensor], tuple[SearchResult, tf.Tensor]],
    rows_together: int,
) -> Found:
    """Searches for all rows, those of about one length together.

    Args:
        lengths: `<int32>[batch]`, at least one row.
        num_best: how many sequences for each row.
        search: takes `<int32>[n]`, numbers of rows, and gives what was found for them and its
            tokens, `<string>[n, num_best, length]`.
        rows_together: the most rows at once.

    Returns:
        Found, in the order of the rows.
    """

    def some(rows: tf.Tensor) -> list[tf.Tensor]:
        best, names = search(rows)
        # [n, num_best, length]
        written = tf.sequence_mask(best.lengths, tf.shape(best.token_ids)[-1])
        lengths = tf.reshape(best.lengths, [-1])  # [n * num_best]
        return [rows, best.score, lengths, tf.boolean_mask(names, written)]

    kinds = (tf.int32, tf.float32, tf.int32, tf.string)
    shapes = ([None], [None, num_best], [None], [None])
    specs = [tf.TensorSpec(*spec) for spec in zip(shapes, kinds, strict=True)]
    rows, score, written, names = map_by_length(lengths, some, specs, rows_together)
    order = tf.argsort(rows)
    sequences = tf.RaggedTensor.from_row_lengths(names, written, validate=False)
    places = order[:, tf.newaxis] * num_best + tf.range(num_best)  # [batch, num_best]
    return Found(tf.gather(sequences, tf.reshape(places, [-1])), tf.gather(score, order))
