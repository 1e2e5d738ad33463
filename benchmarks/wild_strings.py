"""Strings that no one writes: of many scripts at once, and of bytes that are no UTF-8."""

from __future__ import annotations

import random

# First and last code points of many scripts.
RANGES = [
    (0x00, 0x7F),
    (0x80, 0x2FF),
    (0x300, 0x36F),  # combining marks
    (0x590, 0x6FF),  # right to left
    (0x900, 0xDFF),  # Indic marks and vowels
    (0x1100, 0x11FF),  # conjoining jamo
    (0x2000, 0x206F),  # joiners, spaces, direction marks
    (0x3040, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xFE00, 0xFFFF),
    (0x1F1E6, 0x1F9FF),  # flags and emoji
    (0xE0000, 0x10FFFF),
]


def random_text(generator: random.Random) -> bytes:
    """Characters of a few of the ranges, as UTF-8.

    Args:
        generator: draws them.

    Returns:
        At most 40 characters.
    """
    ranges = generator.sample(RANGES, generator.randint(1, 4))
    codes = (generator.randint(*generator.choice(ranges)) for _ in range(generator.randint(0, 40)))
    return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000).encode()


def random_bytes(generator: random.Random) -> bytes:
    """Such a text or none, with bytes put in anywhere: mostly no UTF-8.

    Args:
        generator: draws them.

    Returns:
        The bytes.
    """
    data = bytearray(random_text(generator) if generator.random() < 0.5 else b"")
    for _ in range(generator.randint(1, 30)):
        data.insert(generator.randint(0, len(data)), generator.randint(0, 255))
    return bytes(data)
