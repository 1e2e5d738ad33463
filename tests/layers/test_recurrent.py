from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.layers import RecurrentEncoder

BATCH, LENGTH, DIM, HIDDEN = 4, 6, 5, 3
LENGTHS = np.array([6, 4, 1, 0])
MASK = np.arange(LENGTH) < LENGTHS[:, np.newaxis]
KERAS_LAYERS = {
    "gru": keras.layers.GRU,
    "lstm": keras.layers.LSTM,
    "simple_rnn": keras.layers.SimpleRNN,
}
cells = pytest.mark.parametrize("cell", KERAS_LAYERS)


@pytest.fixture
def inputs() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(BATCH, LENGTH, DIM)).astype("float32")


def shaken(layer: keras.layers.Layer, inputs: np.ndarray) -> keras.layers.Layer:
    """Weights that are not zero anywhere, so that a forgotten bias is seen."""
    layer(inputs)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(scale=0.5, size=w.shape) for w in layer.weights])
    return layer


def outputs_and_gradients(layer, inputs, **mask) -> tuple[np.ndarray, list[np.ndarray]]:
    x = tf.constant(inputs)
    variables = [w.value for w in layer.trainable_weights]
    # At padding Keras repeats the state or gives zeros: only valid positions are compared.
    weights = np.random.default_rng(2).normal(size=(BATCH, LENGTH, 1)).astype("float32")
    valid = (MASK if mask else np.ones_like(MASK))[..., np.newaxis]
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = tf.where(valid, layer(x, **mask), 0.0)
        loss = tf.reduce_sum(weights * outputs**2)
    return outputs.numpy(), [g.numpy() for g in tape.gradient(loss, [*variables, x])]


@cells
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_equals_keras_with_a_mask(cell, bidirectional, masked, inputs):
    keras_layer = KERAS_LAYERS[cell](HIDDEN, return_sequences=True)
    if bidirectional:
        keras_layer = keras.layers.Bidirectional(keras_layer)
    shaken(keras_layer, inputs)
    ours = RecurrentEncoder(HIDDEN, cell=cell, bidirectional=bidirectional)
    ours(inputs)
    ours.set_weights(keras_layer.get_weights())
    expected, expected_gradients = outputs_and_gradients(
        keras_layer, inputs, **({"mask": tf.constant(MASK)} if masked else {})
    )
    outputs, gradients = outputs_and_gradients(
        ours, inputs, **({"padding_mask": MASK} if masked else {})
    )
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    for ours_gradient, theirs in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(ours_gradient, theirs, atol=1e-5, rtol=1e-4)


@cells
def test_final_state_equals_keras(cell, inputs):
    keras_layer = keras.layers.Bidirectional(KERAS_LAYERS[cell](HIDDEN, return_state=True))
    shaken(keras_layer, inputs)
    ours = RecurrentEncoder(HIDDEN, cell=cell, return_state=True)
    ours(inputs)
    ours.set_weights(keras_layer.get_weights())
    _, *states = keras_layer(inputs, mask=tf.constant(MASK))
    hidden = states[:: len(states) // 2]  # an LSTM also gives its cell states
    _, final_state = ours(inputs, MASK)
    np.testing.assert_allclose(final_state, np.concatenate(hidden, axis=-1), atol=1e-5)
    assert not final_state[-1].numpy().any()


@cells
def test_final_state_without_a_mask_is_at_the_ends(cell, inputs):
    layer = RecurrentEncoder(HIDDEN, cell=cell, return_state=True)
    sequence, final_state = (x.numpy() for x in layer(inputs))
    np.testing.assert_array_equal(final_state[:, :HIDDEN], sequence[:, -1, :HIDDEN])
    np.testing.assert_array_equal(final_state[:, HIDDEN:], sequence[:, 0, HIDDEN:])


def test_layers_are_stacked(inputs):
    stack = shaken(RecurrentEncoder(HIDDEN, num_layers=2, cell="lstm"), inputs)
    one, two = RecurrentEncoder(HIDDEN, cell="lstm"), RecurrentEncoder(HIDDEN, cell="lstm")
    two(one(inputs))
    half = len(stack.weights) // 2
    one.set_weights(stack.get_weights()[:half])
    two.set_weights(stack.get_weights()[half:])
    np.testing.assert_allclose(stack(inputs, MASK), two(one(inputs, MASK), MASK), atol=1e-6)


def test_residual_adds_the_input_and_projects_only_where_widths_differ(inputs):
    plain = shaken(RecurrentEncoder(HIDDEN), inputs[..., :1].repeat(2 * HIDDEN, -1))
    wide_enough = inputs[..., :1].repeat(2 * HIDDEN, -1)
    same = RecurrentEncoder(HIDDEN, residual=True)
    same(wide_enough)
    same.set_weights(plain.get_weights())
    expected = plain(wide_enough, MASK) + wide_enough * MASK[..., np.newaxis]
    np.testing.assert_allclose(same(wide_enough, MASK), expected, atol=1e-6)

    projected = RecurrentEncoder(HIDDEN, num_layers=2, residual=True)
    projected(inputs)
    shortcuts = [w for w in projected.weights if "shortcut" in w.name]
    assert [w.shape for w in shortcuts] == [(DIM, 2 * HIDDEN)]


@pytest.mark.parametrize("rates", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}])
def test_dropouts_act_in_training_alone(rates, inputs):
    layer = shaken(RecurrentEncoder(HIDDEN, seed=3, **rates), inputs)
    plain = RecurrentEncoder(HIDDEN)
    plain(inputs)
    plain.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(inputs, MASK), plain(inputs, MASK))
    np.testing.assert_array_equal(plain(inputs, MASK, training=True), plain(inputs, MASK))
    assert (layer(inputs, MASK, training=True).numpy() != plain(inputs, MASK).numpy()).any()


def test_recurrent_dropout_spares_the_first_step(inputs):
    """It falls on the state, and there is none yet."""
    layer = shaken(
        RecurrentEncoder(HIDDEN, bidirectional=False, recurrent_dropout=0.9, seed=1), inputs
    )
    trained, plain = layer(inputs, training=True).numpy(), layer(inputs).numpy()
    np.testing.assert_array_equal(trained[:, 0], plain[:, 0])
    assert (trained[:, 1] != plain[:, 1]).any()


def test_dropout_falls_on_the_inputs_of_every_layer(inputs):
    """With everything but one part in a thousand dropped, layers see zeros, and each its own."""
    layer = RecurrentEncoder(HIDDEN, num_layers=2, dropout=0.999, bidirectional=False, seed=1)
    layer(inputs)
    assert (layer(inputs).numpy() != 0).any()
    assert not layer(inputs, training=True).numpy().any()  # biases are zero at first


@pytest.mark.parametrize("jit_compile", [False, True])
def test_one_model_reads_all_lengths(jit_compile, inputs):
    given = keras.Input((None, DIM))
    mask = keras.Input((None,), dtype="bool")
    layer = RecurrentEncoder(HIDDEN, return_state=True)
    outputs, state = layer(given, mask)
    assert outputs.shape == (None, None, 2 * HIDDEN) and state.shape == (None, 2 * HIDDEN)
    model = keras.Model([given, mask], outputs)
    model.compile("sgd", "mse", jit_compile=jit_compile)
    for length in (LENGTH, 2):
        part, part_mask = inputs[:, :length], MASK[:, :length]
        expected = layer(part, part_mask)[0]
        predicted = model.predict([part, part_mask], verbose=0)
        np.testing.assert_allclose(predicted, expected, atol=1e-5)


def test_a_graph_with_unknown_sizes_trains(inputs):
    """Batch and length are both unknown while the graph is made, as in a served model."""
    layer = shaken(RecurrentEncoder(HIDDEN, num_layers=2, cell="lstm", residual=True), inputs)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, DIM], tf.float32),
            tf.TensorSpec([None, None], tf.bool),
        ]
    )
    def gradients(x, mask):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(x, mask) ** 2)
        return tape.gradient(loss, [w.value for w in layer.weights])

    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(inputs, MASK) ** 2)
    expected = tape.gradient(loss, [w.value for w in layer.weights])
    for here, there in zip(gradients(inputs, MASK), expected, strict=True):
        np.testing.assert_allclose(here, there, atol=1e-4, rtol=1e-4)


def test_an_empty_batch_is_answered():
    layer = RecurrentEncoder(HIDDEN, return_state=True)
    layer(np.zeros((1, 2, DIM), "float32"))
    outputs, state = layer(np.zeros((0, 2, DIM), "float32"), np.zeros((0, 2), "bool"))
    assert tuple(outputs.shape) == (0, 2, 2 * HIDDEN) and tuple(state.shape) == (0, 2 * HIDDEN)


def test_an_lstm_begins_by_remembering():
    layer = RecurrentEncoder(HIDDEN, cell="lstm", bidirectional=False)
    layer(np.zeros((1, 2, DIM), "float32"))
    assert layer.get_weights()[2].reshape(4, HIDDEN).tolist() == [
        [0] * 3,
        [1] * 3,
        [0] * 3,
        [0] * 3,
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hidden_dim": 0}, "hidden_dim must be at least 1, got 0"),
        ({"hidden_dim": 2, "num_layers": 0}, "num_layers must be at least 1, got 0"),
        ({"hidden_dim": 2, "cell": "GRU"}, "cell must be one of simple_rnn, gru, lstm, got 'GRU'"),
        ({"hidden_dim": 2, "dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
        ({"hidden_dim": 2, "recurrent_dropout": -0.1}, r"recurrent_dropout must be in"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        RecurrentEncoder(**arguments)
