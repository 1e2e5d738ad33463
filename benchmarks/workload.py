"""The texts that speed is measured on: labelled, and split into the same words for everybody."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.words import split_into_words

# Lengths of NSMC in words as `seqkit.text.WordTokenizer` splits them: mean 10.4, median 8, a
# hundredth above 40, at most 101. A log-normal distribution with these figures is close to it.
_LOG_MEAN, _LOG_DEVIATION, _LONGEST = 2.05, 0.80, 101
# How rare a word is by its rank, and how many there are, as in 20,000 texts of NSMC.
_ZIPF, _DISTINCT_WORDS = 0.85, 60_000
_FIRST_SYLLABLE, _SYLLABLES = 0xAC00, 11_172


@dataclasses.dataclass(frozen=True)
class Workload:
    """Texts of words with one space between them, so that splitting at spaces finds the words.

    All who are compared read these strings (or the ids of these words), so a token is the same
    for each of them.

    Attributes:
        name: where the texts come from.
        texts: the texts, normalised and split.
        raw: the texts as they were written, with other spaces only for line breaks.
        labels: 0 or 1 for each.
        words: the vocabulary: the most frequent words, most frequent first.
    """

    name: str
    texts: list[str]
    raw: list[str]
    labels: list[int]
    words: list[str]

    @property
    def num_tokens(self) -> int:
        """Words of all texts."""
        return sum(len(text.split()) for text in self.texts)

    @property
    def sha256(self) -> str:
        """The first twelve hexadecimal digits of the digest of texts and labels."""
        content = json.dumps([self.texts, self.labels], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def facts(self) -> dict[str, str | int | float]:
        """What a report says about the texts."""
        return {
            "data": self.name,
            "sha256": self.sha256,
            "texts": len(self.texts),
            "tokens": self.num_tokens,
            "vocabulary": len(self.words),
        }

    def write(self, path: Path) -> None:
        """Writes a file that `read` reads.

        Args:
            path: the file.
        """
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False), encoding="utf-8")


def read(path: str | Path) -> Workload:
    """Reads what `Workload.write` wrote.

    Args:
        path: the file.

    Returns:
        The texts.
    """
    return Workload(**json.loads(Path(path).read_text(encoding="utf-8")))


def nsmc(directory: Path, rows: int, vocabulary_size: int, seed: int) -> Workload:
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
    chosen = np.random.default_rng(seed).permutation(len(reviews))[:rows]
    taken = reviews.take(chosen)
    labels = [int(label) for label in taken.to_list("label")]
    raw = [" ".join(text.splitlines()) for text in taken.to_list("text")]
    return _made("NSMC", split_into_words(raw, lowercase=True), raw, labels, vocabulary_size)


def synthetic(rows: int, vocabulary_size: int, seed: int) -> Workload:
    """Makes texts with the lengths and the word frequencies of NSMC, and no sense.

    Args:
        rows: how many.
        vocabulary_size: most words of the vocabulary.
        seed: decides all that is random.

    Returns:
        The texts.
    """
    random = np.random.default_rng(seed)
    lengths = np.exp(random.normal(_LOG_MEAN, _LOG_DEVIATION, rows)).round().astype(int)
    lengths = lengths.clip(1, _LONGEST)
    share = np.arange(1, _DISTINCT_WORDS + 1) ** -_ZIPF
    ranks = random.choice(_DISTINCT_WORDS, lengths.sum(), p=share / share.sum())
    words = [_word(rank) for rank in ranks.tolist()]
    ends = lengths.cumsum().tolist()
    texts = [
        " ".join(words[end - length : end])
        for end, length in zip(ends, lengths.tolist(), strict=True)
    ]
    labels = random.integers(0, 2, rows).tolist()
    return _made("synthetic", texts, texts, labels, vocabulary_size)


def write_for_fasttext(
    directory: Path | None, work: Workload, target: Path
) -> tuple[Path, Path, dict[str, str | int]]:
    """Writes labelled texts in the form that fastText reads.

    Args:
        directory: as for `nsmc`; the whole of it is written. None: the workload's own texts are,
            the last fifth of them for testing.
        work: these.
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


def token_ids(workload: Workload) -> list[np.ndarray]:
    """The words of every text as ids: 0 is padding, 1 unknown, as everywhere in seqkit.

    Args:
        workload: the texts.

    Returns:
        For each text `<int64>[words]`.
    """
    ids = {word: number for number, word in enumerate(workload.words, 4)}
    return [
        np.array([ids.get(word, 1) for word in text.split()], np.int64) for text in workload.texts
    ]


def _made(
    name: str, texts: list[str], raw: list[str], labels: list[int], vocabulary_size: int
) -> Workload:
    counts = Counter(word for text in texts for word in text.split())
    # The four special ids of seqkit count as part of the vocabulary.
    words = [word for word, _ in counts.most_common(vocabulary_size - 4)]
    return Workload(name, texts, raw, labels, words)


def _word(rank: int) -> str:
    """A word of Hangul syllables: the rarer, the longer."""
    syllables = ""
    rank += 1
    while rank:
        rank, rest = divmod(rank, 200)
        syllables += chr(_FIRST_SYLLABLE + rest * 55 % _SYLLABLES)
    return syllables
