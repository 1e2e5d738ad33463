"""Text cut into pieces of bounded size, at places where no tokenizer would read it otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# A base with more signs after it is not a character of any language (Unicode's Stream-Safe Text
# Format allows 30 marks); the limit bounds how far one must look for its end.
_LONGEST_CHARACTER = 128
_JOINER = "\u200d"


class Piece(NamedTuple):
    """A stretch of a document.

    Attributes:
        text: Its characters, at least one.
        starts: Whether a document begins with it.
        ends: Whether a document ends with it.
    """

    text: str
    starts: bool
    ends: bool


def cut_pieces(pieces: Iterable[Piece], characters: int) -> Iterator[Piece]:
    r"""Cuts and joins pieces of any size into pieces of bounded size; documents are never joined.

    A piece ends after a line's end, or in a line that is longer than a piece after white space, or
    at last anywhere, but neither inside `\r\n` nor inside what a reader takes for one character:
    a letter with its marks, a Hangul syllable of several letters, an emoji of several.

    Args:
        pieces: The text in order.
        characters: The most characters of a piece, but for a single character of more code points.

    Yields:
        The same text in order.

    Example:
        >>> [piece.text for piece in cut_pieces([Piece("a b\nc\nlonger", True, True)], 6)]
        ['a b\nc\n', 'longer']
    """
    held, starts = "", False
    for text, begins, ends in pieces:
        held, starts = held + text, begins or starts
        at = 0
        # What follows the place of a cut must be known, but for the end of the document.
        enough = characters + (0 if ends else _LONGEST_CHARACTER)
        while len(held) - at > enough:
            cut = _cut_place(held, at, characters)
            yield Piece(held[at:cut], starts, ends and cut == len(held))
            at, starts = cut, False
        held = held[at:]
        if ends and held:
            yield Piece(held, starts, True)
            held = ""
    while held:
        cut = _cut_place(held, 0, characters) if len(held) > characters else len(held)
        yield Piece(held[:cut], starts, False)
        held, starts = held[cut:], False


def may_cut(text: str, place: int) -> bool:
    r"""Whether a text may be cut at a place: not inside `\r\n` or what reads as one character.

    Example:
        >>> may_cut("cafe\u0301", 4), may_cut("a\r\n", 2), may_cut("ab", 1)
        (False, False, True)
    """
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if after < "\u0300":
        return not (before == "\r" and after == "\n")
    return not (_continues(after) or before == _JOINER)


def after_white_space(text: str, start: int, stop: int) -> int:
    """The last place of a stretch that is after white space, or its start where there is none.

    Example:
        >>> after_white_space("one two three", 0, 10)
        8
    """
    stretch = text[start:stop]
    if stretch[-1:].isspace():
        return stop
    words = stretch.rsplit(None, 1)
    return stop - len(words[-1]) if words else start


def _cut_place(text: str, start: int, characters: int) -> int:
    """Where a piece ends that begins at `start`; more than `characters` are left there."""
    limit = start + characters
    end = limit
    while (line_end := text.rfind("\n", start, end) + 1) > start:
        if may_cut(text, line_end):
            return line_end
        end = line_end - 1
    space = after_white_space(text, start, limit)
    if space > start and may_cut(text, space):
        return space
    for place in range(limit, max(start, limit - _LONGEST_CHARACTER), -1):
        if may_cut(text, place):
            return place
    for place in range(limit + 1, min(limit + _LONGEST_CHARACTER, len(text) + 1)):
        if may_cut(text, place):
            return place
    return limit


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    return (
        unicodedata.category(character).startswith("M")
        or character == _JOINER
        or "\u1160" <= character <= "\u11ff"  # Hangul vowels and finals
        or "\ud7b0" <= character <= "\ud7fb"
        or character in "\uff9e\uff9f"  # voiced marks of half-width kana
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    )
