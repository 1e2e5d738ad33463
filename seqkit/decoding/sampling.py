"""Sampling: tokens drawn with the model's probabilities."""

from __future__ import annotations

from typing import Any, Unpack

from keras import ops

from seqkit.decoding.draw import Draw
from seqkit.decoding.random_bits import uniform
from seqkit.decoding.result import SearchResult
from seqkit.decoding.roll_out import roll_out
from seqkit.decoding.start import SearchOptions, begin_search
from seqkit.decoding.step import Step, batch_size

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
    **options: Unpack[SearchOptions],
) -> SearchResult:
    """Draws every token from the model's distribution over the next one.

    The same seed gives the same sequences eagerly, in a graph, compiled, served, and on every
    backend, as far as the model's own numbers are the same there.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        seed: a whole number or `<int>[]`: what is drawn for a row then depends on its place in
            the batch. Or `<int>[batch]`: it then depends on the row's own seed alone.
        max_length: as for `greedy`.
        temperature: the divisor of the logits: below 1 it favours probable tokens, above 1
            improbable ones; 0 is greedy search.
        top_k: draw among this many of the most probable tokens; None for all, in a tensor 0.
        top_p: draw among the fewest most probable tokens whose probabilities sum to this share,
            where `top_k` is given too to this share of its tokens' sum; None or 1 for all.
        options: `min_length`, `bos_id`, `eos_id`, `banned`, `no_repeat_ngram`; see `SearchOptions`.

    `temperature`, `top_k` and `top_p` may be tensors, `[]` or `[batch]`. Their values are not
    checked; one that is too low takes the most probable token. Where `top_p` or a tensor `top_k`
    limits a row, the whole vocabulary is sorted only if the 256 most probable tokens are not
    enough for some row.

    Returns:
        A `SearchResult` with one sequence for each row; its log-probability is that of the model,
        before temperature and limits.

    Raises:
        ValueError: as `greedy`, or `temperature`, `top_k` or `top_p` is out of range.

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
    start = begin_search(state, max_length, **options)
    draw = _draw(temperature, top_k, top_p)
    numbers = uniform(seed, batch_size(start.state), start.limits.size)  # [batch, length]

    def choose(logits: Tensor, time: Tensor) -> Tensor:
        drawn = draw(logits[:, 0], ops.take(numbers, time, axis=1))  # [batch]
        return ops.expand_dims(drawn, 1)  # [batch, 1]

    return roll_out(step, start, choose)


def _draw(temperature: Any, top_k: Any, top_p: Any) -> Draw:
    """Checks the arguments of a draw; tensors get a column for each row."""
    if isinstance(temperature, int | float) and not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature is {temperature}; give 0 or more, and finite")
    if isinstance(top_k, int) and top_k < 1:
        raise ValueError(f"top_k is {top_k}; give at least 1, or None for all tokens")
    if isinstance(top_p, int | float):
        if not 0 < top_p <= 1:
            raise ValueError(f"top_p is {top_p}; give more than 0 and at most 1, or None")
        top_p = None if top_p == 1 else top_p
    elif top_p is not None:
        top_p = _as_column("top_p", top_p, "float32")
    if top_k is not None and not isinstance(top_k, int):
        top_k = _as_column("top_k", top_k, "int32")
    return Draw(_as_column("temperature", temperature, "float32"), top_k, top_p)


def _as_column(argument: str, values: Any, dtype: str) -> Tensor:
    values = ops.cast(values, dtype)
    if len(values.shape) > 1:
        raise ValueError(
            f"{argument} has the shape {tuple(values.shape)}; give one number, or one for each row"
        )
    return ops.reshape(values, (-1, 1))  # [1 or batch, 1]
