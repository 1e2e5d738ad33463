"""Layers and a training run on JAX; started by `test_jax.py` where TensorFlow is not installed.

Prints how many checks were made, as JSON; fails like any program if one of them does.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

import seqkit
from seqkit.decoding import StepResult, beam_search
from tests import contracts, layer_cases

_SLOW_TO_TRACE = {
    "RecurrentDecoder_dropout",
    "RecurrentDecoder_input_feeding",
}
MASK = np.arange(6) < np.array([6, 3, 1])[:, np.newaxis]


def promises_hold() -> int:
    """Tries every promise that needs no TensorFlow on every layer, and one on its other cases."""
    # A decoder's loops are slow to trace, and `translator_learns` trains one: a single case.
    cases = [case for case in layer_cases.layer_cases() if case.name not in _SLOW_TO_TRACE]
    first = {case.name.partition("_")[0]: case for case in reversed(cases)}
    number = 0
    for case in cases:
        if case is not first[case.name.partition("_")[0]]:
            contracts.row_of_padding_is_answered(case)
            number += 1
            continue
        for promise in contracts.LAYER_PROMISES:
            promise(case)
        with tempfile.TemporaryDirectory() as directory:
            contracts.keras_file_round_trip(case, Path(directory))
        number += len(contracts.LAYER_PROMISES) + 1
    return number


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
    actual, _ = crf.decode(model.predict(token_ids, verbose=0), tags >= 0)
    np.testing.assert_array_equal(np.where(tags < 0, -1, actual), tags)
    return 1


def translator_learns() -> int:
    """Fits a decoder that turns sequences round, and searches with it."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 5, 512)
    sources = np.where(np.arange(4) < lengths[:, np.newaxis], rng.integers(4, 8, (512, 4)), 0)
    turned = [[*row[:n][::-1], 3, *[0] * (4 - n)] for row, n in zip(sources, lengths, strict=True)]
    following = np.array(turned, "int32")
    before = np.pad(following, [(0, 0), (1, 0)], constant_values=2)[:, :-1]
    before = np.where(before == 3, 0, before)
    initial = keras.initializers.RandomNormal(stddev=0.25, seed=0)
    embedding = keras.layers.Embedding(8, 16, embeddings_initializer=initial)
    encoder = seqkit.layers.RecurrentEncoder(24, return_state=True, seed=1)
    decoder = seqkit.layers.RecurrentDecoder(24, 16, num_layers=2, dropout=0.05, seed=2)
    given, written = keras.Input((4,), dtype="int32"), keras.Input((5,), dtype="int32")
    states, last = encoder(embedding(given), ops.not_equal(given, 0))
    features = decoder(embedding(written), states, last, ops.not_equal(given, 0))
    features = seqkit.layers.ScheduledDropout(0.02, warm_up_steps=20, seed=3)(features)
    model = keras.Model([given, written], features)
    loss = seqkit.losses.TokenCrossEntropy(embedding, label_smoothing=0.01)
    model.compile(seqkit.optimizers.LazyAdam(0.02), loss)
    losses = model.fit([sources, before], following, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.3 < 0.9 < losses[0], losses

    asked = np.array([[4, 5, 6, 7], [7, 7, 4, 0], [6, 0, 0, 0]], "int32")
    mask = asked > 0
    states, last = encoder(embedding(asked), mask)
    seen = decoder.look_at(states, mask)

    def step(token_ids: Any, state: Any) -> StepResult:
        features, state, weights = decoder.step(embedding(token_ids), state, seen)
        return StepResult(seqkit.layers.token_logits(embedding, features), state, weights)

    actual = beam_search(step, decoder.first_state(last), max_length=8)
    best = [row[0, :n].tolist() for row, (n,) in zip(actual.token_ids, actual.lengths, strict=True)]
    assert best == [[7, 6, 5, 4], [4, 7, 7], [6]], best
    return 1


def main() -> None:
    """Runs everything."""
    assert keras.backend.backend() == "jax"
    assert importlib.util.find_spec("tensorflow") is None
    trainings = classifier_learns() + tagger_learns() + translator_learns()
    print(json.dumps([promises_hold(), encoder_equals_keras(), trainings]))


if __name__ == "__main__":
    main()
