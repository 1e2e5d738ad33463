"""What the scores of all tasks have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar


class Scores:
    """Base of the scores of each task, which are frozen dataclasses.

    Attributes:
        details: fields that `summary` leaves out: tables, examples, baselines.
        baselines: scores of plain models on the same data, by name, where a task has them.

    Example:
        >>> @dataclasses.dataclass(frozen=True)
        ... class SpellingScores(Scores):
        ...     accuracy: float
        ...     worst: tuple[str, ...]
        ...     details = ("worst",)
        ...     _main = ("accuracy", "accuracy")
        >>> scores = SpellingScores(0.9, ("rhythm",))
        >>> scores.main, scores.summary()
        (('accuracy', 0.9), {'accuracy': 0.9})
    """

    details: ClassVar[tuple[str, ...]] = ()
    baselines: Mapping[str, Any]

    @property
    def _main(self) -> tuple[str, str]:
        """The name of the main score, and the attribute that holds it."""
        raise NotImplementedError

    @property
    def main(self) -> tuple[str, float]:
        """The name and the value of the score by which models of the task are compared."""
        name, attribute = self._main
        return name, getattr(self, attribute)

    @property
    def main_baselines(self) -> dict[str, float]:
        """The same score of each plain model, by its name."""
        return {name: getattr(plain, self._main[1]) for name, plain in self.baselines.items()}

    def summary(self) -> dict[str, Any]:
        """The numbers alone, and how they were computed."""
        this: Any = self
        names = [field.name for field in dataclasses.fields(this) if field.name not in self.details]
        return {name: getattr(self, name) for name in names}
