"""Files with a label before the text on every line, as raw rows."""

from __future__ import annotations

from collections.abc import Iterator

from seqkit.data.errors import DataError, shown
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request

PREFIX = "__label__"


def read_labelled_lines(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of `label text` lines, also in fastText's form `__label__x text`.

    The label ends at the request's `separator`, or at one space. Without a label among the wanted
    columns the whole line is the text; only fastText's marked labels are then passed over.
    """
    yield from gather_rows(_rows(file, request), request.columns, file.path)


def _rows(file: TextFile, request: Request) -> Iterator[tuple[int, list[str]]]:
    """Yields the line of each row, and its text and label in the order wanted."""
    label_separator = None if request.options is None else request.options.label_separator
    for number, line in enumerate(file, 1):
        line = line.rstrip("\r\n")
        if "label" not in request.columns:
            yield number, [_without_marked_labels(line)]
        elif line.strip():
            place = f"{file.path}, line {number}"
            label, text = _split(line, request.separator or " ", label_separator, place)
            yield number, [text if name == "text" else label for name in request.columns]


def _split(line: str, separator: str, label_separator: str | None, place: str) -> tuple[str, str]:
    """Label and text of one line."""
    if line.startswith(PREFIX):
        return _marked(line, label_separator, place)
    label, separated, text = line.partition(separator)
    if not separated or not label.strip():
        raise DataError(
            f"{place}: {shown(line, 100)} is not a label, {separator!r} and a text. Write both, "
            "or give the separator with separator=…."
        )
    return label, text


def _marked(line: str, label_separator: str | None, place: str) -> tuple[str, str]:
    """Labels (joined by `label_separator`) and text of one line in fastText's form."""
    labels = []
    rest = line
    while rest.startswith(PREFIX):
        label, _, rest = rest.partition(" ")
        labels.append(label.removeprefix(PREFIX))
    if len(labels) > 1 and label_separator is None:
        raise DataError(
            f"{place}: {len(labels)} labels in {shown(line, 100)}. For several labels a row read "
            "with label_separator=' '."
        )
    return (label_separator or "").join(labels), rest


def _without_marked_labels(line: str) -> str:
    """The line after its marked labels."""
    while line.startswith(PREFIX):
        line = line.partition(" ")[2]
    return line


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
)
