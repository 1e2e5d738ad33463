"""Rows that are JSON objects, however a file holds them."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.adaptor import Numbered
from seqkit.data.formats.annotation_tools import adapt_rows
from seqkit.data.left_out import LEFT_OUT, verdict
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows, rows_at
from seqkit.data.request import Request

_SPACE = " \t\r\n"
_AS_LINES = "write one object a line and read it with format='jsonl'"


def read_objects(
    objects: Iterable[Numbered], request: Request, source: object
) -> Iterator[RawRows]:
    """Yields rows of objects, whose keys are those of the first.

    Rows of annotation tools are known.

    Args:
        objects: Each with the line at which it starts.
        request: What is wanted.
        source: The file, as messages name it.

    Raises:
        DataError: Something is no object, or lacks a key of the first; the line is named.

    Example:
        >>> from seqkit.data.kinds.labels import LABELS
        >>> objects = [(1, {"review": "good", "label": "x"}), (4, {"review": "bad", "label": "y"})]
        >>> rows, = read_objects(objects, Request(LABELS, ("text", "label")), "a.json")
        >>> rows.columns["text"], rows.columns["label"], rows.place(1)
        (['good', 'bad'], ['x', 'y'], 'a.json, line 4')
    """
    keys: dict[str, str] = {}
    values: dict[str, list] = {}
    lines = array("i")
    characters = 0
    for number, row in adapt_rows(objects, request, str(source)):
        place = f"{source}, line {number}"
        if not isinstance(row, dict):
            raise DataError(
                f"{place}: {shown(row, 100)} is not a JSON object. Write one object a line: "
                '{"text": "…", "label": "…"}.'
            )
        if not keys:
            positions = request.find(list(row), place)
            positions.pop(LEFT_OUT, None)
            keys = {name: list(row)[position] for name, position in positions.items()}
            values = {name: [] for name in (*keys, LEFT_OUT)}
        for name, key in keys.items():
            if key not in row:
                raise DataError(
                    f"{place}: no key {key!r} in {shown(row, 100)}. Every row needs the keys of "
                    "the first."
                )
            value = row[key]
            characters += len(value) if isinstance(value, (str, list)) else 1
            values[name].append(value)
        values[LEFT_OUT].append(verdict(row, keys.values()))
        lines.append(number)
        if len(lines) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield rows_at(values, lines, source)
            values, lines, characters = {name: [] for name in values}, array("i"), 0
    if lines:
        yield rows_at(values, lines, source)


def parse_line(line: str, place: str) -> object:
    """Parses one line of JSON, which `place` names in a message."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{place}, column {error.colno}: not JSON ({error.msg}): {shown(line.strip(), 100)}. "
            "Each line must be one whole JSON object."
        ) from None
    except RecursionError:
        raise DataError(f"{place}: nested too deeply: {shown(line, 100)}.") from None


def parse_text(text: str, path: object, remedy: str) -> Any:
    """Parses a text that is one value of JSON.

    Args:
        text: The text.
        path: The file that it comes from, as messages name it.
        remedy: What to do where it is something else, in words.

    Raises:
        DataError: It is not JSON; the line is named.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}, line {error.lineno}, column {error.colno}: not JSON ({error.msg}). {remedy}."
        ) from None
    except RecursionError:
        raise DataError(f"{path}: nested too deeply.") from None


def parse_array(text: str, path: object, remedy: str = _AS_LINES) -> Iterator[Numbered]:
    r"""Yields the elements of a text that is one JSON array, each with the line it starts at.

    Args:
        text: The text.
        path: The file that it comes from, as messages name it.
        remedy: What to do, instead of mending it, where it is something else.

    Raises:
        DataError: It is not JSON; the line is named.

    Example:
        >>> list(parse_array('[\n{"a": 1},\n\n{"a": 2}]', "a.json"))
        [(2, {'a': 1}), (4, {'a': 2})]
    """
    decoder = json.JSONDecoder()
    place, line, counted = _after_space(text, 0) + 1, 1, 0
    first = True
    while True:
        place = _after_space(text, place)
        line, counted = line + text.count("\n", counted, place), place
        if first and text[place : place + 1] == "]":
            break
        first = False
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise _broken_array(path, text, error.pos, error.msg, remedy) from None
        except RecursionError:
            raise DataError(f"{path}, line {line}: nested too deeply.") from None
        yield line, value
        place = _after_space(text, place)
        if text[place : place + 1] == "]":
            break
        if text[place : place + 1] != ",":
            raise _broken_array(path, text, place, "Expecting ',' or ']'", remedy)
        place += 1
    rest = _after_space(text, place + 1)
    if rest < len(text):
        raise _broken_array(path, text, rest, "Extra data", remedy)


def _broken_array(path: object, text: str, place: int, fault: str, remedy: str) -> DataError:
    """The error for an array that breaks off at a place."""
    line = text.count("\n", 0, place) + 1
    around = shown(text[place : place + 80].split("\n")[0], 60)
    return DataError(
        f"{path}, line {line}: not JSON ({fault}): {around}. The file begins as one JSON array; "
        f"mend it, or {remedy}."
    )


def _after_space(text: str, place: int) -> int:
    """The next place that is not white space."""
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place
