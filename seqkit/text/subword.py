"""Texts as subwords: pieces learned from the user's texts, which spell any text exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from seqkit.text.code_points import AlignedText, decode, encode
from seqkit.text.counting import count_tokens
from seqkit.text.normalization import Normalizer
from seqkit.text.ragged import flat_row_ids, places_where, ragged
from seqkit.text.subword_training import SPACE_MARK, learn_pieces, sample_texts
from seqkit.text.tokenizer import Tokenizer, Tokens, join_rows
from seqkit.text.unigram import PieceSearch
from seqkit.text.vocabulary import BOS_ID, EOS_ID, PAD_ID, SPECIAL_TOKENS

_SPACE = ord(" ")
# sentencepiece's score of a character that is not a piece is this much below the lowest score.
_UNKNOWN_PENALTY = 10.0
_BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))
# Longer words, without a place that is certain to be a boundary, are cut after so many characters,
# so that no text exhausts the memory.
LONGEST_WORD = 128


class SubwordTokenizer(Tokenizer):
    """Splits text into pieces learned from the user's data (a unigram language model).

    `train` learns the pieces with sentencepiece; they are applied in core TensorFlow operations,
    so that neither training a model nor serving needs sentencepiece, and a SavedModel needs no
    operation library. The pieces and their ids are sentencepiece's: `Vocabulary(pieces)` maps one
    to the other.

    Any normalised text comes back exactly from its pieces. A piece writes the space as "▁", and a
    text is split as if it began with one more space, so that a word has the same pieces at the
    beginning and inside. A "▁" in the text itself, like every character too rare to be a piece, is
    spelled in the pieces of its UTF-8 bytes, `<0xE2> <0x96> <0x81>`. Pieces lie within words: none
    has a space after its first character.

    The offsets of a piece cover all its characters, also a space at its front, so that there are
    no gaps; the pieces of one character's bytes share its offsets; the space put before the text
    has none, and a piece of only this space is empty.

    A text is first split into "words", between any two characters that are neighbours in no piece,
    which cannot change the result, and after 128 characters without such a place, which can. The
    pieces of the training texts' frequent words are stored; the others are found by a search in
    the graph (see `unigram.PieceSearch`), once for each distinct word. The result is that of
    sentencepiece except for ties: if two ways to split have the same sum of scores, as in
    "hahaha", sentencepiece decides by rounding errors of the sum over the whole text, and this
    tokenizer by the word alone.

    Args:
        pieces: every piece in id order: the four special tokens, then in any order the 256 bytes
            `<0x00>` to `<0xFF>` and the learned pieces.
        scores: log-probability of each piece; not used for special tokens and bytes.
        normalizer: normalises the text first; NFC if None.
        frequent_words: words whose pieces are stored; they only affect speed.

    Raises:
        ValueError: special tokens or bytes are missing, a piece occurs twice or is empty, or the
            scores are not as many as the pieces.

    Example:
        >>> from seqkit.text import SubwordTokenizer
        >>> texts = ["the cat sat", "the cats sit", "a cat"] * 20
        >>> tokenizer = SubwordTokenizer.train(texts, vocabulary_size=290)
        >>> tokens = tokenizer.tokenize(["the cats!"])
        >>> b"".join(tokens.values.to_list()[0]).decode()
        '▁the▁cats<0x21>'
        >>> tokenizer.detokenize(tokens.values).numpy().tolist()
        [b'the cats!']

    Source: T. Kudo, "Subword Regularization", 2018, section 3.2 (unigram language model).
    """

    lossless: ClassVar[bool] = True

    def __init__(
        self,
        pieces: Sequence[str],
        scores: Sequence[float],
        normalizer: Normalizer | None = None,
        frequent_words: Sequence[str] = (),
    ) -> None:
        super().__init__(Normalizer() if normalizer is None else normalizer)
        ids = _check_pieces(pieces, scores)
        self._settings = _Settings(tuple(pieces), tuple(map(float, scores)), tuple(frequent_words))
        byte_ids = np.array([ids[piece] for piece in _BYTE_PIECES])
        spell_no_text = {*SPECIAL_TOKENS, *_BYTE_PIECES}
        learned = {
            piece.replace(SPACE_MARK, " "): (number, float(scores[number]))
            for piece, number in ids.items()
            if piece not in spell_no_text
        }
        lowest = min((score for _, score in learned.values()), default=0.0)
        self._search = PieceSearch(learned, byte_ids, lowest - _UNKNOWN_PENALTY, LONGEST_WORD)
        surfaces = [piece.replace(SPACE_MARK, " ").encode() for piece in pieces]
        for number in (PAD_ID, BOS_ID, EOS_ID):
            surfaces[number] = b""
        for byte, number in enumerate(byte_ids):
            surfaces[number] = bytes([byte])
        with tf.init_scope(), tf.device("/CPU:0"):
            self._pieces = tf.constant([piece.encode() for piece in pieces])
            self._surfaces = tf.constant(surfaces)
            self._ids = _string_table(self._pieces)
            self._store_pieces(self._settings.frequent_words)

    @classmethod
    def train(
        cls,
        texts: Any,
        *,
        vocabulary_size: int = 8000,
        normalizer: Normalizer | None = None,
        character_coverage: float = 0.9995,
        sample_size: int = 200_000,
        num_frequent_words: int = 16384,
        seed: int = 0,
        num_threads: int = 4,
    ) -> SubwordTokenizer:
        """Learns a tokenizer from texts.

        The same arguments always give the same tokenizer. The texts are read once and a uniform
        sample of them is kept, so that they may be larger than memory.

        Args:
            texts: training texts: an iterable of str or bytes, or of batches of them (lists,
                arrays, tensors), or a `tf.data.Dataset` of either.
            vocabulary_size: the most pieces, 4 special tokens and 256 bytes included. A small
                corpus gives fewer.
            normalizer: normalises texts first, now and later; NFC if None.
            character_coverage: the share of all characters whose kinds become pieces; rarer kinds
                are spelled in bytes.
            sample_size: the most texts to learn from.
            num_frequent_words: for how many frequent words to store the pieces; 0 for none.
            seed: seed of the sample.
            num_threads: threads to learn with; another number may round scores differently.

        Returns:
            The tokenizer.

        Raises:
            ModuleNotFoundError: sentencepiece is not installed.
            TypeError: `texts` is one string.
            ValueError: all texts are blank, or `vocabulary_size` is too small for their characters.
        """
        normalizer = Normalizer() if normalizer is None else normalizer
        sample = sample_texts(texts, normalizer, sample_size, seed)
        pieces, scores, _ = learn_pieces(
            sample,
            vocabulary_size=vocabulary_size,
            character_coverage=character_coverage,
            seed=seed,
            num_threads=num_threads,
        )
        tokenizer = cls(pieces, scores, normalizer)
        if not num_frequent_words:
            return tokenizer
        counts: Counter[str] = count_tokens([sample], _Words(tokenizer))
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        return cls(pieces, scores, normalizer, ranked[:num_frequent_words])

    @property
    def pieces(self) -> tuple[str, ...]:
        """Gives every piece in the order of the ids, for `Vocabulary(tokenizer.pieces)`."""
        return self._settings.pieces

    def split(self, text: AlignedText) -> Tokens:
        """Splits normalised text into pieces.

        Args:
            text: normalised code points with their offsets, ragged `[batch, characters]`.

        Returns:
            Tokens, ragged `[batch, pieces]`.
        """
        text = with_leading_space(text)
        words, starts, row_splits = self.words(text)  # [words], [words], [batch + 1]
        cut = self._cut(words)  # [words, pieces, 3]
        word = tf.gather(starts, flat_row_ids(cut))  # [pieces]: where the word of each begins
        inside = tf.cast(cut.values, tf.int64)  # [pieces, 3]
        return Tokens(
            *ragged(
                tf.gather(cut.row_splits, row_splits),
                tf.gather(self._pieces, cut.values[:, 0]),
                tf.gather(text.start.values, word + inside[:, 1]),
                tf.gather(text.end.values, word + inside[:, 2] - 1),
            )
        )

    def join(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Joins pieces to texts.

        PAD, BOS and EOS are left out; strings that are not pieces are taken as they are; bytes
        that are not UTF-8, which a model may generate, become U+FFFD.

        Args:
            tokens: ragged `<string>[batch, None]`.

        Returns:
            `<string>[batch]`.
        """
        ids = self._ids.lookup(tokens.values)  # [pieces]
        surfaces = tf.gather(self._surfaces, tf.maximum(ids, 0))
        surfaces = tf.where(ids < 0, tokens.values, surfaces)
        text = join_rows(tokens.with_values(surfaces))  # [batch]
        leading = tf.cast(tf.equal(tf.strings.substr(text, 0, 1), " "), tf.int32)  # [batch]
        text = tf.strings.substr(text, leading, tf.strings.length(text))
        code_points = decode(text).code_points  # [batch, characters]
        return encode(code_points.values, code_points.row_splits)

    def words(self, text: AlignedText) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Splits text into words: parts that no piece reaches beyond.

        Args:
            text: code points of texts that begin with a space, ragged `[batch, characters]`.

        Returns:
            `<string>[words]`, the words; `<int64>[words]`, where each begins in the flat code
            points; `<int64>[batch + 1]`, the number of words before each text.
        """
        flat = text.code_points.values  # [characters]
        count = tf.size(flat, tf.int64)
        # Every text begins with a space, which no piece joins to a character before it.
        starts = places_where(tf.logical_not(self._search.may_be_joined(flat)))  # [words]
        lengths = tf.concat([starts[1:], [count]], 0)[: tf.size(starts)] - starts
        starts = tf.cond(
            tf.reduce_any(lengths > LONGEST_WORD),
            lambda: _cut_long(starts, lengths),
            lambda: starts,
        )
        words = encode(flat, tf.concat([starts, [count]], 0))
        row_splits = tf.cast(text.code_points.row_splits, tf.int64)
        return words, starts, tf.searchsorted(starts, row_splits, out_type=tf.int64)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this tokenizer again, as JSON-able values."""
        return {
            **super().get_config(),
            "pieces": list(self._settings.pieces),
            "scores": list(self._settings.scores),
            "frequent_words": list(self._settings.frequent_words),
        }

    def _cut(self, words: tf.Tensor) -> tf.RaggedTensor:
        """Splits `<string>[words]` into pieces, like `PieceSearch`: `[words, pieces, 3]`."""
        known = self._frequent.lookup(words)  # [words]
        rare = known < 0

        def with_search() -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            # [distinct rare words], [rare words]
            distinct, number = tf.unique(tf.boolean_mask(words, rare), tf.int64)
            cut = self._search(decode(distinct).code_points)  # [distinct rare words, pieces, 3]
            begin = self._known_splits[-1]
            splits = tf.concat([self._known_splits, begin + cut.row_splits[1:]], 0)
            index = tf.size(self._known_splits, tf.int64) - 1 + number
            index = tf.tensor_scatter_nd_update(known, tf.where(rare), index)  # [words]
            return tf.concat([self._known_pieces, cut.values], 0), splits, index

        pieces, splits, index = tf.cond(
            tf.reduce_any(rare),
            with_search,
            lambda: (self._known_pieces, self._known_splits, known),
        )
        return tf.gather(*ragged(splits, pieces), index)

    def _store_pieces(self, words: Sequence[str]) -> None:
        """Fills the table of frequent words, by the search itself."""
        distinct = [word.encode() for word in dict.fromkeys(words) if word]
        if not distinct:
            self._known_pieces = tf.zeros([0, 3], tf.int32)
            self._known_splits = tf.zeros([1], tf.int64)
            # A table must not be empty; no text has this key, since 0xFF is not UTF-8.
            self._frequent = _string_table(tf.constant([b"\xff"]))
            return

        # In a graph, since the search consists of many small steps.
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
        def search(words: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            cut = self._search(decode(words).code_points)
            return cut.values, cut.row_splits

        keys = tf.constant(distinct)
        self._known_pieces, self._known_splits = search(keys)
        self._frequent = _string_table(keys)


@dataclass(frozen=True)
class _Settings:
    """The arguments; not tuples by themselves, since `tf.Module` would copy and track those."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    frequent_words: tuple[str, ...]


class _Words(Tokenizer):
    """Gives a subword tokenizer's words as tokens of texts that are normalised already."""

    def __init__(self, tokenizer: SubwordTokenizer) -> None:
        super().__init__(Normalizer(unicode_form=None))
        self._tokenizer = tokenizer

    def split(self, text: AlignedText) -> Tokens:
        """Splits text; the offsets are those in the text with its leading space."""
        words, starts, splits = self._tokenizer.words(with_leading_space(text))
        start = tf.cast(starts, tf.int32)
        return Tokens(*ragged(splits, words, start, start))


def with_leading_space(text: AlignedText) -> AlignedText:
    """Puts a space before each text that is not empty; its offsets are empty."""
    splits = tf.cast(text.code_points.row_splits, tf.int64)  # [batch + 1]
    filled = splits[1:] > splits[:-1]  # [batch]
    added = tf.concat([[0], tf.cumsum(tf.cast(filled, tf.int64))], 0)  # [batch + 1]
    new_splits = splits + added
    spaces = tf.boolean_mask(new_splits[:-1], filled)  # [filled texts]
    count = new_splits[-1:]
    is_space = tf.scatter_nd(spaces[:, tf.newaxis], tf.ones_like(spaces), count)  # [characters]
    source = tf.range(count[0]) - tf.cumsum(is_space)
    source = tf.where(is_space > 0, splits[-1], source)  # the last of the values below

    def pad(row: tf.RaggedTensor, first: int) -> tf.Tensor:
        return tf.gather(tf.concat([row.values, [first]], 0), source)

    return AlignedText(
        *ragged(new_splits, pad(text.code_points, _SPACE), pad(text.start, 0), pad(text.end, 0))
    )


def _cut_long(starts: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Adds a start after every `LONGEST_WORD` characters without one; `<int64>[words]` each."""
    parts = (lengths + LONGEST_WORD - 1) // LONGEST_WORD  # [words]
    word = tf.repeat(tf.range(tf.size(starts)), parts)  # [parts]: the word of each
    number = tf.range(tf.size(word, tf.int64)) - tf.gather(tf.cumsum(parts, exclusive=True), word)
    return tf.gather(starts, word) + number * LONGEST_WORD


def _check_pieces(pieces: Sequence[str], scores: Sequence[float]) -> dict[str, int]:
    """Gives the id of each piece, or raises an error if a tokenizer cannot have them."""
    if len(scores) != len(pieces):
        raise ValueError(
            f"scores has {len(scores)} values for {len(pieces)} pieces: give one for each piece."
        )
    ids: dict[str, int] = {}
    for number, piece in enumerate(pieces):
        if piece in ids:
            raise ValueError(
                f"pieces[{number}]={piece!r} is pieces[{ids[piece]}] again: give each piece once."
            )
        if not piece or SPACE_MARK in piece[1:]:
            raise ValueError(
                f"pieces[{number}]={piece!r} must have characters, and {SPACE_MARK!r} only as the "
                "first: learn pieces with SubwordTokenizer.train."
            )
        ids[piece] = number
    missing = [piece for piece in _BYTE_PIECES if piece not in ids]
    if tuple(pieces[: len(SPECIAL_TOKENS)]) != SPECIAL_TOKENS or missing:
        raise ValueError(
            f"pieces must begin with {list(SPECIAL_TOKENS)} and have all 256 bytes, <0x00> to "
            f"<0xFF>; it begins with {list(pieces[:4])} and {len(missing)} bytes are missing: "
            "learn pieces with SubwordTokenizer.train."
        )
    return ids


def _string_table(keys: tf.Tensor) -> tf.lookup.StaticHashTable:
    """Makes a table from strings to their positions, -1 for other strings."""
    values = tf.range(tf.size(keys, tf.int64))
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), -1)
