from __future__ import annotations

import numpy as np
import pytest

from seqkit.layers import Pooling

SEQUENCE = np.array(
    [
        [[1.0, -5.0], [4.0, -2.0], [9.0, 9.0]],
        [[2.0, -1.0], [8.0, 8.0], [8.0, 8.0]],
        [[7.0, 7.0], [7.0, 7.0], [7.0, 7.0]],
    ],
    "float32",
)
MASK = np.arange(3) < np.array([2, 1, 0])[:, np.newaxis]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("last", [[4, -2], [2, -1], [0, 0]]),
        ("mean", [[2.5, -3.5], [2, -1], [0, 0]]),
        ("max", [[4, -2], [2, -1], [0, 0]]),
    ],
)
def test_only_valid_positions_count(mode, expected):
    np.testing.assert_allclose(Pooling(mode)(SEQUENCE, MASK), expected)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("last", SEQUENCE[:, -1]), ("mean", SEQUENCE.mean(1)), ("max", SEQUENCE.max(1))],
)
def test_without_a_mask_all_positions_count(mode, expected):
    np.testing.assert_allclose(Pooling(mode)(SEQUENCE), expected, rtol=1e-6)


def test_attention_weighs_by_its_formula():
    layer = Pooling("attention")
    layer(SEQUENCE)
    rng = np.random.default_rng(0)
    kernel, bias, query = (rng.normal(size=w.shape) for w in layer.weights)
    layer.set_weights([kernel, bias, query])
    scores = np.exp(np.tanh(SEQUENCE[0, :2] @ kernel + bias) @ query)
    expected = (scores / scores.sum() * SEQUENCE[0, :2]).sum(axis=0)
    pooled = layer(SEQUENCE, MASK).numpy()
    np.testing.assert_allclose(pooled[0], expected, rtol=1e-5)
    np.testing.assert_allclose(pooled[1], SEQUENCE[1, 0], rtol=1e-6)
    assert not pooled[2].any()


@pytest.mark.parametrize("mode", ["last", "mean", "max", "attention"])
def test_what_stands_at_padding_does_not_matter_even_nan(mode):
    layer = Pooling(mode)
    spoiled = np.where(MASK[..., np.newaxis], SEQUENCE, np.nan)
    np.testing.assert_array_equal(layer(spoiled, MASK), layer(SEQUENCE, MASK))


def test_an_unknown_mode_is_named():
    with pytest.raises(ValueError, match="mode must be one of last, mean, max, attention, got 'm'"):
        Pooling("m")
