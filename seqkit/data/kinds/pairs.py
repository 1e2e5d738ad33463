"""Sentence pairs: their columns, how they are read, and which of them are bad."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.arguments import shown
from seqkit.data.collected import Collected, Places, collect_columns
from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError
from seqkit.data.grouping import text_keys
from seqkit.data.kinds.kind import Answer, Kind, Words
from seqkit.data.kinds.pair_lengths import (
    PAIR,
    length_factors,
    pair_report,
    side_lengths,
    usual_ratio,
)
from seqkit.data.kinds.values import python_values, text_array
from seqkit.data.raw_rows import RawRows
from seqkit.data.report import beginning, describe_dropped
from seqkit.data.request import Request, SourceOptions
from seqkit.data.sources import read_source

# Texts by language, of which pairs can be made.
BY_LANGUAGE = "translation"
BAD_PAIRS = ("error", "drop", "keep")
# What bad pairs are, in the words of a report.
EMPTY_SIDE = "with an empty side"
UNLIKE_LENGTH = "of unlike length"
# What a sentence ends in and a column's name hardly does, closing quotes and brackets apart.
_ENDS = (".", "!", "?", "…", "。", "！", "？")
_CLOSING = "\"'”’»)」』 "


@dataclass(frozen=True)
class PairOptions:
    """What happens to bad pairs; see `read_pairs`."""

    bad_pairs: str = "error"
    max_length_ratio: float | None = None

    def __post_init__(self) -> None:
        if self.bad_pairs not in BAD_PAIRS:
            raise ValueError(f"bad_pairs={self.bad_pairs!r} must be 'error', 'drop' or 'keep'.")
        if self.max_length_ratio is not None and not self.max_length_ratio > 1:
            raise ValueError(
                f"max_length_ratio={self.max_length_ratio} must be more than 1, such as 4, or None."
            )


def read_pairs(
    source: Any,
    *,
    columns: Sequence[str] = PAIR,
    bad_pairs: str = "error",
    max_length_ratio: float | None = None,
    **source_options: Unpack[SourceOptions],
) -> Dataset:
    """Reads sentence pairs.

    They come from two files with one sentence on every line, or from tables, JSON Lines, TMX and
    the rest. A pair is bad where a side is empty, or where `max_length_ratio` is given and the
    lengths are unlike; `check` tells what was left out.

    Args:
        source: Two paths, `("train.en", "train.de")`, or `"train.{en,de}"` for the same (in quotes
            on a command line); a path (`.csv`, `.tsv`, `.xlsx`, `.jsonl`, `.json`, `.parquet`,
            `.tmx`, each also packed); or what `read_texts` takes beside files.
        columns: `source` and `target`; tuples, and the two files, are in this order.
        bad_pairs: What happens to bad pairs: `"error"`, `"drop"` to leave them out and count them
            in `dropped` of the result, or `"keep"`. Two files of unequal numbers of lines are
            refused in any case: from somewhere on, none of their pairs fits.
        max_length_ratio: How many times as long one side of a pair may be as the other lets
            expect: in characters, by the ratio that is the median of these data, so that it fits
            any two languages, and with two characters added to both for the sake of short ones;
            None does not judge lengths (replies of a dialogue have any).
        source_options: See `seqkit.data.request.SourceOptions`.

    Returns:
        The pairs, with strings in `source` and `target`.

    Raises:
        DataError, FileNotFoundError, TypeError, ValueError: As `read_texts`.

    Example:
        >>> pairs = read_pairs([("Hello.", "Hallo."), ("Yes.", "")], bad_pairs="drop")
        >>> pairs.to_list("source"), pairs.to_list("target"), pairs.dropped
        (['Hello.'], ['Hallo.'], {'with an empty side': 1})
    """
    options = PairOptions(bad_pairs, max_length_ratio)
    return read_source(source, PAIRS, columns, options, **source_options)


def split_languages(rows: RawRows, request: Request) -> RawRows:
    """Source and target taken out of texts by language, `{"en": "Hello.", "de": "Hallo."}`.

    They are mappings, or an Arrow array of structs. A language that a row lacks is a missing text.

    Example:
        >>> request = Request(PAIRS, PAIR, {"source": "de", "target": "en"})
        >>> rows = RawRows({"translation": [{"en": "Hello.", "de": "Hallo."}]}, str)
        >>> dict(split_languages(rows, request).columns)
        {'source': ['Hallo.'], 'target': ['Hello.']}
    """
    values, wanted = rows.columns[BY_LANGUAGE], request.columns
    names = {name: key for name, key in (request.names or {}).items() if name in wanted}
    if isinstance(values, pa.Array) and pa.types.is_struct(values.type):
        languages = [field.name for field in values.type]
        positions = PAIRS.resolve(languages, wanted, names, rows.place(0))
        return rows._replace(
            columns={name: pc.struct_field(values, [i]) for name, i in positions.items()}
        )
    texts = python_values(values)
    for row, value in enumerate(texts):
        if not isinstance(value, Mapping):
            raise DataError(
                f"{rows.place(row)}: translation is {shown(value)}, not texts by language such "
                "as {'en': 'Hello.', 'de': 'Hallo.'}."
            )
    if not texts:
        return rows._replace(columns={name: [] for name in wanted})
    languages = list(texts[0])
    positions = PAIRS.resolve(languages, wanted, names, rows.place(0))
    return rows._replace(
        columns={
            name: [value.get(languages[position]) for value in texts]
            for name, position in positions.items()
        }
    )


def select_good_pairs(
    columns: Mapping[str, pa.ChunkedArray],
    bad_pairs: str,
    max_length_ratio: float | None,
    place: Callable[[int], str],
) -> tuple[np.ndarray | None, dict[str, int]]:
    """Finds the pairs to keep.

    Args:
        columns: `source` and `target`, `<string>[rows]` each.
        bad_pairs: One of `BAD_PAIRS`.
        max_length_ratio: See `read_pairs`.
        place: Row to the words that name it.

    Returns:
        `<int64>[kept]` the rows to keep, or None for all, and how many of each sort are not kept.
    """
    if bad_pairs == "keep":
        return None, {}
    lengths = side_lengths(columns)
    empty = (lengths == 0).any(axis=0)
    unlike = np.zeros_like(empty)
    if max_length_ratio is not None:
        unlike = length_factors(lengths, usual_ratio(lengths)) > max_length_ratio
    if not (empty.any() or unlike.any()):
        return None, {}
    if bad_pairs == "error":
        raise _refused(columns, lengths, empty, unlike, max_length_ratio, place)
    kept = np.flatnonzero(~(empty | unlike))
    counts = {EMPTY_SIDE: int(empty.sum()), UNLIKE_LENGTH: int(unlike.sum())}
    if not len(kept):
        raise DataError(
            f"{place(0)} and all that follow: no pair is left; "
            f"{describe_dropped(counts, 'pair')}. Are these the columns, the languages or the "
            "files that are meant?"
        )
    return kept, {kind: count for kind, count in counts.items() if count}


def _collect(
    batches: Iterable[RawRows], request: Request, place: str, folder: Path | None
) -> Collected:
    """Columns of sources and targets, without bad pairs."""
    options, places = request.options, Places()

    def in_columns() -> Iterator[RawRows]:
        for rows in batches:
            yield split_languages(rows, request) if BY_LANGUAGE in rows.columns else rows

    def convert(rows: RawRows) -> dict[str, pa.Array]:
        # A side that is missing is an empty one; the options say what to do with it.
        return {
            name: text_array(values, rows.place, name, missing="")
            for name, values in rows.columns.items()
        }

    collected = collect_columns(in_columns(), request.columns, place, convert, places)
    rows, dropped = select_good_pairs(
        collected.columns, options.bad_pairs, options.max_length_ratio, places.of
    )
    return collected if rows is None else collected.select(rows, dropped)


def _find_by_language(
    available: Sequence[str], request: Request, place: str
) -> dict[str, int] | None:
    """Where texts by language are, if they are named, or a side is not there."""
    names = request.names or {}
    there = [
        names[name] in available if name in names else bool(PAIRS.candidates(available, name))
        for name in PAIR
    ]
    if BY_LANGUAGE in names or (not all(there) and PAIRS.candidates(available, BY_LANGUAGE)):
        return PAIRS.resolve(available, (BY_LANGUAGE,), names, place)
    return None


def _first_line_is_pair(fields: Sequence[str]) -> bool:
    """Whether the first line of a file separated by tabs is a pair, and no header."""
    if len(fields) < 2 or any(PAIRS.candidates(fields, name) for name in PAIR):
        return False
    return any(field.rstrip(_CLOSING).endswith(_ENDS) for field in fields[:2])


def _refused(
    columns: Mapping[str, pa.ChunkedArray],
    lengths: np.ndarray,
    empty: np.ndarray,
    unlike: np.ndarray,
    max_length_ratio: float | None,
    place: Callable[[int], str],
) -> DataError:
    """The error for the first bad pair."""
    row = int(np.flatnonzero(empty | unlike)[0])
    texts = {name: columns[name][row].as_py() for name in PAIR}
    if empty[row]:
        side, other = PAIR[:: 1 if lengths[0][row] == 0 else -1]
        fault = f"{side} is empty ({texts[side]!r}), {other} is {shown(texts[other])}"
        count, kind = int(empty.sum()), EMPTY_SIDE
    else:
        fault = (
            f"source has {lengths[0][row]:,} characters and target {lengths[1][row]:,}, where "
            f"{usual_ratio(lengths):.2f} of target for one of source are usual "
            f"(max_length_ratio={max_length_ratio}): "
            f"{shown(texts['source'])}, {shown(texts['target'])}"
        )
        count, kind = int(unlike.sum()), UNLIKE_LENGTH
    return DataError(
        f"{place(row)}: {fault}. Pairs {kind}: {count:,} of {lengths.shape[1]:,}. Mend them, leave "
        "bad pairs out with bad_pairs='drop', or read them as they are with bad_pairs='keep'."
    )


PAIRS = Kind(
    name="pairs",
    columns=PAIR,
    content="source",
    words=Words(
        f"{{rows:,}} pairs, {{empty:,}} {EMPTY_SIDE}, {{duplicates:,}} whose source came before, "
        "{conflicts:,} of them with another target",
        "characters of source",
        "targets",
        "pair",
    ),
    needed=PAIR,
    aliases={
        "source": ("src", "input", "question", "prompt", "context"),
        "target": ("tgt", "trg", "output", "answer", "response", "reply"),
    },
    reader=read_pairs,
    options=PairOptions,
    collect=_collect,
    stand_ins=(BY_LANGUAGE,),
    find_stand_ins=_find_by_language,
    nested=BY_LANGUAGE,
    parallel=True,
    first_line_is_row=_first_line_is_pair,
    elsewhere="for two files with one sentence on every line give both: 'train.{en,de}'",
    answer=Answer("target", text_keys, beginning, counted=False),
    describe=pair_report,
)
