"""RecurrentStack: Keras's own layers weight for weight, in windows and in steps the same."""

import keras
import numpy as np
import pytest
from keras import ops

from seqkit.layers import RecurrentStack

CELLS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "gru": keras.layers.GRU,
    "lstm": keras.layers.LSTM,
}
BATCH, LENGTH, DIM, HIDDEN = 3, 7, 4, 5

every_cell = pytest.mark.parametrize("cell", CELLS)


def inputs(seed=0):
    return np.random.default_rng(seed).normal(size=(BATCH, LENGTH, DIM)).astype("float32")


def made(cell, **arguments):
    """A stack of two layers whose weights, biases included, are not zero, and a state."""
    stack = RecurrentStack(HIDDEN, 2, cell, **arguments)
    rng = np.random.default_rng(1)
    stack.build((None, None, DIM))
    for weight in stack.trainable_weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.5))
    return stack, rng.normal(size=(BATCH, stack.state_dim)).astype("float32")


def close(one, other):
    np.testing.assert_allclose(ops.convert_to_numpy(one), ops.convert_to_numpy(other), atol=1e-5)


@every_cell
def test_it_is_keras_own_layers_weight_for_weight(cell):
    stack, state = made(cell)
    parts = np.split(state, state.shape[1] // HIDDEN, axis=1)
    number = len(parts) // 2
    expected, states = inputs(), []
    for layer, own in enumerate(stack.layers):
        keras_layer = CELLS[cell](HIDDEN, return_sequences=True, return_state=True)
        keras_layer.build(expected.shape)
        weights = [own.kernel, own.recurrent_kernel, own.bias]
        keras_layer.set_weights([ops.convert_to_numpy(w) for w in weights])
        begun = parts[layer * number : (layer + 1) * number]
        expected, *after = keras_layer(expected, initial_state=begun)
        states += after
    outputs, last = stack(inputs(), state)
    close(outputs, expected)
    close(last, ops.concatenate(states, axis=-1))


@every_cell
def test_windows_and_steps_give_what_the_whole_does(cell):
    stack, state = made(cell, dropout=0.5, recurrent_dropout=0.5)
    whole, last = stack(inputs(), state)
    first, between = stack(inputs()[:, :3], state)
    second, after = stack(inputs()[:, 3:], between)
    close(ops.concatenate([first, second], axis=1), whole)
    close(after, last)
    for time in range(LENGTH):
        output, state = stack.step(inputs()[:, time], state)
        close(output, whole[:, time])
    close(state, last)
    # Any number of sequences beside each other, as a beam search has them.
    beams = np.stack([inputs()[:, 0], inputs(1)[:, 0]], axis=1)
    outputs, states = stack.step(beams, np.stack([state, state], axis=1))
    one, _ = stack.step(beams[:, 1], state)
    close(outputs[:, 1], one)
    assert tuple(states.shape) == (BATCH, 2, stack.state_dim)


@every_cell
def test_the_state_is_that_after_the_last_valid_step_of_each_row(cell):
    stack, state = made(cell)
    lengths = [LENGTH, 2, 0]
    mask = np.arange(LENGTH) < np.array(lengths)[:, np.newaxis]
    outputs, last = stack(inputs(), state, mask)
    for row, length in enumerate(lengths):
        assert not ops.convert_to_numpy(outputs)[row, length:].any()
        if length:
            expected = stack(inputs()[row : row + 1, :length], state[row : row + 1])
            close(outputs[row, :length], expected[0][0])
            close(last[row], expected[1][0])
        else:
            close(last[row], state[row])


@every_cell
def test_no_gradient_flows_through_the_state_that_is_given(cell):
    import tensorflow as tf

    stack, state = made(cell)
    state, given = tf.constant(state), tf.constant(inputs())
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([state, given])
        outputs, last = stack(given, state)
        loss = tf.reduce_sum(tf.square(outputs))
        handed_on = tf.reduce_sum(tf.square(last))
    assert tape.gradient(loss, state) is None
    assert np.abs(tape.gradient(loss, given).numpy()).min(axis=(0, 2)).min() > 0
    assert tape.gradient(handed_on, given) is None


def test_dropouts_act_in_training_alone_and_between_layers_or_on_states():
    for arguments in ({"dropout": 0.5}, {"recurrent_dropout": 0.5}):
        stack, state = made("gru", seed=3, **arguments)
        plain, _ = stack(inputs(), state, training=False)
        close(plain, made("gru")[0](inputs(), state)[0])
        dropped, _ = stack(inputs(), state, training=True)
        assert np.abs(ops.convert_to_numpy(dropped - plain)).max() > 1e-3
    # Of a single layer the inputs are left whole.
    single = RecurrentStack(HIDDEN, 1, "gru", dropout=0.5)
    zeros = np.zeros((BATCH, single.state_dim), "float32")
    close(single(inputs(), zeros, training=True)[0], single(inputs(), zeros)[0])


def test_wrong_arguments_are_named():
    for arguments in ({"hidden_dim": 0}, {"num_layers": 0}, {"dropout": 1.0}, {"cell": "x"}):
        with pytest.raises(ValueError, match=f"{next(iter(arguments))} must be"):
            RecurrentStack(**({"hidden_dim": 3} | arguments))
