"""Random numbers that depend on a seed and a place alone: the same on every backend.

A counter-based generator has no state: it scrambles a key and a counter, here Threefry with two
words of 32 bits and 20 rounds. It takes nothing but additions, rotations and exclusive or, so
that eager execution, graphs, compiled code and servers give the same bits.

Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3"; with
the authors' library Random123 it shares its test vectors.
"""

from __future__ import annotations

import operator
from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = np.uint32(0x1BD11BDA)


def threefry(key: tuple[Tensor, Tensor], counter: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Scrambles counters.

    Args:
        key: two times `<uint32>[...]`.
        counter: two times `<uint32>[...]`, of shapes that broadcast with the key's.

    Returns:
        Two times `<uint32>[...]`.

    Example:
        >>> import numpy as np
        >>> zero = np.uint32(0)
        >>> [hex(int(word)) for word in threefry((zero, zero), (zero, zero))]
        ['0x6b200159', '0x99ba4efe']
    """
    first, second = (ops.cast(word, "uint32") for word in key)
    keys = (first, second, ops.bitwise_xor(ops.bitwise_xor(first, second), PARITY))
    left, right = (ops.cast(word, "uint32") for word in counter)
    left, right = left + keys[0], right + keys[1]
    for rounds in range(5):
        for rotation in ROTATIONS[rounds % 2]:
            left = left + right
            right = ops.bitwise_xor(_rotated(right, rotation), left)
        left = left + keys[(rounds + 1) % 3]
        right = right + keys[(rounds + 2) % 3] + np.uint32(rounds + 1)
    return left, right


def uniform(seed: int | Tensor, batch: Any, length: Any) -> Tensor:
    """Draws numbers from 0 to below 1, evenly.

    Args:
        seed: a whole number (its lowest 64 bits count) or `<int>[]`: rows then draw different
            numbers. Or `<int>[batch]`: a row's numbers then depend on its own seed alone, and are
            those that the first row draws from that seed given as one number.
        batch: how many rows.
        length: how many numbers a row; more numbers leave the first ones what they were.

    Returns:
        `<float32>[batch, length]`, multiples of 2 to the power of minus 23.

    Raises:
        ValueError: a seed is not a whole number, or has more than one axis.

    Example:
        >>> import numpy as np
        >>> drawn = np.asarray(uniform(7, 2, 3))
        >>> drawn.shape, bool((drawn[0] != drawn[1]).all())
        ((2, 3), True)
        >>> own_seeds = np.asarray(uniform([3, 7], 2, 3))
        >>> own_seeds[1].tolist() == drawn[0].tolist()
        True
    """
    low, high = _words(seed)
    rows = ops.arange(batch, dtype="int32")
    if len(low.shape) == 1:
        rows = ops.zeros_like(rows)
    # Rows differ in their keys, so that a counter is left to count steps with.
    key = threefry((low, high), (rows, ops.zeros_like(rows)))
    steps = ops.expand_dims(ops.arange(length, dtype="int32"), 0)
    bits, _ = threefry(
        tuple(ops.expand_dims(word, -1) for word in key), (steps, ops.zeros_like(steps))
    )
    # No more bits than float32 holds exactly for every number here.
    return ops.cast(ops.right_shift(bits, 9), "float32") * np.float32(2.0**-23)


def _rotated(word: Tensor, by: int) -> Tensor:
    return ops.bitwise_or(ops.left_shift(word, by), ops.right_shift(word, 32 - by))


def _words(seed: Any) -> tuple[Tensor, Tensor]:
    """Splits seeds into two words of 32 bits; a smaller number is filled up with its sign."""
    try:
        number = operator.index(seed)
    except TypeError:
        # No number that is known by now.
        seed = ops.convert_to_tensor(seed)
    else:
        low, high = (np.uint32((number >> shift) & 0xFFFFFFFF) for shift in (0, 32))
        return ops.convert_to_tensor(low), ops.convert_to_tensor(high)
    dtype = keras.backend.standardize_dtype(seed.dtype)
    if "int" not in dtype or len(seed.shape) > 1:
        raise ValueError(
            f"seed is {dtype} of the shape {tuple(seed.shape)}; give a whole number, or "
            "<int>[batch], one for each row"
        )
    if dtype not in ("int64", "uint64", "uint32"):
        seed = ops.cast(seed, "int32")
    # Shifts of signed numbers repeat the sign. A shift by all 32 bits is undefined.
    high = ops.right_shift(seed, 32 if "64" in dtype else 31)
    if dtype == "uint32":
        high = ops.zeros_like(seed)
    return ops.cast(seed, "uint32"), ops.cast(high, "uint32")
