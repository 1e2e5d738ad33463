"""Files with a label before the text on every line, as raw rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request

PREFIX = "__label__"
_WHITE_SPACE = re.compile(r"\s")


def read_labelled_lines(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of `label text` lines, also in fastText's form `__label__x text`.

    A label ends at the request's `separator`, or at white space of any sort, of which one character
    is taken. Without a label among the wanted columns the whole line is the text; only fastText's
    marked labels are then passed over.
    """
    yield from gather_rows(_rows(file, request), request.columns, file.path)


def _rows(file: TextFile, request: Request) -> Iterator[tuple[int, list[str]]]:
    """Yields the line of each row, and its text and label in the order wanted."""
    label_separator = None if request.options is None else request.options.label_separator
    separator = request.separator
    for number, line in enumerate(file, 1):
        line = line.rstrip("\r\n")
        if "label" not in request.columns:
            yield number, [_marked_labels(line, separator)[1]]
        elif line.strip():
            place = f"{file.path}, line {number}"
            label, text = _split(line, separator, label_separator, place)
            yield number, [text if name == "text" else label for name in request.columns]


def _split(
    line: str, separator: str | None, label_separator: str | None, place: str
) -> tuple[str, str]:
    """Label and text of one line."""
    if line.startswith(PREFIX):
        labels, text = _marked_labels(line, separator)
        if len(labels) > 1 and label_separator is None:
            raise DataError(
                f"{place}: {len(labels)} labels in {shown(line, 100)}. For several labels a row "
                "read with label_separator=' '."
            )
        return (label_separator or "").join(labels), text
    label, rest = _cut(line, separator)
    if rest is None or not label.strip():
        mark = "white space" if separator is None else repr(separator)
        raise DataError(
            f"{place}: {shown(line, 100)} is not a label, {mark} and a text. Write both, or give "
            "the separator with separator=…."
        )
    return label, rest


def _marked_labels(line: str, separator: str | None) -> tuple[list[str], str]:
    """The labels that a line begins with in fastText's form, and the text after them."""
    labels = []
    while line.startswith(PREFIX):
        label, rest = _cut(line.removeprefix(PREFIX), separator)
        labels.append(label)
        line = rest or ""
    return labels, line


def _cut(line: str, separator: str | None) -> tuple[str, str | None]:
    """What stands before the first separator and after it, or None where there is none."""
    if separator is not None:
        before, found, after = line.partition(separator)
        return before, after if found else None
    before, *parts = _WHITE_SPACE.split(line, maxsplit=1)
    return before, parts[0] if parts else None


def _is_lines(head: str, request: Request) -> bool:
    """Whether a file begins with a marked label, or holds texts alone."""
    alone = "label" not in request.columns and "\t" not in head.partition("\n")[0]
    return head.startswith(PREFIX) or alone


LINES = Format(
    "lines",
    kinds=("labels",),
    read=read_labelled_lines,
    suffixes_by_kind={"labels": (".txt",)},
    recognize=_is_lines,
    columns=("text", "label"),
    follows=("separator",),
)
