"""What more training made a model forget, by validation rows of the training before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

_MOST_SHOWN = 10


class Change(NamedTuple):
    """A score on some old rows, before and after more training.

    Attributes:
        metric: the name of the score.
        before: that of the old model.
        after: that of the new one.
        rows: number of rows; of a stream, of characters.
    """

    metric: str
    before: float
    after: float
    rows: int


class Forgetting(NamedTuple):
    """What more training made a model forget.

    Attributes:
        missing: labels that the new training data lack, with the number of old rows that have them.
        overall: the change on all old rows; None where there are none.
        on_missing: the change on those with missing labels; None where these are all or none.
        excluded: old rows that are in the new training data too, and are not scored.
        rows: the old rows that were scored.
        unit: what they are, "rows" or "characters".
        lower_is_better: whether less of the score is better.
    """

    missing: Mapping[str, int] = {}
    overall: Change | None = None
    on_missing: Change | None = None
    excluded: int = 0
    rows: Any = None
    unit: str = "rows"
    lower_is_better: bool = False

    def lines(self) -> list[str]:
        """The scores as lines of text.

        Example:
            >>> change = Change("accuracy", 0.94, 0.31, 120)
            >>> Forgetting(overall=change).lines()
            ['on 120 rows of the old validation data: accuracy 0.9400 before, 0.3100 after']
        """
        if self.overall is None:
            lines = ["what was forgotten is not known: " + self._why_not()]
        else:
            excluded = (
                f" ({self.excluded:,} more are in the new training data)" if self.excluded else ""
            )
            where = f"on {self.overall.rows:,} {self.unit} of the old validation data{excluded}"
            lines = [f"{where}: {self._scores(self.overall)}"]
        if self.missing:
            lines.append(f"  labels that the new data lack: {list_labels(self.missing)}")
        if self.on_missing is not None:
            rows = f"{self.on_missing.rows:,} {self.unit}"
            lines.append(f"  on the {rows} with these: {self._scores(self.on_missing)}")
        return lines

    def summary(self) -> dict[str, Any]:
        """The same for the card."""
        known = {"overall": self.overall, "on_missing_labels": self.on_missing}
        return {
            "rows": self.overall.rows if self.overall else 0,
            "unit": self.unit,
            "excluded": self.excluded,
            "missing_labels": dict(self.missing),
            **{
                name: {"metric": change.metric, "before": change.before, "after": change.after}
                for name, change in known.items()
                if change is not None
            },
        }

    def _why_not(self) -> str:
        if self.excluded:
            return f"all {self.excluded:,} old validation rows are in the new training data"
        return "no validation rows were kept with the old model, as exports now do"

    def _scores(self, change: Change) -> str:
        lower = " (lower is better)" if self.lower_is_better else ""
        return f"{change.metric} {change.before:.4f} before, {change.after:.4f} after{lower}"


def list_labels(labels: Mapping[str, int]) -> str:
    """Labels in words, with their numbers of rows.

    Args:
        labels: number of rows by label.

    Returns:
        The first of them, and how many more there are.

    Example:
        >>> list_labels({"neg": 45, "pos": 40})
        "'neg' (45 rows), 'pos' (40 rows)"
    """
    listed = [f"{name!r} ({rows:,} rows)" for name, rows in labels.items()]
    more = f", … {len(listed) - _MOST_SHOWN:,} more" if len(listed) > _MOST_SHOWN else ""
    return ", ".join(listed[:_MOST_SHOWN]) + more
