"""What a reader hands over: some rows at a time, column by column, as they were found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

# Rows, and characters of text, after which a reader hands over what it has: small enough that
# the Python objects of one chunk weigh little, large enough that Arrow is busy with the rest.
MOST_ROWS = 65_536
MOST_CHARACTERS = 8_000_000


class RawRows(NamedTuple):
    """Some rows of a source.

    Attributes:
        columns: Standard column name to the values of these rows, unchecked.
        place: Row of this chunk (counted from 0) to the words that name it in a message, such as
            `reviews.csv, line 17`.
        lines: The physical line each row starts at, or None where a source has no lines.
        token_lines: The physical line of every token of every row, where tokens have their own.
    """

    columns: Mapping[str, Sequence[object] | pa.Array]
    place: Callable[[int], str]
    lines: Sequence[int] | None = None
    token_lines: Sequence[int] | None = None
