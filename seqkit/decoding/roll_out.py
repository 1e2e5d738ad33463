"""Sequences that grow token by token, one a row: the loop of greedy search and of sampling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from seqkit.decoding.result import (
    SearchResult,
    attention_along,
    no_attention,
    no_tokens,
    put,
    put_attention,
)
from seqkit.decoding.start import Start
from seqkit.decoding.step import PAD_ID, Step, StepResult, batch_size, log_normaliser, take_step

Tensor = Any

# From logits `<float>[batch, 1, vocabulary]` and time `<int32>[]` to tokens `<int32>[batch, 1]`.
Choose = Callable[[Tensor, Tensor], Tensor]


class _Sequences(NamedTuple):
    """What the loop carries; `attention` is an empty tuple for a model without attention."""

    time: Tensor  # []
    last: Tensor  # [batch, 1]
    state: Any  # [batch, 1, ...]
    token_ids: Tensor  # [batch, 1, length]
    lengths: Tensor  # [batch, 1]
    log_probability: Tensor  # [batch, 1]
    ended: Tensor  # [batch, 1]
    attention: Any  # [length, batch, 1, source]


def roll_out(step: Step, start: Start, choose: Choose) -> SearchResult:
    """Takes step after step, with the tokens that `choose` chooses.

    A sequence also ends where no token is allowed, as if it were cut there.

    Args:
        step: the step function.
        start: where to start, and what limits the sequences.
        choose: chooses the next tokens.

    Returns:
        One sequence for each row; the score is the log-probability.
    """
    result = take_step(step, start.token_ids, start.state)
    sequences = _advance(_before_the_first_step(start, result), result, start, choose)

    def go_on(*carried: Any) -> _Sequences:
        now = _Sequences(*carried)
        return _advance(now, take_step(step, now.last, now.state), start, choose)

    sequences = _Sequences(
        *ops.while_loop(
            lambda *carried: ops.logical_not(ops.all(_Sequences(*carried).ended)), go_on, sequences
        )
    )
    attention = None
    if not isinstance(sequences.attention, tuple):
        only_beam = ops.zeros_like(sequences.token_ids)
        attention = attention_along(sequences.attention, only_beam, sequences.lengths)
    log_probability = ops.cast(sequences.log_probability, "float32")
    return SearchResult(
        sequences.token_ids, sequences.lengths, log_probability, log_probability, attention
    )


def _before_the_first_step(start: Start, result: StepResult) -> _Sequences:
    """Gives sequences without a token; the first step's result says their types."""
    batch, size = batch_size(start.state), start.limits.size
    return _Sequences(
        ops.zeros((), "int32"),
        start.token_ids,
        start.state,
        no_tokens(batch, 1, size),
        ops.zeros((batch, 1), "int32"),
        ops.zeros((batch, 1), result.logits.dtype),
        ops.zeros((batch, 1), "bool"),
        () if result.attention is None else no_attention(result.attention, size),
    )


def _advance(now: _Sequences, result: StepResult, start: Start, choose: Choose) -> _Sequences:
    """Adds a token to each sequence that has not ended, once the step has been taken."""
    logits = start.constraints.apply(result.logits, now.token_ids, now.time)
    chosen = choose(logits, now.time)
    logit = _at(logits, chosen)
    # The best logit is minus infinity where no token is allowed.
    stopped = ops.logical_or(now.ended, ops.equal(logit, -np.inf))
    gained = ops.where(stopped, ops.zeros_like(logit), logit - log_normaliser(result.logits))
    ended = ops.logical_or(stopped, ops.equal(chosen, start.constraints.eos_id))
    token = ops.where(ended, PAD_ID, chosen)
    at_limit = ops.expand_dims(start.limits.reached(now.time), -1)  # [batch, 1]
    return _Sequences(
        now.time + 1,
        token,
        result.state,
        put(now.token_ids, now.time, token),
        now.lengths + ops.cast(ops.logical_not(ended), "int32"),
        now.log_probability + gained,
        ops.logical_or(ended, at_limit),
        ()
        if result.attention is None
        else put_attention(now.attention, now.time, result.attention),
    )


def _at(logits: Tensor, token_ids: Tensor) -> Tensor:
    """Looks up `<float>[batch, beams]`: the logit of one token of each beam."""
    batch, beams, vocabulary = ops.shape(logits)
    places = ops.arange(batch * beams, dtype="int32") * vocabulary + ops.reshape(token_ids, (-1,))
    flat = ops.reshape(logits, (-1,))  # [batch * beams * vocabulary]
    return ops.reshape(ops.take(flat, places), (batch, beams))
