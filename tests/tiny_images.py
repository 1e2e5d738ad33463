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


def write_flickr8k(root: Path, train: int, val: int) -> Path:
    """A part of Flickr8k as benchmarks read it, with five captions an image.

    Images are named by their part and number: the captions of `train-3.jpg` tell of a 3.
    """
    folder = root / "captioning" / "flickr8k"
    names = [(part, i) for part, number in (("train", train), ("val", val)) for i in range(number)]
    write_images(folder / "images", *(f"{part}-{i}.jpg" for part, i in names))
    rows = [f"{part}-{i}.jpg,{part},A {i}-Dog {k} .\n" for part, i in names for k in range(5)]
    (folder / "captions.csv").write_text("image,split,caption\n" + "".join(rows), encoding="utf-8")
    return root
