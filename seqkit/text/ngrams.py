"""Word and character n-grams as hash buckets, which every text has, with known words or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

_MULTIPLIER = 0x9E3779B97F4A7C15 - (1 << 64)  # odd: the golden ratio in 64 bits, as a signed number
_BOUNDARY = 0x110000  # one past the last code point

# Hashes and their rows, `<int64>[ngrams]` each.
_NGrams = tuple[tf.Tensor, tf.Tensor]


class HashedNGrams(tf.Module):
    """Maps the words of a text to the buckets of its n-grams.

    Word n-grams keep the order of neighbours ("not good"); character n-grams within a word and its
    boundaries tell about words that were not in the training texts. Each n-gram of a text counts
    once. Hashes are the same on every machine and need only core TensorFlow operations.

    Args:
        num_buckets: number of buckets; 0 is padding, n-grams use 1 to `num_buckets - 1`.
        word_ngrams: the smallest and the largest number of words; None for no word n-grams.
        char_ngrams: the smallest and the largest number of characters; None for no character
            n-grams.

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
            rows = tf.cast(words.value_rowids(), tf.int64)  # [words]: the text of each
            ngrams: list[_NGrams] = []
            if self.word_ngrams is not None:
                ngrams += self._word_ngrams(words.values, rows, *self.word_ngrams)
            if self.char_ngrams is not None:
                ngrams += self._char_ngrams(words.values, rows, *self.char_ngrams)
            hashes, ngram_rows = (tf.concat(parts, 0) for parts in zip(*ngrams, strict=True))
            return self._distinct(hashes, ngram_rows, words.nrows())

    def _word_ngrams(
        self, words: tf.Tensor, rows: tf.Tensor, least: int, most: int
    ) -> list[_NGrams]:
        hashed = tf.strings.to_hash_bucket_fast(words, 2**62)  # [words]
        return _windows(hashed, rows, rows, least, most)

    def _char_ngrams(
        self, words: tf.Tensor, rows: tf.Tensor, least: int, most: int
    ) -> list[_NGrams]:
        letters = tf.cast(tf.strings.unicode_decode(words, "UTF-8"), tf.int64)  # [words, letters]
        edge = tf.fill([tf.shape(words)[0], 1], tf.constant(_BOUNDARY, tf.int64))  # [words, 1]
        bounded = tf.concat([edge, letters, edge], axis=1)  # [words, 1 + letters + 1]
        word_of_letter = bounded.value_rowids()  # [all letters]
        # The offset keeps the n-gram of a single letter apart from the word of that letter.
        return _windows(
            bounded.values + (1 << 40),
            word_of_letter,
            tf.gather(rows, word_of_letter),
            least,
            most,
        )

    def _distinct(self, hashes: tf.Tensor, rows: tf.Tensor, num_rows: tf.Tensor) -> tf.RaggedTensor:
        """Gives the distinct buckets of each row from flat hashes, `<int64>[ngrams]`."""
        spread = tf.bitwise.bitwise_xor(hashes, tf.bitwise.right_shift(hashes, 31))
        spread *= tf.constant(_MULTIPLIER, tf.int64)
        spread = tf.bitwise.bitwise_xor(spread, tf.bitwise.right_shift(spread, 29))
        buckets = tf.math.floormod(spread, self.num_buckets - 1) + 1
        order = tf.sort(rows * 2**31 + buckets)  # [ngrams]
        first = tf.concat([tf.ones_like(order[:1], tf.bool), order[1:] != order[:-1]], 0)
        kept = tf.boolean_mask(order, first)  # [distinct ngrams]
        return tf.RaggedTensor.from_value_rowids(
            tf.cast(kept % 2**31, tf.int32), kept // 2**31, nrows=num_rows, validate=False
        )

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this object again, as JSON-able values."""
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
) -> list[_NGrams]:
    """Hashes all windows of `least` to `most` neighbours within a group.

    Args:
        values: `<int64>[count]`, what to hash.
        groups: `<int64>[count]`, ascending; a window lies within one group.
        rows: `<int64>[count]`, the row of each value.
        least: the smallest window.
        most: the largest window.

    Returns:
        For each size, `<int64>[windows]` hashes and `<int64>[windows]` rows.
    """
    ngrams = []
    hashed = values
    for n in range(1, most + 1):
        starts = tf.maximum(tf.size(values) - (n - 1), 0)
        if n > 1:
            # The windows that start at each place, made longer by one value.
            hashed = hashed[:starts] * tf.constant(_MULTIPLIER, tf.int64) + values[n - 1 :] + n
        if n >= least:
            whole = tf.equal(groups[:starts], groups[n - 1 :])  # [starts]
            ngrams.append((tf.boolean_mask(hashed, whole), tf.boolean_mask(rows[:starts], whole)))
    return ngrams


def _range(name: str, pair: Sequence[int] | None) -> tuple[int, int] | None:
    if pair is None:
        return None
    if len(pair) != 2 or not 1 <= pair[0] <= pair[1]:
        raise ValueError(f"{name} is {pair!r}; give (smallest, largest), for example (1, 2)")
    return int(pair[0]), int(pair[1])
