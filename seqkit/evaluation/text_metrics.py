"""What sacreBLEU counts in each row, so that scores of many choices of rows come from sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seqkit.evaluation.comparison import Figure

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric


def text_rows(
    metric: Metric, answers: Sequence[str], references: Sequence[Sequence[str | None]]
) -> np.ndarray:
    """Statistics of each answer, as sacreBLEU's own test of significance takes them.

    Args:
        metric: `BLEU` or `CHRF` of sacreBLEU.
        answers: one of each row.
        references: as `corpus_score` takes them: for each number of a reference, that of each row.

    Returns:
        `<float64>[rows, statistics]`, for `text_figure` of the same metric.

    Example:
        >>> from sacrebleu.metrics import BLEU
        >>> answers, references = ["a b c d e", "x y"], [["a b c d e", "x z y"]]
        >>> rows = text_rows(BLEU(), answers, references)
        >>> text_figure(BLEU())(rows.sum(axis=0)) == BLEU().corpus_score(answers, references).score
        True
    """
    streams: Any = references  # a missing reference is None there
    return np.array(metric._extract_corpus_statistics(answers, streams), np.float64)


def text_figure(metric: Metric) -> Figure:
    """The score from sums of what `text_rows` gives, in percent."""
    return lambda sums: float(metric._compute_score_from_stats(sums.astype(int).tolist()).score)
