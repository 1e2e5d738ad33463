"""One token, drawn often."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqkit.decoding import draw
from seqkit.decoding.draw import Draw
from seqkit.decoding.random_bits import uniform

NUMBERS = uniform(1, 1, 20_000)[0]


def one(value, dtype="float32"):
    return None if value is None else tf.constant([[value]], dtype)


def frequencies(logits, temperature=1.0, top_k=None, top_p=None, numbers=NUMBERS):
    logits = tf.tile(tf.constant([logits], "float32"), (len(numbers), 1))
    draws = Draw(one(temperature), top_k, top_p)
    drawn = tf.function(lambda *given: draws(*given))(logits, numbers)
    return np.bincount(drawn, minlength=logits.shape[1]) / len(numbers)


def expect(actual, expected):
    """Chi-square with one degree of freedom less than there are tokens, one in 10,000 or so."""
    assert not actual[expected == 0].any()
    expected = expected / expected.sum()
    expected, actual = expected[expected > 0], actual[expected > 0]
    assert len(NUMBERS) * ((actual - expected) ** 2 / expected).sum() < 16 + 3 * len(expected)


LOGITS = np.array([0.5, -np.inf, 2.0, 0.0, -1.0, 2.5, -3.0, -np.inf])


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_tokens_come_as_often_as_they_are_probable(temperature):
    expect(frequencies(LOGITS, temperature), np.exp(LOGITS / temperature))


def kept_by(top_k=8, top_p=1.0):
    probabilities = np.exp(LOGITS)
    ranks = np.argsort(np.argsort(-probabilities, kind="stable"))
    probabilities[ranks >= top_k] = 0
    probabilities /= probabilities.sum()
    before = [probabilities[ranks < rank].sum() for rank in ranks]
    probabilities[np.array(before) >= top_p] = 0
    return probabilities


LIMITS = [
    {"top_k": 1},
    {"top_k": 3},
    {"top_k": 5, "top_p": 0.7},
    {"top_p": 0.001},
    {"top_p": 0.6},
    {"top_p": 0.9},
    {"top_k": 2, "top_p": 0.99},
    {"top_k": 8},
]


@pytest.mark.parametrize("served", [False, True])
@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("first_ranks", [2, 256])
def test_limits_are_kept(monkeypatch, limits, served, first_ranks):
    monkeypatch.setattr(draw, "FIRST_RANKS", first_ranks)
    expected = kept_by(**limits)
    if served:
        dtypes = {"top_k": "int32", "top_p": "float32"}
        limits = {name: one(value, dtypes[name]) for name, value in limits.items()}
    expect(frequencies(LOGITS, **limits), expected)


def test_limits_of_nothing():
    for top_k in (0, -1, 8, 99):
        expect(frequencies(LOGITS, top_k=one(top_k, "int32"), top_p=one(1.0)), np.exp(LOGITS))


@pytest.mark.parametrize("limits", [{}, {"top_k": 3}, {"top_p": 0.5}])
def test_without_temperature_the_best_is_taken(limits):
    for logits in (LOGITS, -LOGITS, [1.0, 2.0, 2.0, 2.0 - 1e-6]):
        logits = np.where(np.isinf(logits), -np.inf, logits)
        for temperature in (0.0, -1.0):
            actual = frequencies(logits, temperature, **limits)
            assert actual[np.argmax(logits)] == 1


def test_extreme_numbers_never_draw_what_must_not_come():
    numbers = tf.constant([0.0, 2.0**-23, 0.5, 1 - 2.0**-22, 1 - 2.0**-23])
    for logits in (LOGITS, [-np.inf, 0.0, -np.inf], [-np.inf, -30.0, 0.0, -30.0, -np.inf]):
        for limits in ({}, {"top_p": 0.999999}, {"top_k": 2}):
            actual = frequencies(np.array(logits), numbers=numbers, **limits)
            assert not actual[np.isinf(logits)].any()
    large = np.where(np.arange(5000) % 2, -np.inf, np.random.default_rng(0).normal(size=5000))
    assert not frequencies(large, numbers=numbers)[1::2].any()


def test_large_logits_and_small_temperatures():
    actual = frequencies(np.array([3e4, -3e4, 3e4 - 1, -np.inf]), 1e-3)
    assert actual.tolist() == [1, 0, 0, 0]


def test_a_row_is_drawn_as_if_it_were_alone(monkeypatch):
    """Whatever the other rows ask for, and whether or not they need the whole vocabulary sorted."""
    monkeypatch.setattr(draw, "FIRST_RANKS", 4)
    rng = np.random.default_rng(0)
    asked = [(0, 1.0), (3, 1.0), (0, 0.5), (0, 0.99), (6, 0.9), (0, 1.0)]
    logits = tf.constant(rng.normal(size=(6, 12)), "float32")
    top_k = tf.constant([[k] for k, _ in asked], "int32")
    top_p = tf.constant([[p] for _, p in asked], "float32")
    temperature = tf.constant(rng.uniform(0.5, 2, (6, 1)), "float32")
    run = tf.function(lambda *given: Draw(*given[:3])(*given[3:]), reduce_retracing=True)
    for numbers in tf.unstack(uniform(3, 40, 6)):
        together = run(temperature, top_k, top_p, logits, numbers).numpy()
        for i in range(6):
            row = slice(i, i + 1)
            given = (x[row] for x in (temperature, top_k, top_p, logits, numbers))
            assert run(*given).numpy() == together[i]
