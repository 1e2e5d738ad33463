"""The sentences that the speed of taggers is measured on: the same words for everybody."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np

# Lengths of English-EWT's training part in words: mean 16.3, at most 159. A log-normal
# distribution with these figures is close to it.
_LOG_MEAN, _LOG_DEVIATION, _LONGEST = 2.45, 0.83, 160
# How rare a word is by its rank, and how many there are, as in English-EWT.
_ZIPF, _DISTINCT_WORDS = 1.0, 20_000
_NUM_TAGS = 17
_SYLLABLES = [consonant + vowel for consonant in "dklmst" for vowel in "aeiou"]
_TEXT = "# text = "


@dataclasses.dataclass(frozen=True)
class TaggedWorkload:
    """Sentences to train on and sentences to tag.

    All who are compared read these words, so a word is the same for each of them.

    Attributes:
        name: where the sentences come from.
        tokens: the words of each sentence to learn from.
        tags: their tags.
        rows: how many of these sentences, from the first on, are trained on in a round; words,
            letters and tags are known from all of them.
        test_tokens: the words of each sentence to tag.
        test_texts: the same sentences as they were written.
    """

    name: str
    tokens: list[list[str]]
    tags: list[list[str]]
    rows: int
    test_tokens: list[list[str]]
    test_texts: list[str]

    @property
    def sha256(self) -> str:
        """The first twelve hexadecimal digits of the digest of sentences and tags."""
        content = [self.tokens, self.tags, self.test_tokens, self.test_texts]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]

    def facts(self) -> dict[str, str | int]:
        """What a report says about the sentences."""
        return {
            "data": self.name,
            "sha256": self.sha256,
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
        counts = Counter(word for sentence in self.tokens for word in sentence)
        return [word for word, count in counts.most_common() if count >= min_count]

    def write(self, path: Path) -> None:
        """Writes a file that `read` reads.

        Args:
            path: the file.
        """
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False), encoding="utf-8")


def read(path: str | Path) -> TaggedWorkload:
    """Reads what `TaggedWorkload.write` wrote.

    Args:
        path: the file.

    Returns:
        The sentences.
    """
    return TaggedWorkload(**json.loads(Path(path).read_text(encoding="utf-8")))


def english_ewt(directory: Path, rows: int, test_rows: int | None, seed: int) -> TaggedWorkload:
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


def synthetic(rows: int, test_rows: int, seed: int) -> TaggedWorkload:
    """Makes sentences with the lengths and the word frequencies of English-EWT, and no sense.

    Args:
        rows: sentences to train on.
        test_rows: sentences to tag.
        seed: decides all that is random.

    Returns:
        The sentences.
    """
    random = np.random.default_rng(seed)
    lengths = np.exp(random.normal(_LOG_MEAN, _LOG_DEVIATION, rows + test_rows)).round().astype(int)
    lengths = lengths.clip(1, _LONGEST)
    share = np.arange(1, _DISTINCT_WORDS + 1) ** -_ZIPF
    ranks = random.choice(_DISTINCT_WORDS, lengths.sum(), p=share / share.sum())
    sentences = [part.tolist() for part in np.split(ranks, lengths.cumsum()[:-1])]
    tokens = [[_word(rank) for rank in sentence] for sentence in sentences]
    tags = [[f"T{rank % _NUM_TAGS:02}" for rank in sentence] for sentence in sentences[:rows]]
    texts = [" ".join(words) for words in tokens[rows:]]
    return TaggedWorkload("synthetic", tokens[:rows], tags, rows, tokens[rows:], texts)


def _word(rank: int) -> str:
    """A word of Latin syllables: the rarer, the longer."""
    word = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[rest]
    return word
