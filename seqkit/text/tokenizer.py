"""The base of all tokenizers: they normalise, split and join texts."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import tensorflow as tf

from seqkit.text.code_points import AlignedText, as_text_tensor, decode
from seqkit.text.normalization import Normalizer
from seqkit.text.ragged import flat_row_ids

_CLASSES = {
    "char": ("seqkit.text.char", "CharTokenizer"),
    "word": ("seqkit.text.word", "WordTokenizer"),
    "jamo": ("seqkit.text.jamo", "JamoTokenizer"),
    "subword": ("seqkit.text.subword", "SubwordTokenizer"),
}


class Tokens(NamedTuple):
    """Tokens of texts, with their offsets in the raw text.

    Attributes:
        values: ragged `<string>[batch, None]`.
        start: ragged `<int32>[batch, None]`, offset of the token's first character (code point) in
            the raw text, before normalisation.
        end: ragged `<int32>[batch, None]`, offset after the token's last character.
    """

    values: tf.RaggedTensor
    start: tf.RaggedTensor
    end: tf.RaggedTensor


class Tokenizer(tf.Module):
    """Base of the tokenizers; a subclass defines `split` and `join`.

    All methods work eagerly, in a `tf.function`, in `tf.data` and in a SavedModel, and consist of
    core TensorFlow operations: the graph needs no other library. AutoGraph does not convert them,
    so that `split` and `join` must use `tf.cond` and `tf.while_loop` where they depend on the text.

    Args:
        normalizer: normalises the text before it is split.

    Attributes:
        lossless: whether `detokenize(tokenize(text))` is the normalised text, exactly.
    """

    lossless: ClassVar[bool] = False

    def __init__(self, normalizer: Normalizer) -> None:
        super().__init__()
        self.normalizer = normalizer

    @tf.autograph.experimental.do_not_convert  # converting would only make tracing slow
    def tokenize(self, text: Any) -> Tokens:
        """Splits texts into tokens.

        Args:
            text: `<string>[batch]`, or anything `as_text_tensor` takes.

        Returns:
            Tokens; a text without tokens has an empty row.
        """
        # Integer operations on text gain nothing from an accelerator, only copies to and from it.
        with tf.device("/CPU:0"):
            return self.split(self.normalizer(decode(as_text_tensor(text))))

    @tf.autograph.experimental.do_not_convert  # converting would only make tracing slow
    def detokenize(self, tokens: Any) -> tf.Tensor:
        """Joins tokens to texts.

        Args:
            tokens: ragged `<string>[batch, None]`, or a list of lists of strings.

        Returns:
            `<string>[batch]`.
        """
        if not isinstance(tokens, tf.RaggedTensor):
            if tf.is_tensor(tokens):
                tokens = tf.RaggedTensor.from_tensor(tokens)
            else:
                tokens = tf.ragged.constant(tokens, tf.string, ragged_rank=1, inner_shape=())
        with tf.device("/CPU:0"):
            return self.join(tokens)

    def split(self, text: AlignedText) -> Tokens:
        """Splits normalised text.

        Args:
            text: normalised code points with their offsets in the raw text.

        Returns:
            Tokens.
        """
        raise NotImplementedError(f"{type(self).__name__} must define split")

    def join(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Joins tokens to texts.

        Args:
            tokens: ragged `<string>[batch, None]`.

        Returns:
            `<string>[batch]`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define join")

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this tokenizer again, as JSON-able values."""
        return {"normalizer": self.normalizer.get_config()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Tokenizer:
        """Makes a tokenizer from the result of `get_config`.

        Args:
            config: arguments by name; `normalizer` may be a mapping of the arguments of a
                `Normalizer`.

        Returns:
            The tokenizer.
        """
        arguments = dict(config)
        if isinstance(arguments.get("normalizer"), Mapping):
            arguments["normalizer"] = Normalizer.from_config(arguments["normalizer"])
        return cls(**arguments)


def join_rows(tokens: tf.RaggedTensor, separator: str = "") -> tf.Tensor:
    """Concatenates the strings of each row.

    Args:
        tokens: ragged `<string>[batch, None]`.
        separator: the string between two strings.

    Returns:
        `<string>[batch]`; an empty row gives an empty string.

    Example:
        >>> join_rows(tf.ragged.constant([["a", "b"], []]), separator="-").numpy().tolist()
        [b'a-b', b'']
    """
    batch = tf.size(tokens.row_splits) - 1
    return tf.strings.unsorted_segment_join(
        tokens.values, flat_row_ids(tokens), batch, separator=separator
    )


def serialize(tokenizer: Tokenizer) -> dict[str, Any]:
    """Describes a tokenizer as JSON-able values.

    Args:
        tokenizer: one of seqkit's tokenizers.

    Returns:
        Its registered name and its configuration, for `deserialize`.

    Raises:
        ValueError: the tokenizer's class is not registered.

    Example:
        >>> serialize(get("char"))["name"]
        'char'
    """
    place = (type(tokenizer).__module__, type(tokenizer).__qualname__)
    for name, registered in _CLASSES.items():
        if registered == place:
            return {"name": name, "config": tokenizer.get_config()}
    raise ValueError(
        f"tokenizer is a {type(tokenizer).__name__}; expected one of {', '.join(_CLASSES)}"
    )


def deserialize(config: Mapping[str, Any]) -> Tokenizer:
    """Makes a tokenizer from the result of `serialize`.

    Args:
        config: `name` and `config`.

    Returns:
        The tokenizer.

    Example:
        >>> type(deserialize(serialize(get("word")))).__name__
        'WordTokenizer'
    """
    return get(config["name"], **config["config"])


def get(name: str, **config: Any) -> Tokenizer:
    """Makes a tokenizer by name.

    Args:
        name: `"char"`, `"word"`, `"jamo"` or `"subword"`.
        config: arguments of the class, as `get_config` gives them.

    Returns:
        The tokenizer.

    Raises:
        ValueError: no tokenizer has this name.

    Example:
        >>> get("word", normalizer={"lowercase": False}).normalizer.lowercase
        False
    """
    if name not in _CLASSES:
        raise ValueError(f"name is {name!r}; expected one of {', '.join(_CLASSES)}")
    module, attribute = _CLASSES[name]  # imported late: the tokenizers import this module
    tokenizer: type[Tokenizer] = getattr(importlib.import_module(module), attribute)
    return tokenizer.from_config(config)
