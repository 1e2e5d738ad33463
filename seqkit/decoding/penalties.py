"""Penalties that make sequences of different lengths comparable."""

from __future__ import annotations

from typing import Any

from keras import ops

Tensor = Any

# So that a position without any attention does not count as minus infinity.
LEAST_COVERAGE = 1e-10


def length_penalty(length: Tensor, alpha: Any) -> Tensor:
    """Gives the divisor of a log-probability: `((5 + length) / 6) ** alpha`.

    Args:
        length: `<int>[...]`, how many log-probabilities were summed.
        alpha: `<float>[]`, 0 for none; about 0.6 to 1 in translation.

    Returns:
        `<float32>[...]`.

    Example:
        >>> [round(float(length_penalty(length, 0.6)), 3) for length in (1, 10, 20)]
        [1.0, 1.733, 2.354]

    Source: Wu et al. (2016), arXiv:1609.08144, equation 14.
    """
    return ops.power((5.0 + ops.cast(length, "float32")) / 6.0, ops.cast(alpha, "float32"))


def coverage_penalty(coverage: Tensor, source_mask: Tensor | None, beta: Any) -> Tensor:
    """Gives a term of a score, at most zero: `beta * sum(log(min(coverage, 1)))`.

    Args:
        coverage: `<float>[batch, beams, source]`, the attention on each source position, summed
            over the steps. Values below 1e-10 count as 1e-10.
        source_mask: `<bool>[batch, source]`, true at valid positions; None if all are.
        beta: `<float>[]`, 0 for none; about 0.2 in translation.

    Returns:
        `<float>[batch, beams]`.

    Example:
        >>> import numpy as np
        >>> coverage = np.array([[[2.0, 0.5, 0.0]]])
        >>> np.round(coverage_penalty(coverage, np.array([[True, True, False]]), 1.0), 4).tolist()
        [[-0.6931]]

    Source: Wu et al. (2016), arXiv:1609.08144, equation 14.
    """
    logs = ops.log(ops.clip(coverage, LEAST_COVERAGE, 1.0))  # [batch, beams, source]
    if source_mask is not None:
        valid = ops.expand_dims(ops.cast(source_mask, "bool"), 1)  # [batch, 1, source]
        logs = ops.where(valid, logs, ops.zeros_like(logs))
    return ops.cast(beta, logs.dtype) * ops.sum(logs, axis=-1)
