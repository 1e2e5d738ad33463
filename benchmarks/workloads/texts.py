"""The texts that speed is measured on: labelled, and split into the same words for everybody."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from benchmarks.workloads.made_up import draw_lengths, draw_ranks, spell
from benchmarks.workloads.words import list_frequent_words, split_into_words
from benchmarks.workloads.workload import Workload

# Lengths of NSMC in words as `seqkit.text.WordTokenizer` splits them: mean 10.4, median 8, a
# hundredth above 40, at most 101. A log-normal distribution with these figures is close to it.
_LENGTHS = {"log_mean": 2.05, "log_deviation": 0.80, "longest": 101}
# How rare a word is by its rank, and how many there are, as in 20,000 texts of NSMC.
_WORDS = {"power": 0.85, "distinct_words": 60_000}
# Hangul syllables from all of the 11,172 of Unicode.
_SYLLABLES = [chr(0xAC00 + 55 * number % 11_172) for number in range(200)]


@dataclasses.dataclass(frozen=True)
class TextWorkload(Workload):
    """Texts of words with one space between them, so that splitting at spaces finds the words.

    All who are compared read these strings (or the ids of these words), so a token is the same
    for each of them.

    Attributes:
        texts: the texts, normalised and split.
        raw: the texts as they were written, with other spaces only for line breaks.
        labels: 0 or 1 for each.
        words: the vocabulary: the most frequent words, most frequent first.
    """

    texts: list[str]
    raw: list[str]
    labels: list[int]
    words: list[str]

    @property
    def num_tokens(self) -> int:
        """Words of all texts."""
        return sum(len(text.split()) for text in self.texts)

    def content(self) -> list[list[str] | list[int]]:
        """Texts and labels."""
        return [self.texts, self.labels]

    def amounts(self) -> dict[str, int]:
        """Numbers of texts and words."""
        return {
            "texts": len(self.texts),
            "tokens": self.num_tokens,
            "vocabulary": len(self.words),
        }


def read_nsmc(directory: Path, rows: int, vocabulary_size: int, seed: int) -> TextWorkload:
    """Takes some reviews of NSMC.

    Args:
        directory: holds `sentiment/nsmc/ratings_train.txt`.
        rows: how many.
        vocabulary_size: most words of the vocabulary.
        seed: decides which.

    Returns:
        The texts.
    """
    from seqkit import data

    reviews = data.read(directory / "sentiment" / "nsmc" / "ratings_train.txt")
    reviews = reviews.take(np.random.default_rng(seed).permutation(len(reviews))[:rows])
    labels = [int(label) for label in reviews.to_list("label")]
    raw = [" ".join(text.splitlines()) for text in reviews.to_list("text")]
    return _collect("NSMC", split_into_words(raw, lowercase=True), raw, labels, vocabulary_size)


def make_texts(rows: int, vocabulary_size: int, seed: int) -> TextWorkload:
    """Makes texts with the lengths and the word frequencies of NSMC, and no sense.

    Args:
        rows: how many.
        vocabulary_size: most words of the vocabulary.
        seed: decides all that is random.

    Returns:
        The texts.
    """
    random = np.random.default_rng(seed)
    ranks = draw_ranks(random, draw_lengths(random, rows, **_LENGTHS), **_WORDS)
    texts = [" ".join(spell(rank, _SYLLABLES) for rank in text) for text in ranks]
    labels = random.integers(0, 2, rows).tolist()
    return _collect("synthetic", texts, texts, labels, vocabulary_size)


def write_for_fasttext(
    directory: Path | None, work: TextWorkload, target: Path
) -> tuple[Path, Path, dict[str, str | int]]:
    """Writes labelled texts in the form that fastText reads.

    Args:
        directory: as for `read_nsmc`, all of NSMC is written; None: the workload's own texts, the
            last fifth of them for testing.
        work: the texts.
        target: where to write.

    Returns:
        The files for training and for testing, and what they are.
    """
    if directory is None:
        pairs = list(zip(work.labels, work.raw, strict=True))
        cut = len(pairs) * 4 // 5
        parts = {"train": pairs[:cut], "test": pairs[cut:]}
    else:
        from seqkit import data

        parts = {}
        for part in ("train", "test"):
            whole = data.read(directory / "sentiment" / "nsmc" / f"ratings_{part}.txt")
            parts[part] = list(zip(whole.to_list("label"), whole.to_list("text"), strict=True))
    for part, pairs in parts.items():
        lines = [f"__label__{label} {' '.join(text.splitlines())}\n" for label, text in pairs]
        (target / f"{part}.txt").write_text("".join(lines), encoding="utf-8")
    counts = {f"{part} texts": len(pairs) for part, pairs in parts.items()}
    return target / "train.txt", target / "test.txt", {"data": work.name, **counts}


def look_up_ids(work: TextWorkload) -> list[np.ndarray]:
    """The words of every text as ids: 0 is padding, 1 unknown, as everywhere in seqkit.

    Args:
        work: the texts.

    Returns:
        For each text `<int64>[words]`.
    """
    ids = {word: number for number, word in enumerate(work.words, 4)}
    return [np.array([ids.get(word, 1) for word in text.split()], np.int64) for text in work.texts]


def _collect(
    name: str, texts: list[str], raw: list[str], labels: list[int], vocabulary_size: int
) -> TextWorkload:
    """The workload of these texts; the vocabulary is counted in them."""
    # The four special ids of seqkit count as part of the vocabulary.
    counted = (word for text in texts for word in text.split())
    words = list_frequent_words(counted, vocabulary_size - 4)
    return TextWorkload(name, texts, raw, labels, words)
