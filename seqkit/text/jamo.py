"""Korean texts as letters."""

from __future__ import annotations

from typing import ClassVar

import tensorflow as tf

from seqkit.text.code_points import AlignedText, decode, encode, encode_each
from seqkit.text.composition import (
    COUNT_S,
    COUNT_T,
    COUNT_V,
    HANGUL_L,
    HANGUL_S,
    HANGUL_T,
    HANGUL_V,
)
from seqkit.text.normalization import Normalizer
from seqkit.text.ragged import ragged
from seqkit.text.tokenizer import Tokenizer, Tokens, join_rows


class JamoTokenizer(Tokenizer):
    """Splits Hangul syllables into their two or three conjoining letters, the rest into characters.

    The letters tell their place in the syllable (initial, vowel and final are different code
    points), so that they join in only one way, and the normalised text comes back exactly. A
    letter has the offsets of its syllable.

    Source: The Unicode Standard, chapter 3.12, Conjoining Jamo Behavior.

    Args:
        normalizer: normalises the text first; only NFC by default.

    Raises:
        ValueError: the normalizer has no Unicode form; separate letters in the raw text could not
            be distinguished from those of a syllable.

    Example:
        >>> tokenizer = JamoTokenizer()
        >>> tokens = tokenizer.tokenize(["각 a"])
        >>> tokens.values.shape, tokens.start.to_list()
        (TensorShape([1, None]), [[0, 0, 0, 1, 2]])
        >>> tokenizer.detokenize(tokens.values).numpy()[0].decode()
        '각 a'
    """

    lossless: ClassVar[bool] = True

    def __init__(self, normalizer: Normalizer | None = None) -> None:
        super().__init__(normalizer if normalizer is not None else Normalizer("NFC"))
        if self.normalizer.unicode_form is None:
            raise ValueError(
                "normalizer has unicode_form None; jamo needs 'NFC' or 'NFKC' to join letters "
                "to syllables again"
            )
        self._syllables = Normalizer("NFC")

    def split(self, text: AlignedText) -> Tokens:
        """Splits normalised text into Hangul letters and other characters.

        Args:
            text: normalised code points with their offsets, ragged `[batch, characters]`.

        Returns:
            Tokens, ragged `[batch, letters]`.
        """
        code_points = text.code_points.flat_values  # [characters]
        syllable = code_points - HANGUL_S
        is_syllable = (syllable >= 0) & (syllable < COUNT_S)
        final = syllable % COUNT_T
        lengths = tf.where(is_syllable, tf.where(final > 0, 3, 2), 1)
        begin = tf.range(tf.size(code_points)) * 3
        letters = tf.stack(
            [
                tf.where(is_syllable, HANGUL_L + syllable // (COUNT_V * COUNT_T), code_points),
                HANGUL_V + syllable // COUNT_T % COUNT_V,
                HANGUL_T + final,
            ],
            axis=1,
        )  # [characters, 3]
        # [characters, 1 to 3]: which of the flat letters
        parts = tf.ragged.range(begin, begin + lengths, row_splits_dtype=tf.int64)
        source = parts.values // 3  # [all letters]: the character of each
        splits = tf.gather(parts.row_splits, text.code_points.row_splits)  # [batch + 1]
        return Tokens(
            *ragged(
                splits,
                encode_each(tf.gather(tf.reshape(letters, [-1]), parts.values)),
                tf.gather(text.start.flat_values, source),
                tf.gather(text.end.flat_values, source),
            )
        )

    def join(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Joins letters to syllables and everything to texts.

        Args:
            tokens: ragged `<string>[batch, None]`.

        Returns:
            `<string>[batch]`, in NFC.
        """
        joined = self._syllables(decode(join_rows(tokens))).code_points
        return encode(joined.flat_values, joined.row_splits)
