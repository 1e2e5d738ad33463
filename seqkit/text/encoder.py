"""From texts to the ids that a model reads, and the share of unknown tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.text import tokenizer as tokenizers
from seqkit.text.code_points import as_text_tensor, decode
from seqkit.text.counting import count_tokens
from seqkit.text.ngrams import HashedNGrams
from seqkit.text.subword import SubwordTokenizer
from seqkit.text.tokenizer import Tokenizer
from seqkit.text.traced_once import traced_once
from seqkit.text.vocabulary import UNK_ID, Vocabulary
from seqkit.text.word import WordTokenizer

_BYTE_PIECE = re.compile(r"<0x[0-9A-F]{2}>")


class EncodedText(NamedTuple):
    """Texts as ids.

    Attributes:
        token_ids: ragged `<int32>[batch, None]`; a text without tokens is one UNK.
        ngram_ids: ragged `<int32>[batch, None]`, empty rows if the encoder has no n-grams.
        unknown_rate: `<float32>[batch]`, the share of a text's tokens that the dictionary does not
            know; 1 for a text without tokens.
        tokens: ragged `<string>[batch, None]`; a text without tokens has an empty row.
    """

    token_ids: tf.RaggedTensor
    ngram_ids: tf.RaggedTensor
    unknown_rate: tf.Tensor
    tokens: tf.RaggedTensor


class TextEncoder(tf.Module):
    """A tokenizer with its dictionary and, if wanted, hashed n-grams of the same texts' words.

    Args:
        tokenizer: splits the texts; its normalizer is used for the n-grams too.
        vocabulary: maps tokens to ids.
        ngrams: maps words to the buckets of their n-grams; None for no n-grams.

    Example:
        >>> from seqkit.text import Vocabulary, WordTokenizer
        >>> vocabulary = Vocabulary.from_counts({"good": 3, "bad": 2})
        >>> encoded = TextEncoder(WordTokenizer(), vocabulary)(["good or bad", ""])
        >>> encoded.token_ids.to_list(), encoded.unknown_rate.numpy().round(2).tolist()
        ([[4, 1, 5], [1]], [0.33000001311302185, 1.0])
    """

    def __init__(
        self, tokenizer: Tokenizer, vocabulary: Vocabulary, ngrams: HashedNGrams | None = None
    ) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
        self.ngrams = ngrams
        self._words = (
            tokenizer
            if isinstance(tokenizer, WordTokenizer)
            else WordTokenizer(normalizer=tokenizer.normalizer)
        )
        # A character spelled in bytes was unknown too: its bytes keep it, but mean nothing.
        self._is_unknown = tf.constant(
            [i == UNK_ID or bool(_BYTE_PIECE.fullmatch(t)) for i, t in enumerate(vocabulary.tokens)]
        )
        self._encode_once = traced_once(self._encode, tf.TensorSpec([None], tf.string))

    def __call__(self, texts: Any) -> EncodedText:
        """Encodes texts.

        Args:
            texts: `<string>[batch]`, or anything `as_text_tensor` takes.

        Returns:
            The ids and tokens.
        """
        return self._encode_once(as_text_tensor(texts))

    def _encode(self, texts: tf.Tensor) -> EncodedText:
        with tf.device("/CPU:0"):
            normalized = self.tokenizer.normalizer(decode(texts))  # [batch, characters]
            tokens = self.tokenizer.split(normalized).values  # [batch, tokens]
            ids = self.vocabulary.token_to_id(tokens)  # [batch, tokens]
            unknown = ids.with_values(tf.cast(tf.gather(self._is_unknown, ids.values), tf.float32))
            empty = tf.equal(ids.row_lengths(), 0)  # [batch]
            rate = tf.where(empty, 1.0, tf.reduce_mean(unknown, axis=1))
            ids = _fill(ids, empty)
            if self.ngrams is None:
                ngram_ids = _no_rows(ids.nrows())
            elif self._words is self.tokenizer:
                ngram_ids = self.ngrams(tokens)
            else:
                ngram_ids = self.ngrams(self._words.split(normalized).values)
            return EncodedText(ids, ngram_ids, rate, tokens)

    def extended(
        self, batches: Iterable[Any], min_count: int = 1, max_size: int | None = None
    ) -> TextEncoder:
        """Gives an encoder that knows more tokens; known tokens keep their ids.

        Args:
            batches: batches of new training texts.
            min_count: rarer tokens are not added.
            max_size: the most ids; known tokens are never dropped.

        Returns:
            A new encoder; this one if its tokenizer spells every word in pieces.
        """
        if isinstance(self.tokenizer, SubwordTokenizer):
            return self
        counts = count_tokens(batches, self.tokenizer)
        vocabulary = self.vocabulary.extended(counts, min_count, max_size)
        return TextEncoder(self.tokenizer, vocabulary, self.ngrams)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this encoder again, as JSON-able values."""
        return {
            "tokenizer": tokenizers.serialize(self.tokenizer),
            "vocabulary": self.vocabulary.get_config(),
            "ngrams": self.ngrams and self.ngrams.get_config(),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> TextEncoder:
        """Makes the encoder again from the result of `get_config`."""
        return cls(
            tokenizers.deserialize(config["tokenizer"]),
            Vocabulary.from_config(config["vocabulary"]),
            config["ngrams"] and HashedNGrams.from_config(config["ngrams"]),
        )


def _fill(ids: tf.RaggedTensor, empty: tf.Tensor) -> tf.RaggedTensor:
    """Gives each empty row an UNK: a recurrent layer must never see a row of only padding."""
    unk = tf.RaggedTensor.from_row_lengths(  # [batch, 1 or 0]
        tf.fill([tf.math.count_nonzero(empty, dtype=tf.int32)], UNK_ID),
        tf.cast(empty, tf.int64),
        validate=False,
    )
    return tf.concat([ids, unk], axis=1)


def _no_rows(rows: tf.Tensor) -> tf.RaggedTensor:
    """Gives empty rows, ragged `<int32>[rows, 0]`."""
    return tf.RaggedTensor.from_row_lengths(
        tf.zeros([0], tf.int32), tf.zeros([rows], tf.int64), validate=False
    )
