"""Against roll-outs in NumPy that take the best token at every step."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqkit.decoding import StepResult, greedy
from tests.decoding import prefix_model


def search(weights, rows, **arguments):
    step = prefix_model.step_function(weights, rows)
    actual = greedy(step, prefix_model.first_state(rows), **arguments)
    return actual._replace(**{k: v.numpy() for k, v in actual._asdict().items()})


def rolled_out(
    weights, rows, row, max_length, min_length=0, banned=(0, 1, 2), no_repeat_ngram=0, bos_id=2
):
    """Gives the tokens, their log-probability with EOS, and the attention."""
    tokens, total, seen = (), 0.0, []
    while len(tokens) < max_length:
        gained, attention = prefix_model.after(weights, rows, row, tokens, bos_id)
        allowed = [
            token
            for token in range(len(gained))
            if token not in banned
            and (token != 3 or len(tokens) >= min_length)
            and (token == 3 or not prefix_model.repeats((*tokens, token), no_repeat_ngram))
        ]
        if not allowed:
            break
        best = max(allowed, key=gained.__getitem__)
        total += gained[best]
        if best == 3:
            break
        tokens, seen = (*tokens, best), [*seen, attention]
    return tokens, total, np.array(seen)


@pytest.mark.parametrize(
    "allowed",
    [
        {},
        {"min_length": 4},
        {"no_repeat_ngram": 1, "min_length": 5},
        {"no_repeat_ngram": 2, "min_length": 5},
        {"no_repeat_ngram": 3, "min_length": 9},
        {"banned": (0, 1, 2, 5)},
        {"banned": ()},
        {"bos_id": 4},
    ],
)
def test_each_token_is_the_best_that_is_allowed(allowed):
    weights, rows = prefix_model.make(seed=2, batch=4, vocabulary=7)
    lengths = np.array([9, 12, 1, 3])
    actual = search(weights, rows, max_length=lengths, **allowed)
    assert actual.token_ids.shape == (4, 1, 12)
    assert (actual.score == actual.log_probability).all()
    for row, max_length in enumerate(lengths):
        tokens, total, attention = rolled_out(weights, rows, row, max_length, **allowed)
        length = actual.lengths[row, 0]
        assert tuple(actual.token_ids[row, 0, :length]) == tokens
        assert not actual.token_ids[row, 0, length:].any()
        np.testing.assert_allclose(actual.log_probability[row, 0], total, rtol=1e-4)
        np.testing.assert_allclose(actual.attention[row, 0, :length], attention, atol=1e-5)
        assert not actual.attention[row, 0, length:].any()


def test_rows_may_begin_with_a_token_each():
    weights, rows = prefix_model.make(seed=2)
    actual = search(weights, rows, max_length=6, bos_id=np.array([4, 2, 5]))
    for row, bos_id in enumerate((4, 2, 5)):
        tokens, *_ = rolled_out(weights, rows, row, 6, bos_id=bos_id)
        assert tuple(actual.token_ids[row, 0, : len(tokens)]) == tokens


def test_where_nothing_is_allowed_a_row_ends():
    weights, rows = prefix_model.make(vocabulary=6)
    actual = search(weights, rows, max_length=6, min_length=6, no_repeat_ngram=1)
    assert actual.lengths.tolist() == [[2]] * 3
    assert (np.sort(actual.token_ids[..., :2]) == [4, 5]).all()
    assert np.isfinite(actual.log_probability).all()


def test_it_ends_when_all_rows_have():
    taken = []

    def step(token_ids, state):
        taken.append(token_ids)
        ends = ops.equal(state, 0)
        logits = ops.where(ops.expand_dims(ends, -1), np.eye(6)[3], np.eye(6)[4])
        return StepResult(logits, state - 1)

    actual = greedy(step, np.array([[2], [0], [4]]), max_length=30)
    assert actual.lengths.numpy().tolist() == [[2], [0], [4]]
    assert len(taken) == 5


def test_the_vocabulary_must_be_known():
    @tf.function(input_signature=[tf.TensorSpec([1, None, None])])
    def run(logits):
        return greedy(lambda _, state: StepResult(logits, state), np.zeros((1, 1)), max_length=2)

    with pytest.raises(ValueError, match=r"logits of the shape .*known beforehand"):
        run.get_concrete_function()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_length": 0}, r"max_length is 0; give at least 1"),
        ({"max_length": np.ones((3, 1))}, r"max_length has the shape \(3, 1\)"),
        (
            {"max_length": 4, "min_length": 5},
            r"min_length is 5 and max_length 4; give .* at most 4",
        ),
        ({"max_length": 4, "min_length": -1}, r"min_length is -1; give 0 or more"),
        ({"max_length": 4, "banned": (0, 3)}, r"banned has eos_id 3"),
        (
            {"max_length": 4, "banned": (0, 6)},
            r"banned is \(0, 6\) .* 6 tokens; give ids from 0 to 5",
        ),
        ({"max_length": 4, "banned": (-1,)}, r"banned is \(-1,\)"),
        ({"max_length": 4, "eos_id": 9}, r"eos_id is 9 .* give ids from 0 to 5"),
        ({"max_length": 4, "no_repeat_ngram": -2}, r"no_repeat_ngram is -2"),
        ({"max_length": 4, "bos_id": np.ones((3, 1))}, r"bos_id has the shape \(3, 1\)"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        search(*prefix_model.make(), **arguments)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, r"state is {}, without a tensor"),
        ([np.zeros((2, 3))], r"shape \(2, 3\); a first state has one beam"),
        (np.zeros(2), r"shape \(2,\)"),
    ],
)
def test_wrong_first_states(state, message):
    with pytest.raises(ValueError, match=message):
        greedy(lambda *_: None, state, max_length=2)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (StepResult(np.zeros((1, 6)), None), r"logits of the shape \(1, 6\)"),
        (
            StepResult(np.zeros((1, 1, 6)), None, np.zeros((1, 2, 1, 3))),
            r"attention of the shape \(1, 2, 1, 3\).*averaged over heads",
        ),
    ],
)
def test_wrong_steps(result, message):
    with pytest.raises(ValueError, match=message):
        greedy(lambda *_: result, np.zeros((1, 1)), max_length=2)
