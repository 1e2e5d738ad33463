"""What a search does with a step function, whichever search it is."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from seqkit.decoding import StepResult, beam_search, greedy, sample
from seqkit.decoding.step import log_normaliser, take_beams


def test_the_first_call_may_make_weights():
    for search in (greedy, beam_search, lambda *a, **kw: sample(*a, seed=1, **kw)):
        layers = keras.layers.Embedding(7, 5), keras.layers.Dense(7)

        def step(token_ids, state, layers=layers):
            embedding, output = layers
            return StepResult(output(embedding(token_ids) + state), state)

        actual = tf.function(search)(step, np.zeros((2, 1, 5), "float32"), max_length=4)
        assert actual.token_ids.shape == (2, 1, 4)
        assert all(layer.built for layer in layers)


def test_a_step_may_return_a_plain_tuple():
    actual = greedy(lambda ids, state: (np.eye(6)[[[4]]], state), np.zeros((1, 1)), max_length=2)
    assert actual.token_ids.numpy().tolist() == [[[4, 4]]]


def test_every_new_beam_gets_what_belonged_to_the_old_one():
    values = {"a": np.arange(24).reshape(2, 3, 4), "b": [np.arange(6).reshape(2, 3)]}
    beams = np.array([[2, 0, 0, 1], [1, 1, 2, 0]], "int32")
    actual = take_beams(keras.tree.map_structure(ops.convert_to_tensor, values), ops.array(beams))
    for row in range(2):
        np.testing.assert_array_equal(actual["a"][row], values["a"][row, beams[row]])
        np.testing.assert_array_equal(actual["b"][0][row], values["b"][0][row, beams[row]])


def test_normaliser():
    for scale in (0.0, 1.0, 1e4):
        logits = np.random.default_rng(0).normal(scale=scale, size=(3, 2, 500)).astype("float32")
        expected = np.logaddexp.reduce(logits.astype("float64"), axis=-1)
        np.testing.assert_allclose(log_normaliser(logits), expected, rtol=1e-6)
    assert log_normaliser(np.array([[[-np.inf, 2.0]]])).numpy().tolist() == [[2.0]]
