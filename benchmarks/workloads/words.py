"""Splits words and counts them, so that a word is the same for all who are compared."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

_TOGETHER = 2048
_WORD = re.compile(r"\w+|[^\w\s]")


def split_into_words(texts: Sequence[str], *, lowercase: bool) -> list[str]:
    """Normalises texts and splits them as seqkit's word tokenizer does.

    Args:
        texts: any strings.
        lowercase: whether they become lower case.

    Returns:
        Each text with one space between its words.

    Example:
        >>> split_into_words(["Na, du A-Freund!"], lowercase=False)
        ['Na , du A - Freund !']
    """
    import tensorflow as tf

    split = _splitting(lowercase)
    batches = (texts[start : start + _TOGETHER] for start in range(0, len(texts), _TOGETHER))
    return [text.decode() for batch in batches for text in split(tf.constant(batch)).numpy()]


def list_frequent_words(
    words: Iterable[str], most: int | None = None, *, min_count: int = 1
) -> list[str]:
    """Makes a dictionary.

    Args:
        words: all words, one after another.
        most: the size of the dictionary; None for no limit.
        min_count: rarer words are left out.

    Returns:
        The most frequent words, most frequent first; of equally frequent ones the first in
        alphabetical order.

    Example:
        >>> list_frequent_words("b a c a".split(), 2)
        ['a', 'b']
    """
    counts = Counter(words)
    known = [word for word, count in counts.items() if count >= min_count]
    return sorted(known, key=lambda word: (-counts[word], word))[:most]


def count_tokens(texts: Iterable[str]) -> int:
    """Counts the tokens of texts that were split.

    Args:
        texts: words with one space between them.

    Returns:
        The words of all, and an end for each text.

    Example:
        >>> count_tokens(["a b", "c"])
        5
    """
    return sum(len(text.split(" ")) + 1 for text in texts)


def count_written_tokens(texts: Iterable[str]) -> int:
    """Counts the tokens of answers, however their words are spaced.

    Args:
        texts: what was answered.

    Returns:
        Words and marks of all, and an end for each text.

    Example:
        >>> count_written_tokens(["Ein Mann schläft.", ""])
        6
    """
    return sum(len(_WORD.findall(text)) + 1 for text in texts)


@functools.cache
def _splitting(lowercase: bool) -> Callable[[Any], Any]:
    """The graph that splits; it takes seconds to trace."""
    import tensorflow as tf

    from seqkit.text import Normalizer, WordTokenizer

    tokenizer = WordTokenizer(normalizer=Normalizer("NFC", lowercase=lowercase))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def split(texts: tf.Tensor) -> tf.Tensor:
        return tf.strings.reduce_join(tokenizer.tokenize(texts).values, axis=1, separator=" ")

    return split
