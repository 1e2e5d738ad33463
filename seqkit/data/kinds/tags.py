"""Tokens, with or without a tag each: their columns, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pyarrow as pa

from seqkit.data.collected import Collected, Places, collect_columns
from seqkit.data.dataset import Dataset
from seqkit.data.kinds.character_spans import MISALIGNED, tag_spans
from seqkit.data.kinds.kind import Answer, Kind, Words
from seqkit.data.kinds.labels import LABELS, label_codes
from seqkit.data.kinds.tag_sequences import GIVEN, check_tags
from seqkit.data.kinds.token_lists import refuse_unequal, tag_array, token_array
from seqkit.data.raw_rows import RawRows
from seqkit.data.report import beginning
from seqkit.data.request import Request, SourceOptions
from seqkit.data.sources import read_source

if TYPE_CHECKING:
    from seqkit.text import Tokenizer

TAGGED = ("tokens", "tags")
# Texts with marked spans, of which tagged tokens can be made.
MARKED = ("text", "spans")


@dataclass(frozen=True)
class TagOptions:
    """How tags are read; see `read_tagged`."""

    tag_scheme: str | None = None
    tokenizer: Tokenizer | None = None
    misaligned: str = "error"

    def __post_init__(self) -> None:
        if self.tag_scheme not in (None, *GIVEN):
            raise ValueError(
                f"tag_scheme={self.tag_scheme!r} must be None or one of "
                f"{', '.join(map(repr, GIVEN))}."
            )
        if self.misaligned not in MISALIGNED:
            raise ValueError(f"misaligned={self.misaligned!r} must be 'error' or 'widen'.")


def read_tagged(
    source: Any,
    *,
    columns: Sequence[str] = TAGGED,
    tag_scheme: str | None = None,
    tokenizer: Tokenizer | None = None,
    misaligned: str = "error",
    **source_options: Unpack[SourceOptions],
) -> Dataset:
    """Reads tokens with a tag each, or tokens alone.

    They come from CoNLL and CoNLL-U files, from lists of tokens and tags, or from texts with marked
    spans; `seqkit.data.kinds.tag_scheme` says what tags may mean. Span tags that break the rules of
    their scheme are refused.

    Args:
        source: A path (`.conll`, `.bio`, `.iob`, `.iob2`, `.txt` or `.tsv` with a token and its tag
            on every line, `.conllu`, `.jsonl`, `.json`, `.parquet`, brat's `.ann` or a folder of
            them, each also packed); a list of `(tokens, tags)` tuples or of lists of
            `(token, tag)` tuples; or what `read_texts`
            takes beside files.
        columns: `tokens`, with or without `tags`. Tuples are in this order.
        tag_scheme: What the tags are: `"BIO"`, `"IOBES"`, `"IOB1"` (read as BIO) or `"plain"`
            (no tag marks a span, and nothing is checked); None finds out, but never IOB1.
        tokenizer: What splits texts with marked spans; None is `seqkit.text.WordTokenizer()`.
        misaligned: What happens where a marked span cuts a token: `"error"`, or `"widen"` to take
            the whole token.
        source_options: See `seqkit.data.request.SourceOptions`.

    Returns:
        The rows, with lists of strings in `tokens` and `tags`, as many in the one as in the other.

    Raises:
        DataError, FileNotFoundError, TypeError, ValueError: As `read_texts`.

    Example:
        >>> rows = read_tagged([(["Ada", "wrote"], ["B-PER", "O"])])
        >>> rows.to_list("tokens"), rows.to_list("tags")
        ([['Ada', 'wrote']], [['B-PER', 'O']])
    """
    options = TagOptions(tag_scheme, tokenizer, misaligned)
    return read_source(source, TAGS, columns, options, **source_options)


def _find_marked(available: Sequence[str], request: Request, place: str) -> dict[str, int] | None:
    """Where texts and spans are, if they are named, or tokens or tags are not there."""
    if set(request.columns) != set(TAGGED):
        return None
    named = set(request.names or ())

    def there(columns: Sequence[str]) -> bool:
        return all(name in named or TAGS.candidates(available, name) for name in columns)

    if there(MARKED) and (named & set(MARKED) or not there(TAGGED)):
        return TAGS.resolve(available, MARKED, request.names, place)
    return None


def _collect(
    batches: Iterable[RawRows], request: Request, place: str, folder: Path | None
) -> Collected:
    """Columns of tokens and tags, which must keep to their scheme."""
    options, places = request.options, Places()

    def tokenized() -> Iterator[RawRows]:
        for rows in batches:
            if "spans" in rows.columns:
                rows = tag_spans(rows, options.tokenizer, options.misaligned)
            yield rows._replace(token_place=rows.token_place or _name_tokens(rows.place))

    def convert(rows: RawRows) -> dict[str, pa.Array]:
        arrays = {"tokens": token_array(rows.columns["tokens"], rows.place)}
        if "tags" in rows.columns:
            arrays["tags"] = tag_array(rows.columns["tags"], rows.place)
            refuse_unequal(arrays["tokens"], arrays["tags"], rows.place)
        return arrays

    collected = collect_columns(tokenized(), request.columns, place, convert, places)
    if "tags" in collected.columns:
        tags = check_tags(collected.columns["tags"], options.tag_scheme, places.of)
        collected.columns["tags"] = tags
    return collected


def _name_tokens(place: Callable[[int], str]) -> Callable[[int, int], str]:
    """What names the tokens of rows that have no lines of their own."""
    return lambda row, token: f"{place(row)}, token {token}"


def _row_values(row: object, wanted: Sequence[str]) -> tuple[object, ...] | None:
    """Tokens and tags of one sentence, or its tokens alone, or None where it is neither.

    Two pairs look like two lists of two, so lists and tuples are told apart: a list of tuples
    holds pairs.
    """
    if isinstance(row, (str, bytes)) or not isinstance(row, (Sequence, np.ndarray)):
        return None
    if len(wanted) == 1:
        return (row,)
    if isinstance(row, list) and all(isinstance(part, tuple) for part in row):
        fits = all(len(pair) == len(wanted) for pair in row)
        return tuple(list(values) for values in zip(*row, strict=True)) if row and fits else None
    listed = (list, tuple, np.ndarray)
    fits = len(row) == len(wanted) and all(isinstance(part, listed) for part in row)
    return tuple(row) if fits else None


def _row_words(wanted: Sequence[str]) -> str:
    """What a row in memory must be."""
    if len(wanted) == 1:
        return "a list of tokens"
    return f"a tuple of two lists ({', '.join(wanted)}) or a list of pairs (tuples)"


TAGS = Kind(
    name="tags",
    columns=TAGGED,
    content="tokens",
    words=Words(
        "{rows:,} sentences, {tokens:,} tokens, {empty:,} empty, {duplicates:,} duplicates, "
        "{conflicts:,} of them with other tags",
        "tokens of a sentence",
        "tags",
    ),
    needed=("tokens",),
    aliases={
        "tokens": ("words", "forms"),
        "tags": ("labels", "ner_tags", "pos_tags", "upos"),
        "text": LABELS.aliases["text"],
        "spans": ("entities", "label", "labels"),
    },
    reader=read_tagged,
    options=TagOptions,
    collect=_collect,
    stand_ins=MARKED,
    find_stand_ins=_find_marked,
    axes=1,
    row_values=_row_values,
    row_words=_row_words,
    elsewhere="where a file has a token and its tag on every line, read it with format='conll'",
    answer=Answer("tags", partial(label_codes, ordered=True), beginning),
)
