"""Random numbers that depend only on a seed and a place: the same on every backend.

A counter-based generator has no state: it scrambles a key and a counter, here Threefry with two
words of 32 bits and 20 rounds. It needs only addition, rotation and exclusive or, so that eager
execution, graphs, compiled code and servers give the same bits.

Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3"; the
tests use the test vectors of the authors' library, Random123.
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
        key: two tensors `<uint32>[...]`.
        counter: two tensors `<uint32>[...]`, of shapes that broadcast with the key's.

    Returns:
        Two tensors `<uint32>[...]`.

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
            right = ops.bitwise_xor(_rotate(right, rotation), left)
        left = left + keys[(rounds + 1) % 3]
        right = right + keys[(rounds + 2) % 3] + np.uint32(rounds + 1)
    return left, right


def uniform(seed: int | Tensor, batch: Any, length: Any) -> Tensor:
    """Draws numbers uniformly from 0 to below 1.

    Args:
        seed: a whole number (its lowest 64 bits count) or `<int>[]`: rows then draw different
            numbers. Or `<int>[batch]`: a row's numbers then depend on its own seed alone, and are
            those that the first row draws from that seed given as one number.
        batch: the number of rows.
        length: how many numbers to draw for a row; the first ones do not depend on it.

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
    low, high = _words(seed)  # [] or [batch]
    rows = ops.arange(batch, dtype="int32")
    if len(low.shape) == 1:
        rows = ops.zeros_like(rows)
    # Rows differ in their keys, so that the counter can count steps.
    key = threefry((low, high), (rows, ops.zeros_like(rows)))  # [batch], twice
    steps = ops.expand_dims(ops.arange(length, dtype="int32"), 0)  # [1, length]
    bits, _ = threefry(
        tuple(ops.expand_dims(word, -1) for word in key), (steps, ops.zeros_like(steps))
    )  # [batch, length]
    # As many bits as float32 holds exactly for every number from 0 to 1.
    return ops.cast(ops.right_shift(bits, 9), "float32") * np.float32(2.0**-23)


def _rotate(word: Tensor, by: int) -> Tensor:
    return ops.bitwise_or(ops.left_shift(word, by), ops.right_shift(word, 32 - by))


def _words(seed: Any) -> tuple[Tensor, Tensor]:
    """Splits seeds into two words of 32 bits; smaller integers are sign-extended."""
    try:
        number = operator.index(seed)
    except TypeError:
        # A tensor, whose value may not be known yet.
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
    # A right shift of a signed number repeats the sign; a shift by all 32 bits is undefined.
    high = ops.right_shift(seed, 32 if "64" in dtype else 31)
    if dtype == "uint32":
        high = ops.zeros_like(seed)
    return ops.cast(seed, "uint32"), ops.cast(high, "uint32")
