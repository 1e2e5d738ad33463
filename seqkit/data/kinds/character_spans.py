"""Texts with marked stretches of characters made into tokens with a tag each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.kinds.tag_scheme import from_spans
from seqkit.data.kinds.values import text_array
from seqkit.data.raw_rows import RawRows

if TYPE_CHECKING:
    from seqkit.text import Tokenizer

MISALIGNED = ("error", "widen")
# What the tokenizer is given at a time.
_TEXTS = 4_096
_CHARACTERS = 500_000


class _Span(NamedTuple):
    """One marked stretch of a text; the offsets count code points."""

    start: int
    end: int
    label: str


def tag_spans(raw: RawRows, tokenizer: Tokenizer | None, misaligned: str) -> RawRows:
    """Splits texts into tokens and turns the spans marked in them into BIO tags.

    The tokens are the text's own characters, not their normalised form. White space at the ends
    of a span does not matter. A text without a token is passed over.

    Args:
        raw: Columns `text` and `spans`; a span is a dictionary with `start`, `end` and `label`,
            or a list of the three. Offsets count Unicode code points; the end is not included.
        tokenizer: What splits the texts; None is `seqkit.text.WordTokenizer()`.
        misaligned: `"error"` refuses a span that cuts a token; `"widen"` takes the whole token.

    Returns:
        Columns `tokens` and `tags`.

    Raises:
        DataError: A span lies outside its text, holds no token, cuts one or overlaps another.

    Example:
        >>> rows = RawRows({"text": ["Ada Lovelace wrote."], "spans": [[[0, 12, "PER"]]]}, str)
        >>> dict(tag_spans(rows, None, "error").columns)
        {'tokens': [['Ada', 'Lovelace', 'wrote', '.']], 'tags': [['B-PER', 'I-PER', 'O', 'O']]}
    """
    texts = text_array(raw.columns["text"], raw.place, "text").to_pylist()
    marked = raw.columns["spans"]
    if isinstance(marked, pa.Array):
        marked = marked.to_pylist()
    tokens: list[list[str]] = []
    tags: list[list[str]] = []
    rows: list[int] = []
    for row, offsets in enumerate(_offsets(texts, tokenizer)):
        text, place = texts[row], raw.place(row)
        spans = _spans(marked[row], text, place)
        if not offsets and not spans:
            continue
        covered = [_cover(span, offsets, text, place, misaligned) for span in spans]
        for index, (before, after) in enumerate(itertools.pairwise(covered)):
            if before[1] > after[0]:
                raise DataError(
                    f"{place}: widened to whole tokens, {_words(spans[index], text)} and "
                    f"{_words(spans[index + 1], text)} share the token "
                    f"{text[slice(*offsets[after[0]])]!r}. Mend one of them."
                )
        tokens.append([text[start:end] for start, end in offsets])
        tags.append(from_spans(covered, len(offsets)))
        rows.append(row)
    lines = None if raw.lines is None else [raw.lines[row] for row in rows]
    name_row = raw.place
    return RawRows({"tokens": tokens, "tags": tags}, lambda row: name_row(rows[row]), lines)


def _offsets(texts: Sequence[str], tokenizer: Tokenizer | None) -> Iterator[list[tuple[int, int]]]:
    """Yields the offsets of each text's tokens."""
    if tokenizer is None:
        # Importing TensorFlow takes seconds, which other readers need not wait for.
        from seqkit.text import WordTokenizer

        tokenizer = WordTokenizer()
    for part in _parts(texts):
        tokens = tokenizer.tokenize(part)
        for starts, ends in zip(tokens.start.to_list(), tokens.end.to_list(), strict=True):
            yield _disjoint(starts, ends)


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yields the texts some at a time."""
    part: list[str] = []
    characters = 0
    for text in texts:
        part.append(text)
        characters += len(text)
        if len(part) >= _TEXTS or characters >= _CHARACTERS:
            yield part
            part, characters = [], 0
    if part:
        yield part


def _disjoint(starts: Sequence[int], ends: Sequence[int]) -> list[tuple[int, int]]:
    """Offsets without overlap: one character may normalise to several tokens (½ to 1, ⁄ and 2)."""
    made: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if made and start < made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        elif end > start:
            made.append((start, end))
    return made


def _spans(values: Any, text: str, place: str) -> list[_Span]:
    """The spans of one text in order, none overlapping."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
        raise DataError(
            f"{place}: spans is {shown(values)}, not a list. Give a list of "
            "{'start': …, 'end': …, 'label': …} or [start, end, label]; [] where there are none."
        )
    spans = sorted(_span(value, text, place) for value in values)
    for one, other in itertools.pairwise(spans):
        if other.start < one.end:
            raise DataError(
                f"{place}: {_words(one, text)} and {_words(other, text)} overlap. A token has one "
                "tag: keep one of the two."
            )
    return spans


def _span(value: Any, text: str, place: str) -> _Span:
    """One span, its kinds and its bounds checked."""
    parts: list[Any]
    if isinstance(value, Mapping):
        parts = [
            next((value[key] for key in keys if key in value), None)
            for keys in (("start", "start_offset"), ("end", "end_offset"), ("label",))
        ]
    else:
        whole = isinstance(value, (list, tuple)) and len(value) == 3
        parts = list(value) if whole else [None] * 3
    start, end, label = parts
    numbers = all(isinstance(n, int) and not isinstance(n, bool) for n in (start, end))
    if not numbers or not isinstance(label, str) or not label.strip():
        raise DataError(
            f"{place}: {shown(value)} is not a span. Give {{'start': 0, 'end': 5, 'label': 'PER'}} "
            "or [0, 5, 'PER']: whole numbers and a name."
        )
    if not 0 <= start < end <= len(text):
        raise DataError(
            f"{place}: {shown(value)} lies outside the text's {len(text)} characters or is empty: "
            f"{shown(text)}. Offsets count Unicode code points from 0, and the end is not included."
        )
    return _Span(start, end, label.strip())


def _cover(
    span: _Span, offsets: Sequence[tuple[int, int]], text: str, place: str, misaligned: str
) -> tuple[int, int, str]:
    """The tokens that a span touches."""
    touched = [
        index for index, (start, end) in enumerate(offsets) if start < span.end and end > span.start
    ]
    if not touched:
        raise DataError(f"{place}: {_words(span, text)} holds no token. Remove it.")
    cut = [
        text[start:end]
        for start, end in (offsets[touched[0]], offsets[touched[-1]])
        if start < span.start or end > span.end
    ]
    if cut and misaligned == "error":
        raise DataError(
            f"{place}: {_words(span, text)} cuts the token(s) "
            f"{', '.join(map(repr, dict.fromkeys(cut)))}. Mend the span, or take the whole tokens "
            "with misaligned='widen'."
        )
    return touched[0], touched[-1] + 1, span.label


def _words(span: _Span, text: str) -> str:
    """A span as a message names it."""
    stretch = shown(text[span.start : span.end])
    return f"the span {stretch} ({span.start} to {span.end}, {span.label})"
