"""How likely held-out pieces are by a model of frames, beside plain models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.data.kinds.piano_rolls import pieces_of
from seqkit.evaluation import Scored, Scores, beside, compare
from seqkit.evaluation.comparison import share
from seqkit.tasks.music.baselines import PlainLikelihoods, plain_likelihoods
from seqkit.tasks.music.piano_rolls import PieceScore

_WORST = 10


class ScoresPieces(Protocol):
    """A model that can be scored; `seqkit.FrameModel` is one."""

    def score(self, pieces: Sequence[Any]) -> Sequence[PieceScore]:
        """Scores how likely pieces are."""


@dataclass(frozen=True)
class FrameScores(Scores):
    """Scores of a model of frames on data it was not trained on; lower is better.

    Attributes:
        examples: number of pieces.
        frames: number of frames, of all pieces.
        nll: negative log-likelihood of a frame in nats, the mean over all frames of all pieces.
        nll_after_first: the same without the first frame of each piece.
        nll_independent: `nll` from the probability of each pitch by itself: the sum over pitches of
            the binary cross-entropies.
        nll_independent_after_first: the same without the first frame of each piece.
        worst: numbers of the pieces whose frames are least likely, and nats a frame of each.
        baselines: scores of plain models on the same pieces, by name.

    Sources: Boulanger-Lewandowski, Bengio and Vincent (2012), arXiv:1206.6392, score every frame;
    `nll_independent` is comparable with their "RNN", `nll` with their "RNN-NADE" and "RNN-RBM", in
    which the pitches of a frame depend on each other. Bai, Kolter and Koltun (2018),
    arXiv:1803.01271, do not score the first frame: `nll_independent_after_first`. All sum over 88
    pitches and average over frames, not pieces; here the sum is over all 128 of MIDI, which can
    only be greater.
    """

    examples: int
    frames: int
    nll: float
    nll_after_first: float
    nll_independent: float
    nll_independent_after_first: float
    worst: tuple[tuple[int, float], ...]
    baselines: Mapping[str, Any]

    details = ("worst", "baselines")
    _main = ("negative log-likelihood per frame", "nll")


def score_frame_model(
    model: ScoresPieces, dataset: Dataset, baselines: Mapping[str, FrameScores] | None = None
) -> FrameScores:
    """Scores a model of frames.

    Args:
        model: scores how likely pieces are.
        dataset: pieces, as `seqkit.data.read_piano_rolls` gives them.
        baselines: scores of plain models on the same pieces, see `plain_frames`.

    Returns:
        The scores.
    """
    return _scores_of(model.score(pieces_of(dataset)), baselines)


def _scores_of(
    pieces: Sequence[PieceScore], baselines: Mapping[str, FrameScores] | None
) -> FrameScores:
    by_frame = [piece.by_frame for piece in pieces]
    return frame_scores(by_frame, [piece.independent for piece in pieces], baselines)


def score_beside_plain(model: ScoresPieces, parts: Mapping[str, Dataset]) -> Scored:
    """Scores a model of frames on the test data beside plain models.

    Args:
        model: scores how likely pieces are.
        parts: `train` and `validation`, which the plain models learn from, and `test`.

    Returns:
        The scores.
    """
    test = parts["test"]
    pieces = model.score(pieces_of(test))
    plain = plain_likelihoods(parts["train"], parts["validation"], test)
    scores = _scores_of(pieces, _scores_of_plain(plain))
    what, score = scores.main
    comparison = compare(
        what,
        _nats_and_frames([piece.by_frame for piece in pieces]),
        {name: _nats_and_frames(likelihoods.by_frame) for name, likelihoods in plain.items()},
        share,
        unit="pieces",
        lower_is_better=True,
    )
    what += f" on {scores.examples:,} test pieces"
    lines = [
        *beside(what, score, scores.main_baselines, comparison),
        f"  each pitch by itself {scores.nll_independent:.4f}, without the first frame of each "
        f"piece {scores.nll_independent_after_first:.4f}",
    ]
    return Scored(scores, scores.main_baselines, lines, comparison)


def _nats_and_frames(by_frame: Sequence[np.ndarray]) -> np.ndarray:
    """The statistics of each piece, `<float64>[pieces, 2]`."""
    return np.array([[-piece.sum(dtype=np.float64), len(piece)] for piece in by_frame])


def frame_scores(
    by_frame: Sequence[np.ndarray],
    independent: Sequence[np.ndarray],
    baselines: Mapping[str, FrameScores] | None = None,
) -> FrameScores:
    """Sums up log-likelihoods.

    Args:
        by_frame: of each piece `<float>[frames]`, one frame at least.
        independent: the same from the probability of each pitch by itself.
        baselines: scores of plain models on the same pieces.

    Returns:
        The scores; those without first frames are 0 where no piece has a second frame.

    Raises:
        ValueError: there is no piece.

    Example:
        >>> pieces = [np.array([-5.0, -1.0]), np.array([-3.0, -2.0])]
        >>> scores = frame_scores(pieces, [2 * piece for piece in pieces])
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


def plain_frames(train: Dataset, validation: Dataset, test: Dataset) -> dict[str, FrameScores]:
    """Scores of the plain models, see `seqkit.tasks.music.baselines`.

    Args:
        train: pieces to learn from, as `seqkit.data.read_piano_rolls` gives them.
        validation: pieces on which regularization is chosen.
        test: pieces to score.

    Returns:
        The scores, by the name of the model.
    """
    return _scores_of_plain(plain_likelihoods(train, validation, test))


def _scores_of_plain(plain: Mapping[str, PlainLikelihoods]) -> dict[str, FrameScores]:
    return {name: frame_scores(*likelihoods) for name, likelihoods in plain.items()}
