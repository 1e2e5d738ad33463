"""The sentence pairs that the speed of translators is measured on: the same words for everybody."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from benchmarks.workloads.made_up import draw_lengths, draw_ranks, make_syllables, spell
from benchmarks.workloads.words import count_tokens, list_frequent_words, split_into_words
from benchmarks.workloads.workload import Workload

# Lengths of Multi30k's English training sentences in words, full stops among them: mean 13.1,
# median 12, a hundredth above 26, at most 41. A log-normal distribution is close to it.
_LENGTHS = {"log_mean": 2.53, "log_deviation": 0.30, "longest": 41}
# How rare a word is by its rank, and how many there are, as in Multi30k's German sentences.
_WORDS = {"power": 1.0, "distinct_words": 18_000}
_SOURCE_SYLLABLES = make_syllables("dklmst")
_TARGET_SYLLABLES = make_syllables("bfghnr")
_SIDES = ("source", "target")


@dataclasses.dataclass(frozen=True)
class TranslationWorkload(Workload):
    """Pairs to learn from and sentences to translate, words with one space between them.

    Attributes:
        sources: the sentences to learn from.
        targets: their translations.
        rows: how many of these pairs, from the first on, are trained on in a round; dictionaries
            are learned from all of them.
        test_sources: the sentences to translate.
    """

    sources: list[str]
    targets: list[str]
    rows: int
    test_sources: list[str]

    def content(self) -> list[list[str]]:
        """All sentences."""
        return [self.sources, self.targets, self.test_sources]

    @property
    def train_tokens(self) -> int:
        """Target tokens of a round of training: the words, and an end for each sentence."""
        return count_tokens(self.targets[: self.rows])

    def amounts(self) -> dict[str, int]:
        """Numbers of pairs, tokens and sentences."""
        return {
            "pairs": len(self.sources),
            "train pairs": self.rows,
            "train tokens": self.train_tokens,
            "test sentences": len(self.test_sources),
        }

    def known_words(self, side: str, most: int) -> list[str]:
        """The dictionary of one side.

        Args:
            side: `sources` or `targets`.
            most: its size.

        Returns:
            The most frequent words, most frequent first; of equally frequent ones the first in
            alphabetical order.

        Example:
            >>> TranslationWorkload("some", ["b a", "c a"], [], 0, []).known_words("sources", 2)
            ['a', 'b']
        """
        words = (word for text in getattr(self, side) for word in text.split(" "))
        return list_frequent_words(words, most)


def read_multi30k(directory: Path, rows: int, seed: int) -> TranslationWorkload:
    """Takes Multi30k, English to German, and puts its training pairs into an order.

    Args:
        directory: holds `translation/multi30k_en_de/{train,test_2016_flickr}.{en,de}.gz`.
        rows: pairs that are trained on in a round.
        seed: decides the order.

    Returns:
        The pairs, all of the training part, and the 1,000 sentences of the test of 2016.
    """
    from seqkit import data

    folder = directory / "translation" / "multi30k_en_de"
    train, test = (
        data.read((folder / f"{part}.en.gz", folder / f"{part}.de.gz"), columns=_SIDES)
        for part in ("train", "test_2016_flickr")
    )
    train = train.take(np.random.default_rng(seed).permutation(len(train)))
    sources, targets = (split_into_words(train.to_list(side), lowercase=False) for side in _SIDES)
    test_sources = split_into_words(test.to_list("source"), lowercase=False)
    return TranslationWorkload(
        "Multi30k en-de", sources, targets, min(rows, len(train)), test_sources
    )


def make_pairs(rows: int, test_rows: int, seed: int) -> TranslationWorkload:
    """Makes pairs with the lengths and the word frequencies of Multi30k, and no sense.

    The target has a word for each of the source, always the same, so that there is something to
    learn.

    Args:
        rows: pairs to train on.
        test_rows: sentences to translate.
        seed: decides all that is random.

    Returns:
        The pairs.
    """
    random = np.random.default_rng(seed)
    sentences = draw_ranks(random, draw_lengths(random, rows + test_rows, **_LENGTHS), **_WORDS)
    sources, targets = (
        [" ".join(spell(rank, syllables) for rank in sentence) for sentence in sentences]
        for syllables in (_SOURCE_SYLLABLES, _TARGET_SYLLABLES)
    )
    return TranslationWorkload("synthetic", sources[:rows], targets[:rows], rows, sources[rows:])
