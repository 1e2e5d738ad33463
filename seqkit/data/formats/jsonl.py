"""JSON Lines: one object a line, as a stream of chunks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from seqkit.data import columns
from seqkit.data.errors import DataError, shown
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows


def read_jsonl(
    file: TextFile, wanted: Sequence[str], names: Mapping[str, str | int] | None
) -> Iterator[RawRows]:
    """Yields the rows of a JSON Lines file; blank lines are passed over.

    Args:
        file: The open file, with `newline="\\n"`.
        wanted: Standard names of the columns to read.
        names: Standard name to key, or None.

    Yields:
        Chunks with the physical line of each row.

    Raises:
        DataError: A line is not a JSON object, or lacks a key.
    """
    keys: dict[str, str] = {}
    values: dict[str, list] = {}
    lines: list[int] = []
    characters = 0
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        place = f"{file.path}, line {number}"
        row = parsed_line(line, place)
        if not isinstance(row, dict):
            raise DataError(
                f"{place}: {shown(row, 100)} is not a JSON object. Write one object a line: "
                '{"text": "…", "label": "…"}.'
            )
        if not keys:
            found = columns.resolve_raw(list(row), wanted, names, place)
            keys = {name: list(row)[position] for name, position in found.items()}
            values = {name: [] for name in keys}
        for name, key in keys.items():
            if key not in row:
                raise DataError(
                    f"{place}: no key {key!r} in {shown(line.strip(), 100)}. Every line needs "
                    "the keys of the first."
                )
            values[name].append(row[key])
        lines.append(number)
        characters += len(line)
        if len(lines) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield _chunk(file, values, lines)
            values, lines, characters = {name: [] for name in keys}, [], 0
    if lines:
        yield _chunk(file, values, lines)


def _chunk(file: TextFile, values: Mapping[str, list], lines: list[int]) -> RawRows:
    """Gathered columns with their lines."""
    return RawRows(values, lambda row: f"{file.path}, line {lines[row]}", lines)


def parsed_line(line: str, place: str) -> object:
    """What one line of JSON holds.

    Args:
        line: The line.
        place: Words that name it in a message.

    Returns:
        The value as Python has it.

    Raises:
        DataError: The line is not JSON.
    """
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
