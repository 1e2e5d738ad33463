"""A tokenizer and its vocabulary, learned from training texts in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from seqkit.text import tokenizer as tokenizers
from seqkit.text.code_points import as_text_tensor
from seqkit.text.counting import count_tokens
from seqkit.text.normalization import Normalizer
from seqkit.text.subword import SubwordTokenizer
from seqkit.text.subword_training import check_characters
from seqkit.text.tokenizer import Tokenizer
from seqkit.text.vocabulary import Vocabulary

# How many texts are looked at to distinguish words from sentences; and from which share of texts
# with a space, or from which mean length, they are sentences.
_SEEN = 10_000
_SENTENCES = 0.1
_LONGEST_WORD = 20
_HANGUL = (0xAC00, 0xD7A3)
_HAN = (0x4E00, 0x9FFF)


def suggest_tokenizer(batches: Iterable[Any]) -> str:
    """Suggests a tokenizer for texts.

    Sentences are split into subwords; but few sentences in Hangul or Chinese characters, where a
    character is a syllable or a word, are split into characters, since subwords would be too rare.
    Words and names are spelled, Korean ones in the letters of their syllables.

    Args:
        batches: batches of texts; the first 10,000 are looked at.

    Returns:
        For sentences (more than a tenth of the texts have a space, or the mean length is more than
        20 characters) `"subword"`, or `"char"` if there are fewer than 10,000 and more than half
        of all characters are Hangul syllables or Chinese characters. For others `"jamo"` if more
        than half are Hangul syllables, otherwise `"char"`.

    Example:
        >>> suggest_tokenizer([["A dog runs.", "Ein Hund läuft."]])
        'subword'
        >>> suggest_tokenizer([["개가 달린다.", "고양이가 잔다."]])
        'char'
        >>> suggest_tokenizer([["나무", "고양이"]]), suggest_tokenizer([["tree", "cat"]])
        ('jamo', 'char')
    """
    seen = with_space = characters = hangul = han = 0
    for texts in batches:
        texts = tf.strings.strip(as_text_tensor(texts))
        code_points = tf.strings.unicode_decode(texts, "UTF-8").values
        with_space += int(tf.math.count_nonzero(tf.strings.regex_full_match(texts, r"(?s).*\s.*")))
        hangul += _count_between(code_points, *_HANGUL)
        han += _count_between(code_points, *_HAN)
        characters += int(tf.size(code_points))
        seen += int(tf.size(texts))
        if seen >= _SEEN:
            break
    if with_space > _SENTENCES * seen or characters > _LONGEST_WORD * seen:
        return "char" if seen < _SEEN and 2 * (hangul + han) > characters else "subword"
    return "jamo" if 2 * hangul > characters else "char"


def learn_dictionary(
    batches: Iterable[Any],
    tokenizer: str,
    *,
    normalizer: Normalizer,
    vocabulary_size: int,
    min_count: int = 1,
    seed: int = 0,
) -> tuple[Tokenizer, Vocabulary]:
    """Learns tokens and their ids from training texts.

    Args:
        batches: batches of texts, read once; they need not fit into memory.
        tokenizer: `"char"`, `"word"`, `"jamo"` or `"subword"`.
        normalizer: normalises the texts first.
        vocabulary_size: the most ids, the four special ones included.
        min_count: rarer tokens become UNK; no effect on `"subword"`, which spells rare words in
            pieces.
        seed: seed of the sample that subword pieces are learned from.

    Returns:
        The tokenizer and its vocabulary.

    Raises:
        ValueError: all texts are blank.

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
    splitter = tokenizers.get(tokenizer, normalizer=normalizer)
    counts = count_tokens(batches, splitter)
    check_characters(counts)
    return splitter, Vocabulary.from_counts(counts, min_count=min_count, max_size=vocabulary_size)


def _count_between(code_points: tf.Tensor, first: int, last: int) -> int:
    return int(tf.math.count_nonzero((code_points >= first) & (code_points <= last)))
