from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding.random_bits import threefry, uniform

ALL = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((ALL, ALL), (ALL, ALL), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_known_answers(key, counter, expected):
    """Those of `kat_vectors` of the Random123 library, for threefry2x32 with 20 rounds."""
    words = threefry(*(tuple(map(np.uint32, pair)) for pair in (key, counter)))
    assert tuple(int(word) for word in words) == expected


def test_numbers_are_spread_evenly():
    numbers = uniform(11, 200, 500).numpy()
    assert numbers.dtype == "float32" and numbers.min() >= 0 and numbers.max() < 1
    assert len(np.unique(numbers)) > 0.99 * numbers.size
    counts = np.histogram(numbers, 100, (0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 160  # 99 degrees of freedom: one in 10,000
    bits = (numbers * 2**23).astype("int64")[..., np.newaxis] >> np.arange(23) & 1
    np.testing.assert_allclose(bits.mean(axis=(0, 1)), 0.5, atol=0.01)
    # Neither neighbours in a row nor in a column, nor the same places of other seeds.
    for other in (
        np.roll(numbers, 1, axis=0),
        np.roll(numbers, 1, axis=1),
        uniform(12, 200, 500),
        uniform(11 + 2**32, 200, 500),
    ):
        assert abs(np.corrcoef(numbers.ravel(), np.ravel(other))[0, 1]) < 0.015


def test_more_numbers_or_rows_leave_the_others_as_they_are():
    np.testing.assert_array_equal(uniform(3, 5, 7)[:2, :4], uniform(3, 2, 4))


def test_a_rows_own_seed_decides_wherever_it_stands():
    rows = uniform(np.array([5, 9, 5]), 3, 4).numpy()
    np.testing.assert_array_equal(rows[0], uniform(5, 1, 4)[0])
    np.testing.assert_array_equal(rows[1], uniform(9, 1, 4)[0])
    np.testing.assert_array_equal(rows[0], rows[2])
    assert (uniform(5, 3, 4)[0] != uniform(5, 3, 4)[2]).numpy().all()


@pytest.mark.parametrize("seed", [0, 1, -1, 2**31 - 1, -(2**31)])
def test_a_seed_counts_and_not_its_type(seed):
    expected = uniform(seed, 2, 3)
    graph = tf.function(lambda seed: uniform(seed, 2, 3))
    for dtype in ("int32", "int64"):
        np.testing.assert_array_equal(uniform(np.array(seed, dtype), 2, 3), expected)
        np.testing.assert_array_equal(graph(tf.constant(seed, dtype)), expected)


def test_large_seeds():
    graph = tf.function(lambda seed: uniform(seed, 2, 3))
    for seed, dtype in (
        (2**40 + 3, "int64"),
        (-(2**63), "int64"),
        (2**32 - 1, "uint32"),
        (2**63 + 9, "uint64"),
        (200, "uint8"),
        (-100, "int8"),
    ):
        np.testing.assert_array_equal(graph(tf.constant(seed, dtype)), uniform(seed, 2, 3))
    assert (uniform(2**40 + 3, 2, 3) != uniform(3, 2, 3)).numpy().all()


@pytest.mark.parametrize("seed", [1.5, np.array([0.5]), np.zeros((2, 2), int)])
def test_what_is_no_seed(seed):
    with pytest.raises(ValueError, match=r"seed is .* of the shape .*; give a whole number"):
        uniform(seed, 2, 3)
