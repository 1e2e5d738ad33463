"""The words that a model knows from pretrained vectors, and how much of a text they cover."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.text.pretrained_vectors import PretrainedVectors
from seqkit.text.vocabulary import SPECIAL_TOKENS, Vocabulary
from seqkit.text.word_encoder import WordEncoder, count_words, normal_words
from seqkit.text.word_parts import parts_of

# 60 MB of vectors.
_VALUES = 15_000_000
_TOGETHER = 4096  # words
_MOST_MISSING = 20


class VectorCoverage(NamedTuple):
    """How many words have a pretrained vector.

    Attributes:
        dictionary: number of words in the dictionary.
        dictionary_found: how many of them have a vector.
        running: number of running words of a text: each counts as often as it occurs.
        running_found: how many of them have a vector, or parts that have one.
        extra: number of words with a vector that are not in the dictionary.
        missing: the most frequent words of the text without a vector, with their counts.
    """

    dictionary: int
    dictionary_found: int
    running: int
    running_found: int
    extra: int
    missing: dict[str, int]

    def lines(self) -> list[str]:
        """Gives the coverage as lines to print."""
        lines = [
            "pretrained vectors: " + _share(self.dictionary_found, self.dictionary)
            + " words of the dictionary, " + _share(self.running_found, self.running)
            + f" running words; {self.extra:,} words beside the dictionary"
        ]  # fmt: skip
        if self.missing:
            words = ", ".join(f"{word!r} ({n:,})" for word, n in [*self.missing.items()][:10])
            lines.append(f"  most frequent without a vector: {words}")
        return lines


def with_vectors(
    encoder: WordEncoder,
    path: str | os.PathLike[str],
    batches: Iterable[Any],
    first_words: int | None = None,
) -> tuple[WordEncoder, np.ndarray]:
    """Looks up vectors for all words of the training data, however rare, and a file's first words.

    The first words of such files are usually the most frequent ones: later texts may contain them
    even if the training data do not. Of words without a vector, the parts are looked up, see
    `parts_of`.

    Args:
        encoder: learned from training data; words that already have vectors keep their ids.
        path: see `PretrainedVectors`.
        batches: batches of words of the training data.
        first_words: how many of the file's first words to add; None for as many as fit into 60 MB,
            50,000 of 300 values or 300,000 of 50.

    Returns:
        The encoder with the words that have a vector, and the vectors in their order,
        `<float32>[len(encoder.pretrained), dim]`, zeros for PAD, UNK, BOS, EOS, and for words of
        the given encoder that are not in this file.

    Raises:
        ValueError: no word has a vector, `first_words` is negative, or as for `PretrainedVectors`.
        OSError: as for `PretrainedVectors`.

    Example:
        >>> import pathlib, tempfile
        >>> encoder = WordEncoder.learn([["Ann", "runs", "runs"]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "vectors.txt")
        ...     written = path.write_text("the 0.5 -1\\nAnn 2 0\\nBob 2 1\\n")
        ...     encoder, vectors = with_vectors(encoder, path, [["Ann", "runs", "runs"]], 1)
        >>> encoder.pretrained.tokens[4:], vectors[4:].tolist()
        (('ann', 'the'), [[2.0, 0.0], [0.5, -1.0]])
        >>> encoder.is_unknown(["ANN", "the", "runs", "Bob"]).numpy().tolist()
        [False, False, False, True]
    """
    if first_words is not None and first_words < 0:
        raise ValueError(f"first_words is {first_words}; give 0 or more")
    with PretrainedVectors(path) as file:
        if first_words is None:
            first_words = _VALUES // file.dim
        first = [word.decode() for word in normal_words(file.first_words(first_words)).numpy()]
        known = encoder.pretrained or Vocabulary(SPECIAL_TOKENS)
        kept = known.tokens[len(SPECIAL_TOKENS) :]
        given = list(count_words(batches))
        words = [*dict.fromkeys([*kept, *given, *_parts(given), *first])]
        vectors, has_vector = file.lookup(words)
    if not has_vector.any():
        raise ValueError(
            f"{path}: has none of the {len(words):,} words of the training data; give vectors for "
            "their language, with words spelled as in text"
        )
    rows = {word: row for row, word in enumerate(words)}
    known = known.extended({word: 1 for word in words if has_vector[rows[word]]})
    order = [rows[word] for word in known.tokens[len(SPECIAL_TOKENS) :]]
    special = np.zeros((len(SPECIAL_TOKENS), vectors.shape[1]), np.float32)
    return encoder.with_pretrained(known), np.concatenate([special, vectors[order]])


def vector_coverage(encoder: WordEncoder, batches: Iterable[Any]) -> VectorCoverage | None:
    """Counts how much of a text has pretrained vectors.

    Args:
        encoder: from `with_vectors`.
        batches: batches of the text's words.

    Returns:
        The coverage; None if the encoder has no pretrained vectors.

    Example:
        >>> words = Vocabulary.from_counts({"the": 2, "of": 1})
        >>> encoder = WordEncoder.learn([["the", "cat"]], min_count=1).with_pretrained(words)
        >>> print(*vector_coverage(encoder, [["The", "the", "cat", "cat"]]).lines(), sep="\\n")
        pretrained vectors: 1 of 2 (50.0%) words of the dictionary, 2 of 4 (50.0%) running words; 1
            words beside the dictionary
          most frequent without a vector: 'cat' (2)
    """
    if encoder.pretrained is None:
        return None
    dictionary = encoder.vocabulary.tokens[len(SPECIAL_TOKENS) :]
    with_vector = sum(word in encoder.pretrained for word in dictionary)
    counts = count_words(batches)
    has_vector = _have_vectors(encoder, list(counts))
    missing = {word: n for word, n in counts.items() if word not in has_vector}
    by_count = sorted(missing.items(), key=lambda one: (-one[1], one[0]))
    return VectorCoverage(
        dictionary=len(dictionary),
        dictionary_found=with_vector,
        running=sum(counts.values()),
        running_found=sum(counts.values()) - sum(missing.values()),
        extra=len(encoder.pretrained) - len(SPECIAL_TOKENS) - with_vector,
        missing=dict(by_count[:_MOST_MISSING]),
    )


def _parts(words: list[str]) -> list[str]:
    """The parts of all words, each once."""
    parts = (parts_of(tf.constant(some, tf.string)).flat_values for some in _slices(words))
    return [*dict.fromkeys(part.decode() for some in parts for part in some.numpy())]


def _have_vectors(encoder: WordEncoder, words: list[str]) -> set[str]:
    """Those of the words that have a vector, or parts that have one."""
    return {
        word
        for some in _slices(words)
        for word, has_vector in zip(some, encoder(some).has_vector.numpy(), strict=True)
        if has_vector
    }


def _slices(words: list[str]) -> Iterator[list[str]]:
    return (words[start : start + _TOGETHER] for start in range(0, len(words), _TOGETHER))


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / max(1, whole):.1%})"
