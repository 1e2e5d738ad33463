"""Captions of images made into rows: one caption each, however a source holds several."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.data.chunk import Chunk

# What an image is that a row names without any caption, in the words of a report.
WITHOUT_CAPTION = "without a caption"
_SIDE_BY_SIDE = re.compile(r"caption_\d+")


def one_caption_a_row(chunk: Chunk) -> tuple[Chunk, int]:
    """Rows of an image and a caption, of rows that may hold several captions.

    Args:
        chunk: Rows with `caption`, texts or lists of texts, or with `caption_1` and so on, of which
            the empty ones do not count.

    Returns:
        As many rows for each as it has captions, and how many rows had none at all.

    Example:
        >>> chunk = Chunk({"image": ["a", "b"], "caption": [["x", "y"], []]}, lambda row: f"{row}")
        >>> rows, without = one_caption_a_row(chunk)
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
    return Chunk(made, lambda row: chunk.place(rows[row]), lines), without


def _plain(values: Sequence[object] | pa.Array) -> Sequence[Any]:
    """Values one by one as Python has them."""
    return values.to_pylist() if isinstance(values, pa.Array) else values
