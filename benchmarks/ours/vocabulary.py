"""Vocabularies of the words or characters that the peers know, with seqkit's special tokens."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.text import Vocabulary
from seqkit.text.vocabulary import BOS, EOS, PAD, UNK

SPECIAL = (PAD, UNK, BOS, EOS)


def make_vocabulary(tokens: Iterable[str]) -> Vocabulary:
    """Makes a vocabulary.

    Args:
        tokens: words or characters in the order of their ids, from 4 on.

    Returns:
        The vocabulary.
    """
    return Vocabulary([*SPECIAL, *tokens])
