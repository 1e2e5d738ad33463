"""Where spaces stand when words and punctuation are joined."""

from __future__ import annotations

import functools
import unicodedata

import tensorflow as tf

from seqkit.text.code_points import CodePointTable, assigned_characters

# The width of a sign: there is no space between two that add up to `_TOGETHER`. Full-width
# punctuation includes its own space. Chinese and Japanese share quotes and dots with Latin script,
# so that the neighbour decides for those.
_AMBIGUOUS, WIDE, _FULL = 1, 2, 3
_TOGETHER = 3
_WIDTH = 3  # the bits of the width
_CLOSES, _OPENS = 4, 8

_ENDS = frozenset(".,;:!?%‰…‥،؛؟٪۔।॥։、。､｡，．：；！？％")


def space_between(before: tf.Tensor, after: tf.Tensor) -> tf.Tensor:
    """Tells whether a space separates two words.

    Args:
        before: `<int32>[count]`, the spacing of words: from `punctuation_table`, `WIDE` for a word
            of a script without spaces, or 0 for any other.
        after: `<int32>[count]`, the spacing of the words after them.

    Returns:
        `<bool>[count]`.

    Example:
        >>> comma, bracket, word = punctuation_table().lookup(tf.constant([ord(c) for c in ",(a"]))
        >>> [bool(space_between(*pair)) for pair in [(word, comma), (comma, word), (bracket, word)]]
        [False, True, False]
    """
    both = tf.bitwise.bitwise_and(before, _WIDTH) + tf.bitwise.bitwise_and(after, _WIDTH)
    opened = tf.bitwise.bitwise_and(before, _OPENS) > 0
    closed = tf.bitwise.bitwise_and(after, _CLOSES) > 0
    return ~(opened | closed | (both >= _TOGETHER))


@functools.cache
def punctuation_table() -> CodePointTable:
    """Gives the table of each sign's spacing; 0 for characters that are not punctuation."""
    return CodePointTable({ord(c): s for c in assigned_characters() if (s := _spacing(c))})


def _spacing(sign: str) -> int:
    category = unicodedata.category(sign)
    if category[0] != "P" and category != "Sm":
        return 0
    spacing = 0
    if category in ("Ps", "Pi"):
        spacing = _OPENS
    elif category in ("Pe", "Pf") or sign in _ENDS:
        spacing = _CLOSES
    elif sign in "¿¡":
        spacing = _OPENS
    width = unicodedata.east_asian_width(sign)
    if width in "WFH":
        spacing += _FULL
    elif width == "A" and spacing:
        spacing += _AMBIGUOUS
    return spacing
