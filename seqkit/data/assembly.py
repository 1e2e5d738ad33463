"""Chunks of raw values checked and joined into columns."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.columns import BY_LANGUAGE, is_captioned, is_pair
from seqkit.data.dataset import take_rows
from seqkit.data.errors import DataError
from seqkit.data.kinds.captions import IMAGE_SHA256, WITHOUT_CAPTION, one_caption_a_row
from seqkit.data.kinds.character_spans import MISALIGNED, tagged_chunk
from seqkit.data.kinds.image_column import ImageReading, Images, kept_images
from seqkit.data.kinds.pairs import BAD_PAIRS, by_language, cleaned
from seqkit.data.kinds.tag_sequences import GIVEN, TokenPlace, checked_tags
from seqkit.data.kinds.token_lists import refuse_unequal, tag_array, token_array
from seqkit.data.kinds.values import Place, label_array, text_array
from seqkit.data.raw_rows import RawRows

if TYPE_CHECKING:
    from seqkit.text import Tokenizer


class Reading(NamedTuple):
    """How the values of the columns are read.

    Attributes:
        label_separator: What parts the labels of one cell, or None.
        tag_scheme: What tags are, or None to find out.
        tokenizer: What splits texts with marked spans, or None for words.
        misaligned: What happens to a span that cuts a token.
        names: Standard name to the source's own, which for texts by language is the language.
        bad_pairs: What happens to a bad sentence pair.
        max_length_ratio: Beyond what a pair of unlike lengths is bad, or None.
        images: How images are read.
    """

    label_separator: str | None
    tag_scheme: str | None
    tokenizer: Tokenizer | None
    misaligned: str
    names: Mapping[str, str | int] | None
    bad_pairs: str
    max_length_ratio: float | None
    images: ImageReading = ImageReading()

    def check(self) -> None:
        """Refuses what cannot be meant.

        Raises:
            ValueError: A value is not one of those that there are.
        """
        if self.label_separator == "":
            raise ValueError("label_separator='' must be at least one character, such as '|'.")
        if self.tag_scheme not in (None, *GIVEN):
            raise ValueError(
                f"tag_scheme={self.tag_scheme!r} must be None or one of "
                f"{', '.join(map(repr, GIVEN))}."
            )
        if self.misaligned not in MISALIGNED:
            raise ValueError(f"misaligned={self.misaligned!r} must be 'error' or 'widen'.")
        if self.bad_pairs not in BAD_PAIRS:
            raise ValueError(f"bad_pairs={self.bad_pairs!r} must be 'error', 'drop' or 'keep'.")
        if self.max_length_ratio is not None and not self.max_length_ratio > 1:
            raise ValueError(
                f"max_length_ratio={self.max_length_ratio} must be more than 1, such as 4, or None."
            )
        self.images.check()


class Assembled(NamedTuple):
    """A data set's columns.

    Attributes:
        columns: Standard name to its values.
        lines: `<int32>[rows]` the line of each row, or None where there are no lines.
        dropped: What was left out, in words, to number of rows, or of images.
    """

    columns: dict[str, pa.ChunkedArray]
    lines: np.ndarray | None
    dropped: dict[str, int]


def assembled(
    chunks: Iterator[RawRows], wanted: Sequence[str], place: str, reading: Reading
) -> Assembled:
    """Checks and joins chunks.

    Args:
        chunks: Rows as a reader found them.
        wanted: Standard names of the columns.
        place: Words that name the source in a message.
        reading: How values are read.

    Returns:
        The columns, their lines, and what was left out.

    Raises:
        DataError: A value cannot be used, or there are no rows.
    """
    parts: dict[str, list[pa.Array]] = {column: [] for column in wanted}
    lines = array("i")
    places = _Places()
    pairs, captioned = is_pair(wanted), is_captioned(wanted)
    images, without = Images(reading.images), 0
    for chunk in chunks:
        if captioned:
            chunk, empty = one_caption_a_row(chunk)
            without += empty
        if "spans" in chunk.columns:
            chunk = tagged_chunk(chunk, reading.tokenizer, reading.misaligned)
        if pairs and BY_LANGUAGE in chunk.columns:
            chunk = by_language(chunk, wanted, reading.names)
        for column, values in chunk.columns.items():
            if column == "tokens":
                made = token_array(values, chunk.place)
            elif column == "tags":
                made = tag_array(values, chunk.place)
            elif captioned and column == "image":
                made = pa.array(images.numbers(values), pa.int32())
            elif captioned and column == "caption":
                made = pc.utf8_trim_whitespace(text_array(values, chunk.place, column))
            elif column == "label":
                made = _labels(values, chunk, parts[column], reading.label_separator)
            else:
                # A side that is missing is an empty one, which the reading says what to do with.
                made = text_array(values, chunk.place, column, missing="" if pairs else None)
            parts[column].append(made)
        if "tags" in parts:
            refuse_unequal(parts["tokens"][-1], parts["tags"][-1], chunk.place)
            tags = parts["tags"][-1]
            places.add(len(tags), _token_place(chunk, tags.offsets.to_numpy()))
        elif pairs or captioned:
            places.add(len(parts[wanted[0]][-1]), _row_place(chunk))
        lines.extend(chunk.lines or ())
    if not any(len(part) for part in parts[wanted[0]]):
        raise DataError(f"{place}: no rows. Give at least one.")
    joined = {
        column: pa.chunked_array([part for part in arrays if len(part)])
        for column, arrays in parts.items()
    }
    if "tags" in joined:
        joined["tags"] = checked_tags(joined["tags"], reading.tag_scheme, places.of)
    whole = Assembled(joined, np.array(lines, np.int32) if lines else None, {})
    if captioned:
        whole = _with_images(whole, images, place, reading, places)
        return whole._replace(
            dropped=whole.dropped | ({WITHOUT_CAPTION: without} if without else {})
        )
    return _without_bad_pairs(whole, reading, places) if pairs else whole


def _with_images(
    whole: Assembled, images: Images, place: str, reading: Reading, places: _Places
) -> Assembled:
    """Images in place of their numbers, with digests, without rows whose images are bad."""
    numbers = whole.columns["image"].to_numpy()
    kept, digests, dropped = kept_images(images, numbers, reading.images, place, places.of)
    columns = {column: take_rows(values, kept) for column, values in whole.columns.items()}
    columns["image"] = images.column(numbers[kept])
    columns[IMAGE_SHA256] = pa.chunked_array([[digests[number] for number in numbers[kept]]])
    return Assembled(columns, None if whole.lines is None else whole.lines[kept], dropped)


def _without_bad_pairs(whole: Assembled, reading: Reading, places: _Places) -> Assembled:
    """What is left of sentence pairs."""
    kept, dropped = cleaned(whole.columns, reading.bad_pairs, reading.max_length_ratio, places.of)
    if kept is None:
        return whole
    return Assembled(
        {column: take_rows(values, kept) for column, values in whole.columns.items()},
        None if whole.lines is None else whole.lines[kept],
        dropped,
    )


def _labels(
    values: Sequence[object] | pa.Array,
    chunk: RawRows,
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
    """Where the rows or tokens of all chunks stand, to name one after the last chunk."""

    def __init__(self) -> None:
        self._first_rows: list[int] = []
        self._chunks: list[Callable[..., str]] = []
        self._rows = 0

    def add(self, rows: int, place: Callable[..., str]) -> None:
        """Takes the next chunk: its number of rows, and what names a row or a token of one."""
        self._first_rows.append(self._rows)
        self._chunks.append(place)
        self._rows += rows

    def of(self, row: int, *token: int) -> str:
        """The words that name a row of the whole, or a token of one."""
        index = bisect_right(self._first_rows, row) - 1
        return self._chunks[index](row - self._first_rows[index], *token)


def _row_place(chunk: RawRows) -> Place:
    """What names the rows of one chunk, without holding on to its lines as Python's numbers."""
    if chunk.lines is None:
        return chunk.place
    file, lines = chunk.place(0).rpartition(", line ")[0], array("i", chunk.lines)
    return lambda row: f"{file}, line {lines[row]}"


def _token_place(chunk: RawRows, offsets: np.ndarray) -> TokenPlace:
    """What names the tokens of one chunk, without holding on to the chunk's values."""
    place, lines = chunk.place, chunk.token_lines
    if lines is None:
        return lambda row, token: f"{place(row)}, token {token}"
    file = place(0).rpartition(", line ")[0]
    return lambda row, token: f"{file}, line {lines[offsets[row] + token]}"
