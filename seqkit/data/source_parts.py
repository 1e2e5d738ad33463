"""Sources that hold several parts: by name in memory, by name in a folder, or by a column."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqkit.data.errors import DataError
from seqkit.data.formats.by_name import format_named, format_of, stem
from seqkit.data.formats.saved_dataset import is_saved_parts
from seqkit.data.kinds.by_columns import kind_of_columns
from seqkit.data.part_names import PARTS
from seqkit.data.request import Request


def source_by_part(source: Any, columns: tuple[str, ...]) -> dict[str, Any] | None:
    """The sources of the parts that a source holds, or None where it is one alone.

    Args:
        source: A mapping from the names of parts to sources, such as a `DatasetDict` of Hugging
            Face, or a folder with a file or a folder for each part.
        columns: The columns that are wanted.

    Raises:
        DataError: Two are of one part, or none is to be trained on.

    Example:
        >>> source_by_part({"train": [("a", 1)], "dev": [("b", 0)]}, ("text", "label"))
        {'train': [('a', 1)], 'validation': [('b', 0)]}
    """
    if isinstance(source, Mapping):
        named = {str(name): value for name, value in source.items()}
    elif isinstance(source, (str, os.PathLike)) and Path(source).is_dir():
        if kind_of_columns(columns).media and not is_saved_parts(Path(source)):
            return None  # a folder of images is one source, whatever the folders in it are called
        named = {stem(path): path for path in sorted(Path(source).iterdir())}
    else:
        return None
    names = {name: PARTS.get(name.strip().casefold(), "") for name in named}
    known = [name for name, part in names.items() if part]
    if "train" not in names.values() or (isinstance(source, Mapping) and not _all_parts(source)):
        return None
    parts: dict[str, Any] = {}
    for name in known:
        if names[name] in parts:
            raise DataError(
                f"{_words(source)}: {name!r} and another are both {names[name]}, of {known}. Give "
                "each part as an argument of its own."
            )
        parts[names[name]] = named[name]
    return parts


def part_column(source: Any, columns: tuple[str, ...], format: str | None) -> str | None:
    """The column that says which part a row is of, where the format of a file always has one."""
    if not isinstance(source, (str, os.PathLike)) or not Path(source).is_file():
        return None
    request = Request(kind_of_columns(columns), columns)
    try:
        form = None if format is None else format_named(format)
        return format_of(Path(source), form, request).part_column
    except ValueError:
        return None  # told where the file is read


def _all_parts(source: Mapping[Any, Any]) -> bool:
    """Whether a mapping holds parts, not columns."""
    if type(source).__name__.endswith("DatasetDict"):
        return True
    return all(str(name).strip().casefold() in PARTS for name in source)


def _words(source: Any) -> str:
    return type(source).__name__ if isinstance(source, Mapping) else str(source)
