"""Scores of models of frames, and of what only counts."""

from __future__ import annotations

import numpy as np
import pytest

from seqkit.data import read_piano_rolls
from seqkit.tasks.music.evaluation import plain_frames, score_frame_model
from seqkit.tasks.music.piano_rolls import PieceScore

PIECES = {
    "train": [[[60], [60, 64], [], [60]], [[62], [60]]],
    "valid": [[[60]]],
    "test": [[[60], [64]], [[7], [], [60, 62]]],
}


class Half:
    """Finds every pitch of every frame as likely as not; by itself twice as unlikely."""

    def score(self, pieces):
        rows = [np.full(len(piece), -np.log(2) * 128) for piece in pieces]
        return [PieceScore(row.sum(), row, 2 * row) for row in rows]


def test_scores_are_means_over_frames():
    parts = read_piano_rolls(PIECES)
    test = parts["test"]
    plain = plain_frames(parts["train"], parts["validation"], test)
    scores = score_frame_model(Half(), test, plain)
    nats = 128 * np.log(2)
    assert (scores.examples, scores.frames) == (2, 5)
    assert scores.main == ("negative log-likelihood per frame", pytest.approx(nats))
    assert scores.nll_after_first == pytest.approx(nats)
    assert scores.nll_independent == scores.nll_independent_after_first == pytest.approx(2 * nats)
    assert scores.main_baselines == {name: row.nll for name, row in plain.items()}
    assert set(scores.summary()) == {
        *("examples", "frames", "nll", "nll_after_first"),
        *("nll_independent", "nll_independent_after_first"),
    }


def test_counting_each_pitch_is_what_the_formula_says():
    parts = read_piano_rolls(PIECES)
    found = plain_frames(parts["train"], parts["validation"], parts["test"])[
        "frequency of each pitch"
    ]
    counts = np.zeros(128)
    for piece in PIECES["train"]:
        for frame in piece:
            counts[frame] += 1
    chances = (counts + 0.5) / (6 + 1)
    by_frame = [
        np.log(np.where(np.isin(np.arange(128), frame), chances, 1 - chances)).sum()
        for piece in PIECES["test"]
        for frame in piece
    ]
    assert found.nll == found.nll_independent == pytest.approx(-np.mean(by_frame))
    assert found.nll_after_first == pytest.approx(-np.mean([by_frame[i] for i in (1, 3, 4)]))
    assert [number for number, _ in found.worst] == [1, 0] or found.worst[0][1] > found.worst[1][1]


def test_counting_after_the_frame_before_knows_what_goes_on():
    # A pitch goes on for long, and changes seldom to one near by.
    rng = np.random.default_rng(0)

    def piece():
        pitch, frames = 60, []
        for _ in range(40):
            pitch += int(rng.choice([0] * 6 + [-2, 2]))
            frames.append([pitch])
        return frames

    parts = read_piano_rolls(
        {"train": [piece() for _ in range(30)], "test": [piece()], "dev": [piece()]}
    )
    plain = plain_frames(parts["train"], parts["validation"], parts["test"])
    assert (
        plain["frequency after the frame before"].nll < plain["frequency of each pitch"].nll - 0.5
    )


def test_regressions_know_which_pitches_sound_together_and_when_they_change():
    """A pitch comes with its octave, and changes every second frame."""
    rng = np.random.default_rng(0)

    def piece():
        roots = np.repeat(rng.integers(60, 64, 10), 2)
        return [[root, root + 12] for root in roots.tolist()]

    parts = read_piano_rolls(
        {"train": [piece() for _ in range(60)], "test": [piece()], "dev": [piece()]}
    )
    plain = plain_frames(parts["train"], parts["validation"], parts["test"])
    [regression] = [scores for name, scores in plain.items() if name.startswith("logistic")]
    # The root of a chord is all there is to know: 0.69 nats a frame, half of log(4).
    assert regression.nll < 1.5 < 3 < plain["frequency after the frame before"].nll
    # By itself, either pitch of a chord is as surprising as both together.
    assert regression.nll_independent > regression.nll + 0.5
