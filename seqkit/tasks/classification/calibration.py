"""Confidence that means what it says: temperatures fitted on validation data."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, log_softmax, softmax

# Pulls the weights towards an equal share of 1; felt only where there are very few examples.
_PRIOR = 0.5


def fit_path_weights(logits: np.ndarray, targets: np.ndarray, *, multi_label: bool) -> np.ndarray:
    """Fits the weight of each path of a model, by maximum likelihood.

    With one path this is temperature scaling (the weight is 1 / temperature); with several, the
    paths are weighted against each other in the same way.

    Args:
        logits: `<float>[examples, paths, classes]` of held-out examples.
        targets: `<float>[examples, classes]`, 1 where the label holds, else 0.
        multi_label: whether each label is decided by itself.

    Returns:
        `<float64>[paths]`, positive. `weights @ logits` are the calibrated logits.

    Raises:
        ValueError: there is no example, or the shapes do not agree.

    Example:
        >>> logits = np.array([[[4.0, 0.0]], [[4.0, 0.0]], [[4.0, 0.0]], [[0.0, 4.0]]] * 50)
        >>> targets = np.array([[1, 0], [1, 0], [0, 1], [0, 1]] * 50)  # right three times in four
        >>> weights = fit_path_weights(logits, targets, multi_label=False)
        >>> round(float(probabilities(logits, weights, multi_label=False).max(axis=1).mean()), 1)
        0.8

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
    """
    logits = np.asarray(logits, np.float64)
    targets = np.asarray(targets, np.float64)
    if not len(logits) or logits.shape[::2] != targets.shape:
        raise ValueError(
            f"logits have shape {logits.shape} and targets {targets.shape}; give at least one "
            "example, [examples, paths, classes] and [examples, classes]"
        )
    paths = logits.shape[1]
    start = np.full(paths, -np.log(paths))

    def objective(log_weights: np.ndarray) -> float:
        loss = negative_log_likelihood(
            logits, targets, np.exp(log_weights), multi_label=multi_label
        )
        return loss + _PRIOR * float(np.sum((log_weights - start) ** 2)) / len(logits)

    return np.exp(minimize(objective, start, method="L-BFGS-B", bounds=[(-6, 6)] * paths).x)


def probabilities(logits: np.ndarray, weights: np.ndarray, *, multi_label: bool) -> np.ndarray:
    """Calibrated probabilities.

    Args:
        logits: `<float>[examples, paths, classes]`.
        weights: `<float>[paths]`.
        multi_label: whether each label is decided by itself.

    Returns:
        `<float>[examples, classes]`; rows sum to 1 unless `multi_label`.
    """
    mixed = np.einsum("npc,p->nc", logits, weights)
    return expit(mixed) if multi_label else softmax(mixed, axis=-1)


def negative_log_likelihood(
    logits: np.ndarray, targets: np.ndarray, weights: np.ndarray, *, multi_label: bool
) -> float:
    """Mean surprise, in nats for each example.

    Args:
        logits: `<float>[examples, paths, classes]`.
        targets: `<float>[examples, classes]`.
        weights: `<float>[paths]`.
        multi_label: whether each label is decided by itself.

    Returns:
        The mean over the examples.
    """
    mixed = np.einsum("npc,p->nc", logits, weights)
    if multi_label:
        likelihood = targets * log_expit(mixed) + (1 - targets) * log_expit(-mixed)
    else:
        likelihood = targets * log_softmax(mixed, axis=-1)
    return -float(np.mean(np.sum(likelihood, axis=-1)))
