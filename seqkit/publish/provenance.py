"""What every card says of its data, and the texts that every served model must survive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit.data import Dataset

HARD_TEXTS: list[Any] = ["", " ", "\n", "a\0b", "가나다 👩‍👩‍👧", b"\xff\xfe broken", "long " * 400]


def described(datasets: Mapping[str, Dataset]) -> dict[str, dict[str, Any]]:
    """Name, digest, licence and size of each part of the data.

    Args:
        datasets: `train`, `validation`, `test`.

    Returns:
        The facts by part.

    Example:
        >>> from seqkit import data
        >>> described({"test": data.read([("good", "pos")], name="reviews")})["test"]["name"]
        'reviews'
    """
    return {
        part: {
            "name": dataset.name,
            "sha256": dataset.sha256,
            "license": dataset.license or "not stated",
            "examples": len(dataset),
        }
        for part, dataset in datasets.items()
    }
