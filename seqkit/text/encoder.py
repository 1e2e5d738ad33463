"""From texts to the ids that a model reads, and the shares of unknown words and tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from seqkit.text import tokenizer as tokenizers
from seqkit.text.code_points import as_text_tensor, decode
from seqkit.text.counting import count_tokens, count_tokens_of_each
from seqkit.text.known_ngrams import KnownNGrams
from seqkit.text.ngrams import HashedNGrams
from seqkit.text.seen_words import SeenWords
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
        unknown_rate: `<float32>[batch]`, the share of a text's words that training never saw, as
            `SeenWords` defines it; `unknown_token_rate` where the encoder has no `seen_words`.
        tokens: ragged `<string>[batch, None]`; a text without tokens has an empty row.
        unknown_token_rate: `<float32>[batch]`, the share of a text's tokens (words, pieces or
            letters) that the dictionary does not know; 1 for a text without tokens.
    """

    token_ids: tf.RaggedTensor
    ngram_ids: tf.RaggedTensor
    unknown_rate: tf.Tensor
    tokens: tf.RaggedTensor
    unknown_token_rate: tf.Tensor


class TextEncoder(tf.Module):
    """A tokenizer with its dictionary and, if wanted, n-grams of the same texts' words.

    Args:
        tokenizer: splits the texts; its normalizer is used for the n-grams too.
        vocabulary: maps tokens to ids.
        ngrams: maps words to the numbers of their n-grams, see `with_ngrams`; None for no n-grams.
        seen_words: the words of the training texts, see `with_words`; None where they are not
            known, as of models that were saved before words were kept.

    Example:
        >>> from seqkit.text import Vocabulary, WordTokenizer
        >>> vocabulary = Vocabulary.from_counts({"good": 3, "bad": 2})
        >>> encoder = TextEncoder(WordTokenizer(), vocabulary).with_words([["good bad rare"]])
        >>> encoded = encoder(["rare or bad", ""])
        >>> encoded.token_ids.to_list(), encoded.unknown_rate.numpy().round(2).tolist()
        ([[1, 1, 5], [1]], [0.33000001311302185, 0.0])
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        vocabulary: Vocabulary,
        ngrams: KnownNGrams | HashedNGrams | None = None,
        seen_words: SeenWords | None = None,
    ) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
        self.ngrams = ngrams
        self.seen_words = seen_words
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
            words = tokens
            if self._words is not self.tokenizer and (
                self.ngrams is not None or self.seen_words is not None
            ):
                words = self._words.split(normalized).values  # [batch, words]
            ngram_ids = _no_rows(ids.nrows()) if self.ngrams is None else self.ngrams(words)
            word_rate = rate if self.seen_words is None else self.seen_words.unknown_rate(words)
            return EncodedText(ids, ngram_ids, word_rate, tokens, rate)

    def with_words(self, batches: Iterable[Any]) -> TextEncoder:
        """Gives the same encoder that knows the words of training texts, for `unknown_rate`.

        Args:
            batches: batches of training texts; what this encoder has seen before stays.

        Returns:
            A new encoder.
        """
        old = self.seen_words
        seen = (
            SeenWords.learn(batches, self.tokenizer.normalizer)
            if old is None
            else old.extended(self.count_words(batches))
        )
        return TextEncoder(self.tokenizer, self.vocabulary, self.ngrams, seen)

    @property
    def num_ngrams(self) -> int:
        """How many numbers n-grams may have, that of padding included; 0 without n-grams."""
        if self.ngrams is None:
            return 0
        if isinstance(self.ngrams, HashedNGrams):
            return self.ngrams.num_buckets
        return len(self.ngrams) + 1

    def with_ngrams(self, batches: Iterable[Any], most: int = 2**20) -> TextEncoder:
        """Gives the same encoder with the n-grams of training texts.

        Args:
            batches: batches of training texts, read once; n-grams known before keep their numbers,
                and hashed ones stay as they are.
            most: the most n-grams; those that come in the most texts are kept.

        Returns:
            A new encoder.
        """
        if isinstance(self.ngrams, HashedNGrams):
            return self
        words = (self._words.tokenize(texts).values for texts in batches)
        ngrams = (
            KnownNGrams.learn(words, most=most)
            if self.ngrams is None
            else self.ngrams.extended(words, most)
        )
        return TextEncoder(self.tokenizer, self.vocabulary, ngrams, self.seen_words)

    def count_words(self, batches: Iterable[Any]) -> Counter[str]:
        """Counts the words of texts, which may be other than the tokens.

        Args:
            batches: batches of texts.

        Returns:
            The number of occurrences of each word.
        """
        return count_tokens(batches, self._words)

    def extended(
        self, batches: Iterable[Any], min_count: int = 1, max_size: int | None = None
    ) -> TextEncoder:
        """Gives an encoder that knows more tokens; known tokens keep their ids.

        Args:
            batches: batches of new training texts, read once.
            min_count: rarer tokens are not added.
            max_size: the most ids; known tokens are never dropped.

        Returns:
            A new encoder. Where the tokenizer spells every word in pieces, its tokens are the same;
            words that training saw are added everywhere.
        """
        new_tokens = not isinstance(self.tokenizer, SubwordTokenizer)
        splitters: list[Tokenizer] = [self.tokenizer] if new_tokens else []
        if self.seen_words is not None:
            splitters.append(self._words)
        counts = count_tokens_of_each(batches, splitters) if splitters else []
        vocabulary, seen = self.vocabulary, self.seen_words
        if new_tokens:
            vocabulary = vocabulary.extended(counts[0], min_count, max_size)
        if seen is not None:
            seen = seen.extended(counts[-1])
        return TextEncoder(self.tokenizer, vocabulary, self.ngrams, seen)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this encoder again, as JSON-able values."""
        return {
            "tokenizer": tokenizers.serialize(self.tokenizer),
            "vocabulary": self.vocabulary.get_config(),
            "ngrams": self.ngrams and self.ngrams.get_config(),
            "seen_words": None if self.seen_words is None else self.seen_words.get_config(),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> TextEncoder:
        """Makes the encoder again from the result of `get_config`."""
        seen = config.get("seen_words")  # Files of before have none.
        return cls(
            tokenizers.deserialize(config["tokenizer"]),
            Vocabulary.from_config(config["vocabulary"]),
            config["ngrams"] and _ngrams_from(config["ngrams"]),
            seen and SeenWords.from_config(seen),
        )


def _ngrams_from(config: Mapping[str, Any]) -> KnownNGrams | HashedNGrams:
    """Files of before have hashed n-grams."""
    kind = KnownNGrams if "hashes" in config else HashedNGrams
    return kind.from_config(config)


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
