"""Against every sequence there is, one by one."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from seqkit.decoding import StepResult, beam_search, greedy
from tests.decoding import prefix_model

module = importlib.import_module("seqkit.decoding.beam_search")


def search(weights, rows, **arguments):
    step = prefix_model.step_function(weights, rows, arguments.pop("attends", True))
    actual = beam_search(step, prefix_model.first_state(rows), **arguments)
    return actual._replace(**{k: v.numpy() for k, v in actual._asdict().items() if v is not None})


def expect_best(actual, weights, rows, lengths, alpha=0.0, beta=0.0, **allowed):
    """Compares all that was found with the best of all sequences."""
    num_best, size = actual.token_ids.shape[1:]
    assert size == max(lengths)
    for row, max_length in enumerate(lengths):
        sequences = list(prefix_model.every_sequence(weights, rows, row, max_length, **allowed))
        scored = [(prefix_model.score(s, rows, row, alpha, beta), s) for s in sequences]
        scored.sort(key=lambda pair: -pair[0])
        for place in range(num_best):
            tokens, length = actual.token_ids[row, place], actual.lengths[row, place]
            assert (tokens[length:] == 0).all()
            if place >= len(scored):
                assert length == 0
                assert actual.score[row, place] == actual.log_probability[row, place] == -np.inf
                continue
            expected_score, expected = scored[place]
            assert tuple(tokens[:length]) == expected.tokens, (row, place)
            np.testing.assert_allclose(actual.score[row, place], expected_score, rtol=1e-4)
            np.testing.assert_allclose(
                actual.log_probability[row, place], expected.log_probability, rtol=1e-4
            )
            if actual.attention is not None:
                attention = actual.attention[row, place]
                np.testing.assert_allclose(
                    attention[:length], expected.attention[:length], atol=1e-5
                )
                assert not attention[length:].any()


@pytest.mark.parametrize(
    ("alpha", "beta", "allowed"),
    [
        (0.0, 0.0, {}),
        (1.0, 0.0, {}),
        (3.0, 0.0, {}),
        (0.6, 0.5, {}),
        (0.0, 2.0, {}),
        (1.0, 0.0, {"min_length": 3}),
        (0.6, 0.2, {"min_length": 5}),
        (1.0, 0.0, {"no_repeat_ngram": 1}),
        (1.0, 0.3, {"no_repeat_ngram": 2}),
        (1.0, 0.0, {"no_repeat_ngram": 3}),
        (1.0, 0.0, {"banned": (0, 1, 2, 5)}),
        (1.0, 0.0, {"banned": (0, 1, 2, 4, 5)}),
        (1.0, 0.0, {"bos_id": 5, "eos_id": 4}),
    ],
)
def test_with_beams_enough_the_best_of_all_are_found(alpha, beta, allowed):
    weights, rows = prefix_model.make(seed=len(str(allowed)))
    actual = search(
        weights,
        rows,
        max_length=5,
        num_beams=48,
        num_best=8,
        length_penalty=alpha,
        coverage_penalty=beta,
        source_mask=rows.source_mask,
        **allowed,
    )
    expect_best(actual, weights, rows, [5, 5, 5], alpha, beta, **allowed)


def test_nothing_is_banned_if_nothing_shall_be():
    weights, rows = prefix_model.make(vocabulary=5, batch=2)
    actual = search(weights, rows, max_length=4, num_beams=320, num_best=320, banned=())
    expect_best(actual, weights, rows, [4, 4], banned=())
    assert actual.token_ids.shape == (2, 320, 4)
    assert {0, 1, 2} < set(actual.token_ids[0, :10].ravel().tolist())


def test_rows_may_have_a_max_length_each():
    weights, rows = prefix_model.make(seed=4)
    lengths = np.array([2, 5, 3])
    actual = search(weights, rows, max_length=lengths, num_beams=48, num_best=8, length_penalty=1.0)
    expect_best(actual, weights, rows, lengths, 1.0)
    assert (actual.lengths.max(axis=1) == lengths).all(), "no sequence was cut"


def test_rows_may_have_a_min_length_each():
    weights, rows = prefix_model.make(seed=4)
    actual = search(
        weights, rows, max_length=4, num_beams=48, num_best=8, min_length=np.array([3, 0, 2])
    )
    for row, least in enumerate((3, 0, 2)):
        part = actual._replace(**{k: v[row : row + 1] for k, v in actual._asdict().items()})
        own = prefix_model.Rows(*(x[row : row + 1] for x in rows))
        expect_best(part, weights, own, [4], min_length=least)


def test_a_max_length_below_one_is_one():
    weights, rows = prefix_model.make()
    actual = search(weights, rows, max_length=np.array([0, 2, -5]), num_beams=8, num_best=2)
    expect_best(actual, weights, rows, [1, 2, 1])


def test_one_beam_without_penalties_is_greedy_search():
    for seed in range(5):
        weights, rows = prefix_model.make(seed)
        step = prefix_model.step_function(weights, rows)
        actual = search(weights, rows, max_length=6, num_beams=1)
        expected = greedy(step, prefix_model.first_state(rows), max_length=6)
        for one, other in zip(actual, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_eos_ends_a_sequence_only_among_the_best_continuations():
    """With every EOS counted, the empty sequence would win: its one step costs the least."""
    following = np.full((11, 11), -30.0)
    following[2, [4, 5, 6, 3]] = np.log([0.4, 0.28, 0.2, 0.12])
    following[4:7, 7:] = np.log(0.25)
    following[7:, 3] = 0.0

    def step(token_ids, state):
        return StepResult(ops.take(following, token_ids, axis=0), state)

    def best(num_beams):
        actual = beam_search(step, np.zeros((1, 1)), max_length=9, num_beams=num_beams)
        return actual.token_ids.numpy()[0, 0, : actual.lengths.numpy()[0, 0]].tolist()

    assert best(3) == [4, 7]
    assert best(4) == []


def test_beams_go_on_beside_sequences_that_have_ended():
    """With two beams, and the two best continuations of the first step not both open."""
    following = np.full((8, 8), -30.0)
    following[2, [3, 4, 5]] = np.log([0.5, 0.3, 0.2])
    following[4, [6, 7]] = np.log(0.5)
    following[5, [3]] = 0.0
    following[[6, 7], [3, 3]] = 0.0

    def step(token_ids, state):
        return StepResult(ops.take(following, token_ids, axis=0), state)

    actual = beam_search(step, np.zeros((1, 1)), max_length=5, num_beams=2, num_best=2)
    assert actual.token_ids.numpy()[0, :, :2].tolist() == [[0, 0], [5, 0]]


@pytest.fixture(scope="module")
def with_and_without_stopping():
    """Two graphs: one stops a row early, the other takes all steps."""
    signature = [
        tuple(tf.TensorSpec(w.shape) for w in prefix_model.make()[0]),
        tuple(tf.TensorSpec(x.shape, tf.as_dtype(x.dtype.name)) for x in prefix_model.make()[1]),
        tf.TensorSpec([3], "int32"),
        tf.TensorSpec([]),
        tf.TensorSpec([]),
    ]

    def graph():
        @tf.function(input_signature=signature)
        def run(weights, rows, lengths, alpha, beta):
            weights, rows = prefix_model.Weights(*weights), prefix_model.Rows(*rows)
            step = prefix_model.step_function(weights, rows)

            return beam_search(
                step,
                prefix_model.first_state(rows),
                max_length=lengths,
                num_beams=3,
                num_best=2,
                length_penalty=alpha,
                coverage_penalty=beta,
                source_mask=rows.source_mask,
            )

        run.get_concrete_function()
        return run

    stopping = graph()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            module._Search,
            "_done",
            lambda self, beams, finished, best: self.limits.reached(beams.time) | beams.done,
        )
        return stopping, graph()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    scale=st.sampled_from([0.5, 1.5, 4.0]),
    lengths=st.lists(st.integers(1, 9), min_size=3, max_size=3),
    alpha=st.sampled_from([0.0, 0.6, 1.0, 2.5]),
    beta=st.sampled_from([0.0, 0.3, 2.0]),
)
def test_stopping_early_changes_nothing(
    with_and_without_stopping, seed, scale, lengths, alpha, beta
):
    arguments = (*prefix_model.make(seed, scale=scale), np.array(lengths, "int32"), alpha, beta)
    stopping, going_on = (run(*arguments) for run in with_and_without_stopping)
    for one, other in zip(stopping, going_on, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_row_that_cannot_improve_takes_no_more_steps():
    taken = []

    def step(token_ids, state):
        taken.append(token_ids.shape[1])
        logits = ops.zeros((*ops.shape(token_ids), 6)) + np.array([0, 0, 0, 9, 0, 0], "float32")
        return StepResult(logits, state)

    state = np.zeros((1, 1))
    beam_search(step, state, max_length=30, num_beams=4)
    assert taken == [1]
    taken.clear()
    # Each step costs about nine; 4.7 times that is less than the second best, after two steps.
    beam_search(step, state, max_length=30, num_beams=4, num_best=2, length_penalty=1.0)
    assert taken[:2] == [1, 4] and 3 < len(taken) < 20


def test_a_row_does_not_depend_on_the_rows_beside_it():
    weights, rows = prefix_model.make(seed=9, batch=5)
    lengths = np.array([3, 12, 1, 7, 12])
    arguments = {"num_beams": 3, "num_best": 3, "length_penalty": 0.7, "coverage_penalty": 0.2}
    together = search(weights, rows, max_length=lengths, source_mask=rows.source_mask, **arguments)
    for row, length in enumerate(lengths):
        own = prefix_model.Rows(*(x[row : row + 1] for x in rows))
        alone = search(
            weights, own, max_length=int(length), source_mask=own.source_mask, **arguments
        )
        np.testing.assert_array_equal(alone.token_ids[0], together.token_ids[row, :, :length])
        np.testing.assert_array_equal(alone.lengths[0], together.lengths[row])
        np.testing.assert_allclose(alone.score[0], together.score[row], rtol=1e-5)
        np.testing.assert_allclose(
            alone.attention[0], together.attention[row, :, :length], atol=1e-6
        )


def test_without_attention_the_same_is_found():
    weights, rows = prefix_model.make()
    arguments = {"max_length": 5, "num_beams": 3, "num_best": 3}
    actual = search(weights, rows, attends=False, **arguments)
    assert actual.attention is None
    np.testing.assert_array_equal(actual.token_ids, search(weights, rows, **arguments).token_ids)


def test_impossible_logits_break_nothing():
    def step(token_ids, state):
        logits = ops.zeros((*ops.shape(token_ids), 6)) - np.inf
        return StepResult(ops.where(np.arange(6) == 4, 0.0, logits), state)

    actual = beam_search(step, np.zeros((2, 1)), max_length=3, num_beams=3, num_best=2)
    assert actual.token_ids.numpy().tolist() == [[[4, 4, 4], [0, 0, 0]]] * 2
    assert actual.score.numpy().tolist() == [[0, -np.inf]] * 2
    assert actual.lengths.numpy().tolist() == [[3, 0]] * 2


def test_half_precision_is_added_up_in_float32():
    def step(token_ids, state):
        return StepResult(ops.zeros((*ops.shape(token_ids), 2000), "float16"), state)

    actual = beam_search(step, np.zeros((1, 1)), max_length=50, min_length=50, num_beams=1)
    np.testing.assert_allclose(actual.log_probability, [[-50 * np.log(2000)]], rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_beams": 0}, r"num_beams is 0; give at least 1"),
        ({"num_beams": 2, "num_best": 3}, r"num_best is 3 and num_beams 2; give from 1 to 2"),
        ({"num_best": 0}, r"num_best is 0 and num_beams 4"),
        ({"length_penalty": -0.1}, r"length_penalty is -0.1; give 0 or more"),
        ({"coverage_penalty": -1}, r"coverage_penalty is -1; give 0 or more"),
        ({"coverage_penalty": 0.2}, r"coverage_penalty is 0.2 and the step returned no attention"),
    ],
)
def test_wrong_arguments(arguments, message):
    weights, rows = prefix_model.make()
    with pytest.raises(ValueError, match=message):
        search(weights, rows, attends=False, max_length=5, **arguments)
