"""Sentence pairs: taken out of texts by language, judged, and the bad ones left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data import columns as column_names
from seqkit.data.errors import DataError, shown
from seqkit.data.raw_rows import RawRows

BAD_PAIRS = ("error", "drop", "keep")
# What bad pairs are, in the words of a report.
EMPTY_SIDE = "with an empty side"
UNLIKE_LENGTH = "of unlike length"
# Added to both lengths: "OK." may well be rendered by a word five times as long.
_ALLOWANCE = 2.0


def by_language(
    chunk: RawRows, wanted: Sequence[str], names: Mapping[str, str | int] | None
) -> RawRows:
    """Source and target taken out of texts by language, `{"en": "Hello.", "de": "Hallo."}`.

    Args:
        chunk: Rows with the column `translation`: mappings, or an Arrow array of structs.
        wanted: `source` and `target`.
        names: Standard name to language; a language that a row lacks is a missing text.

    Returns:
        The rows with the two columns in place of the one.

    Raises:
        DataError: A row holds no mapping, or the first lacks a language.

    Example:
        >>> row = {"en": "Hello.", "de": "Hallo."}
        >>> chunk = RawRows({"translation": [row]}, lambda row: f"row {row}")
        >>> dict(by_language(chunk, ("source", "target"), {"source": "de", "target": "en"}).columns)
        {'source': ['Hallo.'], 'target': ['Hello.']}
    """
    values = chunk.columns[column_names.BY_LANGUAGE]
    given = {name: key for name, key in (names or {}).items() if name in wanted}
    if isinstance(values, pa.Array) and pa.types.is_struct(values.type):
        languages = [field.name for field in values.type]
        found = column_names.resolve(languages, wanted, given, chunk.place(0))
        return chunk._replace(
            columns={name: pc.struct_field(values, [i]) for name, i in found.items()}
        )
    rows: Sequence[Any] = values.to_pylist() if isinstance(values, pa.Array) else values
    for row, value in enumerate(rows):
        if not isinstance(value, Mapping):
            raise DataError(
                f"{chunk.place(row)}: translation is {shown(value)}, not texts by language such "
                "as {'en': 'Hello.', 'de': 'Hallo.'}."
            )
    if not rows:
        return chunk._replace(columns={name: [] for name in wanted})
    languages = list(rows[0])
    found = column_names.resolve(languages, wanted, given, chunk.place(0))
    return chunk._replace(
        columns={
            name: [value.get(languages[position]) for value in rows]
            for name, position in found.items()
        }
    )


def cleaned(
    columns: Mapping[str, pa.ChunkedArray],
    bad_pairs: str,
    max_length_ratio: float | None,
    place: Callable[[int], str],
) -> tuple[np.ndarray | None, dict[str, int]]:
    """Finds the pairs to keep.

    Args:
        columns: `source` and `target`, `<string>[rows]` each.
        bad_pairs: One of `BAD_PAIRS`.
        max_length_ratio: See `seqkit.data.read`.
        place: Row to the words that name it.

    Returns:
        `<int64>[kept]` the rows to keep, or None for all, and how many of each kind are not kept.

    Raises:
        DataError: A pair is bad and `bad_pairs` is `"error"`, or none is left.
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
            f"{place(0)} and all that follow: no pair is left; {describe_dropped(counts)}. Are "
            "these the columns, the languages or the files that are meant?"
        )
    return kept, {kind: count for kind, count in counts.items() if count}


def describe_dropped(counts: Mapping[str, int], what: str = "pair") -> str:
    """Says how many pairs were bad, and how.

    Args:
        counts: Kind to number of pairs, or of what else was left out.
        what: The word for one of them.

    Returns:
        One line.

    Example:
        >>> describe_dropped({EMPTY_SIDE: 10, UNLIKE_LENGTH: 2})
        '12 pairs dropped: 10 with an empty side, 2 of unlike length'
    """
    total = sum(counts.values())
    parts = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    return f"{total:,} {what if total == 1 else f'{what}s'} dropped: {parts}"


def side_lengths(columns: Mapping[str, pa.ChunkedArray]) -> np.ndarray:
    """Lengths of both sides in characters, outer white space not counted.

    Args:
        columns: `source` and `target`, `<string>[rows]` each.

    Returns:
        `<int64>[2, rows]`, first the source.
    """
    return np.stack(
        [
            pc.utf8_length(pc.utf8_trim_whitespace(columns[name])).to_numpy().astype(np.int64)
            for name in column_names.PAIR
        ]
    )


def usual_ratio(lengths: np.ndarray) -> float:
    """Characters of target for each character of source, in the median over pairs.

    Args:
        lengths: `<int64>[2, rows]`, from `side_lengths`.

    Returns:
        The ratio; 1 where no pair has two sides.
    """
    source, target = lengths[:, (lengths > 0).all(axis=0)]
    return float(np.median(target / source)) if len(source) else 1.0


def length_factors(lengths: np.ndarray, usual: float) -> np.ndarray:
    """How many times as long one side is as the other lets expect.

    Args:
        lengths: `<int64>[2, rows]`, from `side_lengths`.
        usual: Characters of target for each of source, from `usual_ratio`.

    Returns:
        `<float64>[rows]`, at least 1; 1 for a pair with an empty side, which is another fault.

    Example:
        >>> length_factors(np.array([[40, 40, 40], [20, 2, 0]]), usual=0.5).round(1).tolist()
        [1.0, 6.3, 1.0]
    """
    # Both in a unit between those of the two languages, so that neither side is favoured.
    source, target = lengths[0] * usual**0.5 + _ALLOWANCE, lengths[1] / usual**0.5 + _ALLOWANCE
    factors = np.maximum(source, target) / np.minimum(source, target)
    return np.where((lengths > 0).all(axis=0), factors, 1.0)


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
    texts = {name: columns[name][row].as_py() for name in column_names.PAIR}
    if empty[row]:
        side, other = column_names.PAIR[:: 1 if lengths[0][row] == 0 else -1]
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
