"""Captions by the image they tell of."""

from __future__ import annotations

import numpy as np

from seqkit.data.columns import CAPTIONED, IMAGE_SHA256
from seqkit.data.dataset import Dataset


def captions_by_image(dataset: Dataset) -> tuple[list[str | bytes], list[list[str]]]:
    """Each image once, with all its captions.

    Images of the same bytes are one, whatever their names.

    Args:
        dataset: With `image` and `caption`, as `seqkit.data.read` gives it.

    Returns:
        Images, as paths or encoded bytes, in the order in which they first come, and for each its
        captions in their order.

    Raises:
        ValueError: There are no such columns.

    Example:
        >>> import numpy as np
        >>> from seqkit import data
        >>> grey, white = (np.full((2, 2, 3), level, np.uint8) for level in (128, 255))
        >>> rows = data.read(
        ...     [(grey, ["grey", "not white"]), (white, "white")], columns=("image", "caption")
        ... )
        >>> images, captions = captions_by_image(rows)
        >>> len(images), captions
        (2, [['grey', 'not white'], ['white']])
    """
    missing = [column for column in CAPTIONED if column not in dataset]
    if missing:
        raise ValueError(
            f"{dataset!r} has no {missing[0]!r}; read it with columns=('image', 'caption')."
        )
    key = IMAGE_SHA256 if IMAGE_SHA256 in dataset else "image"
    numbers: dict[str | bytes, int] = {}
    first_rows: list[int] = []
    captions: list[list[str]] = []
    for row, (name, caption) in enumerate(
        zip(dataset.to_list(key), dataset.to_list("caption"), strict=True)
    ):
        number = numbers.setdefault(name, len(captions))
        if number == len(captions):
            first_rows.append(row)
            captions.append([])
        captions[number].append(caption)
    return dataset.take(np.array(first_rows, np.int64)).to_list("image"), captions
