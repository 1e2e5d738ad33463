"""Captions of images: one a row however a source holds several, and by image again."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.data.dataset import Dataset
from seqkit.data.raw_rows import RawRows

# Images with captions, and the digest of each image's bytes, which reading adds.
CAPTIONED = ("image", "caption")
IMAGE_SHA256 = "image_sha256"
# What an image is that a row names without any caption, in the words of a report.
WITHOUT_CAPTION = "without a caption"
_SIDE_BY_SIDE = re.compile(r"caption_\d+")


def one_caption_a_row(chunk: RawRows) -> tuple[RawRows, int]:
    """Rows of an image and a caption, of rows that may hold several captions.

    Args:
        chunk: Rows with `caption`, texts or lists of texts, or with `caption_1` and so on, of which
            the empty ones do not count.

    Returns:
        As many rows for each as it has captions, and how many rows had none at all.

    Example:
        >>> raw = RawRows({"image": ["a", "b"], "caption": [["x", "y"], []]}, lambda row: f"{row}")
        >>> rows, without = one_caption_a_row(raw)
        >>> dict(rows.columns), without
        ({'image': ['a', 'a'], 'caption': ['x', 'y']}, 1)
    """
    columns = {name: _plain(values) for name, values in chunk.columns.items()}
    beside = [columns.pop(name) for name in chunk.columns if _SIDE_BY_SIDE.fullmatch(name)]
    if beside:
        columns["caption"] = [
            [text for text in row if text is not None and str(text).strip()]
            for row in zip(*beside, strict=True)
        ]
    captions: list[object] = []
    rows = array("q")
    without = 0
    for row, value in enumerate(columns["caption"]):
        several = list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value]
        captions += several
        rows.extend([row] * len(several))
        without += not several
    made = {name: [values[row] for row in rows] for name, values in columns.items()}
    made["caption"] = captions
    lines = None if chunk.lines is None else [chunk.lines[row] for row in rows]
    return RawRows(made, lambda row: chunk.place(rows[row]), lines), without


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


def _plain(values: Sequence[object] | pa.Array) -> Sequence[Any]:
    """Values one by one as Python has them."""
    return values.to_pylist() if isinstance(values, pa.Array) else values
