"""What every card says of its data, and the inputs that every served model must survive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit.data import Dataset, TextStream

HARD_TEXTS: list[Any] = ["", " ", "\n", "a\0b", "가나다 👩‍👩‍👧", b"\xff\xfe broken", "long " * 400]
# Empty, not an image, a truncated image, and a header that claims ten thousand million pixels.
HARD_IMAGES: list[bytes] = [
    b"",
    b"no image",
    b"\xff\xd8\xff\xe0\x00\x10JFIF",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + 2 * (100_000).to_bytes(4, "big") + b"\x08\x02\0\0\0",
]


def describe_data(
    datasets: Mapping[str, Dataset] | Mapping[str, TextStream],
) -> dict[str, dict[str, Any]]:
    """Name, digest, licence and size of each part of the data.

    Args:
        datasets: `train`, `validation`, `test`.

    Returns:
        The facts by part.

    Example:
        >>> from seqkit import data
        >>> describe_data({"test": data.read([("good", "pos")], name="reviews")})["test"]["name"]
        'reviews'
    """
    return {
        part: {
            "name": dataset.name,
            "license": dataset.license or "not stated",
            **(
                {"sha256": dataset.content_sha256(), "characters": dataset.characters}
                if isinstance(dataset, TextStream)
                else {"sha256": dataset.sha256, "examples": len(dataset)}
            ),
        }
        for part, dataset in datasets.items()
    }
