"""What a training gave: the model, and its score beside those of plain models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Report(Protocol):
    """What a check of data found; `seqkit.data.DataReport` is one."""

    def lines(self) -> list[str]:
        """The report as lines of plain text."""


class Outcome(NamedTuple):
    """What a training gave.

    Attributes:
        model: trained and calibrated.
        scores: its scores on the test data.
        baselines: the same score of each plain model on the same data, by its name.
        minutes: duration of the training, including that of learning the dictionary.
        history: figures of each epoch.
        checks: what to know about the data.
    """

    model: Any
    scores: Any
    baselines: Mapping[str, float]
    minutes: float
    history: list[dict[str, float]]
    checks: Report


class Scored(NamedTuple):
    """A model's scores beside those of its baselines.

    Attributes:
        scores: all scores of the model.
        baselines: one score of each baseline on the same data, by its name.
        lines: what to print, see `beside`.
    """

    scores: Any
    baselines: Mapping[str, float]
    lines: Sequence[str]


def beside(
    what: str, score: float, baselines: Mapping[str, float], *, lower_is_better: bool = False
) -> list[str]:
    """A score and those of plain models, and which of these wins where one does.

    Args:
        what: which score, on how much data.
        score: that of the trained model.
        baselines: the same score of each plain model, by its name.
        lower_is_better: whether less of the score is better, as of perplexity.

    Returns:
        Lines of text.

    Example:
        >>> print(*beside("accuracy on 100 texts", 0.9, {"naive Bayes": 0.91}), sep="\\n")
        accuracy on 100 texts: 0.9000
          beside 0.9100 for the baseline, naive Bayes
          naive Bayes wins: use it, or train on more data
        >>> print(*beside("perplexity", 9.5, {"3-gram": 9.6}, lower_is_better=True), sep="\\n")
        perplexity: 9.5000
          beside 9.6000 for the baseline, 3-gram
    """
    lines = [f"{what}: {score:.4f}"]
    lines += [f"  beside {plain:.4f} for the baseline, {name}" for name, plain in baselines.items()]
    sign = -1 if lower_is_better else 1
    winner = max(baselines, key=lambda name: sign * baselines[name])
    if sign * baselines[winner] >= sign * score:
        lines.append(f"  {winner} wins: use it, or train on more data")
    return lines
