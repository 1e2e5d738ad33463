"""Small images for a page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.images import ImageReader, encode_images
from seqkit.images.headers import JPEG, read_headers
from seqkit.images.orientation import exif_orientation


def thumbnails(images: Sequence[Any], size: int = 192) -> list[np.ndarray | None]:
    """Makes images small, upright and of their own aspect ratio.

    Args:
        images: paths, encoded bytes or arrays.
        size: length of the longer side in pixels.

    Returns:
        For each image `<uint8>[height, width, 3]`, or None where it cannot be read.

    Raises:
        TypeError: one of `images` is neither a path, bytes nor an array.
        ValueError: a file cannot be read.

    Example:
        >>> wide = np.full([10, 40, 3], 7, np.uint8)
        >>> small, unreadable = thumbnails([wide, b"no image"], size=8)
        >>> small.shape, unreadable
        ((2, 8, 3), None)
    """
    if not len(images):
        return []
    encoded = tf.constant(encode_images(images), tf.string)
    pixels, errors = _reader(size)(encoded)
    headers, orientations = read_headers(encoded), exif_orientation(encoded).numpy()
    pictures: list[np.ndarray | None] = []
    for index, error in enumerate(errors.numpy()):
        if error:
            pictures.append(None)
            continue
        sides = headers.size[index]
        if headers.kind[index] == JPEG:
            sides = tf.image.extract_jpeg_shape(encoded[index])[:2]
        height, width = sides.numpy()[:: -1 if orientations[index] > 4 else 1]
        shape = [max(1, round(size * side / max(height, width))) for side in (height, width)]
        small = tf.image.resize(pixels[index], shape, antialias=True)
        pictures.append(np.round(small.numpy()).astype(np.uint8))
    return pictures


@cache
def _reader(size: int) -> ImageReader:
    """A reader for each size, kept: its graph takes seconds to trace."""
    return ImageReader(size, size)
