"""Where words, sentences and lines end, by each token of a dictionary."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

import numpy as np

from seqkit.text import EOS_ID, UNK_ID, SubwordTokenizer, Vocabulary, WordTokenizer
from seqkit.text.tokenizer import Tokenizer

UNTIL = ("word", "sentence", "line")

_FIRST_OF_TEXT = EOS_ID + 1
_APOSTROPHES = "'\u2019"
_SENTENCE_SIGNS = tuple(".!?…。！？؟।")
_SPACE_MARK = "\u2581"


class TextEnds(NamedTuple):
    """What each token means for the end of a word, sentence or line.

    Attributes:
        surfaces: `<bytes>[vocabulary]`, the text of a token; empty for special tokens.
        before: `<bool>[vocabulary]`, tokens before which it ends; EOS is one.
        after: `<bool>[vocabulary]`, tokens that are its last.
        inside: `<bool>[vocabulary]`, tokens after which a word may be unfinished; UNK is one.
        spaced: `<bool>[vocabulary]`, tokens of a space and the beginning of a word, or a space.
        blank: `<bool>[vocabulary]`, tokens that are a single space.
        partial: `<bool>[vocabulary]`, pieces that are one byte of a character of several.
    """

    surfaces: np.ndarray
    before: np.ndarray
    after: np.ndarray
    inside: np.ndarray
    spaced: np.ndarray
    blank: np.ndarray
    partial: np.ndarray


def text_ends(tokenizer: Tokenizer, vocabulary: Vocabulary, until: str) -> TextEnds:
    """Determines what each token means for the end of a word, sentence or line.

    A word is made of letters, marks, digits and apostrophes. A sentence ends with a full stop, a
    question or exclamation mark or an ellipsis, which is part of it, or with its line; a line ends
    before a line feed. Everything ends before EOS.

    Args:
        tokenizer: what the tokens come from.
        vocabulary: the tokens.
        until: `"word"`, `"sentence"` or `"line"`.

    Returns:
        A value for each token.

    Raises:
        ValueError: `until` is something else.

    Example:
        >>> from seqkit.text import CharTokenizer
        >>> letters = Vocabulary.from_counts(dict.fromkeys("a .", 1))
        >>> ends = text_ends(CharTokenizer(), letters, "word")
        >>> [token for token, ends in zip(letters.tokens, ends.before) if ends]
        ['[EOS]', ' ', '.']
    """
    if until not in UNTIL:
        raise ValueError(f"until is {until!r}; give one of {', '.join(map(repr, UNTIL))}")
    surfaces = [b""] * _FIRST_OF_TEXT
    surfaces += [_surface(tokenizer, token) for token in vocabulary.tokens[_FIRST_OF_TEXT:]]
    # A single byte may belong to any character: it is taken for a letter's.
    partial = np.array([len(surface) == 1 and surface[0] >= 0x80 for surface in surfaces])
    texts = ["a" if part else text.decode() for text, part in zip(surfaces, partial, strict=True)]
    in_words = np.array([_is_letter(text[:1]) for text in texts])
    if until == "word":
        before = ~in_words
        whole = isinstance(tokenizer, WordTokenizer)
        after = in_words if whole else np.zeros(len(texts), bool)
    else:
        before = np.array(["\n" in text for text in texts])
        signs = _SENTENCE_SIGNS if until == "sentence" else ()
        after = np.array([text.rstrip().endswith(signs) for text in texts])
    before[:_FIRST_OF_TEXT] = False
    before[EOS_ID] = True
    inside = np.array([_is_letter(text[-1:]) for text in texts])
    inside[UNK_ID] = True
    spaced = np.array([text[:1] == " " and _is_letter(text[1:2] or "a") for text in texts])
    blank = np.array([text == " " for text in texts])
    return TextEnds(np.array(surfaces, object), before, after, inside, spaced, blank, partial)


def _surface(tokenizer: Tokenizer, token: str) -> bytes:
    if not isinstance(tokenizer, SubwordTokenizer):
        return token.encode()
    if len(token) == 6 and token.startswith("<0x") and token.endswith(">"):
        return bytes([int(token[3:5], 16)])
    return token.replace(_SPACE_MARK, " ").encode()


def _is_letter(character: str) -> bool:
    if not character:
        return False
    return character in _APOSTROPHES or unicodedata.category(character)[0] in "LMN"
