"""Small images in the bytes that files have, and folders of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf


def png(level: int, size: int = 4) -> bytes:
    """A picture of one colour."""
    return tf.io.encode_png(np.full((size, size, 3), level, np.uint8)).numpy()


def jpeg(level: int, size: int = 8) -> bytes:
    """A picture of one colour."""
    return tf.io.encode_jpeg(np.full((size, size, 3), level, np.uint8)).numpy()


def write_images(folder: Path, *names: str) -> Path:
    """A folder with images of these names, all different."""
    folder.mkdir(parents=True, exist_ok=True)
    for level, name in enumerate(names):
        encode = png if name.endswith(".png") else jpeg
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(encode(level * 20))
    return folder
