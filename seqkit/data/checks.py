"""What to know about data before training: duplicates, contradictions, leaks, counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.dataset import Dataset, flatten
from seqkit.data.grouping import EMPTY, text_keys
from seqkit.data.kinds.by_columns import kind_of
from seqkit.data.kinds.kind import Answer
from seqkit.data.report import (
    MAX_EXAMPLES,
    DataReport,
    Example,
    Finding,
    PartReport,
    beginning,
    percentiles_of,
)


def check(
    train: Dataset, validation: Dataset | None = None, test: Dataset | None = None
) -> DataReport:
    """Looks for what makes scores misleading: equal texts within parts and between them.

    Texts are equal where they differ only in case and white space; empty texts are counted on
    their own and are no duplicates. Sentences are equal where their tokens make equal texts, pairs
    where their sources are equal. Captions are duplicates where image and caption are equal, and
    an image leaks where its bytes are in both parts, under whatever name.

    Args:
        train: What is trained on.
        validation: What training is stopped by, or None.
        test: What is scored, or None.

    Returns:
        The report.

    Example:
        >>> from seqkit import data
        >>> train = data.read([("Good film", "pos"), ("good  film", "neg"), ("", "neg")])
        >>> test = data.read([("GOOD FILM", "pos")])
        >>> for line in data.check(train, test=test).lines():
        ...     print(line)
        train (list of 3): 3 rows, 1 empty, 1 duplicates, 1 of them with another label
          characters: 50 % 9, 90 % 10, 99 % 10, longest 10
          labels: neg 2, pos 1
          row 0 and row 1 have labels 'pos' and 'neg': 'Good film'
        test (list of 1): 1 rows, 0 empty, 0 duplicates, 0 of them with another label
          characters: 50 % 9, 90 % 9, 99 % 9, longest 9
          labels: pos 1
        test in train: 1 rows
          test row 0 equals train row 0: 'GOOD FILM'
    """
    given = {"train": train, "validation": validation, "test": test}
    parts = {part: dataset for part, dataset in given.items() if dataset is not None}
    keys = {part: text_keys(dataset[kind_of(dataset).content]) for part, dataset in parts.items()}
    reports = {part: _report(dataset, keys[part], train) for part, dataset in parts.items()}
    sources = set()
    for part, dataset in parts.items():
        origin = (dataset.source, dataset.sha256)
        if dataset.dropped and origin not in sources:
            reports[part] = replace(reports[part], dropped=dataset.dropped)
        sources.add(origin)
    names = list(parts)
    leaks = {
        f"{later} in {earlier}": _find_leaks(parts, keys, earlier, later)
        for i, later in enumerate(names)
        for earlier in names[:i]
    }
    return DataReport(reports, leaks)


def _report(dataset: Dataset, keys: np.ndarray, train: Dataset) -> PartReport:
    """The report of one part."""
    kind, answer = kind_of(dataset), _answer(dataset)
    if kind.duplicate_keys is not None:
        keys = kind.duplicate_keys(dataset)
    rows = np.flatnonzero(keys != EMPTY)
    _, first, inverse = np.unique(keys[rows], return_index=True, return_inverse=True)
    original = rows[first[inverse]]
    again = original != rows
    rows, original = rows[again], original[again]
    conflicting = np.zeros(len(rows), bool)
    empty = keys == EMPTY
    if answer is not None and (len(rows) or not answer.counted):
        codes = answer.codes(dataset[answer.column])
        conflicting = codes[rows] != codes[original]
        if not answer.counted:
            empty |= codes == EMPTY
    counts, known = _count_labels(dataset), _count_labels(train)
    measured = dataset[kind.measured or kind.content]
    listed = pa.types.is_list(measured.type)
    lengths = (pc.list_value_length if listed else pc.utf8_length)(measured).to_numpy()
    return PartReport(
        name=dataset.name,
        rows=len(dataset),
        empty=int(np.count_nonzero(empty)),
        duplicates=_finding(dataset, original, dataset, rows),
        conflicts=_finding(dataset, original[conflicting], dataset, rows[conflicting]),
        label_counts=counts,
        length_percentiles=percentiles_of(lengths),
        words=kind.words,
        unseen_labels=tuple(label for label in counts if label not in known),
        tokens=int(lengths.sum()) if listed else None,
        details=None if kind.describe is None else kind.describe(dataset, train, MAX_EXAMPLES),
    )


def _find_leaks(
    parts: Mapping[str, Dataset], keys: Mapping[str, np.ndarray], earlier: str, later: str
) -> Finding:
    """Rows of the later part whose content is in the earlier one."""
    unique, first = np.unique(keys[earlier], return_index=True)
    position = np.minimum(np.searchsorted(unique, keys[later]), max(len(unique) - 1, 0))
    if not len(unique):
        return Finding(0)
    rows = np.flatnonzero((unique[position] == keys[later]) & (keys[later] != EMPTY))
    if kind_of(parts[later]).leaks_once:
        rows = rows[np.sort(np.unique(keys[later][rows], return_index=True)[1])]
    originals = first[position[rows]]
    return _finding(parts[earlier], originals, parts[later], rows, (f"{earlier} ", f"{later} "))


def _finding(
    one: Dataset,
    first: np.ndarray,
    other: Dataset,
    second: np.ndarray,
    parts: tuple[str, str] = ("", ""),
) -> Finding:
    """Pairs of rows, counted, the first of them shown with their places."""
    if not len(first):
        return Finding(0)
    few = slice(0, MAX_EXAMPLES)
    rows = one.take(first[few]) if one is other else other.take(second[few])
    kind = kind_of(rows)
    texts = rows.to_list(kind.content) if kind.shown is None else kind.shown(rows)
    examples = tuple(
        Example(
            beginning(text),
            parts[0] + one.place(a),
            parts[1] + other.place(b),
            (*_show_answer(one, a), *_show_answer(other, b)),
        )
        for text, a, b in zip(texts, first[few].tolist(), second[few].tolist(), strict=True)
    )
    return Finding(len(first), examples)


def _answer(dataset: Dataset) -> Answer | None:
    """What models answer with, where the data set has it."""
    answer = kind_of(dataset).answer
    return answer if answer is not None and answer.column in dataset else None


def _show_answer(dataset: Dataset, row: int) -> tuple[str, ...]:
    """The answer of a row in words, if there is one."""
    answer = _answer(dataset)
    return () if answer is None else (answer.show(dataset[answer.column][row].as_py()),)


def _count_labels(dataset: Dataset) -> dict[str, int]:
    """Label to number of rows, or tag to tokens, most frequent first, then by name."""
    answer = _answer(dataset)
    if answer is None or not answer.counted:
        return {}
    counted = flatten(dataset[answer.column]).value_counts()
    labels, counts = (counted.field(name).to_pylist() for name in ("values", "counts"))
    pairs = zip(labels, counts, strict=True)
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
