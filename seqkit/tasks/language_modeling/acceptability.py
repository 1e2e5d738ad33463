"""How well the scores of a language model tell acceptable sentences from others."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

Normalisation = Literal["sum", "mean", "slor"]
Criterion = Literal["accuracy", "mcc"]


class AcceptabilityScores(NamedTuple):
    """How well scores tell acceptable sentences from others.

    Attributes:
        examples: number of sentences.
        threshold: sentences with at least this score count as acceptable; infinity where none do,
            minus infinity where all do.
        accuracy: share of sentences judged correctly.
        mcc: Matthews correlation coefficient, from -1 to 1; 0 is chance.
        roc_auc: probability that an acceptable sentence has a higher score than another; 0.5 is
            chance. It does not depend on the threshold.
        majority: accuracy of always giving the label that is more frequent where the threshold was
            chosen.
        acceptable: share of the sentences that are acceptable.

    Source: Warstadt, Singh and Bowman 2019, "Neural Network Acceptability Judgments", for the
    coefficient.
    """

    examples: int
    threshold: float
    accuracy: float
    mcc: float
    roc_auc: float
    majority: float
    acceptable: float

    def summary(self) -> dict[str, Any]:
        """The numbers alone."""
        return self._asdict()


def acceptability(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    threshold_scores: ArrayLike,
    threshold_labels: ArrayLike,
    chosen_by: Criterion = "accuracy",
) -> AcceptabilityScores:
    """Compares scores of sentences with whether they are acceptable.

    Args:
        scores: `<float>[sentences]`, higher for more acceptable ones; see `normalised`.
        labels: `<int>[sentences]`, 1 for acceptable, 0 for not.
        threshold_scores: `<float>[others]`, of other sentences, by which the threshold is chosen.
        threshold_labels: `<int>[others]`, the labels of those.
        chosen_by: what the threshold maximises on those: "accuracy" or "mcc". By accuracy, weak
            scores of unequally frequent labels get a threshold that all pass.

    Returns:
        The scores.

    Raises:
        ValueError: lengths differ, a label is neither 0 nor 1 or only one of them occurs, or a
            score is not finite.

    Example:
        >>> others = {"threshold_scores": [-9.0, -4.0, -3.0], "threshold_labels": [0, 1, 1]}
        >>> scores = acceptability([-8.0, -2.0, -7.0], [0, 1, 1], **others)
        >>> scores.threshold, round(scores.accuracy, 3), scores.roc_auc, round(scores.majority, 3)
        (-6.5, 0.667, 1.0, 0.667)
    """
    from sklearn.metrics import accuracy_score, matthews_corrcoef, roc_auc_score

    if chosen_by not in get_args(Criterion):
        raise ValueError(f"chosen_by={chosen_by!r}: give one of {list(get_args(Criterion))}")
    given, truth = _check(scores, labels, "scores", "labels")
    others = _check(threshold_scores, threshold_labels, "threshold_scores", "threshold_labels")
    threshold = _best_threshold(*others, chosen_by)
    answers = given >= threshold
    usual = others[1].mean() >= 0.5
    return AcceptabilityScores(
        examples=len(truth),
        threshold=threshold,
        accuracy=float(accuracy_score(truth, answers)),
        mcc=float(matthews_corrcoef(truth, answers)),
        roc_auc=float(roc_auc_score(truth, given)),
        majority=float((truth == usual).mean()),
        acceptable=float(truth.mean()),
    )


def normalised(
    log_probability: ArrayLike,
    tokens: ArrayLike,
    unigram_log_probability: ArrayLike | None = None,
    how: Normalisation = "slor",
) -> np.ndarray:
    """Makes scores of sentences depend less on their length and on how rare their words are.

    Args:
        log_probability: `<float>[sentences]`, log-probability of each.
        tokens: `<int>[sentences]`, number of tokens of each.
        unigram_log_probability: `<float>[sentences]`, sum over its tokens of their log-frequency,
            as `WittenBell` of order 1 gives it; needed for "slor".
        how: "sum" leaves it as it is; "mean" divides it by the number of tokens; "slor" subtracts
            the unigram log-probability first.

    Returns:
        `<float64>[sentences]`.

    Raises:
        ValueError: shapes differ, a sentence has no token, or frequencies are needed.

    Example:
        >>> print(normalised([-6.0, -9.0], [2, 3], [-8.0, -9.0]))
        [1. 0.]

    Source: Lau, Clark and Lappin 2017, "Grammaticality, Acceptability, and Probability", the
    acceptability measures LogProb, Mean LP and SLOR; SLOR is of Pauls and Klein 2012.
    """
    if how not in get_args(Normalisation):
        raise ValueError(f"how={how!r}: give one of {list(get_args(Normalisation))}")
    whole, number = np.asarray(log_probability, np.float64), np.asarray(tokens)
    if whole.shape != number.shape:
        raise ValueError(
            f"tokens has shape {number.shape}, log_probability {whole.shape}: give as many"
        )
    if (number < 1).any():
        raise ValueError(f"tokens has {number.min()}: leave sentences without tokens out")
    if how == "sum":
        return whole.copy()
    if how == "mean":
        return whole / number
    if unigram_log_probability is None:
        raise ValueError("unigram_log_probability=None: how='slor' needs it")
    single = np.asarray(unigram_log_probability, np.float64)
    if single.shape != whole.shape:
        raise ValueError(
            f"unigram_log_probability has shape {single.shape}, log_probability {whole.shape}: "
            "give as many"
        )
    return (whole - single) / number


def _check(
    scores: ArrayLike, labels: ArrayLike, of_scores: str, of_labels: str
) -> tuple[np.ndarray, np.ndarray]:
    """Scores `<float64>[sentences]`, and whether they are acceptable, `<bool>[sentences]`."""
    given, truth = np.asarray(scores, np.float64), np.asarray(labels)
    if given.ndim != 1 or given.shape != truth.shape:
        raise ValueError(
            f"{of_scores} has shape {given.shape}, {of_labels} {truth.shape}: give one of each for "
            "every sentence"
        )
    wrong = np.flatnonzero(~np.isfinite(given))
    if wrong.size:
        raise ValueError(f"{of_scores}[{wrong[0]}] is {given[wrong[0]]}: give finite scores")
    values = np.unique(truth).tolist()
    if values != [0, 1]:
        raise ValueError(f"{of_labels} has the values {values}: give 0 and 1, each at least once")
    return given, truth == 1


def _best_threshold(scores: np.ndarray, acceptable: np.ndarray, chosen_by: Criterion) -> float:
    """The lowest of the best thresholds, midway between two scores or infinite."""
    order = np.argsort(scores, kind="stable")
    ranked, right = scores[order], acceptable[order].astype(np.float64)
    # A threshold can only be where scores differ, or before the first or after the last.
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(ranked)) + 1, [len(ranked)]])
    below = np.concatenate([[0.0], right.cumsum()])[cuts]
    total = right.sum()
    true_positives, false_negatives = total - below, below
    true_negatives = cuts - below
    false_positives = len(ranked) - total - true_negatives
    if chosen_by == "accuracy":
        worth = true_positives + true_negatives
    else:
        accepted, refused = true_positives + false_positives, true_negatives + false_negatives
        product = accepted * refused * total * (len(ranked) - total)
        difference = true_positives * true_negatives - false_positives * false_negatives
        worth = difference / np.sqrt(np.maximum(product, 1))
    cut = cuts[worth.argmax()]
    if cut == 0:
        return float("-inf")
    return float("inf") if cut == len(ranked) else float(ranked[cut - 1 : cut + 1].mean())
