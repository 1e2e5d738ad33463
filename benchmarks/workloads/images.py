"""The captioned images that the speed of captioners is measured on: the same ones for everybody."""

from __future__ import annotations

import csv
import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.workloads.made_up import draw_lengths, draw_ranks, make_syllables, spell
from benchmarks.workloads.words import count_tokens, list_frequent_words, split_into_words
from benchmarks.workloads.workload import Workload

# Lengths of Flickr8k's captions in words, full stops among them: mean 11.8, median 11, a hundredth
# above 23, at most 35. A log-normal distribution is close to it.
_LONGEST = 35
_LENGTHS = {"log_mean": 2.41, "log_deviation": 0.33, "longest": _LONGEST, "shortest": 2}
# How rare a word is by its rank, and how many there are, as in 3,500 images of Flickr8k.
# 6,000 words are shared among the places of a caption.
_WORDS_OF_A_PLACE = {"power": 1.05, "distinct_words": 6_000 // _LONGEST}
_CAPTIONS = 5
# As most photographs of Flickr8k are, at about the 130 kB that they have.
_HEIGHT, _WIDTH, _SQUARE, _NOISE, _QUALITY = 375, 500, 25, 32, 90
_SYLLABLES = make_syllables("bdgklmnprst")


@dataclasses.dataclass(frozen=True)
class CaptionWorkload(Workload):
    """Captioned images to learn from and images to caption.

    Captions are words in lower case with one space between them.

    Attributes:
        images: JPEG files to learn from.
        captions: of each, as many of each as of any other.
        rows: how many of these images, from the first on, are trained on in a round; dictionaries
            are learned from all of them.
        test_images: JPEG files to caption.
    """

    images: list[str]
    captions: list[list[str]]
    rows: int
    test_images: list[str]

    def content(self) -> list[list[str]]:
        """All captions."""
        return self.captions

    def files(self) -> list[str]:
        """All images."""
        return [*self.images, *self.test_images]

    @property
    def train_captions(self) -> int:
        """Captions of a round of training."""
        return sum(map(len, self.captions[: self.rows]))

    @property
    def train_tokens(self) -> int:
        """Tokens of a round of training: the words, and an end for each caption."""
        return count_tokens(itertools.chain.from_iterable(self.captions[: self.rows]))

    def amounts(self) -> dict[str, int]:
        """Numbers of images, captions and tokens."""
        return {
            "images": len(self.images),
            "train images": self.rows,
            "train captions": self.train_captions,
            "train tokens": self.train_tokens,
            "test images": len(self.test_images),
        }

    def known_words(self, most: int, min_count: int) -> list[str]:
        """The dictionary.

        Args:
            most: its size.
            min_count: rarer words are not in it.

        Returns:
            The most frequent words, most frequent first; of equally frequent ones the first in
            alphabetical order.

        Example:
            >>> work = CaptionWorkload("some", [], [["b a", "c a"], ["c"]], 0, [])
            >>> work.known_words(9, 2)
            ['a', 'c']
        """
        texts = itertools.chain.from_iterable(self.captions)
        words = (word for text in texts for word in text.split(" "))
        return list_frequent_words(words, most, min_count=min_count)


def read_flickr8k(directory: Path, rows: int, test_rows: int, seed: int) -> CaptionWorkload:
    """Takes a part of Flickr8k, and puts its training images into an order.

    Args:
        directory: holds `captioning/flickr8k/captions.csv` and `images` beside it.
        rows: images that are trained on in a round.
        test_rows: images to caption.
        seed: decides the order.

    Returns:
        The images of the part `train`, and the first of the part `val`.
    """
    parts = read_flickr8k_parts(directory)
    images = list(parts["train"])
    images = [images[i] for i in np.random.default_rng(seed).permutation(len(images))]
    return CaptionWorkload(
        "Flickr8k, a part",
        images,
        _split_into_words(parts["train"][image] for image in images),
        min(rows, len(images)),
        list(itertools.islice(parts["val"], test_rows)),
    )


def read_flickr8k_parts(directory: Path) -> dict[str, dict[str, list[str]]]:
    """Reads the table of a part of Flickr8k.

    Args:
        directory: as for `read_flickr8k`.

    Returns:
        Parts, `train` and `val`, by name: captions as they were written by image file.
    """
    folder = directory / "captioning" / "flickr8k"
    parts: dict[str, dict[str, list[str]]] = {"train": {}, "val": {}}
    with (folder / "captions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            image = str(folder / "images" / row["image"])
            parts[row["split"]].setdefault(image, []).append(row["caption"])
    return parts


def make_images(
    directory: Path, images: int, rows: int, test_rows: int, seed: int
) -> CaptionWorkload:
    """Makes pictures of about the size of Flickr8k's, and captions of the lengths of its captions.

    There is no sense in them, but for this: every place of a caption has words of its own, as
    rare by their ranks as those of Flickr8k. So a captioner learns soon where captions end.

    Args:
        directory: where the pictures are written.
        images: how many to learn from.
        rows: images that are trained on in a round.
        test_rows: images to caption.
        seed: decides all that is random.

    Returns:
        The images and their captions.
    """
    random = np.random.default_rng(seed)
    number = images * _CAPTIONS
    # One of the words is the full stop.
    lengths = draw_lengths(random, number, **_LENGTHS) - 1
    texts = [
        " ".join(
            [*(spell(rank * _LONGEST + place, _SYLLABLES) for place, rank in enumerate(ranks)), "."]
        )
        for ranks in draw_ranks(random, lengths, **_WORDS_OF_A_PLACE)
    ]
    captions = [texts[first : first + _CAPTIONS] for first in range(0, number, _CAPTIONS)]
    paths = _draw(directory, images + test_rows, random)
    return CaptionWorkload("synthetic", paths[:images], captions, rows, paths[images:])


def _split_into_words(captions: Iterable[Sequence[str]]) -> list[list[str]]:
    """The captions of each image, split."""
    grouped = list(captions)
    split = iter(split_into_words([text for texts in grouped for text in texts], lowercase=True))
    return [list(itertools.islice(split, len(texts))) for texts in grouped]


def _draw(directory: Path, number: int, random: np.random.Generator) -> list[str]:
    """Writes pictures of coloured squares under noise."""
    import tensorflow as tf

    paths = [directory / f"{i}.jpg" for i in range(number)]
    rows, columns = _HEIGHT // _SQUARE, _WIDTH // _SQUARE
    for path in paths:
        colours = random.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
        squares = colours.repeat(_SQUARE, axis=0).repeat(_SQUARE, axis=1)
        noise = random.integers(-_NOISE, _NOISE, squares.shape, dtype=np.int8)
        pixels = (squares + noise.astype(np.int16)).clip(0, 255).astype(np.uint8)
        path.write_bytes(tf.io.encode_jpeg(pixels, quality=_QUALITY).numpy())
    return [str(path) for path in paths]
