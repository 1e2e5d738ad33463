"""The sentences that the speed of taggers is measured on: the same words for everybody."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from benchmarks.workloads.made_up import draw_lengths, draw_ranks, make_syllables, spell
from benchmarks.workloads.words import list_frequent_words
from benchmarks.workloads.workload import Workload

# Lengths of English-EWT's training part in words: mean 16.3, at most 159. A log-normal
# distribution with these figures is close to it.
_LENGTHS = {"log_mean": 2.45, "log_deviation": 0.83, "longest": 160}
# How rare a word is by its rank, and how many there are, as in English-EWT.
_WORDS = {"power": 1.0, "distinct_words": 20_000}
_NUM_TAGS = 17
_SYLLABLES = make_syllables("dklmst")
_TEXT = "# text = "


@dataclasses.dataclass(frozen=True)
class TaggedWorkload(Workload):
    """Sentences to train on and sentences to tag.

    Attributes:
        tokens: the words of each sentence to learn from.
        tags: their tags.
        rows: how many of these sentences, from the first on, are trained on in a round; words,
            letters and tags are known from all of them.
        test_tokens: the words of each sentence to tag.
        test_texts: the same sentences as they were written.
    """

    tokens: list[list[str]]
    tags: list[list[str]]
    rows: int
    test_tokens: list[list[str]]
    test_texts: list[str]

    def content(self) -> list[list[list[str]] | list[str]]:
        """Sentences and tags."""
        return [self.tokens, self.tags, self.test_tokens, self.test_texts]

    def amounts(self) -> dict[str, int]:
        """Numbers of sentences and words."""
        return {
            "sentences": len(self.tokens),
            "train sentences": self.rows,
            "train words": sum(map(len, self.tokens[: self.rows])),
            "test sentences": len(self.test_tokens),
            "test words": sum(map(len, self.test_tokens)),
        }

    def known_words(self, min_count: int) -> list[str]:
        """The dictionary of a tagger that learns from all training sentences.

        Args:
            min_count: rarer words are left out.

        Returns:
            The words, most frequent first.

        Example:
            >>> TaggedWorkload("some", [["a", "b"], ["a"]], [], 0, [], []).known_words(2)
            ['a']
        """
        words = (word for sentence in self.tokens for word in sentence)
        return list_frequent_words(words, min_count=min_count)


def read_english_ewt(
    directory: Path, rows: int, test_rows: int | None, seed: int
) -> TaggedWorkload:
    """Takes UD English-EWT with its parts of speech, and puts its training sentences into an order.

    Args:
        directory: holds `tagging/ud_english_ewt/en_ewt-ud-{train,test}.conllu`.
        rows: sentences that are trained on in a round.
        test_rows: sentences to tag, the first of the test part; None for all of it.
        seed: decides the order.

    Returns:
        The sentences.

    Raises:
        ValueError: the test part is without the texts of its sentences.
    """
    from seqkit import data

    stem = directory / "tagging" / "ud_english_ewt" / "en_ewt-ud"
    files = [Path(f"{stem}-{part}.conllu") for part in ("train", "test")]
    train, test = (data.read(path, columns=("tokens", "tags")) for path in files)
    train = train.take(np.random.default_rng(seed).permutation(len(train)))
    lines = files[1].read_text(encoding="utf-8").split("\n")
    texts = [line.removeprefix(_TEXT) for line in lines if line.startswith(_TEXT)]
    if len(texts) != len(test):
        raise ValueError(
            f"{files[1]} has {len(test)} sentences and {len(texts)} lines '{_TEXT}'; take the file "
            "as it is published"
        )
    return TaggedWorkload(
        "UD English-EWT, UPOS",
        train.to_list("tokens"),
        train.to_list("tags"),
        min(rows, len(train)),
        test.to_list("tokens")[:test_rows],
        texts[:test_rows],
    )


def make_sentences(rows: int, test_rows: int, seed: int) -> TaggedWorkload:
    """Makes sentences with the lengths and the word frequencies of English-EWT, and no sense.

    Args:
        rows: sentences to train on.
        test_rows: sentences to tag.
        seed: decides all that is random.

    Returns:
        The sentences.
    """
    random = np.random.default_rng(seed)
    sentences = draw_ranks(random, draw_lengths(random, rows + test_rows, **_LENGTHS), **_WORDS)
    tokens = [[spell(rank, _SYLLABLES) for rank in sentence] for sentence in sentences]
    tags = [[f"T{rank % _NUM_TAGS:02}" for rank in sentence] for sentence in sentences[:rows]]
    texts = [" ".join(words) for words in tokens[rows:]]
    return TaggedWorkload("synthetic", tokens[:rows], tags, rows, tokens[rows:], texts)
