"""What to know about data before training: duplicates, contradictions, leaks, counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.columns import PAIR
from seqkit.data.dataset import Dataset
from seqkit.data.grouping import EMPTY, content_column, text_keys
from seqkit.data.kinds.caption_checks import (
    caption_keys,
    caption_report,
    is_captions,
    named_captions,
)
from seqkit.data.kinds.pair_checks import pair_report, training_ratio
from seqkit.data.report import MAX_EXAMPLES, DataReport, Example, Finding, PartReport

_PERCENTILES = (50, 90, 99, 100)
_SHOWN_CHARACTERS = 80


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
    keys = {part: text_keys(dataset[content_column(dataset)]) for part, dataset in parts.items()}
    known = _label_counts(train)
    ratio = training_ratio(train) if _is_pairs(train) else 1.0
    reports = {part: _part(dataset, keys[part], known, ratio) for part, dataset in parts.items()}
    sources = set()
    for part, dataset in parts.items():
        origin = (dataset.source, dataset.sha256)
        if dataset.dropped and origin not in sources:
            reports[part] = replace(reports[part], dropped=dataset.dropped)
        sources.add(origin)
    names = list(parts)
    leaks = {
        f"{later} in {earlier}": _leaks(parts, keys, earlier, later)
        for i, later in enumerate(names)
        for earlier in names[:i]
    }
    return DataReport(reports, leaks)


def _part(dataset: Dataset, keys: np.ndarray, known: Mapping[str, int], ratio: float) -> PartReport:
    """The report of one part."""
    captioned = is_captions(dataset)
    if captioned:
        keys = caption_keys(dataset)
    rows = np.flatnonzero(keys != EMPTY)
    _, first, inverse = np.unique(keys[rows], return_index=True, return_inverse=True)
    original = rows[first[inverse]]
    again = original != rows
    rows, original = rows[again], original[again]
    conflicting = np.zeros(len(rows), bool)
    empty = keys == EMPTY
    answer = _answer(dataset)
    if answer is not None and (len(rows) or answer == "target"):
        labels = _label_codes(dataset[answer], answer)
        conflicting = labels[rows] != labels[original]
        if answer == "target":
            empty |= labels == EMPTY
    counts = _label_counts(dataset)
    content = dataset["caption" if captioned else content_column(dataset)]
    tagged = pa.types.is_list(content.type)
    lengths = (pc.list_value_length if tagged else pc.utf8_length)(content).to_numpy()
    pairs = captions = None

    def place(row: int) -> str:
        return _place(dataset, row)

    if answer == "target":
        pairs = pair_report(dataset, ratio, _percentiles, place, _beginning, MAX_EXAMPLES)
    if captioned:
        captions = caption_report(dataset, place, MAX_EXAMPLES)
    return PartReport(
        name=dataset.name,
        rows=len(dataset),
        empty=int(np.count_nonzero(empty)),
        duplicates=_finding(dataset, original, dataset, rows),
        conflicts=_finding(dataset, original[conflicting], dataset, rows[conflicting]),
        label_counts=counts,
        length_percentiles=_percentiles(lengths),
        unseen_labels=tuple(label for label in counts if label not in known),
        tokens=int(lengths.sum()) if tagged else None,
        pieces="frames" in dataset,
        pairs=pairs,
        captions=captions,
    )


def _percentiles(lengths: np.ndarray) -> dict[int, int]:
    """Percentile to length; nothing where there are no rows."""
    at = np.percentile(lengths, _PERCENTILES, method="higher") if len(lengths) else ()
    return {percent: int(value) for percent, value in zip(_PERCENTILES, at, strict=False)}


def _leaks(
    parts: Mapping[str, Dataset], keys: Mapping[str, np.ndarray], earlier: str, later: str
) -> Finding:
    """Rows of the later part whose text is in the earlier one."""
    unique, first = np.unique(keys[earlier], return_index=True)
    position = np.minimum(np.searchsorted(unique, keys[later]), max(len(unique) - 1, 0))
    if not len(unique):
        return Finding(0)
    found = (unique[position] == keys[later]) & (keys[later] != EMPTY)
    rows = np.flatnonzero(found)
    if is_captions(parts[later]):
        # Images are counted, not their captions.
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
    few = slice(0, MAX_EXAMPLES)
    examples = []
    if len(first):
        shown_rows = one.take(first[few]) if one is other else other.take(second[few])
        texts = (
            named_captions(shown_rows)
            if is_captions(shown_rows)
            else shown_rows.to_list(content_column(shown_rows))
        )
        for text, a, b in zip(texts, first[few], second[few], strict=True):
            labels = tuple(
                _label_text(dataset, int(row))
                for dataset, row in ((one, a), (other, b))
                if _answer(dataset) is not None
            )
            examples.append(
                Example(
                    _beginning(text), parts[0] + _place(one, a), parts[1] + _place(other, b), labels
                )
            )
    return Finding(len(first), tuple(examples))


def _place(dataset: Dataset, row: int) -> str:
    """Where a row stands, for a reader of the report."""
    return f"row {row}" if dataset.lines is None else f"line {dataset.lines[row]}"


def _label_text(dataset: Dataset, row: int) -> str:
    """The label of a row, several joined, or the tags of its tokens, or its target."""
    answer = _answer(dataset)
    label = dataset[answer][row].as_py() if answer is not None else ""
    if answer in ("tags", "target"):
        return _beginning(label)
    return label if isinstance(label, str) else "|".join(label)


def _is_pairs(dataset: Dataset) -> bool:
    """Whether rows are sentence pairs."""
    return set(PAIR) <= set(dataset.column_names)


def _answer(dataset: Dataset) -> str | None:
    """The column of what models answer, or None."""
    if _is_pairs(dataset):
        return "target"
    return next((column for column in ("label", "tags") if column in dataset), None)


def _beginning(text: str | list[str]) -> str:
    """A text, or tokens with a space between them, cut where it is long."""
    whole = text if isinstance(text, str) else " ".join(text)
    return whole if len(whole) <= _SHOWN_CHARACTERS else whole[:_SHOWN_CHARACTERS] + "…"


def _label_codes(labels: pa.ChunkedArray, answer: str) -> np.ndarray:
    """`<int>[rows]`: a number for each label, set of labels, list of tags, or target."""
    if answer == "target":
        return text_keys(labels)
    ordered = answer == "tags"
    if pa.types.is_list(labels.type):
        joined = ["\0".join(label if ordered else sorted(label)) for label in labels.to_pylist()]
        labels = pa.chunked_array([joined], type=pa.string())
    return labels.dictionary_encode().combine_chunks().indices.to_numpy()


def _label_counts(dataset: Dataset) -> dict[str, int]:
    """Label to number of rows, or tag to tokens, most frequent first, then by name."""
    answer = _answer(dataset)
    if answer is None or answer == "target":
        return {}
    labels = dataset[answer]
    if pa.types.is_list(labels.type):
        labels = pa.chunked_array([chunk.flatten() for chunk in labels.chunks], pa.string())
    counted = labels.value_counts()
    pairs = zip(
        counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
    )
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
