"""Greedy search: the most probable token, then the most probable one after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

from seqkit.decoding.constraints import constraints
from seqkit.decoding.limits import limits
from seqkit.decoding.result import SearchResult
from seqkit.decoding.roll_out import roll_out
from seqkit.decoding.step import (
    BOS_ID,
    EOS_ID,
    NEVER_PRODUCED,
    Step,
    batch_size,
    first_state,
    first_tokens,
)

Tensor = Any


def greedy(
    step: Step,
    state: Any,
    *,
    max_length: int | Tensor,
    min_length: int | Tensor = 0,
    bos_id: int | Tensor = BOS_ID,
    eos_id: int = EOS_ID,
    banned: Sequence[int] = NEVER_PRODUCED,
    no_repeat_ngram: int = 0,
) -> SearchResult:
    """Takes the most probable token at every step; of equal ones, the lowest id.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        max_length: how many tokens a sequence may have; one that reaches it is cut. A number, or
            a tensor `<int32>[]` or `<int32>[batch]` of at least 1, which gives the result the
            length of the greatest. Where sizes must be constants (`jit`, on JAX and by XLA) it
            must be a number.
        min_length: how many tokens must come before EOS, a number or a tensor of the same shapes.
        bos_id: what sequences begin with, one for all or `<int32>[batch]`; to go on from a text,
            the text's last token, with the state after those before it.
        eos_id: what ends a sequence.
        banned: tokens that never come: PAD, UNK and BOS unless other ids are given.
        no_repeat_ngram: how many tokens in a row must not come twice; 0 allows all. Where nothing
            is allowed any more a sequence is cut.

    Returns:
        A `SearchResult` with one sequence for each row.

    Raises:
        ValueError: an argument is out of its range, or the state or what the step returns has
            another shape than it should.

    Example:
        >>> import numpy as np
        >>> from keras import ops
        >>> from seqkit.decoding import StepResult
        >>> following = np.eye(6, k=1)  # each token is followed by the next id, and the last
        >>> following[5, 3] = 1.0  # by EOS
        >>> def step(token_ids, state):
        ...     return StepResult(ops.take(following, token_ids, axis=0), state)
        >>> result = greedy(step, np.zeros((1, 1)), bos_id=3, max_length=4)
        >>> np.asarray(result.token_ids).tolist(), np.asarray(result.lengths).tolist()
        ([[[4, 5, 0, 0]]], [[2]])
    """
    state = first_state(state)
    batch = batch_size(state)
    return roll_out(
        step,
        state,
        first_tokens(bos_id, batch, 1),
        # Not argmax, which on TensorFlow first looks at the signs of all zeros (Keras 3.15).
        lambda logits, time: ops.top_k(logits, 1)[1][..., 0],
        limits(max_length, batch),
        eos_id,
        constraints(min_length, max_length, eos_id, banned, no_repeat_ngram),
    )
