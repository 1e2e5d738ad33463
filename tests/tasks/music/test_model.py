"""The model of frames: its signatures agree, and nothing but its arguments decides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import tensorflow as tf

from seqkit.data import DataError
from seqkit.model.recurrent_core import state_dim
from seqkit.tasks.music.model import FrameModel
from seqkit.tasks.music.network import PITCH_LOGITS
from seqkit.tasks.music.piano_rolls import as_pieces, padded
from tests.music_cases import small_frame_model

PIECES = [
    [(60, 64, 67), (), (62,), (62, 65)],
    [(48,)],
    [(0, 127), (55,), (), (), (), (60, 61, 62, 63, 64), (72,)],
]


@pytest.fixture(scope="module", params=["gru", "lstm"])
def mixture(request):
    """Models in which the pitches of a component are independent of each other."""
    return small_frame_model(request.param)


@pytest.fixture(scope="module", params=[("gru", 0), ("lstm", 0), ("gru", 3)])
def model(request):
    cell, pitch_hidden_dim = request.param
    return small_frame_model(cell, pitch_hidden_dim=pitch_hidden_dim)


# The only pitches of the model below, and the frames that it can draw.
FEW = [60, 63, 64, 84]
FRAMES = [frame for count in range(5) for frame in itertools.combinations(FEW, count)]


@pytest.fixture(scope="module")
def few():
    """A model in which the pitches below decide too, and few pitches sound at all."""
    made = small_frame_model(pitch_hidden_dim=3)
    layer = made.core.get_layer(PITCH_LOGITS)
    bias = np.where(np.isin(np.arange(129), [*FEW, 128]), 0.0, -90.0)
    layer.bias.assign(np.tile(bias, 3) + 0.5 * (layer.bias.numpy() + 6))
    return made


def stepwise(model, piece):
    """Log-likelihoods by the signature `step`, one frame at a time."""
    state = np.zeros((1, model.signatures()["step"].input_signature[1].shape[1]), "float32")
    before, found = [], []
    for frame in piece:
        pitches = tf.constant([list(before)], tf.int32, [1, len(before)])
        answer = model.signatures()["step"](pitches, tf.constant(state))
        state = answer["state"].numpy()
        sounds = np.isin(np.arange(128), frame)
        weights, parts, chances = (
            answer[key].numpy()[0].astype("f8")
            for key in ("weights", "components", "probabilities")
        )
        together = (weights * np.where(sounds, parts, 1 - parts).prod(axis=1)).sum()
        np.testing.assert_allclose(weights @ parts, chances, rtol=1e-5)
        found.append([np.log(together), np.log(np.where(sounds, chances, 1 - chances)).sum()])
        before = frame
    return np.array(found)


def test_score_is_what_single_steps_say(mixture):
    for piece, score in zip(PIECES, mixture.score(iter(PIECES), batch_size=2), strict=True):
        steps = stepwise(mixture, piece)
        np.testing.assert_allclose(score.by_frame, steps[:, 0], rtol=1e-4)
        np.testing.assert_allclose(score.independent, steps[:, 1], rtol=1e-4)
        assert score.log_likelihood == pytest.approx(score.by_frame.sum(), rel=1e-5)
        assert score.per_frame == pytest.approx(score.by_frame.mean(), rel=1e-5)


def test_where_pitches_below_decide_the_chances_of_all_frames_add_up_to_one(few):
    scores = few.score([[(60,), frame] for frame in FRAMES])
    assert np.exp([score.by_frame[1] for score in scores]).sum() == pytest.approx(1, abs=1e-4)


def test_where_pitches_below_decide_frames_are_drawn_as_often_as_they_are_likely(few):
    likely = np.exp([score.by_frame[1] for score in few.score([[(60,), f] for f in FRAMES])])
    drawn = few.generate([[(60,)]] * 1000, 1, seed=11, batch_size=1000)
    counts = np.array([sum(piece == [frame] for piece in drawn) for frame in FRAMES])
    assert counts.sum() == 1000
    assert np.abs(counts / 1000 - likely).max() < 5 * 0.5 / np.sqrt(1000)
    # Pitches depend on each other: they do not come together as often as if they did not.
    shares = np.array([[pitch in frame for pitch in FEW] for frame in FRAMES])
    alone = likely @ shares
    together = np.where(shares, alone, 1 - alone).prod(axis=1)
    assert np.abs(together - likely).max() > 0.05


def test_each_pitch_by_itself_has_the_probability_that_a_step_gives(few):
    step = few.signatures()["step"]
    answer = step(tf.zeros([1, 0], tf.int32), tf.zeros([1, 8]))
    assert set(answer) == {"probabilities", "state", "error"}
    chances = answer["probabilities"].numpy()[0].astype("f8")
    [score] = few.score([[(60, 64)]])
    expected = np.log(np.where(np.isin(np.arange(128), (60, 64)), chances, 1 - chances)).sum()
    assert score.independent[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_frame_by_frame_comes_what_is_generated(few, temperature):
    draw, state = few.signatures()["draw"], tf.zeros([1, 8])
    heard = [(), (60, 64), (63,)]
    for place, frame in enumerate(heard):
        pitches = tf.constant([list(frame)], tf.int32, [1, len(frame)])
        answer = draw(pitches, state, tf.constant([temperature]), tf.constant([4], tf.int64))
        state = answer["state"]
        [[following]] = few.generate([heard[1 : place + 1]], 1, temperature, seed=4)
        assert tuple(p for p in answer["pitches"].numpy()[0] if p >= 0) == following


def test_a_row_that_cannot_be_drawn_has_an_error_and_the_others_do_not(few):
    draw = few.signatures()["draw"]
    state = np.zeros((3, 8), "float32")
    state[1, 2] = np.inf
    warmth, seeds = tf.constant([1.0, 1.0, -1.0]), tf.constant([9, 9, 9], tf.int64)
    answer = draw(tf.fill([3, 1], 60), tf.constant(state), warmth, seeds)
    errors = [error.decode() for error in answer["error"].numpy()]
    assert errors[0] == "" and "not finite" in errors[1] and errors[2].startswith("temperature is")
    assert (answer["pitches"].numpy()[1:] == -1).all() and not answer["state"].numpy()[1:].any()
    alone = draw(tf.fill([1, 1], 60), tf.constant(state[:1]), warmth[:1], seeds[:1])
    np.testing.assert_array_equal(alone["pitches"][0], answer["pitches"][0])
    empty = draw(tf.zeros([0, 2], tf.int32), tf.zeros([0, 8]), warmth[:0], seeds[:0])
    assert empty["pitches"].shape[0] == empty["state"].shape[0] == 0


def test_order_of_pitches_and_silent_voices_change_nothing(model):
    [one, other] = model.score([[[60, 64], []], [[64, -1, 60, 60], [-1]]])
    np.testing.assert_allclose(one.by_frame, other.by_frame, rtol=1e-6)


def test_generated_pieces_depend_on_their_own_prompt_and_seed_alone(model):
    together = model.generate(PIECES, 8, seed=5)
    alone = [model.generate([piece], 8, seed=5 + n)[0] for n, piece in enumerate(PIECES)]
    assert together == alone == model.generate(PIECES, 8, seed=5, batch_size=2)
    assert together != model.generate(PIECES, 8, seed=6)
    assert [piece[:3] for piece in together] == model.generate(PIECES, 3, seed=5)
    same = model.generate([[], []], 6, seed=1)
    assert same[0] != same[1] and same[1] == model.generate([[]], 6, seed=2)[0]


def test_without_temperature_comes_what_is_more_likely_than_not(mixture):
    [piece] = mixture.generate(PIECES[:1], 5, temperature=0.0, seed=1)
    assert [piece] == mixture.generate(PIECES[:1], 5, temperature=0.0, seed=2)
    heard = list(PIECES[0])
    for frame in piece:
        state = np.zeros((1, mixture.signatures()["step"].input_signature[1].shape[1]), "float32")
        for before in [(), *heard]:
            pitches = tf.constant([list(before)], tf.int32, [1, len(before)])
            answer = mixture.signatures()["step"](pitches, tf.constant(state))
            state = answer["state"].numpy()
        likeliest = answer["components"].numpy()[0, answer["weights"].numpy()[0].argmax()]
        assert frame == tuple(np.flatnonzero(likeliest > 0.5))
        heard.append(frame)


def test_drawn_as_often_as_the_chances_say_and_together():
    model = small_frame_model()
    drawn = model.generate([[]] * 1000, 1, seed=11, batch_size=1000)
    rolls = np.array([np.isin(np.arange(128), piece[0]) for piece in drawn])
    first = model.signatures()["step"](tf.zeros([1, 0], tf.int32), tf.zeros([1, 8]))
    weights, parts, chances = (
        first[key].numpy()[0] for key in ("weights", "components", "probabilities")
    )
    assert np.abs(rolls.mean(axis=0) - chances).max() < 5 * 0.5 / np.sqrt(1000)
    # How often two pitches come together: more, or less, than if they were independent.
    both = np.einsum("c,cp,cq->pq", weights, parts, parts)
    p, q = divmod(np.where(np.eye(128), 0, np.abs(both - np.outer(chances, chances))).argmax(), 128)
    assert abs(both[p, q] - chances[p] * chances[q]) > 0.1
    assert abs((rolls[:, p] & rolls[:, q]).mean() - both[p, q]) < 5 * 0.5 / np.sqrt(1000)


def test_empty_batches_and_pieces_of_nothing_are_answered(model):
    served = model.signatures()
    none = tf.zeros([0, 3, 2], tf.int32), tf.zeros([0], tf.int32)
    wishes = tf.zeros([0], tf.int32), tf.zeros([0]), tf.zeros([0], tf.int64)
    assert served["serving_default"](*none, *wishes)["pitches"].shape[0] == 0
    assert served["scores"](*none)["log_likelihood"].shape == (0,)
    nothing = tf.zeros([2, 0, 0], tf.int32), tf.constant([0, 3])
    answer = served["scores"](*nothing)
    assert answer["log_likelihood"].numpy().tolist() == [0.0, 0.0]
    assert answer["frames"].numpy().tolist() == [0, 0]
    wishes = tf.constant([0, 99]), tf.constant([1.0, 1.0]), tf.constant([1, 2], tf.int64)
    answer = served["serving_default"](*nothing, *wishes)
    assert answer["frames"].numpy().tolist() == [0, 12]  # max_length
    rows = as_pieces(answer["pitches"].numpy(), answer["frames"].numpy())
    assert rows == [[], model.generate([[]], 12, seed=2)[0]]
    assert model.generate([], 3) == [] and model.score([]) == []


def test_a_served_row_with_a_wrong_number_has_an_error_and_the_others_do_not(model):
    served = model.signatures()
    nothing = tf.zeros([4, 0, 0], tf.int32), tf.zeros([4], tf.int32)
    wishes = tf.fill([4], 3), tf.constant([1.0, np.nan, -1.0, np.inf]), tf.range(4, dtype=tf.int64)
    answer = served["serving_default"](*nothing, *wishes)
    assert answer["frames"].numpy().tolist() == [3, 0, 0, 0]
    rows = as_pieces(answer["pitches"].numpy(), answer["frames"].numpy())
    assert rows == [model.generate([[]], 3, seed=0)[0], [], [], []]
    errors = [error.decode() for error in answer["error"].numpy()]
    assert errors[0] == "" and errors[2] == "temperature is -1; give 0 or more, and finite"
    assert errors[1].startswith("temperature is nan") and errors[3].startswith("temperature is inf")


def test_a_state_that_is_not_finite_has_an_error_and_the_others_do_not(model):
    step = model.signatures()["step"]
    pitches = tf.constant([[60], [62]])
    state = np.full((2, state_dim(model.core)), 0.5, "float32")
    alone = step(pitches[:1], tf.constant(state[:1]))
    state[1, 1] = np.nan
    mixed = step(pitches, tf.constant(state))
    assert mixed["error"].numpy()[0] == b"" == alone["error"].numpy()[0]
    assert b"not finite" in mixed["error"].numpy()[1]
    for name in set(alone) - {"error"}:
        np.testing.assert_allclose(mixed[name][0], alone[name][0], atol=1e-6)
        assert not mixed[name].numpy()[1].any()


def test_padding_comes_back_as_it_was():
    assert as_pieces(*padded(PIECES)) == PIECES


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"length": 0}, "length is 0"),
        ({"length": 13}, "max_length, 12"),
        ({"length": 3, "temperature": -0.1}, "temperature is -0.1"),
        ({"length": 3, "temperature": float("nan")}, "temperature is nan"),
        ({"length": 3, "temperature": float("inf")}, "temperature is inf"),
    ],
)
def test_wrong_numbers_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        small_frame_model().generate([[]], **arguments)


def test_wrong_pieces_are_named():
    model = small_frame_model()
    with pytest.raises(DataError, match=r"prompts\[1\], frame 0 has the pitch 128"):
        model.generate([[], [[128]]], 2)
    with pytest.raises(DataError, match=r"pieces\[0\] has no frames"):
        model.score([[]])
    with pytest.raises(ValueError, match="max_length is 0"):
        FrameModel.build(embedding_dim=2, hidden_dim=2, max_length=0)
