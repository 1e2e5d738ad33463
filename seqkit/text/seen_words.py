"""The words that training saw, and which share of a text's words are others: `unknown_rate`."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.text.code_points import decode
from seqkit.text.counting import count_tokens
from seqkit.text.normalization import Normalizer
from seqkit.text.ragged import flat_row_ids, places_where
from seqkit.text.word import WordTokenizer

# Beyond so many words, those that come least often count as not seen: 4 MB hold them.
MOST_WORDS = 2**20
# Texts are single words of an open kind, such as names, where there are so many of them, with
# hardly a second word, and more than half of all words are different.
_FEWEST_SINGLE_WORDS = 1000
_SINGLE_WORD = 1.1
_DIFFERENT = 0.5
_HANGUL = (0xAC00, 0xD7A3)
# Of which syllables a word of Hangul may be put together: the most of one part, and of all parts.
_LONGEST_PART = 4
_MOST_PARTS = 64
# Odd numbers of 64 bits, signed; the second is the inverse of the first modulo 2**64.
_BASE = 0x9E3779B97F4A7C15 - (1 << 64)
_INVERSE = pow(_BASE, -1, 1 << 64)
_INVERSE -= (1 << 64) * (_INVERSE >> 63)
_MULTIPLIER = 0xD6E8FEB86659FD93 - (1 << 64)
_WORDS_TOGETHER = 65_536


def word_normalizer() -> Normalizer:
    """Gives the one spelling of words: composed, in lower case, every digit 0."""
    return Normalizer("NFC", lowercase=True, digits="zero")


class SeenWords(tf.Module):
    """The set of words that training saw: `unknown_rate` is the share of a text's other words.

    This is the one definition for every model that reads text, whatever its tokens are:

    - Words are what `WordTokenizer` splits a text into, punctuation marks and symbols included. A
      word is spelled composed, in lower case and with digits 0. All words of a text count, also
      those after the place where a model cuts it.
    - Training saw a word if it stands in a training text, however rarely; what the dictionary
      keeps does not matter.
    - A word of Hangul, where particles and endings are written onto words and blanks are often
      left out, was also seen if it is a row of words that training saw, the first of at least two
      syllables: 영화 and 가 make 영화가.
    - Where the texts of training are single words, nearly all different (names, made-up words), a
      new one is no news: there, each character counts as a word does elsewhere.
    - A text without words has a rate of 0.

    Of each word only a fingerprint of 32 bits is kept, 4 bytes: of a million words seen, one in
    4,000 others is taken for one of them.

    Args:
        fingerprints: `<int32>[words]`, in any order.
        by_character: whether characters are counted in place of words.

    Example:
        >>> seen = SeenWords.learn([["A good film.", "영화 가"]])
        >>> words = WordTokenizer().tokenize(["a bad film!", "영화가 좋다", ""]).values
        >>> seen.unknown_rate(words).numpy().tolist()
        [0.5, 0.5, 0.0]
    """

    def __init__(self, fingerprints: Any, *, by_character: bool = False) -> None:
        super().__init__()
        self.by_character = by_character
        self._normalizer = word_normalizer()
        self._sorted = tf.constant(np.unique(np.asarray(fingerprints, np.int32)))

    @classmethod
    def learn(
        cls,
        batches: Iterable[Any],
        normalizer: Normalizer | None = None,
        *,
        by_character: bool | None = None,
    ) -> SeenWords:
        """Collects the words of training texts.

        Args:
            batches: batches of texts, read once; they need not fit into memory.
            normalizer: the model's; None for that of `WordTokenizer`.
            by_character: whether characters are counted in place of words; None finds out whether
                the texts are single words, nearly all different.

        Returns:
            The set.
        """
        texts = 0

        def counted() -> Iterator[Any]:
            nonlocal texts
            for batch in batches:
                texts += len(batch)
                yield batch

        counts = count_tokens(counted(), WordTokenizer(normalizer))
        if by_character is None:
            words = counts.total()
            by_character = (
                texts >= _FEWEST_SINGLE_WORDS
                and words <= _SINGLE_WORD * texts
                and len(counts) > _DIFFERENT * words
            )
        return cls([], by_character=by_character).extended(counts)

    def extended(self, counts: Mapping[str, int]) -> SeenWords:
        """Gives the set with more words.

        Args:
            counts: the number of occurrences of each word, as `count_tokens` gives them.

        Returns:
            A new set. Beyond 1,048,576 words, those that come least often are left out.
        """
        most = max(0, MOST_WORDS - len(self))
        new = [word for word, _ in Counter(counts).most_common(most)]
        parts = [self._sorted.numpy()]
        for start in range(0, len(new), _WORDS_TOGETHER):
            words = tf.constant(new[start : start + _WORDS_TOGETHER])
            parts.append(self._fingerprints_of(words).numpy())
        return SeenWords(np.concatenate(parts), by_character=self.by_character)

    def __len__(self) -> int:
        """Gives the number of words kept."""
        return len(self._sorted)

    def unknown_rate(self, words: tf.RaggedTensor) -> tf.Tensor:
        """Gives the share of words that training never saw.

        Args:
            words: ragged `<string>[batch, words]`, as `WordTokenizer` splits texts.

        Returns:
            `<float32>[batch]`; 0 for a text without words.
        """
        with tf.device("/CPU:0"):
            spelled = self._spell(words.values)  # [words, characters]
            splits = words.row_splits
            if self.by_character:
                splits = tf.gather(spelled.row_splits, splits)
                unknown = ~self._holds(_fingerprints(_single(spelled)))  # [all characters]
            else:
                unknown = ~self._saw(spelled)  # [words]
            counted = tf.RaggedTensor.from_row_splits(
                tf.cast(unknown, tf.float32), splits, validate=False
            )
            return tf.math.divide_no_nan(
                tf.reduce_sum(counted, axis=1), tf.cast(counted.row_lengths(), tf.float32)
            )

    def is_seen(self, words: Any) -> tf.Tensor:
        """Tells which words training saw; of a set of characters, all of whose characters it saw.

        Args:
            words: `<string>[words]`, as `WordTokenizer` splits texts.

        Returns:
            `<bool>[words]`.
        """
        spelled = self._spell(tf.convert_to_tensor(words, tf.string))
        if not self.by_character:
            return self._saw(spelled)
        seen = spelled.with_values(self._holds(_fingerprints(_single(spelled))))
        return tf.reduce_all(seen, axis=1)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this set again, as JSON-able values."""
        content = self._sorted.numpy().astype("<i4").tobytes()
        return {
            "fingerprints": base64.b64encode(content).decode(),
            "by_character": self.by_character,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> SeenWords:
        """Makes the set again from the result of `get_config`."""
        content = base64.b64decode(config["fingerprints"])
        return cls(np.frombuffer(content, "<i4"), by_character=config["by_character"])

    def _spell(self, words: tf.Tensor) -> tf.RaggedTensor:
        """Gives the code points of words in their one spelling, `<int32>[words, characters]`."""
        return self._normalizer(decode(words)).code_points

    def _fingerprints_of(self, words: tf.Tensor) -> tf.Tensor:
        with tf.device("/CPU:0"):
            spelled = self._spell(words)
            return _fingerprints(_single(spelled) if self.by_character else spelled)

    def _holds(self, fingerprints: tf.Tensor) -> tf.Tensor:
        """Tells which fingerprints, `<int32>[n]`, are those of words kept."""
        place = tf.searchsorted(self._sorted, fingerprints)  # [n]
        last = tf.pad(self._sorted, [[0, 1]])
        return tf.equal(tf.gather(last, place), fingerprints) & (place < tf.size(self._sorted))

    def _saw(self, words: tf.RaggedTensor) -> tf.Tensor:
        """Tells which words, ragged `<int32>[words, characters]`, were seen or are put together."""
        hashes = _hash(words.values)
        begin, end = words.row_splits[:-1], words.row_splits[1:]
        seen = self._holds(hashes.between(begin, end))  # [words]
        first = tf.gather(tf.pad(words.values, [[0, 1]]), begin)  # [words]
        is_hangul = (first >= _HANGUL[0]) & (first <= _HANGUL[1]) & (end > begin)
        places = places_where(~seen & is_hangul)  # [new]
        joined = self._is_joined(hashes, tf.gather(begin, places), tf.gather(end, places))
        return tf.tensor_scatter_nd_update(seen, places[:, tf.newaxis], joined)

    def _is_joined(self, hashes: _Hashes, begin: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
        """Tells which words are rows of words seen, the first of at least two syllables.

        Args:
            hashes: of all characters.
            begin: `<int64>[new]`, the first character of each word.
            end: `<int64>[new]`, the place after its last one.

        Returns:
            `<bool>[new]`.
        """
        syllables = tf.ragged.range(begin, end)  # [new, syllables]
        word = flat_row_ids(syllables)  # [all syllables]
        stop = syllables.values[:, tf.newaxis] + 1  # [all syllables, 1]
        length = tf.range(1, _LONGEST_PART + 1, dtype=tf.int64)  # [parts]
        start = stop - length  # [all syllables, parts]: of the parts that end here
        first = tf.gather(begin, word)[:, tf.newaxis]
        is_first = tf.equal(start, first)
        inside = (start > first) | (is_first & (length > 1))
        found = self._holds(tf.reshape(hashes.between(tf.maximum(start, 0), stop), [-1]))
        is_part = inside & tf.reshape(found, tf.shape(inside))  # [all syllables, parts]
        own = tf.range(tf.size(word))[:, tf.newaxis]
        before = tf.maximum(own - tf.cast(length, tf.int32), 0)  # the syllable before each part

        def go_on(reached: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            more = tf.reduce_any(is_part & (is_first | tf.gather(reached, before)), axis=1)
            return more, tf.reduce_any(tf.not_equal(more, reached))

        # Whether the word up to and with a syllable is put together: of one part, of two, ...
        reached, _ = tf.while_loop(
            lambda _, changed: changed,
            go_on,
            (tf.zeros_like(word, tf.bool), tf.constant(True)),
            maximum_iterations=_MOST_PARTS,
        )
        return tf.gather(reached, syllables.row_splits[1:] - 1)


class _Hashes(NamedTuple):
    """Sums that give the hash of any part of some characters.

    Attributes:
        sums: `<int64>[characters + 1]`, of the characters before a place, each times a power.
        inverse: `<int64>[characters + 1]`, one over the power of a place, modulo 2**64.
    """

    sums: tf.Tensor
    inverse: tf.Tensor

    def between(self, begin: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
        """Gives the fingerprints, `<int32>`, of characters from a place to before another."""
        whole = (tf.gather(self.sums, end) - tf.gather(self.sums, begin)) * tf.gather(
            self.inverse, begin
        )
        mixed = tf.bitwise.bitwise_xor(whole, tf.bitwise.right_shift(whole, 32))
        mixed *= tf.constant(_MULTIPLIER, tf.int64)
        return tf.cast(tf.bitwise.right_shift(mixed, 32), tf.int32)


def _hash(characters: tf.Tensor) -> _Hashes:
    """Makes the sums of characters, `<int32>[characters]`.

    Source: Karp and Rabin 1987, "Efficient randomized pattern-matching algorithms".
    """
    size = tf.size(characters)
    powers = tf.math.cumprod(tf.fill([size], tf.constant(_BASE, tf.int64)))
    values = (tf.cast(characters, tf.int64) + 1) * powers
    inverse = tf.fill([size + 1], tf.constant(_INVERSE, tf.int64))
    return _Hashes(
        tf.pad(tf.cumsum(values), [[1, 0]]),
        tf.math.cumprod(inverse, exclusive=True),
    )


def _fingerprints(words: tf.RaggedTensor) -> tf.Tensor:
    """Gives the fingerprints, `<int32>[words]`, of ragged `<int32>[words, characters]`."""
    return _hash(words.values).between(words.row_splits[:-1], words.row_splits[1:])


def _single(words: tf.RaggedTensor) -> tf.RaggedTensor:
    """Makes each character of ragged `[words, characters]` a word: `[all characters, 1]`."""
    return tf.RaggedTensor.from_uniform_row_length(words.values, 1)
