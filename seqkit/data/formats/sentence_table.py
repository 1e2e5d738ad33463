"""Delimited files with a word and its tag in every row, and a column that numbers the sentences."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.conll import Sentences
from seqkit.data.formats.delimited import likely_separator, read_as_objects
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

_NUMBER = (
    *("sentence #", "sentence", "sentence_id", "sentence id", "sentence_idx", "sentence_no"),
    *("sent_id", "sent_idx", "sentid", "sentenceid", "문장번호", "문장 번호"),
)


def read_sentence_table(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the sentences of a table such as Kaggle's `ner_dataset.csv`.

    A sentence begins where the column of numbers holds another value than before; where it is
    empty the sentence goes on. Of a column `Tag` and others that tags could be in, `Tag` is taken.
    """
    sentences = Sentences(file, request.columns)
    picked: dict[str, str] = {}
    number, current = "", ""
    columns: dict[str, list[str]] = {name: [] for name in request.columns}
    lines: list[int] = []
    for line, row in read_as_objects(file, request.separator, request.quoting):
        if not picked:
            picked = _pick(list(row), request, f"{file.path}, line 1")
            number = _number_column(list(row), file)
        cell = row[number].strip()
        if lines and cell and cell != current:
            sentences.add(columns, lines)
            yield from sentences.hand_over()
            columns, lines = {name: [] for name in request.columns}, []
        current = cell or current
        for name, column in picked.items():
            columns[name].append(row[column].strip())
        lines.append(line)
    if lines:
        sentences.add(columns, lines)
    yield from sentences.hand_over(last=True)


def _pick(available: list[str], request: Request, place: str) -> dict[str, str]:
    """The table's own names of the wanted columns."""
    names = dict(request.names or {})
    likely = request.kind.candidates(available, "tags")
    tag = next((available[i] for i in likely if available[i].casefold() == "tag"), None)
    if "tags" in request.columns and "tags" not in names and len(likely) > 1 and tag is not None:
        names["tags"] = tag
    positions = request.kind.resolve(available, request.columns, names, place)
    return {name: available[position] for name, position in positions.items()}


def _number_column(available: list[str], file: TextFile) -> str:
    """The column that tells sentences apart."""
    for name in available:
        if name.casefold() in _NUMBER:
            return name
    raise DataError(
        f"{file.path}, line 1: no column numbers the sentences (looked for "
        f"{', '.join(_NUMBER[:4])}); the columns are {shown(available, 200)}. Add one, or write a "
        "word and its tag on every line and a blank line between sentences, as .conll."
    )


def _recognize(head: str, request: Request) -> bool:
    """Whether the header line names words and the numbers of their sentences."""
    line = next(iter(head.strip().splitlines()), "")
    separator = request.separator or likely_separator(line)
    names = [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
    numbered = any(name.casefold() in _NUMBER for name in names)
    named = set(request.names or {}) & {"tokens"}
    return numbered and bool(named or request.kind.candidates(names, "tokens"))


SENTENCE_TABLE = Format(
    "sentence table",
    kinds=("tags",),
    read=read_sentence_table,
    suffixes_by_kind={"tags": (".csv", ".tsv")},
    recognize=_recognize,
    follows=("separator", "quoting"),
    newline="",
)
