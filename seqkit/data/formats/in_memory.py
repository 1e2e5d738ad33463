"""Python objects and frames that are in memory, as raw rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.arguments import shown
from seqkit.data.class_names import name_classes, names_in_features
from seqkit.data.errors import DataError
from seqkit.data.formats.annotation_tools import adapt_rows
from seqkit.data.left_out import LEFT_OUT, verdict
from seqkit.data.raw_rows import RawRows, name_rows
from seqkit.data.request import Request

_ROWS = 16_384


def read_rows(rows: Iterable[object], request: Request, place: str) -> Iterator[RawRows]:
    """Yields rows given one by one: tuples in the order of the columns, mappings, or bare texts.

    In a message a row is `place` and its number, counted from 0.
    """
    numbered = ((number, row) for number, row in enumerate(rows))
    iterator = (row for _, row in adapt_rows(numbered, request, place))
    keys: dict[str, str] = {}
    classes = names_in_features(getattr(rows, "features", None))
    start = 0
    while part := list(itertools.islice(iterator, _ROWS)):
        where = name_rows(place, start)
        if isinstance(part[0], Mapping) and not keys:
            available = list(part[0])
            positions = request.find(available, where(0))
            positions.pop(LEFT_OUT, None)
            keys = {name: available[position] for name, position in positions.items()}
        values = [_values(row, request, keys, where, i) for i, row in enumerate(part)]
        filled = (*keys, LEFT_OUT) if keys else request.columns
        columns = zip(filled, zip(*values, strict=True), strict=True)
        names = {name: classes[key] for name, key in keys.items() if key in classes}
        yield name_classes(RawRows(dict(columns), where), names)
        start += len(part)


def read_columns(
    source: Any, available: Iterable[str], request: Request, place: str
) -> Iterator[RawRows]:
    """Yields the rows of columns that are had by name: a dict of lists, a pandas or Polars frame.

    A column is a list, NumPy array, Arrow array or frame column; `available` are all their names.
    In a message a row is `place` and its number, counted from 0.
    """
    available = list(available)
    positions = request.find(available, place)
    values = {name: _plain(source[available[position]]) for name, position in positions.items()}
    lengths = {name: len(column) for name, column in values.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"{place}: the columns differ in length: {lengths}. Make them equal.")
    for start in range(0, next(iter(lengths.values())), _ROWS):
        part = {name: _part(column, start) for name, column in values.items()}
        yield RawRows(part, name_rows(place, start))


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


def _values(
    row: object,
    request: Request,
    keys: Mapping[str, str],
    where: Callable[[int], str],
    index: int,
) -> tuple[object, ...]:
    """The wanted values of one row."""
    kind, wanted = request.kind, request.columns
    if keys:
        if isinstance(row, Mapping) and all(key in row for key in keys.values()):
            return (*(row[key] for key in keys.values()), verdict(row, keys.values()))
        expected = f"a mapping with {', '.join(map(repr, keys.values()))}, as row 0 is"
    elif kind.row_values is not None and kind.row_words is not None:
        values = kind.row_values(row, wanted)
        if values is not None:
            return values
        expected = kind.row_words(wanted)
    elif isinstance(row, (str, bytes)):
        if len(wanted) == 1:
            return (row,)
        expected = f"a tuple of {', '.join(wanted)}{kind.row_hint}"
    else:
        if isinstance(row, (tuple, list)) and len(row) == len(wanted):
            return tuple(row)
        expected = f"a tuple of {', '.join(wanted)} (columns={tuple(wanted)})"
    raise DataError(f"{where(index)}: {shown(row, 100)} is not {expected}.")
