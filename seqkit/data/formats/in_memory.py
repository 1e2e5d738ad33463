"""Python objects and frames already in memory, as a stream of chunks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.data import columns
from seqkit.data.errors import DataError, shown
from seqkit.data.raw_rows import RawRows

_ROWS = 16_384


def read_rows(
    rows: Iterable[object],
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
) -> Iterator[RawRows]:
    """Yields rows given one by one: tuples in the order of `wanted`, mappings, or bare texts.

    Args:
        rows: The rows; bare strings only where `wanted` is `("text",)`.
        wanted: Standard names.
        names: Standard name to key, for mappings.
        place: Words that name the source in a message.

    Yields:
        Chunks without lines; a message names the row, counted from 0.

    Raises:
        DataError: A row has another shape than it must.
    """
    iterator = iter(rows)
    keys: dict[str, str] = {}
    start = 0
    while part := list(itertools.islice(iterator, _ROWS)):
        where = _place(place, start)
        if isinstance(part[0], Mapping) and not keys:
            found = columns.resolve_raw(list(part[0]), wanted, names, where(0))
            keys = {name: list(part[0])[position] for name, position in found.items()}
        split = [_fields(row, wanted, keys, where, i) for i, row in enumerate(part)]
        yield RawRows(dict(zip(keys or wanted, zip(*split, strict=True), strict=True)), where)
        start += len(part)


def read_columns(
    source: Mapping[str, Any],
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
) -> Iterator[RawRows]:
    """Yields the rows of a mapping of columns, such as a dict of lists.

    Args:
        source: Column name to values: a list, NumPy array, Arrow array or frame column.
        wanted: Standard names.
        names: Standard name to key, or None.
        place: Words that name the source in a message.

    Yields:
        Chunks without lines; a message names the row, counted from 0.

    Raises:
        DataError: A column is missing, or the columns differ in length.
    """
    available = list(source)
    found = columns.resolve_raw(available, wanted, names, place)
    values = {name: _plain(source[available[position]]) for name, position in found.items()}
    yield from _slices(values, place)


def read_frame(
    frame: Any, wanted: Sequence[str], names: Mapping[str, str | int] | None, place: str
) -> Iterator[RawRows]:
    """Yields the rows of a data frame: anything with `.columns` and columns by name.

    Args:
        frame: A pandas or Polars frame, or one that behaves like it.
        wanted: Standard names.
        names: Standard name to column name, or None.
        place: Words that name the source in a message.

    Yields:
        Chunks without lines; a message names the row, counted from 0.

    Raises:
        DataError: A column is missing.
    """
    available = list(frame.columns)
    found = columns.resolve_raw(available, wanted, names, place)
    values = {name: _plain(frame[available[position]]) for name, position in found.items()}
    yield from _slices(values, place)


def _slices(values: Mapping[str, Any], place: str) -> Iterator[RawRows]:
    """Yields columns some rows at a time."""
    lengths = {name: len(column) for name, column in values.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"{place}: the columns differ in length: {lengths}. Make them equal.")
    for start in range(0, next(iter(lengths.values())), _ROWS):
        part = {name: _part(column, start) for name, column in values.items()}
        yield RawRows(part, _place(place, start))


def _part(column: Any, start: int) -> Sequence[object] | pa.Array:
    """Some rows of a column."""
    part = column[start : start + _ROWS]
    if isinstance(part, pa.ChunkedArray):
        return pa.concat_arrays(part.chunks)
    if isinstance(part, np.ndarray):
        # Images stay arrays: as lists of numbers they would take many times the memory.
        return list(part) if part.ndim > 2 else part.tolist()
    return part


def _plain(column: Any) -> Any:
    """A column as a list, tuple, NumPy array or Arrow array, by what it says it can become."""
    if isinstance(column, (list, tuple, np.ndarray, pa.Array, pa.ChunkedArray)):
        return column
    if hasattr(column, "to_arrow"):
        return column.to_arrow()
    if hasattr(column, "iloc"):
        try:
            return pa.Array.from_pandas(column)
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError):
            return column.tolist()  # mixed values: checked one by one, the wrong one named
    return list(column)


def _place(place: str, start: int) -> Callable[[int], str]:
    """Words that name a row of a slice."""
    return lambda row: f"{place}, row {start + row}"


def _fields(
    row: object,
    wanted: Sequence[str],
    keys: Mapping[str, str],
    where: Callable[[int], str],
    index: int,
) -> tuple[object, ...]:
    """The wanted values of one row."""
    if keys:
        if isinstance(row, Mapping) and all(key in row for key in keys.values()):
            return tuple(row[key] for key in keys.values())
        expected = f"a mapping with {', '.join(map(repr, keys.values()))}, as row 0 is"
    elif "tokens" in wanted:
        fields = _tagged_fields(row, wanted)
        if fields is not None:
            return fields
        expected = "a list of tokens"
        if len(wanted) > 1:
            expected = f"a tuple of two lists ({', '.join(wanted)}) or a list of pairs (tuples)"
    elif isinstance(row, (str, bytes)):
        if len(wanted) == 1:
            return (row,)
        expected = f"a tuple of {', '.join(wanted)}"
        if not columns.is_pair(wanted):
            expected += "; for texts without labels: columns=('text',)"
    else:
        if isinstance(row, (tuple, list)) and len(row) == len(wanted):
            return tuple(row)
        expected = f"a tuple of {', '.join(wanted)} (columns={tuple(wanted)})"
    raise DataError(f"{where(index)}: {shown(row, 100)} is not {expected}.")


def _tagged_fields(row: object, wanted: Sequence[str]) -> tuple[object, ...] | None:
    """Tokens and tags of one sentence, or its tokens alone, or None where it is neither.

    Two pairs look like two lists of two, so lists and tuples are told apart: a list of tuples
    holds pairs.
    """
    if isinstance(row, (str, bytes)) or not isinstance(row, (Sequence, np.ndarray)):
        return None
    if len(wanted) == 1:
        return (row,)
    if isinstance(row, list) and all(isinstance(part, tuple) for part in row):
        fits = all(len(pair) == len(wanted) for pair in row)
        return tuple(list(values) for values in zip(*row, strict=True)) if row and fits else None
    listed = (list, tuple, np.ndarray)
    fits = len(row) == len(wanted) and all(isinstance(part, listed) for part in row)
    return tuple(row) if fits else None
