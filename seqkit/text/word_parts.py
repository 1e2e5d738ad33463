"""What a word is made of, for words whose whole has no pretrained vector."""

from __future__ import annotations

import tensorflow as tf

MOST_PARTS = 4
# In this order: `Don’t!` becomes `don't`, then `do n't`; `well-known` becomes `well known`.
_APOSTROPHES = "[\u2018\u2019\u02bc\uff07`]"
_OUTER = r"^[\p{P}\p{S}]+|[\p{P}\p{S}]+$"
_ENDINGS = r"(n't|'(?:s|m|d|re|ve|ll))$"
_BETWEEN = r"[^\p{L}\p{M}\p{N}' ]+"


def parts_of(words: tf.Tensor) -> tf.RaggedTensor:
    """Splits words as files of word vectors do, that know no `don't`, `Laurie's` or `well-known`.

    Punctuation around a word is left out, English endings after an apostrophe are parts of their
    own, and whatever is no letter, digit or apostrophe parts a word.

    Args:
        words: `<string>[words]`, in lower case.

    Returns:
        Ragged `<string>[words, None]`, at most the first four parts of each; the word alone where
        there is nothing to split, nothing of a word of punctuation.

    Example:
        >>> parts_of(tf.constant(["don\u2019t", "well-known,", "laurie's", "o'neill"])).to_list()
        [[b'do', b"n't"], [b'well', b'known'], [b'laurie', b"'s"], [b"o'neill"]]
    """
    spaced = tf.strings.regex_replace(words, _APOSTROPHES, "'")
    spaced = tf.strings.regex_replace(spaced, _OUTER, "")
    spaced = tf.strings.regex_replace(spaced, _ENDINGS, r" \1")
    spaced = tf.strings.regex_replace(spaced, _BETWEEN, " ")
    return tf.strings.split(spaced)[:, :MOST_PARTS]
