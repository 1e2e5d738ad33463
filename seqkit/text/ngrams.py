"""Word and character n-grams as hash buckets: every text has some, known words or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

_MULTIPLIER = 0x9E3779B97F4A7C15 - (1 << 64)  # odd: the golden ratio in 64 bits, as a signed number
_BOUNDARY = 0x110000  # one past the last code point


class HashedNGrams(tf.Module):
    """Turns the words of a text into the buckets of its n-grams.

    Word n-grams keep short order ("not good"); character n-grams within a word, its boundaries
    included, keep the meaning of words that training never saw. Each n-gram of a text counts once.
    Hashes are the same on every machine, and come from core TensorFlow operations alone.

    Args:
        num_buckets: size of the table; bucket 0 is padding, n-grams use 1 to `num_buckets - 1`.
        word_ngrams: smallest and largest number of words, or None for no word n-grams.
        char_ngrams: smallest and largest number of characters, or None for none.

    Raises:
        ValueError: a range is empty or not positive, both are None, or there is no bucket.

    Example:
        >>> ngrams = HashedNGrams(1000, word_ngrams=(1, 2), char_ngrams=None)
        >>> ngrams(tf.ragged.constant([["a", "b"], [], ["b", "b"]])).row_lengths().numpy().tolist()
        [3, 0, 2]

    Source: hashing as in Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask
    Learning"; characters within words as in Bojanowski et al. 2017, "Enriching Word Vectors with
    Subword Information".
    """

    def __init__(
        self,
        num_buckets: int,
        *,
        word_ngrams: Sequence[int] | None = (1, 2),
        char_ngrams: Sequence[int] | None = (2, 5),
    ) -> None:
        super().__init__()
        if not 2 <= num_buckets < 2**31:
            raise ValueError(f"num_buckets is {num_buckets}; give a number from 2 to 2**31 - 1")
        if word_ngrams is None and char_ngrams is None:
            raise ValueError("word_ngrams and char_ngrams are both None; give at least one range")
        self.num_buckets = num_buckets
        self.word_ngrams = _range("word_ngrams", word_ngrams)
        self.char_ngrams = _range("char_ngrams", char_ngrams)

    def __call__(self, words: tf.RaggedTensor) -> tf.RaggedTensor:
        """Gives the distinct buckets of each text.

        Args:
            words: ragged `<string>[batch, None]`.

        Returns:
            Ragged `<int32>[batch, None]`, values from 1 to `num_buckets - 1`.
        """
        with tf.device("/CPU:0"):
            rows = tf.cast(words.value_rowids(), tf.int64)
            hashes, places = [], []
            if self.word_ngrams is not None:
                found, place = self._of_words(words.values, rows)
                hashes += found
                places += place
            if self.char_ngrams is not None:
                found, place = self._of_characters(words.values, rows)
                hashes += found
                places += place
            return self._distinct(tf.concat(hashes, 0), tf.concat(places, 0), words.nrows())

    def _of_words(
        self, words: tf.Tensor, rows: tf.Tensor
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        assert self.word_ngrams is not None
        hashed = tf.strings.to_hash_bucket_fast(words, 2**62)
        return _windows(hashed, rows, rows, *self.word_ngrams)

    def _of_characters(
        self, words: tf.Tensor, rows: tf.Tensor
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        assert self.char_ngrams is not None
        letters = tf.cast(tf.strings.unicode_decode(words, "UTF-8"), tf.int64)
        edge = tf.fill([tf.shape(words)[0], 1], tf.constant(_BOUNDARY, tf.int64))
        bounded = tf.concat([edge, letters, edge], axis=1)
        word_of_letter = bounded.value_rowids()
        # The salt keeps the one-character n-gram of a letter apart from the word of that letter.
        return _windows(
            bounded.values + (1 << 40),
            word_of_letter,
            tf.gather(rows, word_of_letter),
            *self.char_ngrams,
        )

    def _distinct(self, hashes: tf.Tensor, rows: tf.Tensor, num_rows: tf.Tensor) -> tf.RaggedTensor:
        spread = tf.bitwise.bitwise_xor(hashes, tf.bitwise.right_shift(hashes, 31))
        spread *= tf.constant(_MULTIPLIER, tf.int64)
        spread = tf.bitwise.bitwise_xor(spread, tf.bitwise.right_shift(spread, 29))
        buckets = tf.math.floormod(spread, self.num_buckets - 1) + 1
        order = tf.sort(rows * 2**31 + buckets)
        first = tf.concat([tf.ones_like(order[:1], tf.bool), order[1:] != order[:-1]], 0)
        kept = tf.boolean_mask(order, first)
        return tf.RaggedTensor.from_value_rowids(
            tf.cast(kept % 2**31, tf.int32), kept // 2**31, nrows=num_rows, validate=False
        )

    def get_config(self) -> dict[str, Any]:
        """Arguments that make this object again, as JSON-able values."""
        return {
            "num_buckets": self.num_buckets,
            "word_ngrams": self.word_ngrams and list(self.word_ngrams),
            "char_ngrams": self.char_ngrams and list(self.char_ngrams),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> HashedNGrams:
        """Makes the object again from the result of `get_config`."""
        return cls(**config)


def _windows(
    values: tf.Tensor, groups: tf.Tensor, rows: tf.Tensor, least: int, most: int
) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    """Hashes of `least` to `most` neighbours of one group, and the row of each."""
    hashes, places = [], []
    hashed = values
    for n in range(1, most + 1):
        starts = tf.maximum(tf.size(values) - (n - 1), 0)
        if n > 1:
            # The window that starts here, one longer: its end must lie in the same group.
            hashed = hashed[:starts] * tf.constant(_MULTIPLIER, tf.int64) + values[n - 1 :] + n
        if n >= least:
            whole = tf.equal(groups[:starts], groups[n - 1 :])
            hashes.append(tf.boolean_mask(hashed, whole))
            places.append(tf.boolean_mask(rows[:starts], whole))
    return hashes, places


def _range(name: str, pair: Sequence[int] | None) -> tuple[int, int] | None:
    if pair is None:
        return None
    if len(pair) != 2 or not 1 <= pair[0] <= pair[1]:
        raise ValueError(f"{name} is {pair!r}; give (smallest, largest), for example (1, 2)")
    return int(pair[0]), int(pair[1])
