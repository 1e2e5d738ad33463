"""What a data set is to `quality.py`: its parts, and what its files are known by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

# `seqkit.data.Dataset` by name of the part, or `TextStream` where a recipe reads streams.
Parts = dict[str, Any]


class Splitting(NamedTuple):
    """How data without a split of its own is parted.

    Attributes:
        folds: parts for cross-validation.
        fraction: share of the training data kept for validation.
        seed: decides what comes where.
    """

    folds: int
    fraction: float
    seed: int


class PublicData(NamedTuple):
    """A data set and how it is parted.

    Attributes:
        name: as on the command line.
        title: as in the table.
        sha256: twelve digits of the digest of its files.
        folds: number of trainings: 1 where the split is given.
        parts: gives `train`, `validation` and `test` of a fold.
        more_tests: gives what the model of the one fold is tested on besides, by title.
        judge: gives further figures of the model, or None.
    """

    name: str
    title: str
    sha256: str
    folds: int
    parts: Callable[[int], Parts]
    more_tests: Callable[[], Parts] = dict
    judge: Callable[[Any], dict[str, Any]] | None = None
