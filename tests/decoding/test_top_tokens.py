from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding.top_tokens import block_size, top_tokens


@pytest.mark.parametrize(
    ("vocabulary", "k"), [(5, 5), (300, 2), (2048, 8), (2053, 3), (8000, 8), (7919, 30), (513, 2)]
)
@pytest.mark.parametrize("whole_numbers", [False, True])
def test_it_finds_what_a_selection_from_all_finds(vocabulary, k, whole_numbers):
    values = np.random.default_rng(vocabulary).normal(size=(2, 3, vocabulary)).astype("float32")
    if whole_numbers:  # of many equal values those before others come first
        values = np.round(values)
    values[0, 1] = -np.inf
    values[1, 2, :-1] = -np.inf
    values[0, 2, -2:] = 9
    actual, expected = top_tokens(values, k), tf.math.top_k(values, k)
    for one, other in zip(actual, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_blocks_are_for_large_vocabularies():
    assert block_size(100, 8) is None and block_size(8000, 4000) is None
    assert block_size(7993, 8) == 31, "a prime number has no better size"
    assert block_size(8000, 8) == 32 and block_size(10**6, 1) == 1000
