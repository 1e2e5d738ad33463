"""Pixels and features of images for training, computed once and kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.data import Dataset, captions_by_image
from seqkit.data.kinds.captions import IMAGE_SHA256
from seqkit.images import ArrayStore, ImageReader, encode_images

_TOGETHER = 64


class KeptImages:
    """The images of a part of the data, each once; read or computed the first time only.

    Files are `<path>.pixels.npy` and `<path>.features.npy`. An interrupted run is resumed, and
    what follows from changed images or weights is computed anew, see `ArrayStore.fill`.

    Args:
        dataset: holds `image`, `caption` and `image_sha256`, as `seqkit.data.read` gives them.
        reader: reads images and resizes them.
        path: the beginning of the names of the files.

    Attributes:
        captions: the captions of each image.
        pixels: `<uint8>[images, height, width, 3]`.

    Raises:
        ValueError: an image cannot be read.
    """

    def __init__(self, dataset: Dataset, reader: ImageReader, path: Path) -> None:
        self._path = path
        self._images, self.captions = captions_by_image(dataset)
        # In the same order as the images: `captions_by_image` groups by these digests.
        self._keys = list(dict.fromkeys(dataset.to_list(IMAGE_SHA256)))
        shape = (reader.height, reader.width, 3)
        self.pixels = self._fill(
            "pixels",
            shape,
            np.uint8,
            lambda rows: self._read(reader, rows),
            f"pixels {shape} of at most {reader.max_pixels}",
        )

    def grids(self, encoder: keras.Model) -> ArrayStore:
        """Runs a frozen encoder on all images, and keeps its features in half precision.

        Args:
            encoder: takes `<uint8>[batch, height, width, 3]`.

        Returns:
            `<float16>[images, rows, columns, dim]`.
        """
        digest = hashlib.sha256()
        for weight in encoder.get_weights():
            digest.update(np.ascontiguousarray(weight).data)

        @tf.function(
            input_signature=[tf.TensorSpec([None, *self.pixels.shape], tf.uint8)], autograph=False
        )
        def grids(images: tf.Tensor) -> tf.Tensor:
            return tf.cast(encoder(images, training=False), tf.float16)

        return self._fill(
            "features",
            encoder.output_shape[1:],
            np.float16,
            lambda rows: grids(tf.constant(self.pixels[np.asarray(rows)])).numpy(),
            f"features by weights {digest.hexdigest()}",
        )

    def _fill(
        self,
        name: str,
        shape: Sequence[int],
        dtype: Any,
        compute: Callable[[Sequence[int]], np.ndarray],
        settings: str,
    ) -> ArrayStore:
        print(f"{name} of {len(self._keys):,} images")
        bar = keras.utils.Progbar(len(self._keys), unit_name="image")
        return ArrayStore.fill(
            self._path.with_name(f"{self._path.name}.{name}.npy"),
            self._keys,
            shape,
            dtype,
            compute,
            settings,
            chunk=_TOGETHER,
            progress=lambda done, _: bar.update(done),
        )

    def _read(self, reader: ImageReader, rows: Sequence[int]) -> np.ndarray:
        images = [self._images[row] for row in rows]
        pixels, errors = reader(tf.constant(encode_images(images)))
        for row, image, error in zip(rows, images, errors.numpy(), strict=True):
            if error:
                name = image if isinstance(image, str) else f"image {row}"
                raise ValueError(
                    f"{name}: {error.decode()}; read the data with bad_images='skip' to leave "
                    "such images out"
                )
        return pixels.numpy()
