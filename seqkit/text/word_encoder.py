"""Words as ids: of the word in the dictionary, of its letters, and of its affixes and shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import tensorflow as tf

from seqkit.text.code_points import as_text_tensor, decode, encode
from seqkit.text.counting import count_tokens_of_each
from seqkit.text.jamo import JamoTokenizer
from seqkit.text.seen_words import SeenWords, word_normalizer
from seqkit.text.tokenizer import join_rows
from seqkit.text.traced_once import traced_once
from seqkit.text.vocabulary import BOS_ID, EOS_ID, PAD_ID, UNK_ID, Vocabulary
from seqkit.text.word import WordTokenizer
from seqkit.text.word_parts import MOST_PARTS, parts_of

# How many of a word's first and last letters; short words are filled up with these marks.
AFFIX_LENGTHS = (1, 2, 3, 4)
_BEFORE, _AFTER = "\x02", "\x03"
NUM_AFFIXES = 2 * len(AFFIX_LENGTHS) + 1
_SHAPES = (  # applied in this order; runs of one kind become at most two
    (r"\p{Hangul}+", "\x04"),
    (r"\p{Han}+", "\x05"),
    (r"[\p{Lo}\p{Lm}]+", "\x06"),
    (r"[\p{Lu}\p{Lt}]", "X"),
    (r"\p{Ll}", "x"),
    (r"\p{Nd}", "0"),
    (r"XXX+", "XX"),
    (r"xxx+", "xx"),
    (r"000+", "00"),
)


class EncodedWords(NamedTuple):
    """Words as ids.

    Attributes:
        token_ids: `<int32>[words]`, of the word in lower case with digits 0.
        character_ids: `<int32>[words, max_characters]`, of its letters between BOS and EOS, Hangul
            syllables as two or three letters each, case kept; padded with 0.
        affix_ids: `<int32>[words, 9]`, hashes of the first one to four letters, the last one to
            four, and the shape (`Xxx` for `Word`, `0.00` for `3.14`). Each kind has its own
            buckets.
        pretrained_ids: `<int32>[words, 4]`, of the word, spelled as for `token_ids`, among those
            with a pretrained vector; of a word without one, of its parts that have one (see
            `parts_of`); UNK where there are none; padded with 0. `<int32>[words]` where only whole
            words are looked up.
    """

    token_ids: tf.Tensor
    character_ids: tf.Tensor
    affix_ids: tf.Tensor
    pretrained_ids: tf.Tensor

    @property
    def unknown(self) -> tf.Tensor:
        """Gives `<bool>[words]`: words that neither dictionary nor pretrained vectors know."""
        return tf.equal(self.token_ids, UNK_ID) & tf.logical_not(self.has_vector)

    @property
    def has_vector(self) -> tf.Tensor:
        """Gives `<bool>[words]`: words that have a pretrained vector, or parts that have one."""
        ids = self.pretrained_ids
        return tf.not_equal(ids if ids.shape.rank == 1 else ids[:, 0], UNK_ID)


class WordEncoder(tf.Module):
    """Maps words to ids on several levels: the word, its letters, and its affixes and shape.

    A word that is not in the training texts is UNK in the dictionary, but still has letters,
    affixes and a shape. All levels consist of core TensorFlow operations, the same in training and
    serving.

    Args:
        vocabulary: words in lower case with digits 0.
        characters: letters.
        max_characters: the most characters read of a word, BOS and EOS included; of a longer word
            the first and the last half of them are read.
        affix_buckets: number of buckets for each kind of affix.
        pretrained: words with a pretrained vector, spelled as in `vocabulary`, or None.
        whole_words: whether these are looked up as wholes alone, never by their parts, as models
            do that were saved before words had parts.
        seen_words: the words of the training data, the rare ones among them; None where they are
            not known, as of models that were saved before words were kept.

    Raises:
        ValueError: `max_characters` or `affix_buckets` is too small.

    Example:
        >>> encoder = WordEncoder.learn([["Cat", "cats", "cat"]], min_count=1)
        >>> encoded = encoder(tf.constant(["CAT", "mat"]))
        >>> encoder.vocabulary.tokens[4:], encoded.token_ids.numpy().tolist()
        (('cat', 'cats'), [4, 1])
        >>> encoder.characters.id_to_token(encoded.character_ids[1, :5]).numpy().tolist()
        [b'[BOS]', b'[UNK]', b'a', b't', b'[EOS]']
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        characters: Vocabulary,
        *,
        max_characters: int = 24,
        affix_buckets: int = 8192,
        pretrained: Vocabulary | None = None,
        whole_words: bool = False,
        seen_words: SeenWords | None = None,
    ) -> None:
        super().__init__()
        if max_characters < 4:
            raise ValueError(f"max_characters is {max_characters}; give at least 4")
        if not 2 <= affix_buckets <= 2**26:
            raise ValueError(f"affix_buckets is {affix_buckets}; give a number from 2 to 2**26")
        self.vocabulary = vocabulary
        self.characters = characters
        self.max_characters = max_characters
        self.affix_buckets = affix_buckets
        self.pretrained = pretrained
        self.whole_words = whole_words
        self.seen_words = seen_words
        self._normalizer, self._letters = word_normalizer(), JamoTokenizer()
        self._splitter = WordTokenizer()
        self._encode_once = traced_once(self._encode, tf.TensorSpec([None], tf.string))

    @classmethod
    def learn(
        cls,
        batches: Iterable[Any],
        *,
        min_count: int = 2,
        vocabulary_size: int | None = None,
        max_characters: int = 24,
        affix_buckets: int = 8192,
    ) -> WordEncoder:
        """Learns words and letters from training data.

        Args:
            batches: batches of words, such as the flattened tokens of sentences.
            min_count: rarer words and letters become UNK, which trains its embedding.
            vocabulary_size: the most words, the four special ones included; None for no limit.
            max_characters: see the class.
            affix_buckets: see the class.

        Returns:
            The encoder.
        """
        counts, letters, words = _counts(batches)
        return cls(
            Vocabulary.from_counts(counts, min_count=min_count, max_size=vocabulary_size),
            Vocabulary.from_counts(letters, min_count=min_count),
            max_characters=max_characters,
            affix_buckets=affix_buckets,
            seen_words=SeenWords([]).extended(words),
        )

    @tf.autograph.experimental.do_not_convert  # converting would only make tracing slow
    def __call__(self, words: Any) -> EncodedWords:
        """Encodes words.

        Args:
            words: `<string>[words]`, or anything `as_text_tensor` takes.

        Returns:
            The ids.
        """
        return self._encode_once(as_text_tensor(words))

    def _encode(self, words: tf.Tensor) -> EncodedWords:
        with tf.device("/CPU:0"):
            aligned = decode(words)  # [words, characters]
            normal = self._normalizer(aligned).code_points  # [words, characters]
            lower = encode(normal.flat_values, normal.row_splits)  # [words]
            token_ids = self.vocabulary.token_to_id(lower)
            return EncodedWords(
                token_ids,
                self._character_ids(self._letters.split(self._letters.normalizer(aligned)).values),
                self._affix_ids(lower, aligned.code_points),
                self._pretrained_ids(lower),
            )

    def _pretrained_ids(self, lower: tf.Tensor) -> tf.Tensor:
        """Gives `<int32>[words, 4]`, or `[words]`, from words in lower case."""
        if self.pretrained is None:
            return tf.fill(tf.shape(lower), UNK_ID)
        whole = self.pretrained.token_to_id(lower)  # [words]
        if self.whole_words:
            return whole
        parts = self.pretrained.token_to_id(parts_of(lower))  # [words, (parts)]
        known = tf.ragged.boolean_mask(parts, tf.not_equal(parts, UNK_ID))
        known = known.to_tensor(PAD_ID, shape=[None, MOST_PARTS])  # [words, 4]
        first = tf.where(tf.equal(known[:, 0], PAD_ID), UNK_ID, known[:, 0])
        has_whole = tf.not_equal(whole, UNK_ID)
        rest = tf.where(has_whole[:, tf.newaxis], PAD_ID, known[:, 1:])
        return tf.concat([tf.where(has_whole, whole, first)[:, tf.newaxis], rest], 1)

    def _character_ids(self, letters: tf.RaggedTensor) -> tf.Tensor:
        """Gives `<int32>[words, max_characters]` from ragged `<string>[words, letters]`."""
        ids = self.characters.token_to_id(letters)  # [words, letters]
        half = (self.max_characters - 2) // 2
        lengths = ids.row_lengths()  # [words]
        # The second half: what follows the first one, of a long word its last letters.
        begin = tf.maximum(lengths - half, tf.minimum(lengths, half))  # [words]
        first = ids[:, :half].to_tensor(0, shape=[None, half])  # [words, half]
        inside = begin[:, tf.newaxis] + tf.range(half, dtype=tf.int64)  # [words, half]
        places = ids.row_starts()[:, tf.newaxis] + inside
        is_letter = inside < lengths[:, tf.newaxis]
        values = tf.concat([ids.values, [0]], 0)
        last = tf.where(is_letter, tf.gather(values, tf.where(is_letter, places, 0)), 0)
        kept = tf.concat([tf.fill([tf.shape(first)[0], 1], BOS_ID), first, last], 1)
        kept = tf.pad(kept, [[0, 0], [0, 1]])  # [words, 2 * half + 2]
        end = tf.one_hot(tf.minimum(lengths, 2 * half) + 1, 2 * half + 2, EOS_ID, 0, dtype=tf.int32)
        kept = kept + end
        return tf.pad(kept, [[0, 0], [0, self.max_characters - 2 * half - 2]])

    def _affix_ids(self, lower: tf.Tensor, code_points: tf.RaggedTensor) -> tf.Tensor:
        """Gives `<int32>[words, 9]` from words in lower case and from their raw code points."""
        most = max(AFFIX_LENGTHS)
        after = tf.strings.join([lower, _AFTER * most])
        before = tf.strings.join([_BEFORE * most, lower])
        kinds = [tf.strings.substr(after, 0, n, "UTF8_CHAR") for n in AFFIX_LENGTHS]
        kinds += [tf.strings.substr(before, -n, n, "UTF8_CHAR") for n in AFFIX_LENGTHS]
        shape = encode(code_points.flat_values, code_points.row_splits)  # [words]
        for pattern, written in _SHAPES:
            shape = tf.strings.regex_replace(shape, pattern, written)
        ids = tf.strings.to_hash_bucket_fast(tf.stack([*kinds, shape], 1), self.affix_buckets)
        return tf.cast(ids, tf.int32) + tf.range(NUM_AFFIXES) * self.affix_buckets

    def extended(
        self, batches: Iterable[Any], min_count: int = 1, max_size: int | None = None
    ) -> WordEncoder:
        """Gives an encoder that knows more words and letters; known ones keep their ids.

        Args:
            batches: batches of words of new training data.
            min_count: rarer words and letters are not added.
            max_size: the most ids of words; known words are never dropped.

        Returns:
            A new encoder.
        """
        counts, letters, words = _counts(batches)
        return self._with(
            vocabulary=self.vocabulary.extended(counts, min_count, max_size),
            characters=self.characters.extended(letters, min_count=min_count),
            seen_words=None if self.seen_words is None else self.seen_words.extended(words),
        )

    def with_pretrained(self, words: Vocabulary) -> WordEncoder:
        """Gives the same encoder with other words that have a pretrained vector.

        Args:
            words: words in lower case with digits 0.

        Returns:
            A new encoder.
        """
        return self._with(pretrained=words)

    def _with(self, **changed: Any) -> WordEncoder:
        """Gives the same encoder with other vocabularies or words seen."""
        arguments: dict[str, Any] = {
            "vocabulary": self.vocabulary,
            "characters": self.characters,
            "max_characters": self.max_characters,
            "affix_buckets": self.affix_buckets,
            "pretrained": self.pretrained,
            "whole_words": self.whole_words,
            "seen_words": self.seen_words,
        }
        return WordEncoder(**(arguments | changed))

    def is_unknown(self, words: Any) -> tf.Tensor:
        """Tells which words neither the dictionary nor pretrained vectors know.

        Args:
            words: `<string>[words]`.

        Returns:
            `<bool>[words]`.
        """
        return self(words).unknown

    @tf.autograph.experimental.do_not_convert  # converting would only make tracing slow
    def unknown_rates(
        self, words: tf.RaggedTensor, unknown: tf.RaggedTensor
    ) -> dict[str, tf.Tensor]:
        """Gives the shares of unknown words of sentences.

        Args:
            words: ragged `<string>[batch, None]`; each may be several words to `SeenWords`, as
                `mod_dict` is.
            unknown: ragged `<bool>[batch, None]`, what `is_unknown` tells of each.

        Returns:
            `unknown_rate` `<float32>[batch]`, the share of words that training never saw, as
            `SeenWords` defines it; `unknown_token_rate` `<float32>[batch]`, the share of `unknown`.
            Both are 0 for a sentence without words; without `seen_words` they are the same.
        """
        total = tf.reduce_sum(tf.cast(unknown, tf.float32), axis=1)
        rate = tf.math.divide_no_nan(total, tf.cast(unknown.row_lengths(), tf.float32))
        word_rate = rate
        if self.seen_words is not None:
            split = self._splitter.tokenize(join_rows(words, " ")).values
            word_rate = self.seen_words.unknown_rate(split)
        return {"unknown_rate": word_rate, "unknown_token_rate": rate}

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this encoder again, as JSON-able values."""
        return {
            "vocabulary": self.vocabulary.get_config(),
            "characters": self.characters.get_config(),
            "max_characters": self.max_characters,
            "affix_buckets": self.affix_buckets,
            "pretrained": None if self.pretrained is None else self.pretrained.get_config(),
            "whole_words": self.whole_words,
            "seen_words": None if self.seen_words is None else self.seen_words.get_config(),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> WordEncoder:
        """Makes the encoder again from the result of `get_config`."""
        pretrained, seen = config.get("pretrained"), config.get("seen_words")
        return cls(
            Vocabulary.from_config(config["vocabulary"]),
            Vocabulary.from_config(config["characters"]),
            max_characters=config["max_characters"],
            affix_buckets=config["affix_buckets"],
            pretrained=None if pretrained is None else Vocabulary.from_config(pretrained),
            whole_words=config.get("whole_words", True),
            seen_words=None if seen is None else SeenWords.from_config(seen),
        )


def normal_words(words: Any) -> tf.Tensor:
    """Spells words as the dictionary does: composed, in lower case, every digit 0.

    Args:
        words: `<string>[words]`, or anything `as_text_tensor` takes.

    Returns:
        `<string>[words]`.

    Example:
        >>> normal_words(["Paris", "1999"]).numpy().tolist()
        [b'paris', b'0000']
    """
    normal = word_normalizer()(decode(as_text_tensor(words))).code_points
    return encode(normal.flat_values, normal.row_splits)


def count_words(batches: Iterable[Any]) -> dict[str, int]:
    """Counts words in the spelling of the dictionary.

    Args:
        batches: batches of words.

    Returns:
        The number of occurrences of each word.

    Example:
        >>> count_words([["The", "the"], ["1999"]])
        {'the': 2, '0000': 1}
    """
    return _normal_counts(_raw_counts(batches))


def _counts(batches: Iterable[Any]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Counts each word; in distinct words, each letter, and each word as `WordTokenizer` splits."""
    raw = _raw_counts(batches)
    letters, words = count_tokens_of_each([[*raw]], [JamoTokenizer(), WordTokenizer()])
    return _normal_counts(raw), letters, words


def _raw_counts(batches: Iterable[Any]) -> dict[str, int]:
    raw: dict[str, int] = {}
    for words in batches:
        counted = (words if isinstance(words, pa.Array) else pa.array(words)).value_counts()
        for word, count in zip(*(counted.field(i).to_pylist() for i in (0, 1)), strict=True):
            raw[word] = raw.get(word, 0) + count
    return raw


def _normal_counts(raw: dict[str, int]) -> dict[str, int]:
    distinct = list(raw)
    counts: dict[str, int] = {}
    for start in range(0, len(distinct), 4096):
        part = distinct[start : start + 4096]
        for word, normal in zip(part, normal_words(part).numpy(), strict=True):
            name = normal.decode()
            counts[name] = counts.get(name, 0) + raw[word]
    return counts
