from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqkit.decoding import StepResult, greedy, sample
from tests.decoding import prefix_model


def rolled(weights, rows, **arguments):
    step = prefix_model.step_function(weights, rows)
    actual = sample(step, prefix_model.first_state(rows), **arguments)
    return actual._replace(**{k: v.numpy() for k, v in actual._asdict().items()})


def test_sequences_come_as_often_as_they_are_probable():
    """Whole sequences: each draw must not depend on the draws before it but by the model."""
    draws = 6000
    weights, rows = prefix_model.make(batch=1)
    many = prefix_model.Rows(*(np.repeat(x, draws, axis=0) for x in rows))
    actual = rolled(weights, many, seed=4, max_length=3)
    sequences = list(prefix_model.every_sequence(weights, rows, 0, 3))
    # What is banned leaves its share to the others at every step, not to sequences as a whole.
    expected = {s.tokens: np.exp(allowed_log_probability(weights, rows, s)) for s in sequences}
    np.testing.assert_allclose(sum(expected.values()), 1)
    counts = dict.fromkeys(expected, 0)
    for tokens, length in zip(actual.token_ids[:, 0], actual.lengths[:, 0], strict=True):
        counts[tuple(tokens[:length])] += 1
    squares = sum((counts[s] - draws * p) ** 2 / (draws * p) for s, p in expected.items())
    assert squares < 16 + 3 * len(expected)
    probabilities = {s.tokens: s.log_probability for s in sequences}
    for row in range(20):
        tokens = tuple(actual.token_ids[row, 0, : actual.lengths[row, 0]])
        np.testing.assert_allclose(actual.log_probability[row], probabilities[tokens], rtol=1e-4)
    assert (actual.score == actual.log_probability).all()


def allowed_log_probability(weights, rows, sequence):
    total = 0.0
    for position in range(sequence.emitted):
        gained, _ = prefix_model.after(weights, rows, 0, sequence.tokens[:position])
        token = (*sequence.tokens, 3)[position]
        total += gained[token] - np.logaddexp.reduce(gained[3:])
    return total


@pytest.mark.parametrize("limits", [{}, {"top_k": 4}, {"top_p": 0.8}])
def test_without_temperature_it_is_greedy_search(limits):
    weights, rows = prefix_model.make(seed=3, batch=5, vocabulary=9)
    step = prefix_model.step_function(weights, rows)
    expected = greedy(step, prefix_model.first_state(rows), max_length=8)
    for temperature in (0, 1e-9):
        actual = rolled(weights, rows, seed=1, max_length=8, temperature=temperature, **limits)
        for one, other in zip(actual, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_a_seed_says_it_all():
    weights, rows = prefix_model.make(batch=6, vocabulary=12, scale=0.3)
    first, same, other = (
        rolled(weights, rows, seed=seed, max_length=10).token_ids for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert (first != other).any(axis=(1, 2)).all()


def test_a_row_with_a_seed_of_its_own_does_not_depend_on_its_place():
    weights, rows = prefix_model.make(batch=4, vocabulary=12, scale=0.3)
    seeds, lengths = np.array([7, 8, 7, 2**31 - 1]), np.array([4, 9, 6, 3])
    temperature, top_k = np.array([1.0, 0.5, 2.0, 1.0]), np.array([0, 3, 5, 0])
    top_p = np.array([1.0, 0.7, 1.0, 0.9])
    together = rolled(
        weights,
        rows,
        seed=seeds,
        max_length=lengths,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
    )
    for row in range(4):
        own = slice(row, row + 1)
        alone = rolled(
            weights,
            prefix_model.Rows(*(x[own] for x in rows)),
            seed=int(seeds[row]),
            max_length=int(lengths[row]),
            temperature=float(temperature[row]),
            top_k=top_k[own],
            top_p=float(top_p[row]),
        )
        np.testing.assert_array_equal(
            alone.token_ids[0], together.token_ids[row, :, : lengths[row]]
        )
        np.testing.assert_allclose(
            alone.log_probability[0], together.log_probability[row], rtol=1e-5
        )


def test_constraints_hold():
    def step(token_ids, state):
        return StepResult(ops.zeros((*ops.shape(token_ids), 8)), state)

    actual = sample(
        step,
        np.zeros((300, 1)),
        seed=0,
        max_length=6,
        min_length=np.repeat([0, 2, 6], 100),
        banned=(0, 1, 2, 5),
        no_repeat_ngram=2,
    )
    token_ids, lengths = actual.token_ids.numpy()[:, 0], actual.lengths.numpy()[:, 0]
    assert set(np.unique(token_ids)) == {0, 4, 6, 7}
    assert lengths[:100].min() == 0 and lengths[100:200].min() == 2 and lengths[200:].min() == 6
    for tokens, length in zip(token_ids, lengths, strict=True):
        for end in range(1, length + 1):
            assert not prefix_model.repeats(tuple(tokens[:end].tolist()), 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"temperature": -0.5}, r"temperature is -0.5; give 0 or more"),
        ({"temperature": float("nan")}, r"temperature is nan"),
        ({"temperature": np.ones((3, 1))}, r"temperature has the shape \(3, 1\)"),
        ({"top_k": 0}, r"top_k is 0; give at least 1, or None for all"),
        ({"top_p": 0.0}, r"top_p is 0.0; give more than 0 and at most 1"),
        ({"top_p": 1.5}, r"top_p is 1.5"),
        ({"seed": 0.5}, r"seed is float32"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        rolled(*prefix_model.make(), **({"seed": 1, "max_length": 3} | arguments))


def test_it_is_the_same_for_every_kind_of_seed():
    weights, rows = prefix_model.make(batch=2, vocabulary=12, scale=0.3)
    expected = rolled(weights, rows, seed=5, max_length=8).token_ids
    for seed in (np.int64(5), tf.constant(5), tf.constant(5, "int64")):
        np.testing.assert_array_equal(
            rolled(weights, rows, seed=seed, max_length=8).token_ids, expected
        )
