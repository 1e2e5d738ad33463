"""Where a search starts and what limits it, from the arguments that all searches share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from keras import ops

from seqkit.decoding.constraints import Constraints, constraints
from seqkit.decoding.limits import Limits, limits
from seqkit.decoding.step import batch_size, first_state

Tensor = Any


class Start(NamedTuple):
    """Where a search starts and what limits it.

    Attributes:
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        token_ids: `<int32>[batch, 1]`, the token that each sequence begins with.
        limits: how long the sequences may become.
        constraints: what they must not contain.
    """

    state: Any
    token_ids: Tensor
    limits: Limits
    constraints: Constraints


def begin_search(
    state: Any,
    max_length: Any,
    min_length: Any,
    bos_id: Any,
    eos_id: int,
    banned: Sequence[int],
    no_repeat_ngram: int,
) -> Start:
    """Checks the arguments that all searches share; see `greedy` for what they mean."""
    state = first_state(state)
    batch = batch_size(state)
    return Start(
        state,
        _first_tokens(bos_id, batch),
        limits(max_length, batch),
        constraints(min_length, max_length, eos_id, banned, no_repeat_ngram),
    )


def _first_tokens(bos_id: Any, batch: Any) -> Tensor:
    bos_id = ops.cast(bos_id, "int32")
    if len(bos_id.shape) > 1:
        raise ValueError(
            f"bos_id has the shape {tuple(bos_id.shape)}; give one id, or one for each row"
        )
    return ops.broadcast_to(ops.reshape(bos_id, (-1, 1)), (batch, 1))  # [batch, 1]
