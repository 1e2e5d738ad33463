"""What a format hands over: some rows at a time, column by column, as they were found."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

# Rows, and characters of text, after which a format hands over what it has: few enough that
# their Python objects weigh little, many enough that Arrow is busy with the rest.
MOST_ROWS = 65_536
MOST_CHARACTERS = 8_000_000


class RawRows(NamedTuple):
    """Some rows of a source.

    Attributes:
        columns: Standard column name to the values of these rows, unchecked.
        place: Row (counted from 0 among these) to the words that name it in a message, such as
            `reviews.csv, line 17`. It is kept after the values are let go, so it holds none.
        lines: The physical line at which each row starts, or None where a source has no lines.
        token_place: Row and token to the words that name the token, where tokens have lines of
            their own.
    """

    columns: Mapping[str, Sequence[object] | pa.Array]
    place: Callable[[int], str]
    lines: Sequence[int] | None = None
    token_place: Callable[[int, int], str] | None = None

    def select(self, rows: Sequence[int]) -> RawRows:
        """The rows of the given indices, which keep their places.

        Example:
            >>> rows = RawRows({"text": ["a", "b"]}, lambda row: f"row {row}").select([1])
            >>> rows.columns["text"], rows.place(0)
            (['b'], 'row 1')
        """
        place, token_place, lines = self.place, self.token_place, self.lines
        columns: dict[str, Sequence[object] | pa.Array] = {}
        for name, values in self.columns.items():
            if isinstance(values, pa.Array):
                columns[name] = values.take(pa.array(rows, pa.int64()))
            else:
                columns[name] = [values[row] for row in rows]
        return RawRows(
            columns,
            lambda row: place(rows[row]),
            None if lines is None else [lines[row] for row in rows],
            None if token_place is None else lambda row, token: token_place(rows[row], token),
        )


def gather_rows(
    rows: Iterable[tuple[int, Sequence[str]]], columns: Sequence[str], source: object
) -> Iterator[RawRows]:
    """Gathers the texts of a file, which come row by row with their lines, until they are enough.

    The values of a row are in the order of the columns; `source` names the file in a message.

    Example:
        >>> rows = list(gather_rows([(1, ["good"]), (3, ["bad"])], ["text"], "a.txt"))
        >>> dict(rows[0].columns), rows[0].place(1)
        ({'text': ('good', 'bad')}, 'a.txt, line 3')
    """
    values: list[Sequence[str]] = []
    lines, characters = array("i"), 0
    for line, row in rows:
        values.append(row)
        lines.append(line)
        characters += sum(map(len, row))
        if len(lines) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield rows_at(_transpose(columns, values), lines, source)
            values, lines, characters = [], array("i"), 0
    if values:
        yield rows_at(_transpose(columns, values), lines, source)


def name_rows(source: str, start: int) -> Callable[[int], str]:
    """What names the rows of a source without lines, of which `start` is the first."""
    return lambda row: f"{source}, row {start + row}"


def rows_at(columns: Mapping[str, Sequence[object]], lines: array, source: object) -> RawRows:
    """Rows of a file with the line of each."""
    return RawRows(columns, lambda row: f"{source}, line {lines[row]}", lines)


def _transpose(columns: Sequence[str], values: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
    """Rows turned into columns."""
    return dict(zip(columns, zip(*values, strict=True), strict=True))
