"""Texts as characters."""

from __future__ import annotations

from typing import ClassVar

import tensorflow as tf

from seqkit.text.code_points import AlignedText, encode_each
from seqkit.text.normalization import Normalizer
from seqkit.text.tokenizer import Tokenizer, Tokens, join_rows


class CharTokenizer(Tokenizer):
    """One token for each code point of the normalised text.

    Joined, the tokens are exactly the normalised text. A token's offsets cover the raw characters
    that it was made from: two for a letter and an accent that NFC composes. The parts of a
    character that normalisation decomposes all have the offsets of the whole.

    Args:
        normalizer: normalises the text first; only NFC by default.

    Example:
        >>> tokenizer = CharTokenizer()
        >>> tokens = tokenizer.tokenize(["가 é"])
        >>> [token.decode() for token in tokens.values[0].numpy()]
        ['가', ' ', 'é']
        >>> tokenizer.detokenize(tokens.values).numpy()[0].decode()
        '가 é'
    """

    lossless: ClassVar[bool] = True

    def __init__(self, normalizer: Normalizer | None = None) -> None:
        super().__init__(normalizer if normalizer is not None else Normalizer("NFC"))

    def split(self, text: AlignedText) -> Tokens:
        """Splits normalised text into its code points.

        Args:
            text: normalised code points with their offsets in the raw text.

        Returns:
            Tokens, ragged `[batch, characters]`.
        """
        code_points = text.code_points  # [batch, characters]
        values = code_points.with_flat_values(encode_each(code_points.flat_values))
        return Tokens(values, text.start, text.end)

    def join(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Joins characters into texts.

        Args:
            tokens: ragged `<string>[batch, None]`.

        Returns:
            `<string>[batch]`.
        """
        return join_rows(tokens)
