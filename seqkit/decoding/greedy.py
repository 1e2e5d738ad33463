"""Greedy search: the most probable token, then the most probable one after it."""

from __future__ import annotations

from typing import Any, Unpack

from keras import ops

from seqkit.decoding.result import SearchResult
from seqkit.decoding.roll_out import roll_out
from seqkit.decoding.start import SearchOptions, begin_search
from seqkit.decoding.step import Step

Tensor = Any


def greedy(
    step: Step,
    state: Any,
    *,
    max_length: int | Tensor,
    **options: Unpack[SearchOptions],
) -> SearchResult:
    """Takes the most probable token at every step; of equally probable ones, the lowest id.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        max_length: the most tokens of a sequence; one that reaches it is cut. A number, or a
            tensor `<int32>[]` or `<int32>[batch]` of values from 1; the result is then as long as
            the largest. Where sizes must be constants (`jit`, on JAX and in XLA) it must be a
            number.
        options: `min_length`, `bos_id`, `eos_id`, `banned`, `no_repeat_ngram`; see `SearchOptions`.

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
    start = begin_search(state, max_length, **options)
    # Not argmax, which on TensorFlow first looks at the signs of all zeros (Keras 3.15).
    return roll_out(step, start, lambda logits, time: ops.top_k(logits, 1)[1][..., 0])
