"""Rows of a source that are not to be learned from, since whoever annotated them said so.

Prodigy marks each row `"answer": "accept"`, `"reject"` or `"ignore"`; other tools leave rows
without an answer. A format hands such rows over with a column `LEFT_OUT`, which says why, or None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from seqkit.data.errors import DataError
from seqkit.data.raw_rows import RawRows
from seqkit.data.report import describe_dropped

# The column that a format adds, and the one that Prodigy writes.
LEFT_OUT, VERDICT = "left_out", "answer"
WITHOUT_ANSWER, SKIPPED = "not annotated", "skipped"
_REASONS = {
    **{"accept": None, "reject": "rejected", "ignore": "ignored", "": None},
    **{WITHOUT_ANSWER: WITHOUT_ANSWER, SKIPPED: SKIPPED},
}


def select_annotated(
    batches: Iterable[RawRows], counts: Counter[str], unit: str, source: str
) -> Iterator[RawRows]:
    """Yields the rows without those that are left out, which are counted.

    Args:
        batches: Rows, some of them with a column `LEFT_OUT`.
        counts: Takes how many rows were left out, by the words that say why.
        unit: What a row is called.
        source: Words that name the source in a message.

    Raises:
        DataError: No row is left.

    Example:
        >>> rows = RawRows({"text": ["a", "b"], LEFT_OUT: ["reject", "accept"]}, str)
        >>> counts = Counter()
        >>> [rows.columns["text"] for rows in select_annotated([rows], counts, "row", "a.jsonl")]
        [['b']]
        >>> counts
        Counter({'rejected': 1})
    """
    any_left = False
    for rows in batches:
        if LEFT_OUT in rows.columns:
            columns = dict(rows.columns)
            reasons = _reasons(columns.pop(LEFT_OUT))
            rows = rows._replace(columns=columns)
            if any(reasons):
                counts.update(reason for reason in reasons if reason)
                kept = [row for row, reason in enumerate(reasons) if not reason]
                if not kept:
                    continue
                rows = rows.select(kept)
        any_left = True
        yield rows
    if counts and not any_left:
        raise DataError(f"{source}: no row is left; {describe_dropped(counts, unit)}.")


def verdict(row: Mapping[str, Any], picked: Collection[str]) -> Any:
    """What an object says of being left out, in a key that is not picked for a column."""
    if LEFT_OUT in row or VERDICT in picked:
        return row.get(LEFT_OUT)
    return row.get(VERDICT)


def _reasons(values: Sequence[object] | pa.Array) -> Sequence[str | None]:
    """Why each row is left out; a column of other answers than Prodigy's says nothing."""
    listed = values.to_pylist() if isinstance(values, pa.Array) else values
    words = ["" if value is None or value != value else value for value in listed]
    if not all(isinstance(word, str) and word in _REASONS for word in words):
        return [None] * len(words)
    return [_REASONS[str(word)] for word in words]
