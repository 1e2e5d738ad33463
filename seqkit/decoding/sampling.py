"""Sampling: tokens drawn as the model's probabilities say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

from seqkit.decoding.constraints import constraints
from seqkit.decoding.draw import Draw
from seqkit.decoding.limits import limits
from seqkit.decoding.random_bits import uniform
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


def sample(
    step: Step,
    state: Any,
    *,
    seed: int | Tensor,
    max_length: int | Tensor,
    temperature: float | Tensor = 1.0,
    top_k: int | Tensor | None = None,
    top_p: float | Tensor | None = None,
    min_length: int | Tensor = 0,
    bos_id: int | Tensor = BOS_ID,
    eos_id: int = EOS_ID,
    banned: Sequence[int] = NEVER_PRODUCED,
    no_repeat_ngram: int = 0,
) -> SearchResult:
    """Draws every token from the model's distribution over the next one.

    Nothing but the arguments decides what is drawn: the same seed gives the same sequences, eager
    or in a graph, compiled, served, and on every backend, as far as the model's own numbers are
    the same there.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        seed: a whole number, or `<int>[]`: each row is then drawn differently, by its place in
            the batch. Or `<int>[batch]`: what is drawn for a row then depends on its own seed and
            not on its place.
        max_length: as for `greedy`.
        temperature: what logits are divided by: below 1 for more probable tokens, above for less
            probable ones. At 0 sampling is greedy search.
        top_k: draw among that many most probable tokens; None for all. A tensor may say 0 for all.
        top_p: draw among the fewest most probable tokens that have this share of the probability
            together, of that of the `top_k` if both are given; None or 1 for all.
        min_length: as for `greedy`, and so the arguments below.
        bos_id: what sequences begin with.
        eos_id: what ends a sequence.
        banned: tokens that never come.
        no_repeat_ngram: how many tokens in a row must not come twice; 0 allows all.

    `temperature`, `top_k` and `top_p` may be tensors, of one number or `[batch]`. Those are not
    checked: what is too low there takes the most probable token. Where `top_p` or a tensor
    `top_k` limits a row, the rest of the vocabulary is sorted only if the 256 most probable
    tokens are not enough for some row.

    Returns:
        A `SearchResult` with one sequence for each row; its log-probability is that of the model,
        without temperature and limits.

    Raises:
        ValueError: an argument is out of its range, or the state or what the step returns has
            another shape than it should.

    Example:
        >>> import numpy as np
        >>> from keras import ops
        >>> from seqkit.decoding import StepResult
        >>> def step(token_ids, state):  # EOS, 4 and 5 are equally likely, whatever came before
        ...     return StepResult(ops.zeros((*ops.shape(token_ids), 6)), state)
        >>> state = np.zeros((2, 1, 1))
        >>> once, again = (sample(step, state, seed=1, max_length=9) for _ in range(2))
        >>> np.array_equal(once.token_ids, again.token_ids)
        True
        >>> set(np.unique(once.token_ids).tolist()) <= {0, 4, 5}
        True

    Sources: top-k, Fan et al. (2018), arXiv:1805.04833; top-p, Holtzman et al. (2020),
    arXiv:1904.09751.
    """
    state = first_state(state)
    batch = batch_size(state)
    limit = limits(max_length, batch)
    draw = _draw(temperature, top_k, top_p)
    numbers = uniform(seed, batch, limit.size)
    return roll_out(
        step,
        state,
        first_tokens(bos_id, batch, 1),
        lambda logits, time: ops.expand_dims(draw(logits[:, 0], ops.take(numbers, time, 1)), 1),
        limit,
        eos_id,
        constraints(min_length, max_length, eos_id, banned, no_repeat_ngram),
    )


def _draw(temperature: Any, top_k: Any, top_p: Any) -> Draw:
    if isinstance(temperature, int | float) and not temperature >= 0:
        raise ValueError(f"temperature is {temperature}; give 0 or more")
    if isinstance(top_k, int) and top_k < 1:
        raise ValueError(f"top_k is {top_k}; give at least 1, or None for all tokens")
    if isinstance(top_p, int | float):
        if not 0 < top_p <= 1:
            raise ValueError(f"top_p is {top_p}; give more than 0 and at most 1, or None")
        top_p = None if top_p == 1 else top_p
    elif top_p is not None:
        top_p = _of_rows("top_p", top_p, "float32")
    if top_k is not None and not isinstance(top_k, int):
        top_k = _of_rows("top_k", top_k, "int32")
    return Draw(_of_rows("temperature", temperature, "float32"), top_k, top_p)


def _of_rows(argument: str, given: Any, dtype: str) -> Tensor:
    given = ops.cast(given, dtype)
    if len(given.shape) > 1:
        raise ValueError(
            f"{argument} has the shape {tuple(given.shape)}; give one number, or one a row"
        )
    return ops.reshape(given, (-1, 1))
