"""FrameCrossEntropy against all frames there are, and against plain binary cross-entropy."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.losses import FrameCrossEntropy
from seqkit.losses.frame_cross_entropy import (
    frame_cross_entropy,
    pitch_cross_entropy,
    pitch_probabilities,
)

PITCHES, COMPONENTS = 4, 3
EVERY = np.array(list(itertools.product([0.0, 1.0], repeat=PITCHES)), "float32")


def logits(components=COMPONENTS, seed=0):
    """The same for each of the frames there are, as one row."""
    rng = np.random.default_rng(seed)
    one = rng.normal(size=(1, 1, components, PITCHES + 1), scale=2)
    return np.broadcast_to(one, (1, len(EVERY), components, PITCHES + 1)).astype("float32")


def test_chances_of_all_frames_add_up_to_one_and_to_those_of_pitches():
    losses = np.asarray(frame_cross_entropy(EVERY[None], logits()))[0]
    likely = np.exp(-losses)
    assert likely.sum() == pytest.approx(1, abs=1e-5)
    chances = np.asarray(pitch_probabilities(logits()))[0, 0]
    np.testing.assert_allclose(likely @ EVERY, chances, rtol=1e-4)
    # Pitches are not independent of each other.
    together = likely[(EVERY[:, 0] * EVERY[:, 1]) == 1].sum()
    assert abs(together - chances[0] * chances[1]) > 0.005
    by_pitch = np.where(EVERY > 0, chances, 1 - chances)
    actual = np.asarray(pitch_cross_entropy(EVERY[None], logits()))[0]
    np.testing.assert_allclose(actual, -np.log(by_pitch).sum(axis=1), rtol=1e-4)


def test_with_one_component_it_is_binary_cross_entropy():
    given = logits(components=1)
    crossed = tf.nn.sigmoid_cross_entropy_with_logits(EVERY[None], given[:, :, 0, :-1])
    expected = tf.reduce_sum(crossed, axis=-1)
    for function in (frame_cross_entropy, pitch_cross_entropy):
        np.testing.assert_allclose(function(EVERY[None], given), expected, rtol=1e-5)


def test_padding_does_not_count_and_long_pieces_count_for_their_frames():
    frames = np.stack([EVERY, EVERY])
    frames[1, 3:] = -1
    given = np.concatenate([logits(), logits()])
    alone = FrameCrossEntropy(0.0)(EVERY[None], logits())
    few = FrameCrossEntropy(0.0)(EVERY[None, :3], logits()[:, :3])
    both = FrameCrossEntropy(0.0)(frames, given)
    assert float(both) == pytest.approx((16 * float(alone) + 3 * float(few)) / 19, rel=1e-5)
    given[1, 3:] = 50.0
    assert float(FrameCrossEntropy(0.0)(frames, given)) == pytest.approx(float(both))


def test_far_logits_stay_finite_with_their_gradients():
    given = tf.constant(logits() * 400)
    with tf.GradientTape() as tape:
        tape.watch(given)
        loss = FrameCrossEntropy()(EVERY[None], given)
    assert np.isfinite(loss) and np.isfinite(tape.gradient(loss, given)).all()


def test_the_second_term_is_weighed_and_comes_back_from_config():
    first, both, twice = (
        float(FrameCrossEntropy(weight)(EVERY[None], logits())) for weight in (0, 1, 2)
    )
    assert twice - both == pytest.approx(both - first, rel=1e-4) and both > first
    loss = FrameCrossEntropy(0.25, name="other")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.get_config() == loss.get_config()
    with pytest.raises(ValueError, match=r"pitch_weight .* -1"):
        FrameCrossEntropy(-1)


def test_pitches_by_themselves_may_have_logits_of_their_own():
    given = logits(components=COMPONENTS + 1)
    whole, alone = given[:, :, :-1], given[:, :, -1:]
    expected = np.mean(frame_cross_entropy(EVERY[None], whole))
    expected += 0.5 * np.mean(pitch_cross_entropy(EVERY[None], alone))
    loss = FrameCrossEntropy(0.5, alone=True)
    assert float(loss(EVERY[None], given)) == pytest.approx(expected, rel=1e-5)
    assert keras.losses.deserialize(keras.losses.serialize(loss)).alone
