"""How the data of a recipe are read and split; settings that recipes share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SourceSettings:
    """How files are read and split.

    Attributes:
        format: format of the file, such as csv or jsonl, if its name does not say.
        encoding: character encoding of the file.
        validation_fraction: share of the training data kept for validation, and for the test, where
            none is given.
    """

    format: str | None = None
    encoding: str = "utf-8"
    validation_fraction: float = 0.1

    def options(self) -> dict[str, Any]:
        """The same as arguments of `seqkit.data.read_parts`."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "fraction": self.validation_fraction,
        }
