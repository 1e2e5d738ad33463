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


def position_or_name(column: str | None) -> str | int | None:
    """A column as `seqkit.data.read` takes it: the command line gives numbers as text.

    Args:
        column: a name, a number counted from 0, or None.

    Returns:
        The number as a number, all else as it is.

    Example:
        >>> position_or_name("1"), position_or_name("xpos"), position_or_name(None)
        (1, 'xpos', None)
    """
    return int(column) if column is not None and column.isdigit() else column
