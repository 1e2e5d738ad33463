"""The gradients written by hand against those TensorFlow finds by itself."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from seqkit.layers.recurrences import RECURRENCES

LENGTH, BATCH, DIM = 5, 3, 4


def simple_rnn_step(x, states, kernel, bias, dropout):
    h = tf.tanh(x + tf.matmul(states[0] * dropout, kernel) + bias)
    return [h]


def gru_step(x, states, kernel, bias, dropout):
    h = states[0]
    inner = tf.split(tf.matmul(h * dropout, kernel) + bias, 3, axis=-1)
    x = tf.split(x, 3, axis=-1)
    update, reset = tf.sigmoid(x[0] + inner[0]), tf.sigmoid(x[1] + inner[1])
    return [update * h + (1 - update) * tf.tanh(x[2] + reset * inner[2])]


def lstm_step(x, states, kernel, bias, dropout):
    h, c = states
    take, forget, candidate, output = tf.split(
        x + tf.matmul(h * dropout, kernel) + bias, 4, axis=-1
    )
    c = tf.sigmoid(forget) * c + tf.sigmoid(take) * tf.tanh(candidate)
    return [tf.sigmoid(output) * tf.tanh(c), c]


STEPS = {"simple_rnn": simple_rnn_step, "gru": gru_step, "lstm": lstm_step}


def unrolled(step, projected, kernel, bias, dropout, initial, reverse):
    states = initial
    outputs = [None] * LENGTH
    for time in reversed(range(LENGTH)) if reverse else range(LENGTH):
        states = step(projected[time], states, kernel, bias, dropout)
        outputs[time] = states[0]
    return tf.stack(outputs)


@pytest.mark.parametrize("name", RECURRENCES)
@pytest.mark.parametrize("reverse", [False, True])
def test_states_and_gradients(name, reverse):
    recurrence = RECURRENCES[name]
    rng = np.random.default_rng(0)
    columns = recurrence.num_gates * DIM
    shapes = [(LENGTH, BATCH, columns), (DIM, columns), (columns,)]
    shapes += [(BATCH, DIM)] * recurrence.num_states
    given = [tf.constant(rng.normal(size=shape), tf.float32) for shape in shapes]
    dropout = tf.constant(rng.choice([0.0, 2.0], (BATCH, DIM)), tf.float32)
    weights = rng.normal(size=(LENGTH, BATCH, DIM)).astype("float32")

    def run(function):
        with tf.GradientTape() as tape:
            tape.watch(given)
            states = function(*given[:3], dropout, tuple(given[3:]), reverse)
            loss = tf.reduce_sum(weights * states**2)
        return [states, *tape.gradient(loss, given)]

    expected = run(lambda *arguments: unrolled(STEPS[name], *arguments))
    for ours, theirs in zip(run(lambda *given: recurrence.run(*given)[0]), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("name", RECURRENCES)
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_a_resting_input_leaves_a_zero_state_at_zero(name, dtype):
    recurrence = RECURRENCES[name]
    columns = recurrence.num_gates * DIM
    rng = np.random.default_rng(0)
    resting = tf.constant(np.tile(np.repeat(recurrence.resting, DIM), (LENGTH, BATCH, 1)), dtype)
    kernel = tf.constant(rng.normal(size=(DIM, columns)), dtype)
    bias = tf.constant(rng.normal(size=columns) * recurrence.recurrent_bias, dtype)
    initial = (tf.zeros((BATCH, DIM), dtype),) * recurrence.num_states
    states, *_ = recurrence.run(resting, kernel, bias, tf.ones((BATCH, DIM), dtype), initial, False)
    assert not tf.cast(states, tf.float32).numpy().any()


@pytest.mark.parametrize("name", RECURRENCES)
def test_single_steps_give_what_the_whole_sequence_gives(name):
    recurrence = RECURRENCES[name]
    columns = recurrence.num_gates * DIM
    rng = np.random.default_rng(0)
    projected = tf.constant(rng.normal(size=(LENGTH, BATCH, columns)), tf.float32)
    kernel = tf.constant(rng.normal(size=(DIM, columns)), tf.float32)
    bias = tf.constant(rng.normal(size=columns), tf.float32)
    initial = (tf.constant(rng.normal(size=(BATCH, DIM)), tf.float32),) * recurrence.num_states
    whole = recurrence.run(projected, kernel, bias, tf.ones((BATCH, DIM)), initial, False)
    # With an axis of beams, as searches have it.
    state = tuple(value[:, tf.newaxis] for value in initial)
    for time in range(LENGTH):
        state = recurrence.step(projected[time][:, tf.newaxis], state, kernel, bias)
        for now, of_whole in zip(state, whole, strict=True):
            np.testing.assert_allclose(now[:, 0], of_whole[time], atol=1e-6)
