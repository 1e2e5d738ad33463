"""How the data of a recipe are read and split; settings that recipes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqkit.data.parts import read_parts


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


def read_columns(
    sources: Sequence[Any], config: Any, *columns: str, **options: Any
) -> dict[str, Any]:
    """Reads the three parts of a recipe whose settings may name the columns of its data.

    Args:
        sources: where training data, validation data and test data come from; what is None is split
            from the training data.
        config: settings of the recipe. `<column>_column` names the column of a table that holds
            `column`, by its name, its position from 0, or None to find it by itself.
        columns: what the recipe trains on, such as `tokens` and `tags`.
        options: other arguments of `seqkit.data.read_parts`.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        DataError: as `seqkit.data.read_parts`.
        ValueError: as `seqkit.data.read_parts`.
    """
    names = {column: getattr(config, f"{column}_column") for column in columns}
    return read_parts(
        *sources,
        columns=columns,
        names={column: _position_or_name(name) for column, name in names.items()},
        format=config.format,
        encoding=config.encoding,
        fraction=config.validation_fraction,
        seed=config.seed,
        **options,
    )


def _position_or_name(column: str | int | None) -> str | int | None:
    """A column as `seqkit.data.read` takes it: the command line gives numbers as text."""
    return int(column) if isinstance(column, str) and column.isdigit() else column
