"""Words split and counted once, so that a word is the same for everybody who is compared."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
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


def written_tokens(texts: Sequence[str]) -> int:
    """How many tokens were written, counted alike for everybody.

    Args:
        texts: what was answered.

    Returns:
        Words and marks of all, and an end for each text.

    Example:
        >>> written_tokens(["Ein Mann schläft.", ""])
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
