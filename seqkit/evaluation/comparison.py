"""Whether a model is better than the best plain model, as far as the test rows can tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

RESAMPLES = 1000
# Below, rows that all speak for one model may do so by chance: the bootstrap would not see it.
FEWEST_ROWS = 10
_LOW, _HIGH = 2.5, 97.5

# A metric of statistics that were added up over rows, `<float64>[statistics]`.
Figure = Callable[[np.ndarray], float]


class Comparison(NamedTuple):
    """A model's score beside that of the best plain model.

    Attributes:
        metric: the score by which models of the task are compared.
        baseline: the best plain model by it; of several that are equal, the best by the next score.
        difference: the model's score less the baseline's.
        low: the lower end of the 95 % interval of the difference.
        high: its upper end.
        rows: number of rows that were drawn from.
        unit: what the rows are, such as "texts".
        lower_is_better: whether less of the score is better, as of perplexity.
    """

    metric: str
    baseline: str
    difference: float
    low: float
    high: float
    rows: int
    unit: str
    lower_is_better: bool = False

    @property
    def verdict(self) -> str:
        """`"better"` or `"worse"` where the interval lies on one side of 0, else `"no better"`."""
        if self.rows >= FEWEST_ROWS:
            sign = -1 if self.lower_is_better else 1
            if min(sign * self.low, sign * self.high) > 0:
                return "better"
            if max(sign * self.low, sign * self.high) < 0:
                return "worse"
        return "no better"

    def sentence(self) -> str:
        """The verdict with its interval and the number of rows."""
        if self.rows < FEWEST_ROWS:
            return (
                f"no better than {self.baseline}, as far as {self.rows} {self.unit} can tell: give "
                f"at least {FEWEST_ROWS}"
            )
        return (
            f"{self.verdict} than {self.baseline}: {self.metric} {self.difference:+.4f}, 95 % "
            f"interval {self.low:+.4f} to {self.high:+.4f} on {self.rows:,} {self.unit}"
        )

    def summary(self) -> dict[str, Any]:
        """What the card keeps."""
        return {
            "verdict": self.verdict,
            "metric": self.metric,
            "baseline": self.baseline,
            "difference": self.difference,
            "interval_95": [self.low, self.high],
            "rows": self.rows,
            "unit": self.unit,
        }


def compare(
    metric: str,
    model: np.ndarray,
    baselines: Mapping[str, np.ndarray],
    figure: Figure,
    *,
    unit: str,
    next_scores: Mapping[str, Sequence[float]] | None = None,
    lower_is_better: bool = False,
    seed: int = 0,
) -> Comparison:
    """Compares a model with the best of some plain models by a paired bootstrap over rows.

    Args:
        metric: name of the score.
        model: `<float>[rows, statistics]`; their sums over rows give the score.
        baselines: the same of each plain model on the same rows, by its name; at least one.
        figure: the score from sums of statistics.
        unit: what the rows are, such as "texts".
        next_scores: further scores of each plain model, in their order, where more is better; they
            decide among plain models with an equal score.
        lower_is_better: whether less of the score is better, as of perplexity.
        seed: of the resamples.

    Returns:
        The comparison.

    Raises:
        ValueError: there is no row or no plain model.

    Example:
        >>> right = np.repeat([[1.0, 1.0], [0.0, 1.0]], [90, 10], axis=0)
        >>> chance = np.repeat([[1.0, 1.0], [0.0, 1.0]], [50, 50], axis=0)
        >>> compare("accuracy", right, {"chance": chance}, share, unit="texts").verdict
        'better'

    Source: Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation".
    """
    if not baselines or not len(model):
        raise ValueError(f"{len(model)} rows and {len(baselines)} baselines: give at least one")
    sign = -1 if lower_is_better else 1
    further = next_scores or {}

    def rank(name: str) -> tuple[float, ...]:
        return (sign * figure(baselines[name].sum(axis=0)), *further.get(name, ()))

    best = max(baselines, key=rank)
    both = np.concatenate([model, baselines[best]], axis=1).astype(np.float64)
    rows, width = both.shape
    random = np.random.default_rng(seed)
    differences = []
    for _ in range(RESAMPLES):
        times = np.bincount(random.integers(0, rows, rows), minlength=rows)
        with np.errstate(invalid="ignore"):  # infinite nats, drawn no time
            sums = times @ both  # [2 * statistics]
        differences.append(figure(sums[: width // 2]) - figure(sums[width // 2 :]))
    whole = both.sum(axis=0)
    differences.append(figure(whole[: width // 2]) - figure(whole[width // 2 :]))
    # A score may be infinite, as perplexity is where something had the probability 0.
    *differences, difference = np.nan_to_num(differences, nan=0.0).tolist()
    low, high = np.percentile(differences, [_LOW, _HIGH])
    return Comparison(
        metric,
        best,
        difference,
        float(low),
        float(high),
        rows,
        unit,
        lower_is_better,
    )


def right_rows(right: Sequence[bool] | np.ndarray) -> np.ndarray:
    """Statistics whose `share` is the share of rows that are right.

    Args:
        right: `<bool>[rows]`.

    Returns:
        `<float64>[rows, 2]`.
    """
    values = np.asarray(right, np.float64)
    return np.stack([values, np.ones_like(values)], axis=1)


def share(sums: np.ndarray) -> float:
    """The first of two sums over the second; 0 where that is 0."""
    return float(sums[0] / sums[1]) if sums[1] else 0.0


def beside(
    what: str,
    score: float,
    baselines: Mapping[str, float],
    comparison: Comparison,
) -> list[str]:
    """A score and those of plain models, and whether the model is better than the best of them.

    Args:
        what: which score, on how much data.
        score: that of the trained model.
        baselines: the same score of each plain model, by its name.
        comparison: the model beside the best of them.

    Returns:
        Lines of text.

    Example:
        >>> close = Comparison("accuracy", "naive Bayes", -0.01, -0.05, 0.03, 100, "texts")
        >>> lines = beside("accuracy on 100 texts", 0.9, {"naive Bayes": 0.91}, close)
        >>> print(*lines, sep="\\n")  # doctest: +ELLIPSIS
        accuracy on 100 texts: 0.9000
          beside 0.9100 for the baseline, naive Bayes
          no better than naive Bayes: accuracy -0.0100, 95 % interval -0.0500 to +0.0300 on ...
    """
    return [
        f"{what}: {score:.4f}",
        *(f"  beside {plain:.4f} for the baseline, {name}" for name, plain in baselines.items()),
        f"  {comparison.sentence()}",
    ]
