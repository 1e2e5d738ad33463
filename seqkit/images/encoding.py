"""Images in the forms that users have them, as encoded bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from seqkit.arguments import refuse_table

_KINDS = "a path, encoded bytes or a NumPy array"


def encode_images(images: Sequence[str | Path | bytes | np.ndarray] | np.ndarray) -> list[bytes]:
    """Reads images from paths and encodes arrays; bytes are taken as they are.

    Args:
        images: each a path, the bytes of a file, or an array, `<uint8>` of 0 to 255 or
            `<float>` of 0 to 1, `[height, width]` or `[height, width, 1, 3 or 4]`, which becomes a
            PNG. They may be mixed; one array `[batch, height, width, channels]` works too.

    Returns:
        The encoded bytes of each image.

    Raises:
        TypeError: `images` is one image or a table, or an image is of another type.
        ValueError: a file cannot be read, or an array has another dtype, shape or range.

    Example:
        >>> encode_images([np.zeros([2, 3], np.uint8), b"any bytes"])[0][:4]
        b'\\x89PNG'
    """
    if isinstance(images, str | Path | bytes):
        raise TypeError(f"images is one image, {_shown(images)}; pass a list of images: [image]")
    refuse_table(images, "images", "image")
    if isinstance(images, np.ndarray) and images.ndim not in (1, 4):
        raise TypeError(
            f"images is one array of shape {images.shape}; pass a list of images, or an array "
            "[batch, height, width, channels]"
        )
    return [_encode(image, f"images[{position}]") for position, image in enumerate(images)]


def _encode(image: object, name: str) -> bytes:
    if isinstance(image, bytes):
        return image
    if isinstance(image, str | Path):
        try:
            return Path(image).read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in a path
            reason = getattr(error, "strerror", None) or error
            raise ValueError(
                f"{name} is {_shown(image)}, which cannot be read: {reason}"
            ) from error
    if isinstance(image, np.ndarray):
        return tf.io.encode_png(_as_uint8(image, name), compression=1).numpy()
    raise TypeError(f"{name} is {_shown(image)} of type {type(image).__name__}; pass {_KINDS}")


def _as_uint8(image: np.ndarray, name: str) -> np.ndarray:
    """Converts an array to `<uint8>[height, width, 1, 3 or 4]`."""
    pixels = image[:, :, np.newaxis] if image.ndim == 2 else image
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or pixels.size == 0:
        raise ValueError(
            f"{name} has shape {image.shape}; pass [height, width] or [height, width, 1, 3 or 4]"
        )
    if pixels.dtype == np.uint8:
        return pixels
    if not np.issubdtype(pixels.dtype, np.floating):
        raise ValueError(f"{name} is {pixels.dtype}; pass uint8 of 0 to 255 or floats of 0 to 1")
    low, high = float(pixels.min()), float(pixels.max())
    if not (low >= 0 and high <= 1):  # this way round a NaN is refused too
        raise ValueError(
            f"{name} has values from {low:g} to {high:g}; floats must be from 0 to 1: divide by "
            "255, or pass uint8"
        )
    return np.round(pixels.astype(np.float32) * 255).astype(np.uint8)


def _shown(value: object) -> str:
    text = repr(value[:40]) if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
