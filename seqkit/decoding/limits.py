"""How long sequences may become, and the size of the buffers that hold them."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

from keras import ops

Tensor = Any


class Limits(NamedTuple):
    """The most tokens of a sequence.

    Attributes:
        size: of any row: an int where it is known, otherwise a tensor `<int32>[]`.
        of_rows: `<int32>[batch]`, of each row, at least 1.
    """

    size: Any
    of_rows: Tensor

    def reached(self, time: Tensor) -> Tensor:
        """Gives `<bool>[batch]`: whether step `time`, counted from 0, is a row's last."""
        return ops.greater_equal(time + 1, self.of_rows)


def limits(max_length: Any, batch: Any) -> Limits:
    """Checks the argument `max_length`: a number, or a tensor `<int32>[]` or `<int32>[batch]`."""
    if isinstance(max_length, int):
        if max_length < 1:
            raise ValueError(f"max_length is {max_length}; give at least 1")
        return Limits(max_length, ops.full((batch,), max_length, dtype="int32"))
    of_rows = ops.maximum(ops.cast(max_length, "int32"), 1)
    if len(of_rows.shape) > 1:
        raise ValueError(
            f"max_length has the shape {tuple(of_rows.shape)}; give one number, or one for each row"
        )
    # With a one before them, since an empty batch has no maximum.
    lengths = ops.concatenate([ops.ones((1,), "int32"), ops.reshape(of_rows, (-1,))])  # [1 + batch]
    size = ops.max(lengths)
    # In a graph it is not known yet: the buffers get their size when the graph runs.
    with contextlib.suppress(TypeError):
        size = int(size)
    return Limits(size, ops.broadcast_to(of_rows, (batch,)))
