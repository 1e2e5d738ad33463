"""What makes plain rows of the objects that one program writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqkit.data.left_out import LEFT_OUT, WITHOUT_ANSWER
from seqkit.data.request import Request

# The kind of row to the standard columns of what was annotated, and of the answer.
ANSWERS = {
    "labels": ("text", "label"),
    "tags": ("text", "spans"),
    "pairs": ("source", "target"),
    "captions": ("image", "caption"),
}
# The line at which an object starts, or its number where there are no lines, and the object.
Numbered = tuple[int, Any]


@dataclass(frozen=True)
class Adaptor:
    """Makes rows of the objects of one program.

    Attributes:
        name: The program.
        recognize: Tells by the first object whether it is the program's.
        adapt: Objects, what is wanted, and words for the source to rows with standard names.
    """

    name: str
    recognize: Callable[[Mapping[str, Any]], bool]
    adapt: Callable[[Iterator[Numbered], Request, str], Iterator[Numbered]]


def settle_labels(rows: Sequence[dict[str, Any]], column: str) -> None:
    """Makes one label a row of lists that hold one at most; a row without any is left out.

    Where some row has several labels, they stay lists, of which an empty one is an answer too.

    Example:
        >>> rows = [{"label": ["good"]}, {"label": []}]
        >>> settle_labels(rows, "label")
        >>> rows
        [{'label': 'good'}, {'label': None, 'left_out': 'not annotated'}]
    """
    values = [row.get(column) for row in rows]
    if not all(isinstance(value, list) for value in values if value is not None):
        return
    several = any(len(value) > 1 for value in values if value)
    for row, value in zip(rows, values, strict=True):
        if several and value is not None:
            continue
        row[column] = value[0] if value else None
        if not value:
            row[LEFT_OUT] = row.get(LEFT_OUT) or WITHOUT_ANSWER


def spread(number: int, row: dict[str, Any], column: str) -> Iterator[Numbered]:
    """Yields a row for each text of a list; one that is empty is left out."""
    values = row.get(column)
    listed = values if isinstance(values, list) else [values]
    for value in listed:
        yield number, {**row, column: value}
    if not listed:
        yield number, {**row, column: "", LEFT_OUT: row.get(LEFT_OUT) or WITHOUT_ANSWER}
