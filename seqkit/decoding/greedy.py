"""Greedy search: the most probable token, then the most probable one after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

from seqkit.decoding.result import SearchResult
from seqkit.decoding.roll_out import roll_out
from seqkit.decoding.start import begin_search
from seqkit.decoding.step import BOS_ID, EOS_ID, NEVER_PRODUCED, Step

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
    """Takes the most probable token at every step; of equally probable ones, the lowest id.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        max_length: the most tokens of a sequence; one that reaches it is cut. A number, or a
            tensor `<int32>[]` or `<int32>[batch]` of values from 1; the result is then as long as
            the largest. Where sizes must be constants (`jit`, on JAX and in XLA) it must be a
            number.
        min_length: the fewest tokens before EOS, a number or a tensor of the same shapes.
        bos_id: the token that sequences begin with, one for all or `<int32>[batch]`; to continue
            a text, its last token, with the state after the tokens before that.
        eos_id: the token that ends a sequence.
        banned: tokens that are never chosen; PAD, UNK and BOS by default.
        no_repeat_ngram: the length of the n-grams that must not occur twice; 0 allows all. Where
            no token is allowed any more, the sequence is cut.

    Returns:
        A `SearchResult` with one sequence for each row.

    Raises:
        ValueError: an argument is out of range, or the state or the step's result has the wrong
            shape.

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
    start = begin_search(state, max_length, min_length, bos_id, eos_id, banned, no_repeat_ngram)
    # Not argmax, which on TensorFlow first looks at the signs of all zeros (Keras 3.15).
    return roll_out(step, start, lambda logits, time: ops.top_k(logits, 1)[1][..., 0])
