"""JSON Lines: one object a line, as raw rows."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator

from seqkit.data.errors import DataError, shown
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.left_out import LEFT_OUT
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows, rows_at
from seqkit.data.request import Request


def read_jsonl(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a JSON Lines file; blank lines are passed over."""
    keys: dict[str, str] = {}
    values: dict[str, list] = {}
    lines = array("i")
    characters = 0
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        place = f"{file.path}, line {number}"
        row = parse_line(line, place)
        if not isinstance(row, dict):
            raise DataError(
                f"{place}: {shown(row, 100)} is not a JSON object. Write one object a line: "
                '{"text": "…", "label": "…"}.'
            )
        if not keys:
            positions = request.find(list(row), place)
            keys = {name: list(row)[position] for name, position in positions.items()}
            values = {name: [] for name in keys}
        for name, key in keys.items():
            if key not in row and name != LEFT_OUT:
                raise DataError(
                    f"{place}: no key {key!r} in {shown(line.strip(), 100)}. Every line needs "
                    "the keys of the first."
                )
            values[name].append(row.get(key))
        lines.append(number)
        characters += len(line)
        if len(lines) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield rows_at(values, lines, file.path)
            values, lines, characters = {name: [] for name in keys}, array("i"), 0
    if lines:
        yield rows_at(values, lines, file.path)


def parse_line(line: str, place: str) -> object:
    """Parses one line of JSON, which `place` names in a message."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        remedy = (
            "The file looks like one JSON array; write one object a line"
            if line.lstrip().startswith("[")
            else "Each line must be one whole JSON object"
        )
        raise DataError(
            f"{place}, column {error.colno}: not JSON ({error.msg}): {shown(line.strip(), 100)}. "
            f"{remedy}."
        ) from None
    except RecursionError:
        raise DataError(f"{place}: nested too deeply: {shown(line, 100)}.") from None


JSONL = Format(
    "jsonl",
    kinds=("labels", "tags", "pairs", "captions"),
    read=read_jsonl,
    suffixes=(".jsonl", ".ndjson", ".json"),
)
