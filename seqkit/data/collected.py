"""Raw rows, checked and joined into columns."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from seqkit.data.dataset import take_rows
from seqkit.data.errors import DataError
from seqkit.data.raw_rows import RawRows

Convert = Callable[[RawRows], Mapping[str, pa.Array]]


class Collected(NamedTuple):
    """The columns of a data set.

    Attributes:
        columns: Standard name to its values.
        lines: `<int32>[rows]` the line of each row, or None where there are no lines.
        dropped: What was left out, in words, to number of rows, or of images.
    """

    columns: dict[str, pa.ChunkedArray]
    lines: np.ndarray | None
    dropped: Mapping[str, int]

    def select(self, rows: np.ndarray, dropped: Mapping[str, int]) -> Collected:
        """The rows of the given indices, and what the others were."""
        columns = {name: take_rows(values, rows) for name, values in self.columns.items()}
        return Collected(columns, None if self.lines is None else self.lines[rows], dropped)


class Places:
    """Where all rows or tokens stand, to name one of them after the last was read."""

    def __init__(self) -> None:
        self._first_rows: list[int] = []
        self._places: list[Callable[..., str]] = []
        self._rows = 0

    def add(self, rows: int, place: Callable[..., str]) -> None:
        """Takes the next rows: how many, and what names a row, or a token of a row, of them."""
        self._first_rows.append(self._rows)
        self._places.append(place)
        self._rows += rows

    def of(self, row: int, *token: int) -> str:
        """The words that name a row of the whole, or a token of one."""
        index = bisect_right(self._first_rows, row) - 1
        return self._places[index](row - self._first_rows[index], *token)


def collect_columns(
    batches: Iterable[RawRows],
    wanted: Sequence[str],
    source: str,
    convert: Convert,
    places: Places | None = None,
) -> Collected:
    """Joins rows into columns.

    Args:
        batches: Rows as a format found them.
        wanted: Standard names of the columns.
        source: Words that name the source in a message.
        convert: Raw rows to checked arrays of every wanted column.
        places: Takes the place of every row, or of every token where tokens have places.

    Raises:
        DataError: There are no rows; or as `convert`.

    Example:
        >>> batches = [RawRows({"text": ["a", "b"]}, str), RawRows({"text": ["c"]}, str)]
        >>> to_array = lambda rows: {"text": pa.array(rows.columns["text"])}
        >>> collect_columns(batches, ["text"], "example", to_array).columns["text"].to_pylist()
        ['a', 'b', 'c']
    """
    parts: dict[str, list[pa.Array]] = {column: [] for column in wanted}
    lines = array("i")
    for rows in batches:
        arrays = convert(rows)
        for column, part in parts.items():
            part.append(arrays[column])
        if places is not None:
            places.add(len(arrays[wanted[0]]), rows.token_place or rows.place)
        lines.extend(rows.lines or ())
    if not any(len(part) for part in parts[wanted[0]]):
        raise DataError(f"{source}: no rows. Give at least one.")
    columns = {
        column: pa.chunked_array([part for part in arrays if len(part)])
        for column, arrays in parts.items()
    }
    return Collected(columns, np.array(lines, np.int32) if lines else None, {})
