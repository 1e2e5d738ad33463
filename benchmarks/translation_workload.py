"""The sentence pairs that the speed of translators is measured on: the same words for everybody."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.words import split_into_words

# Lengths of Multi30k's English training sentences in words, full stops among them: mean 13.1,
# median 12, a hundredth above 26, at most 41. A log-normal distribution is close to it.
_LOG_MEAN, _LOG_DEVIATION, _LONGEST = 2.53, 0.30, 41
# How rare a word is by its rank, and how many there are, as in Multi30k's German sentences.
_ZIPF, _DISTINCT_WORDS = 1.0, 18_000
_SOURCE_SYLLABLES = [consonant + vowel for consonant in "dklmst" for vowel in "aeiou"]
_TARGET_SYLLABLES = [consonant + vowel for consonant in "bfghnr" for vowel in "aeiou"]
_SIDES = ("source", "target")


@dataclasses.dataclass(frozen=True)
class TranslationWorkload:
    """Pairs to learn from and sentences to translate, words with one space between them.

    All who are compared read these strings, so a word is the same for each of them.

    Attributes:
        name: where the pairs come from.
        sources: the sentences to learn from.
        targets: their translations.
        rows: how many of these pairs, from the first on, are trained on in a round; dictionaries
            are learned from all of them.
        test_sources: the sentences to translate.
    """

    name: str
    sources: list[str]
    targets: list[str]
    rows: int
    test_sources: list[str]

    @property
    def sha256(self) -> str:
        """The first twelve hexadecimal digits of the digest of all sentences."""
        content = [self.sources, self.targets, self.test_sources]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]

    @property
    def train_tokens(self) -> int:
        """Target tokens of a round of training: the words, and an end for each sentence."""
        return sum(len(target.split(" ")) + 1 for target in self.targets[: self.rows])

    def facts(self) -> dict[str, str | int]:
        """What a report says about the pairs."""
        return {
            "data": self.name,
            "sha256": self.sha256,
            "pairs": len(self.sources),
            "train pairs": self.rows,
            "train tokens": self.train_tokens,
            "test sentences": len(self.test_sources),
        }

    def known_words(self, side: str, most: int) -> list[str]:
        """The dictionary of one side.

        Args:
            side: `sources` or `targets`.
            most: at most so many words.

        Returns:
            The most frequent words, most frequent first; of equally frequent ones the first in
            alphabetical order.

        Example:
            >>> TranslationWorkload("some", ["b a", "c a"], [], 0, []).known_words("sources", 2)
            ['a', 'b']
        """
        counts = Counter(word for text in getattr(self, side) for word in text.split(" "))
        return sorted(counts, key=lambda word: (-counts[word], word))[:most]

    def write(self, path: Path) -> None:
        """Writes a file that `read` reads.

        Args:
            path: the file.
        """
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False), encoding="utf-8")


def read(path: str | Path) -> TranslationWorkload:
    """Reads what `TranslationWorkload.write` wrote.

    Args:
        path: the file.

    Returns:
        The pairs.
    """
    return TranslationWorkload(**json.loads(Path(path).read_text(encoding="utf-8")))


def multi30k(directory: Path, rows: int, seed: int) -> TranslationWorkload:
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


def synthetic(rows: int, test_rows: int, seed: int) -> TranslationWorkload:
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
    lengths = np.exp(random.normal(_LOG_MEAN, _LOG_DEVIATION, rows + test_rows)).round().astype(int)
    lengths = lengths.clip(1, _LONGEST)
    share = np.arange(1, _DISTINCT_WORDS + 1) ** -_ZIPF
    ranks = random.choice(_DISTINCT_WORDS, lengths.sum(), p=share / share.sum())
    sentences = [part.tolist() for part in np.split(ranks, lengths.cumsum()[:-1])]
    sources, targets = (
        [" ".join(_word(rank, syllables) for rank in sentence) for sentence in sentences]
        for syllables in (_SOURCE_SYLLABLES, _TARGET_SYLLABLES)
    )
    return TranslationWorkload("synthetic", sources[:rows], targets[:rows], rows, sources[rows:])


def _word(rank: int, syllables: Sequence[str]) -> str:
    """A word: the rarer, the longer."""
    word = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank, len(syllables))
        word += syllables[rest]
    return word
