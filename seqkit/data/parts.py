"""Training, validation and test data, with what was not given split from what was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError, shown
from seqkit.data.read import read
from seqkit.data.split import split

# What people call the parts; 'restval' is what Karpathy's splits of COCO have for more of train.
PARTS = {
    "train": "train",
    "training": "train",
    "restval": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}


def read_parts(
    train: Any,
    validation: Any = None,
    test: Any = None,
    *,
    fraction: float = 0.1,
    seed: int = 0,
    split_column: str | None = None,
    names: Mapping[str, str | int | None] | None = None,
    **options: Any,
) -> dict[str, Dataset]:
    """Reads the three parts that every recipe works with.

    Args:
        train: a source for `read`.
        validation: another, or None to split `fraction` of the training data.
        test: another, or None to split `fraction` of the training data, before validation.
        fraction: share of the texts that a part split off gets.
        seed: seed of the split.
        split_column: a column of `train` that says which part each row is of (`train`,
            `validation`, `val` or `dev`, `test`, in any case); what it has no rows of is split off.
        names: as in `read`; a column whose name is None is found by itself.
        options: other arguments of `read`, such as `columns`, the same for the three.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        DataError: as `read`, or the split column names no part, or one that is given too.
        ValueError: as `read` and `split`.

    Example:
        >>> rows = [(f"text {i}", "ab"[i % 2]) for i in range(20)]
        >>> {part: len(dataset) for part, dataset in read_parts(rows).items()}
        {'train': 16, 'validation': 2, 'test': 2}
        >>> sentences = [([f"word{i}", "."], ["NOUN", "PUNCT"]) for i in range(20)]
        >>> parts = read_parts(sentences, columns=("tokens", "tags"))
        >>> {part: len(dataset) for part, dataset in parts.items()}
        {'train': 16, 'validation': 2, 'test': 2}
        >>> pairs = [(f"word{i % 20}", f"Wort{i}") for i in range(40)]
        >>> parts = read_parts(pairs, columns=("source", "target"))
        >>> {part: len(dataset) for part, dataset in parts.items()}
        {'train': 32, 'validation': 4, 'test': 4}
        >>> rows = {"text": ["a", "b", "c"], "label": [0, 1, 1], "split": ["train", "dev", "test"]}
        >>> parts = read_parts(rows, split_column="split")
        >>> {part: dataset.to_list("text") for part, dataset in parts.items()}
        {'train': ['a'], 'validation': ['b'], 'test': ['c']}
    """
    given = {column: name for column, name in (names or {}).items() if name is not None}
    parts = {
        part: read(source, names=given, **options)
        for part, source in (("validation", validation), ("test", test))
        if source is not None
    }
    if split_column is not None:
        wanted = (*options.pop("columns", ("text", "label")), split_column)
        whole = read(train, names=given, columns=wanted, **options)
        parts = _by_column(whole, split_column, parts)
    else:
        parts["train"] = read(train, names=given, **options)
    return complete_parts(parts, fraction, seed)


def complete_parts(parts: Mapping[str, Dataset], fraction: float, seed: int) -> dict[str, Dataset]:
    """Splits the parts that are missing from the training data, the test before validation.

    Args:
        parts: `train`, and what else there is.
        fraction: share of the rows that a part split off gets.
        seed: seed of the split.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        ValueError: there are too few rows to split.
    """
    found = dict(parts)
    for part in ("test", "validation"):
        if part not in found:
            found["train"], found[part] = split(found["train"], fraction, seed=seed)
    return {part: found[part] for part in ("train", "validation", "test")}


def _by_column(whole: Dataset, column: str, given: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """The parts that are given, and those that a column tells."""
    values = whole.to_list(column)
    told = np.array([PARTS.get(value.strip().casefold(), "") for value in values])
    parts = dict(given)
    for part in np.unique(told).tolist():
        rows = np.flatnonzero(told == part)
        where = f"row {rows[0]}" if whole.lines is None else f"line {whole.lines[rows[0]]}"
        found = f"{whole.source}, {where}: {column} is {shown(values[rows[0]])}"
        if not part:
            raise DataError(f"{found}, which is none of {', '.join(map(repr, PARTS))}.")
        if part in parts:
            raise DataError(
                f"{found}, but {part} is also given. Leave the argument out, or the column "
                "(split_column=None)."
            )
        parts[part] = whole.take(rows)
    if "train" not in parts:
        raise DataError(f"{whole.source}: no row has {column} 'train'.")
    return parts
