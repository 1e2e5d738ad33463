"""Where a space stands when words and punctuation are put together again."""

from __future__ import annotations

import functools
import unicodedata

import tensorflow as tf

from seqkit.text.code_points import CodePointTable, assigned_characters

# How wide a sign is: two that add up to `_TOGETHER` have no space between them. Full-width
# punctuation brings its own space. Quotes and dots of Chinese and Japanese are those of Latin
# script too, so they go by their neighbour.
_AMBIGUOUS, WIDE, _FULL = 1, 2, 3
_TOGETHER = 3
_WIDTH = 3  # the bits of the width
_CLOSES, _OPENS = 4, 8

_ENDS = frozenset(".,;:!?%‰…‥،؛؟٪۔।॥։、。､｡，．：；！？％")


def space_between(before: tf.Tensor, after: tf.Tensor) -> tf.Tensor:
    """Tells whether a space parts two words, by what is known of each.

    Args:
        before: `<int32>[count]`, from `punctuation_table`, or `WIDE` for a word of a script without
            spaces, or 0 for any other.
        after: `<int32>[count]`, the same of the words that follow.

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
    """What each sign does to the space around it; 0 for all that is no punctuation.

    Returns:
        The table.
    """
    return CodePointTable({ord(c): does for c in assigned_characters() if (does := _does(c))})


def _does(sign: str) -> int:
    category = unicodedata.category(sign)
    if category[0] != "P" and category != "Sm":
        return 0
    does = 0
    if category in ("Ps", "Pi"):
        does = _OPENS
    elif category in ("Pe", "Pf") or sign in _ENDS:
        does = _CLOSES
    elif sign in "¿¡":
        does = _OPENS
    width = unicodedata.east_asian_width(sign)
    if width in "WFH":
        does += _FULL
    elif width == "A" and does:
        does += _AMBIGUOUS
    return does
