"""The n-grams of the training texts, numbered: a table of their weights has no more rows."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.text.ngrams import HashedNGrams

# A hash has 30 bits; those of n-grams of letters come after those of words.
_HASHES = 2**30
_MOST_WAITING = 20_000_000
_MOST_ROUNDS = 1000
# Odd numbers of 32 bits, signed: the golden ratio, and a prime of xxHash.
_FIRST = 0x9E3779B1 - (1 << 32)
_SECOND = 0x85EBCA77 - (1 << 32)


class KnownNGrams(tf.Module):
    """Maps the words of a text to the numbers of those of its n-grams that training texts had.

    Word n-grams keep the order of neighbours ("not good"); character n-grams within a word and its
    boundaries tell about words that were not in the training texts. Each n-gram of a text counts
    once; others than those known are left out. Of an n-gram a hash of 30 bits is kept: of a million
    known, one in a thousand others is taken for one of them.

    Args:
        hashes: `<int32>[ngrams]`, all different; the n-gram at place `i` has the number `i + 1`.
        word_ngrams: the smallest and the largest number of words; None for no word n-grams.
        char_ngrams: the smallest and the largest number of characters; None for no character
            n-grams.

    Raises:
        ValueError: a range is empty or not positive, or both are None.

    Example:
        >>> texts = tf.ragged.constant([["not", "good"], ["good"]])
        >>> ngrams = KnownNGrams.learn([texts], word_ngrams=(1, 2), char_ngrams=None)
        >>> asked = tf.ragged.constant([["good", "not"], ["bad"]])
        >>> len(ngrams), ngrams(asked).row_lengths().numpy().tolist()
        (3, [2, 0])

    Source: a hash table in which each key has two places, as in Pagh and Rodler 2004, "Cuckoo
    Hashing"; characters within words as in Bojanowski et al. 2017, "Enriching Word Vectors with
    Subword Information".
    """

    def __init__(
        self,
        hashes: Any,
        *,
        word_ngrams: Sequence[int] | None = (1, 2),
        char_ngrams: Sequence[int] | None = (2, 5),
    ) -> None:
        super().__init__()
        self._hashes = np.asarray(hashes, np.int32)
        self._hashed = _Hashed(word_ngrams, char_ngrams)
        keys, numbers = _two_places(self._hashes)
        self._keys, self._numbers = tf.constant(keys), tf.constant(numbers)

    @classmethod
    def learn(
        cls,
        batches: Iterable[tf.RaggedTensor],
        *,
        most: int = 2**20,
        word_ngrams: Sequence[int] | None = (1, 2),
        char_ngrams: Sequence[int] | None = (2, 5),
    ) -> KnownNGrams:
        """Collects the n-grams of training texts.

        Args:
            batches: ragged `<string>[texts, None]`, the words of texts.
            most: the most n-grams; those that come in the most texts are kept.
            word_ngrams, char_ngrams: as in the class.

        Returns:
            The n-grams, the most frequent first.
        """
        hashes = _most_frequent(batches, _Hashed(word_ngrams, char_ngrams), most)
        return cls(hashes, word_ngrams=word_ngrams, char_ngrams=char_ngrams)

    def extended(self, batches: Iterable[tf.RaggedTensor], most: int = 2**20) -> KnownNGrams:
        """Gives more n-grams; those that are known keep their numbers.

        Args:
            batches: ragged `<string>[texts, None]`, the words of new training texts.
            most: the most n-grams; known ones are never dropped.

        Returns:
            A new object.
        """
        found = _most_frequent(batches, self._hashed, most)
        new = found[~np.isin(found, self._hashes)][: max(0, most - len(self))]
        hashes = np.concatenate([self._hashes, new])
        return KnownNGrams(hashes, **self._hashed.ranges)

    def __len__(self) -> int:
        """Gives the number of n-grams known."""
        return len(self._hashes)

    @property
    def of_letters(self) -> np.ndarray:
        """`<bool>[ngrams]`, whether the n-gram is one of letters, in the order of the numbers."""
        return self._hashes >= _HASHES

    def __call__(self, words: tf.RaggedTensor) -> tf.RaggedTensor:
        """Gives the numbers of the n-grams of each text that are known, each once.

        Args:
            words: ragged `<string>[batch, None]`.

        Returns:
            Ragged `<int32>[batch, None]`, values from 1 to `len(self)`.
        """
        with tf.device("/CPU:0"):
            hashes = self._hashed(words)  # [batch, n-grams]
            asked = hashes.values
            numbers = tf.zeros_like(asked)  # [all n-grams]
            for place in _places(asked, len(self._keys)):
                found = tf.equal(tf.gather(self._keys, place), asked)
                numbers = tf.where(found, tf.gather(self._numbers, place), numbers)
            known = numbers > 0
            return tf.RaggedTensor.from_value_rowids(
                tf.boolean_mask(numbers, known),
                tf.boolean_mask(hashes.value_rowids(), known),
                nrows=hashes.nrows(),
                validate=False,
            )

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this object again, as JSON-able values."""
        content = self._hashes.astype("<i4").tobytes()
        ranges = {name: pair and list(pair) for name, pair in self._hashed.ranges.items()}
        return {"hashes": base64.b64encode(content).decode(), **ranges}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> KnownNGrams:
        """Makes the object again from the result of `get_config`."""
        ranges = {name: config[name] for name in ("word_ngrams", "char_ngrams")}
        return cls(np.frombuffer(base64.b64decode(config["hashes"]), "<i4"), **ranges)


class _Hashed:
    """Words of texts as hashes of their n-grams: those of words, then those of letters."""

    def __init__(
        self, word_ngrams: Sequence[int] | None, char_ngrams: Sequence[int] | None
    ) -> None:
        if word_ngrams is None and char_ngrams is None:
            raise ValueError("word_ngrams and char_ngrams are both None; give at least one range")
        self._parts = [
            (start, HashedNGrams(_HASHES, word_ngrams=words, char_ngrams=letters))
            for start, words, letters in ((0, word_ngrams, None), (_HASHES, None, char_ngrams))
            if words is not None or letters is not None
        ]
        self.ranges = {"word_ngrams": word_ngrams, "char_ngrams": char_ngrams}

    def __call__(self, words: tf.RaggedTensor) -> tf.RaggedTensor:
        """Gives ragged `<int32>[batch, None]`, those of a text all different."""
        hashes = [ngrams(words) + start for start, ngrams in self._parts]
        return hashes[0] if len(hashes) == 1 else tf.concat(hashes, axis=1)


def _most_frequent(batches: Iterable[tf.RaggedTensor], hashed: _Hashed, most: int) -> np.ndarray:
    """Gives `<int32>[at most most]`: hashes by the number of their texts, then by their value."""
    counted = (np.zeros(0, np.int32), np.zeros(0, np.int64))
    waiting: list[np.ndarray] = []
    for words in batches:
        waiting.append(hashed(words).values.numpy())
        if sum(map(len, waiting)) > _MOST_WAITING:
            counted, waiting = _add(counted, waiting), []
    hashes, counts = _add(counted, waiting)
    return hashes[np.argsort(-counts, kind="stable")][:most]


def _add(
    counted: tuple[np.ndarray, np.ndarray], hashes: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    known, counts = counted
    new, more = np.unique(np.concatenate([known[:0], *hashes]), return_counts=True)
    both, places = np.unique(np.concatenate([known, new]), return_inverse=True)
    total = np.bincount(places, np.concatenate([counts, more]), len(both)).astype(np.int64)
    return both, total


def _places(hashes: Any, size: int) -> tuple[Any, Any]:
    """Gives the two places of hashes in a table; `hashes` is a tensor or an array of int32."""
    mask = np.int32(size - 1)
    with np.errstate(over="ignore"):
        first, second = hashes * np.int32(_FIRST), hashes * np.int32(_SECOND)
    if isinstance(hashes, np.ndarray):
        return (first >> 9) & mask, (second >> 9) & mask
    shifted = (tf.bitwise.right_shift(product, 9) for product in (first, second))
    one, other = (tf.bitwise.bitwise_and(product, mask) for product in shifted)
    return one, other


def _two_places(hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Puts each hash at one of its two places of a table.

    Args:
        hashes: `<int32>[n]`, all different, none of them 0.

    Returns:
        `<int32>[size]` twice: the hash at each place, 0 where there is none, and its number,
        counted from 1. `size` is a power of two, at least twice as many.

    Raises:
        ValueError: a hash comes twice.
    """
    if len(np.unique(hashes)) != len(hashes):
        raise ValueError("hashes are not all different; give each once")
    size = 2 ** max(1, int(2 * len(hashes) - 1).bit_length())
    while True:
        placed = _place(hashes, np.stack(_places(hashes, size)))
        if placed is not None:
            break
        size *= 2
    keys, numbers = np.zeros(size, np.int32), np.zeros(size, np.int32)
    keys[placed], numbers[placed] = hashes, np.arange(1, len(hashes) + 1)
    return keys, numbers


def _place(hashes: np.ndarray, places: np.ndarray) -> np.ndarray | None:
    """Gives the place of each hash, or None where some find none."""
    owner = np.full(places.max(initial=0) + 1, -1)
    own = np.zeros(len(hashes), np.int64)  # which of its two places each is at, or goes to
    homeless = np.arange(len(hashes))
    for _ in range(_MOST_ROUNDS):
        if not len(homeless):
            return places[own, np.arange(len(hashes))]
        wanted = places[own[homeless], homeless]
        before = owner[wanted]
        owner[wanted] = homeless  # Of several that want a place the last one has it.
        lost = homeless[owner[wanted] != homeless]
        left = np.unique(before[before >= 0])
        homeless = np.union1d(lost, left)
        own[homeless] = 1 - own[homeless]
    return None
