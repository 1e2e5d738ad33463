"""Exports of doccano: JSON Lines and CSV with labels, spans or texts for each text."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from seqkit.data.formats.adaptor import ANSWERS, Adaptor, Numbered, settle_labels, spread
from seqkit.data.request import Request

# doccano joins the labels of one text by this sign where a cell of CSV must hold them all.
_JOINED = "#"
_CONTENT = ("text", "data", "filename")
_ANSWER = ("entities", "cats", "label", "labels")
# What only rows of older versions have, with the answer in `labels` or in `annotations`.
_OLDER = "annotation_approver"
_BEFORE = {"id", "data", "label"}


def adapt_doccano(objects: Iterator[Numbered], request: Request, source: str) -> Iterator[Numbered]:
    """Yields rows with standard names.

    A text has a list of labels, which CSV joins; where none has more than one, each row gets its
    label, and what has none was not annotated. A text with several answers, in a project of texts
    to texts, makes a pair with each.
    """
    content, answer = ANSWERS[request.kind.name]
    names = request.names or {}
    numbers, rows = [], []
    for number, example in objects:
        row = dict(example)
        annotations = _annotations(row)
        if annotations is not None and not {"labels", "label"} & set(row):
            row["label"] = _of_annotations(annotations, answer, f"{source}, line {number}")
        if content not in names:
            row[content] = _first(row, _CONTENT)
        if answer not in names:
            keys = _ANSWER if answer == "spans" else _ANSWER[1:]
            row[answer] = _first(row, keys)
        numbers.append(number)
        rows.append(row)
    column = str(names.get(answer, answer))
    if answer == "label":
        _split_joined(rows, column)
        settle_labels(rows, column)
    for number, row in zip(numbers, rows, strict=True):
        if answer == "target":
            yield from spread(number, row, column)
        else:
            yield number, row


def _split_joined(rows: list[dict[str, Any]], column: str) -> None:
    """Makes lists of the labels of cells, which are texts in CSV."""
    cells = [row.get(column) for row in rows]
    if not all(isinstance(cell, str) for cell in cells):
        return
    parts = [str(cell).split(_JOINED) if cell else [] for cell in cells]
    # "C#" is a label with the sign, not two of which one is empty.
    joined = all(part.strip() for several in parts for part in several)
    for row, cell, several in zip(rows, cells, parts, strict=True):
        row[column] = several if joined or not cell else [cell]


def _annotations(row: Mapping[str, Any]) -> list[Any] | None:
    """The annotations of an older version, which are objects of a label, a span or a text."""
    values = row.get("annotations")
    if not isinstance(values, list) or not all(isinstance(value, Mapping) for value in values):
        return None
    return values if all({"label", "text"} & set(value) for value in values) else None


def _of_annotations(values: list[Any], answer: str, place: str) -> list[Any]:
    """The answers in annotations; a label is known by its number alone."""
    if answer == "target":
        return [value.get("text") for value in values]
    if any(isinstance(value.get("label"), int) for value in values):
        warnings.warn(
            f"{place}: labels are numbers, since this export of doccano has no names. For names "
            "export once more as JSONL with text labels.",
            stacklevel=2,
        )
    labels = [str(value.get("label")) for value in values]
    if answer == "label":
        return labels
    return [{**value, "label": label} for value, label in zip(values, labels, strict=True)]


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """The value of the first key that is there."""
    return next((row[key] for key in keys if key in row), None)


def _recognize(row: Mapping[str, Any]) -> bool:
    """Whether an object is an example of doccano, as it is now or was before version 1.5."""
    now = "Comments" in row and "id" in row
    older = _OLDER in row or bool(_annotations(row))
    return now or older or set(row) == _BEFORE


DOCCANO = Adaptor("doccano", _recognize, adapt_doccano)
