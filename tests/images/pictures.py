"""Small pictures, encoded by Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 20, 30


def picture(seed: int = 0, channels: int = 3) -> np.ndarray:
    """Smooth, so that a lossy format keeps it: `<uint8>[20, 30, channels]`."""
    corners = np.random.default_rng(seed).integers(0, 256, (2, 3, channels), dtype=np.uint8)
    bands = [
        np.asarray(Image.fromarray(corners[..., band]).resize((WIDTH, HEIGHT), Image.BILINEAR))
        for band in range(channels)
    ]
    return np.stack(bands, axis=-1)


def encoded(image: Image.Image | np.ndarray, kind: str, **options: Any) -> bytes:
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def animated(kind: str, *, alpha: bool = False, frames: int = 3) -> bytes:
    first, *rest = (Image.fromarray(picture(seed, 4 if alpha else 3)) for seed in range(frames))
    return encoded(first, kind, save_all=True, append_images=rest, duration=100, loop=0)
