from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding.constraints import constraints
from tests.decoding import prefix_model

VOCABULARY = 7
LOGITS = np.random.default_rng(0).normal(size=(3, 2, VOCABULARY)).astype("float32")
TOKENS = np.random.default_rng(1).integers(4, 6, (3, 2, 10)).astype("int32")


def left(time, tokens=TOKENS, min_length=0, banned=(), no_repeat_ngram=0):
    """Which tokens are still possible, as truth values."""
    limits = constraints(min_length, 10, 3, banned, no_repeat_ngram)
    actual = limits.apply(tf.constant(LOGITS), tf.constant(tokens), tf.constant(time)).numpy()
    possible = np.isfinite(actual)
    np.testing.assert_array_equal(actual[possible], LOGITS[possible])
    return possible


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("time", range(10))
def test_repeated_ngrams(size, time):
    """Also before there are enough tokens for any, and whatever stands in the buffer after them."""
    tokens = TOKENS.copy()
    tokens[:, :, time:] = 0
    for given in (tokens, TOKENS):
        actual = left(time, given, no_repeat_ngram=size)
        for row, beam in np.ndindex(3, 2):
            before = tuple(TOKENS[row, beam, :time].tolist())
            expected = [
                not prefix_model.repeats((*before, token), size) for token in range(VOCABULARY)
            ]
            assert actual[row, beam].tolist() == expected


def test_a_buffer_that_is_shorter_than_an_ngram():
    assert left(1, TOKENS[..., :2], no_repeat_ngram=4).all()


def test_banned_tokens_and_the_least_length():
    assert left(0).all()
    possible = np.array([0, 1, 0, 1, 1, 1, 0], bool)
    assert (left(4, banned=(0, 2, 6)) == possible).all()
    assert (left(2, banned=(0, 2, 6), min_length=2) == possible).all()
    possible[3] = False
    assert (left(1, banned=(0, 2, 6), min_length=2) == possible).all()
    of_rows = left(1, min_length=np.array([1, 2, 0]))
    assert of_rows[:, :, 3].tolist() == [[True] * 2, [False] * 2, [True] * 2]
    assert of_rows[:, :, [0, 1, 2, 4, 5, 6]].all()
