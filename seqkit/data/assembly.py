"""Chunks of raw values checked and joined into columns."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from seqkit.data.character_spans import tagged_chunk
from seqkit.data.chunk import Chunk
from seqkit.data.errors import DataError
from seqkit.data.tag_sequences import TokenPlace, checked_tags
from seqkit.data.token_lists import refuse_unequal, tag_array, token_array
from seqkit.data.values import label_array, text_array

if TYPE_CHECKING:
    from seqkit.text import Tokenizer


class Reading(NamedTuple):
    """How the values of the columns are read.

    Attributes:
        label_separator: What parts the labels of one cell, or None.
        tag_scheme: What tags are, or None to find out.
        tokenizer: What splits texts with marked spans, or None for words.
        misaligned: What happens to a span that cuts a token.
    """

    label_separator: str | None
    tag_scheme: str | None
    tokenizer: Tokenizer | None
    misaligned: str


def assembled(
    chunks: Iterator[Chunk], wanted: Sequence[str], place: str, reading: Reading
) -> tuple[dict[str, pa.ChunkedArray], np.ndarray | None]:
    """Checks and joins chunks.

    Args:
        chunks: Rows as a reader found them.
        wanted: Standard names of the columns.
        place: Words that name the source in a message.
        reading: How values are read.

    Returns:
        The columns, and `<int32>[rows]` the line of each row, or None where there are no lines.

    Raises:
        DataError: A value cannot be used, or there are no rows.
    """
    parts: dict[str, list[pa.Array]] = {column: [] for column in wanted}
    lines = array("i")
    places = _Places()
    for chunk in chunks:
        if "spans" in chunk.columns:
            chunk = tagged_chunk(chunk, reading.tokenizer, reading.misaligned)
        for column, values in chunk.columns.items():
            if column == "tokens":
                made = token_array(values, chunk.place)
            elif column == "tags":
                made = tag_array(values, chunk.place)
            elif column == "label":
                made = _labels(values, chunk, parts[column], reading.label_separator)
            else:
                made = text_array(values, chunk.place, column)
            parts[column].append(made)
        if "tags" in parts:
            refuse_unequal(parts["tokens"][-1], parts["tags"][-1], chunk.place)
            places.add(chunk, parts["tags"][-1])
        lines.extend(chunk.lines or ())
    if not any(len(part) for part in parts[wanted[0]]):
        raise DataError(f"{place}: no rows. Give at least one.")
    joined = {
        column: pa.chunked_array([part for part in arrays if len(part)])
        for column, arrays in parts.items()
    }
    if "tags" in joined:
        joined["tags"] = checked_tags(joined["tags"], reading.tag_scheme, places.of_token)
    return joined, np.array(lines, np.int32) if lines else None


def _labels(
    values: Sequence[object] | pa.Array,
    chunk: Chunk,
    before: Sequence[pa.Array],
    separator: str | None,
) -> pa.Array:
    """Labels of one chunk, of the kind that the chunks before had."""
    made = label_array(values, chunk.place, "label", separator)
    first = before[0].type if before else made.type
    if made.type != first and len(made):
        raise DataError(
            f"{chunk.place(0)}: from here on label is {made.type}, before it was "
            f"{first}. Give every row a list (of one label, too), or none."
        )
    return made


class _Places:
    """Where the tokens of all chunks stand, to name one after the last chunk."""

    def __init__(self) -> None:
        self._first_rows: list[int] = []
        self._chunks: list[TokenPlace] = []
        self._rows = 0

    def add(self, chunk: Chunk, tags: pa.Array) -> None:
        """Takes the next chunk."""
        self._first_rows.append(self._rows)
        self._chunks.append(_token_place(chunk, tags.offsets.to_numpy()))
        self._rows += len(tags)

    def of_token(self, row: int, token: int) -> str:
        """The words that name a token of a row of the whole."""
        index = bisect_right(self._first_rows, row) - 1
        return self._chunks[index](row - self._first_rows[index], token)


def _token_place(chunk: Chunk, offsets: np.ndarray) -> TokenPlace:
    """What names the tokens of one chunk, without holding on to the chunk's values."""
    place, lines = chunk.place, chunk.token_lines
    if lines is None:
        return lambda row, token: f"{place(row)}, token {token}"
    file = place(0).rpartition(", line ")[0]
    return lambda row, token: f"{file}, line {lines[offsets[row] + token]}"
