"""A tokenizer and its vocabulary, learned from training texts in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seqkit.text import tokenizer as tokenizers
from seqkit.text.counting import count_tokens
from seqkit.text.normalization import Normalizer
from seqkit.text.subword import SubwordTokenizer
from seqkit.text.tokenizer import Tokenizer
from seqkit.text.vocabulary import Vocabulary


def learn_dictionary(
    batches: Iterable[Any],
    tokenizer: str,
    *,
    normalizer: Normalizer,
    vocabulary_size: int,
    min_count: int = 1,
    seed: int = 0,
) -> tuple[Tokenizer, Vocabulary]:
    """Learns from training texts what the tokens are and which ids they have.

    Args:
        batches: batches of texts, read once; they need not fit into memory.
        tokenizer: `"char"`, `"word"`, `"jamo"` or `"subword"`.
        normalizer: what is done to a text first.
        vocabulary_size: at most so many ids, the four special ones included.
        min_count: rarer tokens are left to UNK; of no effect on `"subword"`, whose pieces spell
            rare words.
        seed: seed of the sample that subword pieces are learned from.

    Returns:
        The tokenizer and its vocabulary.

    Example:
        >>> tokenizer, vocabulary = learn_dictionary(
        ...     [["a b a", "c"]], "word", normalizer=Normalizer(), vocabulary_size=100
        ... )
        >>> vocabulary.tokens[4:]
        ('a', 'b', 'c')
    """
    if tokenizer == "subword":
        subword = SubwordTokenizer.train(
            batches, vocabulary_size=vocabulary_size, normalizer=normalizer, seed=seed
        )
        return subword, Vocabulary(subword.pieces)
    made = tokenizers.get(tokenizer, normalizer=normalizer)
    counts = count_tokens(batches, made)
    return made, Vocabulary.from_counts(counts, min_count=min_count, max_size=vocabulary_size)
