"""Small pictures, encoded by Pillow."""

from __future__ import annotations

import io
import struct
import zlib
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


def png_bomb(height: int, width: int) -> bytes:
    """A PNG of one color; some kilobytes that would be `height * width` bytes."""
    squeezed = zlib.compressobj(9)
    row = bytes(width + 1)
    data = b"".join(squeezed.compress(row) for _ in range(height)) + squeezed.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
