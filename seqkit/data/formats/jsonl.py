"""JSON Lines: one object a line, as raw rows."""

from __future__ import annotations

from collections.abc import Iterator

from seqkit.data.formats.adaptor import Numbered
from seqkit.data.formats.format import Format
from seqkit.data.formats.objects import parse_line, read_objects
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request


def read_jsonl(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a JSON Lines file; blank lines are passed over."""
    yield from read_objects(objects_on_lines(file), request, file.path)


def objects_on_lines(file: TextFile) -> Iterator[Numbered]:
    """Yields what stands on each line, with its number."""
    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, parse_line(line, f"{file.path}, line {number}")


JSONL = Format(
    "jsonl",
    kinds=("labels", "tags", "pairs", "captions"),
    read=read_jsonl,
    suffixes=(".jsonl", ".ndjson", ".json"),
)
