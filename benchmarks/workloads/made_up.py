"""Draws made-up sentences whose lengths and word frequencies are those of real data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def draw_lengths(
    random: np.random.Generator,
    number: int,
    *,
    log_mean: float,
    log_deviation: float,
    longest: int,
    shortest: int = 1,
) -> np.ndarray:
    """Draws lengths of sentences, log-normal ones.

    Args:
        random: where they come from.
        number: how many.
        log_mean: mean of their logarithms.
        log_deviation: standard deviation of their logarithms.
        longest: what is longer is cut to it.
        shortest: what is shorter becomes as long as this.

    Returns:
        `<int64>[number]`.
    """
    lengths = np.exp(random.normal(log_mean, log_deviation, number)).round().astype(int)
    return lengths.clip(shortest, longest)


def draw_ranks(
    random: np.random.Generator, lengths: np.ndarray, *, power: float, distinct_words: int
) -> list[list[int]]:
    """Draws the words of sentences: the word of rank r as often as r to a negative power.

    Args:
        random: where they come from.
        lengths: `<int64>[sentences]`, words of each.
        power: the higher, the rarer rare words are.
        distinct_words: number of different words.

    Returns:
        For each sentence the ranks of its words; the most frequent one has rank 0.
    """
    share = np.arange(1, distinct_words + 1) ** -power
    ranks = random.choice(distinct_words, lengths.sum(), p=share / share.sum())
    return [sentence.tolist() for sentence in np.split(ranks, lengths.cumsum()[:-1])]


def make_syllables(consonants: str, vowels: str = "aeiou") -> list[str]:
    """Each consonant before each vowel.

    Args:
        consonants: letters.
        vowels: letters.

    Returns:
        The syllables.
    """
    return [consonant + vowel for consonant in consonants for vowel in vowels]


def spell(rank: int, syllables: Sequence[str]) -> str:
    """Makes a word up: the rarer, the longer.

    Args:
        rank: of the word.
        syllables: what it is made of.

    Returns:
        The word, another one for each rank.

    Example:
        >>> [spell(rank, ["a", "b", "c"]) for rank in (0, 1, 2, 5)]
        ['b', 'c', 'ab', 'ac']
    """
    word = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank, len(syllables))
        word += syllables[rest]
    return word
