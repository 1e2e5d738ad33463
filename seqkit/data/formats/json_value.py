"""JSON files that are one value: an array of objects, or an object with one, or with columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.adaptor import Numbered
from seqkit.data.formats.format import Format
from seqkit.data.formats.in_memory import read_columns
from seqkit.data.formats.objects import parse_array, parse_text, read_objects
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows, name_rows
from seqkit.data.request import Request

_REMEDY = "For an object on every line: format='jsonl'"
# What the array of rows is called in an object, such as by pandas' `to_json(orient="table")`.
_ROWS = ("data", "rows", "records", "examples", "instances", "items")


def read_json(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a JSON file that is one value.

    It is an array of objects, an object with such an array (`{"data": [{…}, …]}`), or one with a
    list for each column, which may also be an object with the rows' numbers as keys, as pandas
    writes it.
    """
    text = "".join(file.texts())
    if text.lstrip().startswith("["):
        yield from read_objects(parse_array(text, file.path), request, file.path)
        return
    whole = parse_text(text, file.path, _REMEDY)
    rows = array_in(whole)
    if rows is not None:
        yield from _read_listed(rows, request, str(file.path))
        return
    columns = _columns(whole)
    if columns is None:
        raise DataError(
            f"{file.path}: {shown(whole, 100)} is neither an array of objects, nor an object with "
            f"one as {', '.join(map(repr, _ROWS))}, nor an object of columns of equal length. "
            f"{_REMEDY}."
        )
    yield from read_columns(columns, columns, request, str(file.path))


def array_in(whole: Any) -> list[Any] | None:
    """The array of objects that an object holds, or None.

    Example:
        >>> array_in({"version": 1, "data": [{"text": "good"}]})
        [{'text': 'good'}]
    """
    if not isinstance(whole, Mapping):
        return None
    arrays = [whole[key] for key in _ROWS if key in whole]
    fits = len(arrays) == 1 and isinstance(arrays[0], list) and arrays[0]
    return arrays[0] if fits and all(isinstance(row, Mapping) for row in arrays[0]) else None


def _read_listed(rows: list[Any], request: Request, path: str) -> Iterator[RawRows]:
    """Yields rows that have no lines of their own; messages count them from 0."""

    def numbered() -> Iterator[Numbered]:
        yield from enumerate(rows)

    for batch in read_objects(numbered(), request, path):
        first = (batch.lines or (0,))[0]
        yield batch._replace(lines=None, place=name_rows(path, first))


def _columns(whole: Any) -> dict[str, list[Any]] | None:
    """Columns by name, or None where something else is there."""
    if not isinstance(whole, Mapping) or not whole:
        return None
    parts = list(whole.values())
    if all(isinstance(part, list) for part in parts):
        same = len({len(part) for part in parts}) == 1
        return dict(whole) if same else None
    if all(isinstance(part, Mapping) and list(part) == list(parts[0]) for part in parts):
        return {name: list(part.values()) for name, part in whole.items()}
    return None


def is_json_value(head: str, request: Request) -> bool:
    """Whether a file begins as one JSON value, not as JSON Lines."""
    head = head.lstrip()
    if head.startswith(("[", "{\n", "{\r\n")):
        return True
    if not head.startswith("{"):
        return False
    try:
        whole = json.loads(head)
    except RecursionError:
        return False
    except ValueError:
        return head.rstrip() == "{" or not head.rstrip().endswith("}")
    columns = _columns(whole)
    if columns is None or not request.kind.axes:
        return columns is not None or array_in(whole) is not None
    # A row of tokens and tags is of lists too; a column of them is of lists of lists.
    return all(column and isinstance(column[0], list) for column in columns.values())


JSON = Format(
    "json",
    kinds=("labels", "tags", "pairs", "captions"),
    read=read_json,
    suffixes_by_kind=dict.fromkeys(("labels", "tags", "pairs", "captions"), (".json", ".jsonl")),
    recognize=is_json_value,
)
