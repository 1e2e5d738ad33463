"""What a training gave: the model, and its score beside those of plain models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from seqkit.evaluation.comparison import Comparison
from seqkit.evaluation.forgetting import Forgetting


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
        comparison: the model beside the best plain model; None where there was none.
        forgetting: what more training made the model forget; None where it was the first.
    """

    model: Any
    scores: Any
    baselines: Mapping[str, float]
    minutes: float
    history: list[dict[str, float]]
    checks: Report
    comparison: Comparison | None = None
    forgetting: Forgetting | None = None


class Scored(NamedTuple):
    """A model's scores beside those of its baselines.

    Attributes:
        scores: all scores of the model.
        baselines: one score of each baseline on the same data, by its name.
        lines: what to print, see `beside`.
        comparison: the model beside the best plain model; None where there was none.
    """

    scores: Any
    baselines: Mapping[str, float]
    lines: Sequence[str]
    comparison: Comparison | None = None
