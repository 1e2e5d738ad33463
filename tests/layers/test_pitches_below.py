"""PitchesBelow is what its formula says, and sees no pitch that is not below."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from seqkit.layers.pitches_below import PitchesBelow

PITCHES, WIDTH, UNITS, REACH, SIDE = 9, 3, 5, 4, 2
RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(2, 6, WIDTH)).astype("float32")
BEFORE, FRAMES = (RNG.integers(0, 2, (2, 6, PITCHES)).astype("float32") for _ in range(2))


@pytest.fixture
def layer():
    made = PitchesBelow(UNITS, reach=REACH, reach_before=SIDE)
    made.build(FEATURES.shape, BEFORE.shape, FRAMES.shape)
    rng = np.random.default_rng(1)
    made.set_weights([rng.normal(size=weight.shape) for weight in made.weights])
    return made


def test_terms_are_what_the_formula_says(layer):
    of_features, of_pitch, below, around, of_all, of_own = layer.get_weights()
    terms = layer(FEATURES, BEFORE, FRAMES)
    for row, step, pitch in [(0, 0, 0), (1, 3, 4), (1, 5, PITCHES - 1)]:
        hidden = FEATURES[row, step] @ of_features + of_pitch[pitch]
        for interval in range(1, REACH + 1):
            if pitch >= interval:
                hidden = hidden + below[-interval, 0] * FRAMES[row, step, pitch - interval]
        for interval in range(-SIDE, SIDE + 1):
            if 0 <= pitch + interval < PITCHES:
                hidden += around[SIDE + interval, 0] * BEFORE[row, step, pitch + interval]
        expected = np.maximum(hidden, 0) @ (of_all + of_own[pitch])
        assert float(terms[row, step, pitch]) == pytest.approx(expected, rel=1e-4)


def test_training_without_dropout_gives_the_same_terms(layer):
    terms = layer(FEATURES, BEFORE, FRAMES, training=True)
    np.testing.assert_allclose(terms, layer(FEATURES, BEFORE, FRAMES), rtol=1e-4, atol=1e-5)


def test_a_pitch_changes_the_terms_above_it_alone_and_within_reach(layer):
    terms = np.asarray(layer(FEATURES, BEFORE, FRAMES))
    for pitch in range(PITCHES):
        others = FRAMES.copy()
        others[..., pitch] = 1 - others[..., pitch]
        changed = (np.asarray(layer(FEATURES, BEFORE, others)) != terms).any(axis=(0, 1))
        above = np.arange(PITCHES) - pitch
        np.testing.assert_array_equal(changed, (above > 0) & (above <= REACH))


def test_pitch_by_pitch_comes_the_same(layer):
    """The terms up to a pitch are there once the pitches below it are known."""
    terms = layer(FEATURES, BEFORE, FRAMES)
    context = layer.context(FEATURES, BEFORE)
    for pitch in range(PITCHES):
        lower = np.where(np.arange(PITCHES) < pitch, FRAMES, 0)
        known = layer.terms(context, lower)[..., : pitch + 1]
        np.testing.assert_allclose(known, terms[..., : pitch + 1], rtol=1e-4, atol=1e-5)


def test_dropout_acts_in_training_alone_and_comes_back_from_config():
    made = PitchesBelow(64, dropout=0.5, seed=3)
    made.build(FEATURES.shape, BEFORE.shape, FRAMES.shape)
    made.set_weights([np.ones(weight.shape) for weight in made.weights])
    dropped, whole = (made(FEATURES, BEFORE, FRAMES, training=flag) for flag in (True, False))
    assert np.abs(dropped - whole).max() > 1
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(made))
    assert again.get_config() == made.get_config()
    assert (again.hidden_dim, again.dropout, again.seed) == (64, 0.5, 3)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"hidden_dim": 0}, "hidden_dim must be at least 1"),
        ({"hidden_dim": 2, "reach": 0}, "reach must be at least 1"),
        ({"hidden_dim": 2, "dropout": 1.0}, "dropout must be in"),
    ],
)
def test_wrong_sizes_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        PitchesBelow(**arguments)
