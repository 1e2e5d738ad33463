"""What training needs of images again and again, computed once and kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.images import ArrayStore, ImageReader, encoded_images

_TOGETHER = 64


def image_keys(images: Sequence[Any]) -> list[str]:
    """What tells images apart: digests of their bytes.

    Args:
        images: paths, or encoded bytes.

    Returns:
        SHA-256 of each.
    """
    return [hashlib.sha256(encoded_images([image])[0]).hexdigest() for image in images]


def kept_pixels(
    images: Sequence[Any], keys: Sequence[str], reader: ImageReader, path: Path
) -> ArrayStore:
    """Reads images and keeps their pixels.

    Args:
        images: paths, or encoded bytes.
        keys: of the images.
        reader: gives them their size.
        path: a `.npy` file, see `ArrayStore.fill`.

    Returns:
        `<uint8>[images, height, width, 3]`.

    Raises:
        ValueError: an image cannot be read.
    """

    def read(rows: Sequence[int]) -> np.ndarray:
        pixels, errors = reader(tf.constant(encoded_images([images[row] for row in rows])))
        for row, error in zip(rows, errors.numpy(), strict=True):
            if error:
                name = images[row] if isinstance(images[row], str) else f"image {row}"
                raise ValueError(
                    f"{name}: {error.decode()}; read the data with bad_images='skip' to leave "
                    "such images out"
                )
        return pixels.numpy()

    shape = (reader.height, reader.width, 3)
    settings = f"pixels {shape} of at most {reader.max_pixels}"
    progress = _progress("pixels", len(images))
    return ArrayStore.fill(
        path, keys, shape, np.uint8, read, settings, chunk=_TOGETHER, progress=progress
    )


def kept_grids(
    encoder: keras.Model, pixels: ArrayStore, keys: Sequence[str], path: Path
) -> ArrayStore:
    """Runs a frozen encoder over all images and keeps what it gives, in half precision.

    Args:
        encoder: of `<uint8>[batch, height, width, 3]`.
        pixels: the images.
        keys: of the images.
        path: a `.npy` file, see `ArrayStore.fill`.

    Returns:
        `<float16>[images, rows, columns, dim]`.
    """
    digest = hashlib.sha256()
    for weight in encoder.weights:
        digest.update(np.ascontiguousarray(keras.ops.convert_to_numpy(weight)).data)

    @tf.function(input_signature=[tf.TensorSpec([None, *pixels.shape], tf.uint8)], autograph=False)
    def grids(images: tf.Tensor) -> tf.Tensor:
        return tf.cast(encoder(images, training=False), tf.float16)

    return ArrayStore.fill(
        path,
        keys,
        encoder.output_shape[1:],
        np.float16,
        lambda rows: grids(tf.constant(pixels[np.asarray(rows)])).numpy(),
        f"features by weights {digest.hexdigest()}",
        chunk=_TOGETHER,
        progress=_progress("features", len(pixels)),
    )


def _progress(what: str, number: int) -> Callable[[int, int], None]:
    print(f"{what} of {number:,} images")
    bar = keras.utils.Progbar(number, unit_name="image")
    return lambda done, _: bar.update(done)
