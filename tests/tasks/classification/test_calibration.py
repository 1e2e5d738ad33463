"""Calibration: confidence that means what it says."""

import numpy as np
import pytest

from seqkit.tasks.classification.calibration import (
    fit_path_weights,
    negative_log_likelihood,
    probabilities,
)


@pytest.fixture
def overconfident():
    """Logits five times too large for how often they are right, and a useless second path."""
    generator = np.random.default_rng(0)
    true_logits = generator.normal(0, 1, (4000, 3))
    chances = np.exp(true_logits) / np.exp(true_logits).sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) < generator.random((4000, 1))).sum(axis=1)
    noise = generator.normal(0, 1, (4000, 3))
    return np.stack([5 * true_logits, noise], axis=1), np.eye(3)[labels]


def test_finds_the_temperature_and_drops_a_useless_path(overconfident):
    weights = fit_path_weights(*overconfident, multi_label=False)
    assert weights[0] == pytest.approx(0.2, abs=0.02)
    assert weights[1] < 0.05


def test_is_the_best_there_is(overconfident):
    logits, targets = overconfident
    weights = fit_path_weights(logits, targets, multi_label=False)
    least = negative_log_likelihood(logits, targets, weights, multi_label=False)
    for change in ([0.02, 0], [-0.02, 0], [0, 0.03]):
        other = negative_log_likelihood(logits, targets, weights + change, multi_label=False)
        assert other > least


def test_multi_label_decides_each_label_by_itself():
    logits = np.full((1000, 1, 2), [[3.0, -3.0]])
    targets = np.zeros((1000, 2))
    targets[:800, 0] = 1
    targets[:200, 1] = 1
    weights = fit_path_weights(logits, targets, multi_label=True)
    found = probabilities(logits, weights, multi_label=True)[0]
    assert found == pytest.approx([0.8, 0.2], abs=0.01)


def test_one_example_does_not_run_away():
    weights = fit_path_weights(np.array([[[9.0, 0.0]]]), np.array([[1, 0]]), multi_label=False)
    assert 0.01 < weights[0] < 10


def test_refuses_shapes_that_do_not_agree():
    with pytest.raises(ValueError, match="targets"):
        fit_path_weights(np.zeros((2, 1, 3)), np.zeros((2, 2)), multi_label=False)
    with pytest.raises(ValueError, match="at least one"):
        fit_path_weights(np.zeros((0, 1, 3)), np.zeros((0, 3)), multi_label=False)
