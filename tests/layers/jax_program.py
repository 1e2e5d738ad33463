"""Layers and a training run on JAX; started by `test_jax.py` where TensorFlow is not installed.

Prints how many checks were made, as JSON; fails like any program if one of them does.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops

import seqkit
from tests import contract_cases, contracts

MASK = np.arange(6) < np.array([6, 3, 1])[:, np.newaxis]


def promises_hold() -> int:
    """Tries every promise that needs no TensorFlow on every layer."""
    cases = contract_cases.layer_cases()
    for case in cases:
        for promise in contracts.LAYER_PROMISES:
            promise(case)
    for case in cases:
        with tempfile.TemporaryDirectory() as directory:
            contracts.keras_file_round_trip(case, Path(directory))
    return len(cases) * (len(contracts.LAYER_PROMISES) + 1)


def encoder_equals_keras() -> int:
    """Compares outputs and, through one step of gradient descent, gradients."""
    x = np.random.default_rng(0).normal(size=(3, 6, 5)).astype("float32")
    target = np.random.default_rng(1).normal(size=(3, 8)).astype("float32")
    cells = {
        "gru": keras.layers.GRU,
        "lstm": keras.layers.LSTM,
        "simple_rnn": keras.layers.SimpleRNN,
    }
    for cell, layer in cells.items():
        ours = seqkit.layers.RecurrentEncoder(4, cell=cell)
        theirs = keras.layers.Bidirectional(layer(4, return_sequences=True))
        ours.build(x.shape)
        theirs.build(x.shape)
        ours.set_weights(theirs.get_weights())
        steps = []
        for encoder, name in ((ours, "padding_mask"), (theirs, "mask")):
            inputs, mask = keras.Input((6, 5)), keras.Input((6,), dtype="bool")
            outputs = encoder(inputs, **{name: mask})
            pooled = ops.sum(outputs * ops.expand_dims(ops.cast(mask, "float32"), -1), axis=1)
            model = keras.Model([inputs, mask], pooled)
            model.compile(keras.optimizers.SGD(0.5), "mse")
            before = model.predict([x, MASK], verbose=0)
            model.fit([x, MASK], target, verbose=0)
            steps.append([before, *encoder.get_weights()])
        for here, there in zip(*steps, strict=True):
            np.testing.assert_allclose(here, there, atol=1e-5)
    return len(cells)


def classifier_learns() -> int:
    """Fits the core of a classifier on a rule that needs the order of two tokens."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    token_ids = rng.integers(4, 8, (256, 2)).astype("int32")
    token_ids = np.pad(token_ids, [(0, 0), (0, 2)])
    target = (token_ids[:, 0] > token_ids[:, 1]).astype("float32")[:, np.newaxis]
    given = keras.Input((None,), dtype="int32")
    mask = ops.not_equal(given, 0)
    x = seqkit.layers.WordDropout(0.02, seed=1)(given)
    x = keras.layers.Embedding(8, 8)(x)
    x = seqkit.layers.RecurrentEncoder(8, dropout=0.05, recurrent_dropout=0.05, seed=2)(x, mask)
    x = seqkit.layers.Pooling("attention")(x, mask)
    model = keras.Model(given, keras.layers.Dense(1)(x))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(seqkit.optimizers.LazyAdam(0.03), loss)
    losses = model.fit(token_ids, target, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < 0.3 < 0.6 < losses[0], losses
    return 1


def tagger_learns() -> int:
    """Fits transitions and emissions where a tag is one more than the tag before it."""
    keras.utils.set_random_seed(0)
    tags = (np.arange(64)[:, np.newaxis] + np.arange(5)) % 3
    tags = np.where(np.arange(5) < 1 + np.arange(64)[:, np.newaxis] % 5, tags, -1)
    token_ids = np.where(tags < 0, 0, 4).astype("int32")
    token_ids[:, 0] = 1 + tags[:, 0]  # the first token alone shows its tag
    given = keras.Input((None,), dtype="int32")
    crf = seqkit.layers.LinearChainCRF(3)
    emissions = crf(keras.layers.Embedding(5, 3)(given), ops.not_equal(given, 0))
    model = keras.Model(given, emissions)
    model.compile(keras.optimizers.Adam(0.1), seqkit.losses.CRFNegativeLogLikelihood(crf))
    losses = model.fit(token_ids, tags, epochs=25, verbose=0).history["loss"]
    assert losses[-1] < 0.2 < 0.9 < losses[0], losses
    found, _ = crf.decode(model.predict(token_ids, verbose=0), tags >= 0)
    np.testing.assert_array_equal(np.where(tags < 0, -1, found), tags)
    return 1


def main() -> None:
    """Runs everything."""
    assert keras.backend.backend() == "jax"
    assert importlib.util.find_spec("tensorflow") is None
    trainings = classifier_learns() + tagger_learns()
    print(json.dumps([promises_hold(), encoder_equals_keras(), trainings]))


if __name__ == "__main__":
    main()
