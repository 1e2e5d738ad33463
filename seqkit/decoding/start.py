"""Where a search starts and what limits it, from the arguments that all searches share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypedDict

from keras import ops

from seqkit.decoding.constraints import Constraints, constraints
from seqkit.decoding.limits import Limits, limits
from seqkit.decoding.step import BOS_ID, EOS_ID, NEVER_PRODUCED, batch_size, first_state

Tensor = Any


class SearchOptions(TypedDict, total=False):
    """What every search takes about the sequences that it gives.

    Attributes:
        min_length: the fewest tokens before EOS, a number or a tensor `<int32>[]` or
            `<int32>[batch]`; 0 by default.
        bos_id: the token that sequences begin with, one for all or `<int32>[batch]`; to continue
            a text, its last token, with the state after the tokens before that. 2 by default.
        eos_id: the token that ends a sequence; 3 by default.
        banned: tokens that are never chosen; PAD, UNK and BOS by default.
        no_repeat_ngram: the length of the n-grams that must not occur twice; 0, the default,
            allows all. Where no token is allowed any more, greedy search and sampling cut the
            sequence, and beam search drops it.
    """

    min_length: int | Tensor
    bos_id: int | Tensor
    eos_id: int
    banned: Sequence[int]
    no_repeat_ngram: int


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
    max_length: int | Tensor,
    *,
    min_length: int | Tensor = 0,
    bos_id: int | Tensor = BOS_ID,
    eos_id: int = EOS_ID,
    banned: Sequence[int] = NEVER_PRODUCED,
    no_repeat_ngram: int = 0,
) -> Start:
    """Checks the arguments that all searches share; see `greedy` and `SearchOptions`."""
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
