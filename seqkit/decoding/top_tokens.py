"""The few greatest of many numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops

Tensor = Any

# Smaller blocks are so many that they cost more than they save.
LEAST_BLOCK = 16


def top_tokens(values: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Finds the `k` greatest values, as `ops.top_k` does, faster where they are few of many.

    The `k` greatest values lie in the `k` blocks with the greatest maxima, and maxima take a
    fraction of the time of a selection. This holds for equal values too, of which the first are
    taken: for each block left out, `k` values precede its own in the order of the selection.

    Args:
        values: `<float>[..., vocabulary]`, the size of the vocabulary known.
        k: how many values, at most `vocabulary`.

    Returns:
        `<float>[..., k]`, descending, and `<int32>[..., k]`, their places.

    Example:
        >>> import numpy as np
        >>> values = np.sin(np.arange(5000.0))[np.newaxis]
        >>> _, places = top_tokens(values, 3)
        >>> np.asarray(places)[0].tolist() == np.argsort(-values[0])[:3].tolist()
        True
    """
    vocabulary = values.shape[-1]
    size = block_size(vocabulary, k)
    if size is None:
        return ops.top_k(values, k)
    leading = tuple(ops.shape(values))[:-1]
    values = ops.reshape(values, (-1, vocabulary))  # [rows, vocabulary]
    count, rest = divmod(vocabulary, size)
    blocks = ops.reshape(values[:, : count * size], (-1, count, size))  # [rows, count, size]
    _, chosen = ops.top_k(ops.max(blocks, axis=-1), k)  # [rows, k]
    # In the order of their places, so that of equal values the first comes first below as well.
    chosen = ops.sort(chosen, axis=-1)
    rows = ops.expand_dims(ops.arange(ops.shape(values)[0], dtype="int32") * count, -1)  # [rows, 1]
    inside = ops.take(ops.reshape(blocks, (-1, size)), ops.reshape(rows + chosen, (-1,)), axis=0)
    inside = ops.reshape(inside, (-1, k * size))  # [rows, k * size]
    # The place of each value; those after the last whole block come last.
    places = ops.expand_dims(chosen * size, -1) + np.arange(size, dtype="int32")  # [rows, k, size]
    places = ops.reshape(places, (-1, k * size))  # [rows, k * size]
    if rest:
        inside = ops.concatenate([inside, values[:, -rest:]], axis=-1)  # [rows, k * size + rest]
        last = np.arange(vocabulary - rest, vocabulary, dtype="int32")
        places = ops.concatenate([places, ops.broadcast_to(last, (*ops.shape(rows)[:1], rest))], -1)
    best, ranked = ops.top_k(inside, k)  # [rows, k]
    places = ops.take_along_axis(places, ranked, axis=-1)  # [rows, k]
    return ops.reshape(best, (*leading, k)), ops.reshape(places, (*leading, k))


def block_size(vocabulary: int, k: int) -> int | None:
    """Gives the best size of a block; None where the vocabulary is too small for blocks."""
    # Then there are about as many maxima to choose from as values in the chosen blocks.
    size = max(LEAST_BLOCK, math.isqrt(vocabulary // k))
    # Measured: with fewer values than this a selection from all of them is as fast.
    if vocabulary < 16 * k * size:
        return None
    # Nothing is copied where blocks divide the vocabulary.
    return next((s for s in range(size, 2 * size) if vocabulary % s == 0), size)
