"""How long sequences may become, and how large the buffers are that hold them."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

from keras import ops

Tensor = Any


class Limits(NamedTuple):
    """How many tokens sequences may have.

    Attributes:
        size: those of the longest row, a number where it is known, a tensor elsewhere.
        of_rows: `<int32>[batch]`, those of each row, at least 1.
    """

    size: Any
    of_rows: Tensor

    def reached(self, time: Tensor) -> Tensor:
        """Gives `<bool>[batch]`: whether step `time`, from 0, is the last of a row."""
        return ops.greater_equal(time + 1, self.of_rows)


def limits(max_length: Any, batch: Any) -> Limits:
    """Reads the argument `max_length`: one number, or a tensor with one, or one for each row."""
    if isinstance(max_length, int):
        if max_length < 1:
            raise ValueError(f"max_length is {max_length}; give at least 1")
        return Limits(max_length, ops.full((batch,), max_length, dtype="int32"))
    of_rows = ops.maximum(ops.cast(max_length, "int32"), 1)
    if len(of_rows.shape) > 1:
        raise ValueError(
            f"max_length has the shape {tuple(of_rows.shape)}; give one number, or one a row"
        )
    # A batch may be empty, so that it has no greatest.
    lengths = ops.concatenate([ops.ones((1,), "int32"), ops.reshape(of_rows, (-1,))])
    size = ops.max(lengths)
    # Inside a graph it is no number yet: the buffers get their size when the graph runs.
    with contextlib.suppress(TypeError):
        size = int(size)
    return Limits(size, ops.broadcast_to(of_rows, (batch,)))
