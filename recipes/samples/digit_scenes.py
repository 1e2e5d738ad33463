"""Handwritten digits composed on a canvas, with captions, as a sample of an image into words."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from recipes.samples.sizes import check_sizes

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PLACES = ("upper left", "upper right", "lower left", "lower right")
SIZE = 48
_HALF, _DIGIT, _MOST_DIGITS = SIZE // 2, 16, 3
# How often a scene has one, two or three digits.
_COUNTS = (2, 4, 4)


class Scene(NamedTuple):
    """A canvas and what is on it.

    Attributes:
        image: `<uint8>[48, 48, 3]`.
        caption: how many digits, where, and which.
    """

    image: np.ndarray
    caption: str


def digit_scenes(
    train: int = 4_000, validation: int = 300, test: int = 500, seed: int = 0
) -> dict[str, list[Scene]]:
    """Canvases with one to three handwritten digits, of scikit-learn's 8 × 8, and their captions.

    Each quarter of a canvas has room for a digit, drawn twice as large, moved at random, in a
    colour and on a ground of its own. The caption counts them and goes through the quarters:
    "two digits: upper right three, lower left seven". A layout, which digits are where, is in one
    part alone, and so is the picture of a digit: a test asks for what was never seen, composed of
    what was. A caption cannot be found but by looking into each quarter.

    Args:
        train: How many scenes to train on.
        validation: How many to choose a model by.
        test: How many to test on.
        seed: Another seed gives other scenes; the same seed gives the same ones.

    Returns:
        `train`, `validation` and `test`: scenes.

    Raises:
        ValueError: A number is negative.

    Example:
        >>> scenes = digit_scenes(train=20, validation=5, test=5)
        >>> scenes["test"][0].caption
        'one digit: lower left seven'
        >>> scenes["test"][0].image.shape
        (48, 48, 3)

    Source of the digits: Alpaydin and Kaynak (1998), "Optical Recognition of Handwritten Digits",
    UCI Machine Learning Repository, CC BY 4.0, as in `sklearn.datasets.load_digits`.
    """
    sizes = check_sizes(test=test, validation=validation, train=train)
    rng = random.Random(seed)
    layouts = {count: list(_layouts(count)) for count in range(1, _MOST_DIGITS + 1)}
    # A tenth of the layouts is seen by the test alone, a tenth by validation alone.
    for of_count in layouts.values():
        rng.shuffle(of_count)
    scenes = {}
    for number, (part, size) in enumerate(sizes.items()):
        pictures = _pictures(number)
        own = {count: _share(of_count, number) for count, of_count in layouts.items()}
        counts = rng.choices(list(layouts), _COUNTS, k=size)
        scenes[part] = [_scene(rng.choice(own[count]), pictures, rng) for count in counts]
    return {part: scenes[part] for part in ("train", "validation", "test")}


def caption(layout: tuple[int | None, ...]) -> str:
    """Says which digits are where.

    Args:
        layout: the digit of each of the four places, or None.

    Returns:
        A caption.

    Example:
        >>> caption((None, 3, 7, None))
        'two digits: upper right three, lower left seven'
    """
    told = [
        f"{place} {NAMES[digit]}"
        for place, digit in zip(PLACES, layout, strict=True)
        if digit is not None
    ]
    return f"{NAMES[len(told)]} digit{'s' if len(told) > 1 else ''}: {', '.join(told)}"


def _layouts(count: int) -> Iterator[tuple[int | None, ...]]:
    """All ways to put that many digits into the places."""
    for where in itertools.combinations(range(len(PLACES)), count):
        for digits in itertools.product(range(len(NAMES)), repeat=count):
            at = dict(zip(where, digits, strict=True))
            yield tuple(at.get(place) for place in range(len(PLACES)))


def _share(values: list, number: int) -> list:
    """The part's own tenth, for the test and for validation, or the rest."""
    tenth = len(values) // 10
    return values[number * tenth : (number + 1) * tenth if number < 2 else None]


def _pictures(number: int) -> list[np.ndarray]:
    """The part's own pictures of each digit, `<float>[pictures, 8, 8]` from 0 to 1.

    They are shuffled, always alike: scikit-learn has them by writer, and a test of few writers
    would tell more of these than of the model.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    rows = [list(np.flatnonzero(digits.target == digit)) for digit in range(10)]
    for of_digit in rows:
        random.Random(0).shuffle(of_digit)
    return [digits.images[_share(of_digit, number)] / 16 for of_digit in rows]


def _scene(layout: tuple[int | None, ...], pictures: list[np.ndarray], rng: random.Random) -> Scene:
    """Draws digits on a canvas."""
    ground = np.array([rng.randrange(60) for _ in range(3)], float)
    canvas = np.broadcast_to(ground, (SIZE, SIZE, 3)).copy()
    for place, digit in enumerate(layout):
        if digit is None:
            continue
        ink = np.kron(rng.choice(pictures[digit]), np.ones((_DIGIT // 8, _DIGIT // 8)))[..., None]
        colour = np.array([rng.randrange(140, 256) for _ in range(3)], float)
        top, left = (_HALF * half + rng.randrange(_HALF - _DIGIT + 1) for half in divmod(place, 2))
        spot = canvas[top : top + _DIGIT, left : left + _DIGIT]
        spot += ink * (colour - spot)
    return Scene(canvas.round().astype(np.uint8), caption(layout))
