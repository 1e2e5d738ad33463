"""What a trained model knew, measured before and after more training."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqkit.data import Dataset, TextStream
from seqkit.evaluation.forgetting import Change, Forgetting, list_labels
from seqkit.export.kept_rows import Rows, labels_in, labels_of_rows, without

# Name and value of the score by which models of a task are compared.
Measure = Callable[[Any, Any], tuple[str, float]]


class Before(NamedTuple):
    """What a model knew before more training.

    Attributes:
        measure: scores a model on rows.
        missing: labels that the new training data lack, with the number of old rows that have them.
        parts: old rows by what they are, `overall` and `on_missing`, as far as there are any.
        scores: name and value of the old model's score on each part.
        excluded: old rows that are in the new training data too, and are left out.
    """

    measure: Measure
    missing: dict[str, int]
    parts: dict[str, Rows]
    scores: dict[str, tuple[str, float]]
    excluded: int

    def compare(self, model: Any, *, lower_is_better: bool) -> Forgetting:
        """Scores the new model on the same rows.

        Args:
            model: the new model.
            lower_is_better: whether less of the score is better.

        Returns:
            Both scores.
        """
        changes = {}
        for part, rows in self.parts.items():
            metric, before = self.scores[part]
            changes[part] = Change(metric, before, self.measure(model, rows)[1], _size(rows))
        old = self.parts.get("overall")
        return Forgetting(
            self.missing,
            **changes,
            excluded=self.excluded,
            rows=old,
            unit="characters" if isinstance(old, TextStream) else "rows",
            lower_is_better=lower_is_better,
        )


def look_back(
    old: Any, labels: Sequence[str], train: Any, kept: Rows | None, measure: Measure
) -> Before:
    """Scores the old model, and warns of labels that the new training data lack.

    Args:
        old: the model before more training.
        labels: the labels that it knows.
        train: the new training data.
        kept: validation rows kept with the old model, or None.
        measure: scores a model on rows.

    Returns:
        What `Before.compare` needs after training.
    """
    parts: dict[str, Rows] = {}
    excluded = 0
    counts: Counter[str] = Counter()
    lacking = set(labels) - labels_in(train) if labels else set()
    if isinstance(kept, Dataset):
        rows = without(kept, train)
        excluded = len(kept) - len(rows)
        of_rows = labels_of_rows(rows)
        counts.update(label for own in of_rows for label in own)
        touched = np.flatnonzero([bool(own & lacking) for own in of_rows])
        if len(rows):
            parts["overall"] = rows
        if 0 < len(touched) < len(rows):
            parts["on_missing"] = rows.take(touched)
    elif kept is not None:
        parts["overall"] = kept
    missing = {label: counts[label] for label in labels if label in lacking}
    if missing:
        warnings.warn(_warning(missing, is_counted=bool(parts)), stacklevel=5)
    scores = {part: measure(old, rows) for part, rows in parts.items()}
    return Before(measure, missing, parts, scores, excluded)


def _warning(missing: dict[str, int], *, is_counted: bool) -> str:
    named = list_labels(missing) if is_counted else ", ".join(map(repr, missing))
    of_old = " of the old validation data" if is_counted else ""
    return (
        f"the new data lack labels that the model knows, and it will forget them: {named}{of_old}. "
        "To keep them, mix old training rows with these labels into the data."
    )


def _size(rows: Rows) -> int:
    return rows.characters if isinstance(rows, TextStream) else len(rows)
