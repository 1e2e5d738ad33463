"""How likely a model of frames finds pieces it was not trained on, beside plain models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.data.kinds.piano_rolls import NUM_PITCHES, Piece, pieces_of

_WORST = 10
# What a pitch is counted for that was not seen: half a frame of all of training.
_HALF = 0.5


class Scored(Protocol):
    """How likely a piece is; `seqkit.PieceScore` is one."""

    @property
    def by_frame(self) -> np.ndarray:
        """`<float>[frames]`, the log-likelihood of each frame."""

    @property
    def independent(self) -> np.ndarray:
        """`<float>[frames]`, the same of the chances of each pitch by itself."""


class Scores(Protocol):
    """What can be scored; `seqkit.FrameModel` is one."""

    def score(self, pieces: Sequence[Any]) -> Sequence[Scored]:
        """Tells how likely pieces are."""


class FrameScores(NamedTuple):
    """What a model of frames is worth on data it was not trained on.

    Attributes:
        examples: number of pieces.
        frames: number of frames, of all pieces.
        nll: negative log-likelihood of a frame in nats, the mean over all frames of all pieces.
        nll_after_first: the same without the first frame of each piece.
        nll_independent: the same as `nll` of the chances of each pitch by itself: the binary
            cross-entropies of all pitches, added.
        nll_independent_after_first: the same without the first frame of each piece.
        worst: numbers of the pieces whose frames are least likely, and what a frame costs there.
        baselines: scores of plain models on the same pieces, by their names.

    Sources: Boulanger-Lewandowski, Bengio and Vincent (2012), arXiv:1206.6392, count every frame;
    their "RNN" is compared with by `nll_independent`, their "RNN-NADE" and "RNN-RBM", in which the
    pitches of a frame know of each other, by `nll`. Bai, Kolter and Koltun (2018),
    arXiv:1803.01271, only give the model the first frame: `nll_independent_after_first`. All sum
    over 88 pitches and average over frames, not pieces; here it is all 128 of MIDI, which can only
    add to the sum.
    """

    examples: int
    frames: int
    nll: float
    nll_after_first: float
    nll_independent: float
    nll_independent_after_first: float
    worst: tuple[tuple[int, float], ...]
    baselines: Mapping[str, Any]

    @property
    def main(self) -> tuple[str, float]:
        """The score by which models of frames are compared, and its name; less is better."""
        return "negative log-likelihood per frame", self.nll

    @property
    def main_baselines(self) -> dict[str, float]:
        """The same score of each plain model, by its name."""
        return {name: plain.nll for name, plain in self.baselines.items()}

    def summary(self) -> dict[str, Any]:
        """The figures without the pieces, ready for JSON."""
        left_out = ("worst", "baselines")
        return {name: value for name, value in self._asdict().items() if name not in left_out}


def score_frame_model(
    model: Scores, dataset: Dataset, baselines: Mapping[str, FrameScores] | None = None
) -> FrameScores:
    """Scores a model of frames.

    Args:
        model: tells how likely pieces are.
        dataset: pieces, as `seqkit.data.read_piano_rolls` gives them.
        baselines: scores of plain models on the same pieces, see `plain_frames`.

    Returns:
        The scores.
    """
    found = model.score(pieces_of(dataset))
    by_frame = [score.by_frame for score in found]
    return frame_scores(by_frame, [score.independent for score in found], baselines)


def frame_scores(
    by_frame: Sequence[np.ndarray],
    independent: Sequence[np.ndarray],
    baselines: Mapping[str, FrameScores] | None = None,
) -> FrameScores:
    """Sums up log-likelihoods.

    Args:
        by_frame: of each piece `<float>[frames]`, one frame at least.
        independent: the same of the chances of each pitch by itself.
        baselines: scores of plain models on the same pieces.

    Returns:
        The scores; those without first frames are 0 where no piece has a second frame.

    Raises:
        ValueError: there is no piece.

    Example:
        >>> found = [np.array([-5.0, -1.0]), np.array([-3.0, -2.0])]
        >>> scores = frame_scores(found, [2 * piece for piece in found])
        >>> scores.nll, scores.nll_after_first, scores.nll_independent, scores.worst[0]
        (2.75, 1.5, 5.5, (0, 3.0))
    """
    if not by_frame:
        raise ValueError("by_frame=[]: give at least one piece to score on")
    means = np.array([-piece.mean(dtype=np.float64) for piece in by_frame])
    worst = np.argsort(-means, kind="stable")[:_WORST]
    return FrameScores(
        examples=len(by_frame),
        frames=sum(map(len, by_frame)),
        nll=_mean(by_frame),
        nll_after_first=_mean([piece[1:] for piece in by_frame]),
        nll_independent=_mean(independent),
        nll_independent_after_first=_mean([piece[1:] for piece in independent]),
        worst=tuple((int(number), float(means[number])) for number in worst),
        baselines=dict(baselines or {}),
    )


def _mean(pieces: Sequence[np.ndarray]) -> float:
    whole = np.concatenate(pieces).astype(np.float64)
    return float(-whole.mean()) if len(whole) else 0.0


def plain_frames(train: Dataset, test: Dataset) -> dict[str, FrameScores]:
    """Scores of two models that only count.

    Args:
        train: what is counted, as `seqkit.data.read_piano_rolls` gives it.
        test: what is scored.

    Returns:
        `"frequency of each pitch"`, whatever was before; `"frequency after the frame before"`: how
        often a pitch sounds where it, its neighbours, or neither sounded before, counted for each
        pitch.
    """
    known, asked = _rolls(pieces_of(train)), _rolls(pieces_of(test))
    return {
        "frequency of each pitch": _counted(known, asked, lambda roll: np.zeros(roll.shape, int)),
        "frequency after the frame before": _counted(known, asked, _before),
    }


def _rolls(pieces: Sequence[Piece]) -> list[np.ndarray]:
    """Of each piece `<bool>[frames, 128]`."""
    rolls = []
    for piece in pieces:
        roll = np.zeros((len(piece), NUM_PITCHES), bool)
        for place, frame in enumerate(piece):
            roll[place, list(frame)] = True
        rolls.append(roll)
    return rolls


def _before(roll: np.ndarray) -> np.ndarray:
    """`<int64>[frames, 128]`: 1 where the pitch sounded before, 2 where one next to it did."""
    before = np.concatenate([np.zeros_like(roll[:1]), roll[:-1]])
    near = np.zeros_like(before)
    for step in (1, 2):
        near[:, step:] |= before[:, :-step]
        near[:, :-step] |= before[:, step:]
    return np.where(before, 1, np.where(near, 2, 0))


def _counted(
    known: Sequence[np.ndarray],
    asked: Sequence[np.ndarray],
    case_of: Callable[[np.ndarray], np.ndarray],
) -> FrameScores:
    """Scores of how often each pitch sounds in each case, with additive smoothing."""
    rolls, cases = np.concatenate(known), np.concatenate([case_of(roll) for roll in known])
    pitches = np.broadcast_to(np.arange(NUM_PITCHES), rolls.shape)
    seen, heard = np.zeros((3, NUM_PITCHES)), np.zeros((3, NUM_PITCHES))
    np.add.at(seen, (cases, pitches), 1)
    np.add.at(heard, (cases, pitches), rolls)
    chances = (heard + _HALF) / (seen + 2 * _HALF)
    found = []
    for roll in asked:
        chance = chances[case_of(roll), np.arange(NUM_PITCHES)]
        found.append(np.log(np.where(roll, chance, 1 - chance)).sum(axis=1))
    return frame_scores(found, found)
