"""CSV files that annotation tools write, which hold lists and objects in their cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from seqkit.data.formats.annotation_tools import adaptor_of
from seqkit.data.formats.delimited import read_as_objects
from seqkit.data.formats.format import Format
from seqkit.data.formats.objects import read_objects
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

_KINDS = ("labels", "tags", "pairs", "captions")


def read_annotated_csv(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a CSV file as those of the JSON that the same tool writes."""
    yield from read_objects(read_as_objects(file), request, file.path)


def _recognize(head: str, request: Request) -> bool:
    """Whether the header line is that of a tool whose answers are wanted."""
    # The beginning of a file may hold all of its lines where \r ends them.
    lines = head.strip().splitlines()
    names = next(csv.reader(lines[:1]), [])
    return adaptor_of(dict.fromkeys(name.strip() for name in names), request) is not None


ANNOTATED_CSV = Format(
    "annotated-csv",
    kinds=_KINDS,
    read=read_annotated_csv,
    suffixes_by_kind=dict.fromkeys(_KINDS, (".csv",)),
    recognize=_recognize,
    newline="",
)
