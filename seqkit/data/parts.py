"""Training, validation and test data, with what was not given split from what was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit.data.dataset import Dataset
from seqkit.data.read import read
from seqkit.data.split import split


def read_parts(
    train: Any,
    validation: Any = None,
    test: Any = None,
    *,
    fraction: float = 0.1,
    seed: int = 0,
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
        names: as in `read`; a column whose name is None is found by itself.
        options: other arguments of `read`, such as `columns`, the same for the three.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        DataError: as `read`.
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
    """
    given = {column: name for column, name in (names or {}).items() if name is not None}
    parts = {
        part: read(source, names=given, **options)
        for part, source in (("train", train), ("validation", validation), ("test", test))
        if source is not None
    }
    for part in ("test", "validation"):
        if part not in parts:
            parts["train"], parts[part] = split(parts["train"], fraction, seed=seed)
    return {part: parts[part] for part in ("train", "validation", "test")}
