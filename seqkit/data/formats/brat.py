"""Folders of brat: a `.txt` with a text, and an `.ann` of the same name with the spans in it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.left_out import LEFT_OUT, WITHOUT_ANSWER
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

# T1, a tab, the label and the places of the span in parts, a tab, the words.
_SPAN = re.compile(r"T\S*\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t.*)?")
_LINE_ENDS = re.compile(r"\r?\n|\r")

Span = tuple[int, int, str]


def read_brat(path: Path, request: Request) -> Iterator[RawRows]:
    """Yields the lines of the texts of a folder, or of one text, with their spans.

    Lines that a span runs over stay together. A text without an `.ann` was not annotated.
    Relations, events, attributes and notes are passed over.
    """
    texts = sorted(path.rglob("*.txt")) if path.is_dir() else [path.with_suffix(".txt")]
    if not any(text.with_suffix(".ann").is_file() for text in texts):
        raise DataError(
            f"{path}: {len(texts):,} texts and no annotations. A folder of brat has an .ann beside "
            "each .txt, of the same name."
        )
    for text in texts:
        yield _rows(text, request.encoding)


def _rows(path: Path, encoding: str) -> RawRows:
    """The lines of one text."""
    with TextFile(path, encoding, "") as file:
        text = "".join(file.texts())
    annotations = path.with_suffix(".ann")
    annotated = annotations.is_file()
    spans = sorted(_spans(annotations, encoding, text)) if annotated else []
    rows: list[tuple[int, int]] = []
    start = 0
    for end in [*(match.start() for match in _LINE_ENDS.finditer(text)), len(text)]:
        if any(first < end < last for first, last, _ in spans):
            continue
        if text[start:end].strip():
            rows.append((start, end))
        start = end
    columns: dict[str, list[object]] = {
        "text": [text[start:end] for start, end in rows],
        "spans": [
            [(a - start, b - start, label) for a, b, label in spans if start <= a and b <= end]
            for start, end in rows
        ],
        LEFT_OUT: [None if annotated else WITHOUT_ANSWER] * len(rows),
    }
    lines = [text.count("\n", 0, start + _blank(text[start:end])) + 1 for start, end in rows]
    return RawRows(columns, lambda row: f"{path}, line {lines[row]}", lines)


def _blank(text: str) -> int:
    """How much white space a text begins with."""
    return len(text) - len(text.lstrip())


def _spans(path: Path, encoding: str, text: str) -> Iterator[Span]:
    """The spans of a file of annotations."""
    with TextFile(path, encoding, "\n") as file:
        for number, line in enumerate(file, 1):
            if not line.startswith("T"):
                continue
            match = _SPAN.fullmatch(line.rstrip("\r\n"))
            if match is None:
                raise DataError(
                    f"{path}, line {number}: {shown(line.rstrip(), 100)} is not a span such as "
                    "'T1', a tab, 'PER 0 12', a tab and the words. Mend it."
                )
            parts = [tuple(map(int, part.split())) for part in match[2].split(";")]
            gaps = [text[end:start] for (_, end), (start, _) in itertools.pairwise(parts)]
            if any(gap.strip() for gap in gaps):
                raise DataError(
                    f"{path}, line {number}: the span {shown(line.rstrip(), 100)} is in parts, "
                    f"with {shown(gaps)} between. Tags mark words that follow each other: make it "
                    "one span, or several."
                )
            start, end = parts[0][0], parts[-1][1]
            if not text[start:end].strip() or end > len(text):
                raise DataError(
                    f"{path}, line {number}: the span {shown(line.rstrip(), 100)} lies outside the "
                    f"{len(text):,} characters of its text, or holds no word. Is the .txt the one "
                    "that was annotated?"
                )
            yield start, end, match[1]


BRAT = Format(
    "brat",
    kinds=("tags",),
    read=read_brat,
    suffixes=(".ann",),
    columns=("tokens", "tags"),
    newline=None,
    folder=True,
)
