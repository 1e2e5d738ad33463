"""Sequences that grow token by token, each by itself: the loop of all searches but beam search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from seqkit.decoding.constraints import Constraints
from seqkit.decoding.limits import Limits
from seqkit.decoding.result import (
    SearchResult,
    attention_along,
    no_attention,
    no_tokens,
    put,
    put_attention,
)
from seqkit.decoding.step import PAD_ID, Step, StepResult, batch_size, log_normaliser, take_step

Tensor = Any

# From logits `<float>[batch, beams, vocabulary]` and time `<int32>[]` to tokens `[batch, beams]`.
Choose = Callable[[Tensor, Tensor], Tensor]


class Sequences(NamedTuple):
    """What the loop carries; `attention` is an empty tuple for a model without."""

    time: Tensor
    last: Tensor
    state: Any
    token_ids: Tensor
    lengths: Tensor
    log_probability: Tensor
    ended: Tensor
    attention: Any


def roll_out(
    step: Step,
    state: Any,
    first: Tensor,
    choose: Choose,
    limits: Limits,
    eos_id: int,
    constraints: Constraints | None = None,
) -> SearchResult:
    """Lets a step follow a step, with the tokens that `choose` says.

    Where nothing is allowed any more a sequence ends, as if it were cut there.

    Args:
        step: the step function.
        state: tensors `[batch, beams, ...]`.
        first: `<int32>[batch, beams]`, what the sequences begin with.
        choose: chooses the next tokens.
        limits: how long the sequences may become.
        eos_id: what ends a sequence.
        constraints: what must not be chosen; None to take any choice.

    Returns:
        One sequence for every beam; the score is the log-probability.
    """

    def advance(now: Sequences, result: StepResult) -> Sequences:
        logits = result.logits
        if constraints is not None:
            logits = constraints.apply(logits, now.token_ids, now.time)
        chosen = choose(logits, now.time)
        logit = _at(logits, chosen)
        stopped = now.ended
        if constraints is not None:
            stopped = ops.logical_or(stopped, ops.equal(logit, -np.inf))
        gained = ops.where(stopped, ops.zeros_like(logit), logit - log_normaliser(result.logits))
        ended = ops.logical_or(stopped, ops.equal(chosen, eos_id))
        token = ops.where(ended, PAD_ID, chosen)
        at_limit = ops.expand_dims(limits.reached(now.time), -1)
        return Sequences(
            now.time + 1,
            token,
            result.state,
            put(now.token_ids, now.time, token),
            now.lengths + ops.cast(ops.logical_not(ended), "int32"),
            now.log_probability + gained,
            ops.logical_or(ended, at_limit),
            put_attention(now.attention, now.time, result.attention)
            if result.attention is not None
            else (),
        )

    batch, beams = batch_size(state), first.shape[1]
    result = take_step(step, first, state)
    found = advance(
        Sequences(
            ops.zeros((), "int32"),
            first,
            state,
            no_tokens(batch, beams, limits.size),
            ops.zeros((batch, beams), "int32"),
            ops.zeros((batch, beams), result.logits.dtype),
            ops.zeros((batch, beams), "bool"),
            () if result.attention is None else no_attention(result.attention, limits.size),
        ),
        result,
    )
    found = Sequences(
        *ops.while_loop(
            lambda *now: ops.logical_not(ops.all(Sequences(*now).ended)),
            lambda *now: advance(
                Sequences(*now), take_step(step, Sequences(*now).last, Sequences(*now).state)
            ),
            found,
        )
    )
    attention = None
    if not isinstance(found.attention, tuple):
        own = ops.zeros_like(found.token_ids) + ops.reshape(ops.arange(beams), (-1, 1))
        attention = attention_along(found.attention, own, found.lengths)
    log_probability = ops.cast(found.log_probability, "float32")
    return SearchResult(found.token_ids, found.lengths, log_probability, log_probability, attention)


def _at(logits: Tensor, token_ids: Tensor) -> Tensor:
    """Looks up `<float>[batch, beams]`: the logit of one token of each beam."""
    batch, beams, vocabulary = ops.shape(logits)
    places = ops.arange(batch * beams, dtype="int32") * vocabulary + ops.reshape(token_ids, (-1,))
    return ops.reshape(ops.take(ops.reshape(logits, (-1,)), places), (batch, beams))
