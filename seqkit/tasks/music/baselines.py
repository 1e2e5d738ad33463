"""The plain models that every model of frames is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.data.kinds.piano_rolls import NUM_PITCHES, pieces_of
from seqkit.tasks.music.piano_rolls import as_roll

ALONE = "frequency of each pitch"
AFTER = "frequency after the frame before"
LINEAR = "logistic regression on two frames and the pitches below (scikit-learn)"
# Added to the count of each pitch, sounding and silent, so that nothing has probability 0.
_HALF = 0.5
_FRAMES_BEFORE = 2
# What the logistic regressions learn from at most, drawn at random; and what their regularization
# is chosen of, on validation data.
_MOST_FRAMES = 100_000
_PENALTIES = (0.1, 1.0, 10.0)
# A pitch that sounds, or is silent, in fewer frames is counted.
_FEWEST = 3


class PlainLikelihoods(NamedTuple):
    """Log-likelihoods of pieces, each `<float64>[frames]`.

    Attributes:
        by_frame: those of whole frames.
        independent: those from the probability of each pitch by itself.
    """

    by_frame: list[np.ndarray]
    independent: list[np.ndarray]


def plain_likelihoods(
    train: Dataset, validation: Dataset, test: Dataset
) -> dict[str, PlainLikelihoods]:
    """How likely pieces are by every plain model.

    Two count: how often each pitch sounds, whatever came before; and how often where in the frame
    before it did, a neighbour did, or neither. The third has a logistic regression for each pitch,
    on the two frames before and on the pitches below it in the same frame; without the pitches
    below, it gives the probability of each pitch by itself.

    Args:
        train: pieces to learn from, as `seqkit.data.read_piano_rolls` gives them; of more than
            100,000 frames the regressions read so many, of pieces drawn at random.
        validation: pieces on which the regularization is chosen.
        test: pieces to score.

    Returns:
        The log-likelihoods, by the name of the model.

    Source: Frey (1998), "Graphical Models for Machine Learning and Digital Communication", for
    regressions in a row ("fully visible sigmoid belief network").
    """
    counted, validated, scored = (
        [as_roll(piece).astype(bool) for piece in pieces_of(part)]
        for part in (train, validation, test)
    )
    cases: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        ALONE: lambda roll: np.zeros(roll.shape, int),
        AFTER: _before,
    }
    answers = {}
    for name, case_of in cases.items():
        by_frame = _count(counted, scored, case_of)
        answers[name] = PlainLikelihoods(by_frame, by_frame)
    answers[LINEAR] = _regress(_at_most(counted), validated, scored)
    return answers


def _before(roll: np.ndarray) -> np.ndarray:
    """`<int64>[frames, 128]`: 1 where the pitch sounded before, 2 where one next to it did."""
    before = _earlier(roll, 1)
    near = np.zeros_like(before)
    for step in (1, 2):
        near[:, step:] |= before[:, :-step]
        near[:, :-step] |= before[:, step:]
    return np.where(before, 1, np.where(near, 2, 0))


def _count(
    counted: Sequence[np.ndarray],
    scored: Sequence[np.ndarray],
    case_of: Callable[[np.ndarray], np.ndarray],
) -> list[np.ndarray]:
    """Log-likelihoods by how often each pitch sounds in each case, with additive smoothing."""
    rolls, cases = np.concatenate(counted), np.concatenate([case_of(roll) for roll in counted])
    pitches = np.broadcast_to(np.arange(NUM_PITCHES), rolls.shape)
    seen, heard = np.zeros((3, NUM_PITCHES)), np.zeros((3, NUM_PITCHES))
    np.add.at(seen, (cases, pitches), 1)
    np.add.at(heard, (cases, pitches), rolls)
    chances = (heard + _HALF) / (seen + 2 * _HALF)
    by_frame = []
    for roll in scored:
        chance = chances[case_of(roll), np.arange(NUM_PITCHES)]
        by_frame.append(np.log(np.where(roll, chance, 1 - chance)).sum(axis=1))
    return by_frame


def _at_most(rolls: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Pieces drawn at random, where all have too many frames."""
    order = np.random.default_rng(0).permutation(len(rolls))
    before = np.cumsum([0, *(len(rolls[number]) for number in order[:-1])])
    return [rolls[number] for number in sorted(order[before < _MOST_FRAMES])]


def _regress(
    counted: Sequence[np.ndarray], validated: Sequence[np.ndarray], scored: Sequence[np.ndarray]
) -> PlainLikelihoods:
    """Log-likelihoods by a logistic regression for each pitch."""
    seen, asked = _Frames.of(counted), _Frames.of([*validated, *scored])
    lengths = [len(roll) for roll in (*validated, *scored)]

    def by_piece(penalty: float, with_below: bool) -> list[np.ndarray]:
        return np.split(_fit(seen, asked, penalty, with_below), np.cumsum(lengths)[:-1])

    attempts = {penalty: by_piece(penalty, with_below=True) for penalty in _PENALTIES}
    best = max(attempts, key=lambda penalty: sum(map(np.sum, attempts[penalty][: len(validated)])))
    alone = by_piece(best, with_below=False)
    return PlainLikelihoods(*(pieces[len(validated) :] for pieces in (attempts[best], alone)))


class _Frames(NamedTuple):
    """Frames of all pieces, and what the regressions see of each.

    Attributes:
        sounding: `<bool>[frames, 128]`.
        features: `<float32>[frames, 385]`, sparse: whether it is the first of its piece, the
            pitches of the two frames before, and, from low to high, its own.
    """

    sounding: np.ndarray
    features: Any

    @classmethod
    def of(cls, rolls: Sequence[np.ndarray]) -> _Frames:
        """Joins pieces."""
        from scipy.sparse import csc_matrix, vstack

        features = []
        for roll in rolls:
            first = np.arange(len(roll))[:, np.newaxis] == 0
            past = [_earlier(roll, steps) for steps in range(1, _FRAMES_BEFORE + 1)]
            features.append(csc_matrix(np.concatenate([first, *past, roll], 1), dtype=np.float32))
        return cls(np.concatenate(rolls), vstack(features, "csc"))

    def before(self, pitch: int) -> Any:
        """The features of what comes before a pitch: the past, and the pitches below."""
        return self.features[:, : self.features.shape[1] - NUM_PITCHES + pitch].tocsr()


def _fit(seen: _Frames, asked: _Frames, penalty: float, with_below: bool) -> np.ndarray:
    """Log-likelihood of each frame that is asked, `<float64>[frames]`."""
    from sklearn.linear_model import LogisticRegression

    total = np.zeros(len(asked.sounding))
    for pitch in range(NUM_PITCHES):
        sounds, wanted = seen.sounding[:, pitch], asked.sounding[:, pitch]
        if min(sounds.sum(), (~sounds).sum()) < _FEWEST:
            chance = (sounds.sum() + _HALF) / (len(sounds) + 2 * _HALF)
            total += np.log(np.where(wanted, chance, 1 - chance))
            continue
        below = pitch if with_below else 0
        model = LogisticRegression(C=penalty, solver="liblinear").fit(seen.before(below), sounds)
        told = model.predict_log_proba(asked.before(below))
        total += np.where(wanted, told[:, 1], told[:, 0])
    return total


def _earlier(roll: np.ndarray, steps: int) -> np.ndarray:
    """What sounded so many frames before each, silence before the first."""
    return np.concatenate([np.zeros_like(roll[:steps]), roll[:-steps]])[: len(roll)]
