"""Texts as code points with their offsets in the raw text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.arguments import as_rows, shown

REPLACEMENT = 0xFFFD
"""The code point that replaces bytes that are not UTF-8."""

CODE_SPACE = 0x110000
"""The number of code points in Unicode."""

_PAGE = 256


def assigned_characters() -> Iterator[str]:
    """Yields every character that Unicode may have assigned, in code point order.

    Surrogates, unused planes and those for private use are left out.
    """
    for begin, end in ((0, 0xD800), (0xE000, 0x40000), (0xE0000, 0xE1000)):
        yield from map(chr, range(begin, end))


class AlignedText(NamedTuple):
    """Code points of texts, each with its offsets in the raw text.

    Attributes:
        code_points: ragged `<int32>[batch, None]`.
        start: ragged `<int32>[batch, None]`, offset of the first raw character (code point) that
            went into this code point.
        end: ragged `<int32>[batch, None]`, offset after the last one.
    """

    code_points: tf.RaggedTensor
    start: tf.RaggedTensor
    end: tf.RaggedTensor


class CodePointTable(tf.Module):
    """A small constant map from every code point to an integer.

    Code points are divided into pages of 256 and equal pages are kept once, so that a property of
    all of Unicode takes a few kilobytes in a SavedModel, needs no lookup table resource, and is
    read by two gathers.

    Args:
        values: the value of each code point.
        default: the value of all other code points.

    Raises:
        ValueError: a key is not a code point, or a value does not fit 32 bits.

    Example:
        >>> table = CodePointTable({ord("é"): 7}, default=1)
        >>> table.lookup(tf.constant([101, 233], tf.int32)).numpy().tolist()
        [1, 7]
    """

    def __init__(self, values: Mapping[int, int], default: int = 0) -> None:
        super().__init__()
        dense = np.full(CODE_SPACE, default, np.int64)
        if values:
            keys = np.fromiter(values.keys(), np.int64, len(values))
            if keys.min() < 0 or keys.max() >= CODE_SPACE:
                raise ValueError(
                    "values has keys that are not code points: expected 0 to 0x10FFFF, got "
                    f"{keys.min():#x} to {keys.max():#x}"
                )
            dense[keys] = np.fromiter(values.values(), np.int64, len(values))
        dtype = _smallest_dtype(int(dense.min()), int(dense.max()))
        pages: dict[bytes, int] = {}
        rows = dense.astype(dtype).reshape(-1, _PAGE)
        first = [pages.setdefault(row.tobytes(), len(pages) * _PAGE) for row in rows]
        # Eager constants are captured: a graph that uses the table many times stores it once.
        with tf.init_scope(), tf.device("/CPU:0"):
            self._first = tf.constant(first, tf.int32)
            self._pages = tf.constant(np.frombuffer(b"".join(pages), dtype))

    def lookup(self, code_points: tf.Tensor) -> tf.Tensor:
        """Looks up the values of code points.

        Args:
            code_points: `<int32>[...]`, each from 0 to 0x10FFFF.

        Returns:
            `<int32>[...]` of the same shape.
        """
        first = tf.gather(self._first, tf.bitwise.right_shift(code_points, 8))
        position = tf.bitwise.bitwise_or(first, tf.bitwise.bitwise_and(code_points, _PAGE - 1))
        return tf.cast(tf.gather(self._pages, position), tf.int32)


def decode(text: tf.Tensor) -> AlignedText:
    """Decodes UTF-8 to code points.

    Bytes that are not UTF-8 become U+FFFD, as many as with Python's `errors="replace"`; NUL and
    all other characters are kept.

    Args:
        text: `<string>[batch]`.

    Returns:
        Aligned code points, ragged `[batch, characters]`; offsets count decoded code points.

    Example:
        >>> aligned = decode(tf.constant([b"h\\xc3\\xa9", b"\\xff", b""]))
        >>> aligned.code_points.to_list()
        [[104, 233], [65533], []]
        >>> aligned.end.to_list()
        [[1, 2], [1], []]
    """
    code_points = tf.strings.unicode_decode(
        tf.ensure_shape(text, [None]), "UTF-8", errors="replace", replacement_char=REPLACEMENT
    )  # [batch, characters]
    lengths = tf.cast(code_points.row_lengths(), tf.int32)  # [batch]
    start = tf.ragged.range(lengths, row_splits_dtype=tf.int64).values  # [characters]
    return AlignedText(
        code_points,
        code_points.with_flat_values(start),
        code_points.with_flat_values(start + 1),
    )


def encode(code_points: tf.Tensor, splits: tf.Tensor) -> tf.Tensor:
    """Encodes sequences of code points as UTF-8 strings.

    Args:
        code_points: `<int32>[count]`, all sequences one after another.
        splits: `<int64>[strings + 1]`, where each sequence begins, and `count` at the end.

    Returns:
        `<string>[strings]`.

    Example:
        >>> encode(tf.constant([104, 105, 233]), tf.constant([0, 2, 3], tf.int64)).numpy().tolist()
        [b'hi', b'\\xc3\\xa9']
    """
    return tf.raw_ops.UnicodeEncode(
        input_values=code_points,
        input_splits=splits,
        output_encoding="UTF-8",
        errors="replace",
        replacement_char=REPLACEMENT,
    )


def encode_each(code_points: tf.Tensor) -> tf.Tensor:
    """Encodes each code point as a string of its own.

    Args:
        code_points: `<int32>[count]`.

    Returns:
        `<string>[count]`.

    Example:
        >>> encode_each(tf.constant([104, 233])).numpy().tolist()
        [b'h', b'\\xc3\\xa9']
    """
    # A text has few distinct characters, and making a string costs more than copying it.
    distinct, index = tf.unique(code_points)  # [distinct], [count]
    splits = tf.range(tf.size(distinct, tf.int64) + 1)
    return tf.gather(encode(distinct, splits), index)


def take_rows(text: AlignedText, rows: tf.Tensor) -> AlignedText:
    """Takes some texts of a batch.

    Args:
        text: code points with their offsets, ragged `[batch, characters]`.
        rows: `<int64>[rows]`, the texts to take.

    Returns:
        These texts, ragged `[rows, characters]`.

    Example:
        >>> text = decode(tf.constant(["ab", "c"]))
        >>> take_rows(text, tf.constant([1], tf.int64)).code_points.to_list()
        [[99]]
    """
    splits = text.code_points.row_splits
    begin, limit = tf.gather(splits, rows), tf.gather(splits, rows + 1)  # [rows]
    indices = tf.ragged.range(begin, limit, row_splits_dtype=tf.int64)  # [rows, characters]
    return AlignedText(
        *(indices.with_flat_values(tf.gather(part.flat_values, indices.values)) for part in text)
    )


def replace_rows(text: AlignedText, rows: tf.Tensor, replacement: AlignedText) -> AlignedText:
    """Replaces some texts of a batch by others.

    Args:
        text: code points with their offsets, ragged `[batch, characters]`.
        rows: `<int64>[rows]`, the texts to replace.
        replacement: one text for each of `rows`, ragged `[rows, characters]`.

    Returns:
        All texts, with those of `rows` replaced.

    Example:
        >>> text, other = decode(tf.constant(["ab", "c"])), decode(tf.constant(["def"]))
        >>> replace_rows(text, tf.constant([1], tf.int64), other).code_points.to_list()
        [[97, 98], [100, 101, 102]]
    """
    # Each row is read from the old texts or from the new ones, which are appended to them.
    old, new = text.code_points.row_splits, replacement.code_points.row_splits
    # [batch]
    begin = tf.tensor_scatter_nd_update(old[:-1], rows[:, None], new[:-1] + old[-1])
    limit = tf.tensor_scatter_nd_update(old[1:], rows[:, None], new[1:] + old[-1])
    indices = tf.ragged.range(begin, limit, row_splits_dtype=tf.int64)  # [batch, characters]
    return AlignedText(
        *(
            indices.with_flat_values(
                tf.gather(tf.concat([part.flat_values, other.flat_values], 0), indices.values)
            )
            for part, other in zip(text, replacement, strict=True)
        )
    )


def byte_offsets(
    text: tf.Tensor, start: tf.RaggedTensor, end: tf.RaggedTensor
) -> tuple[tf.RaggedTensor, tf.RaggedTensor]:
    """Converts offsets in characters to offsets in bytes.

    Args:
        text: `<string>[batch]`, UTF-8.
        start: ragged `<int32>[batch, None]`, offsets of first characters.
        end: ragged `<int32>[batch, None]`, offsets after last characters.

    Returns:
        Ragged `<int32>[batch, None]`, twice: start and end in bytes.

    Example:
        >>> offsets = tf.ragged.constant([[0, 1], [0]]), tf.ragged.constant([[1, 3], [1]])
        >>> [part.to_list() for part in byte_offsets(tf.constant(["éab", "가"]), *offsets)]
        [[[0, 2], [0]], [[2, 4], [3]]]
    """
    _, begins = tf.strings.unicode_decode_with_offsets(text, "UTF-8")  # [batch, characters]
    size = tf.strings.length(text)  # [batch]
    # [batch, characters + 1]
    limits = tf.concat([tf.cast(begins, tf.int32), tf.RaggedTensor.from_tensor(size[:, None])], 1)
    first = tf.gather(limits.row_starts(), start.value_rowids())  # [offsets]
    places = (first + tf.cast(offsets.values, tf.int64) for offsets in (start, end))
    begin, stop = (start.with_values(tf.gather(limits.values, place)) for place in places)
    return begin, stop


def as_text_tensor(
    texts: Any, name: str = "texts", *, item: Callable[[int], str] | None = None
) -> tf.Tensor:
    """Converts texts in any of the usual containers to a string tensor.

    Args:
        texts: a list, tuple or other iterable of `str` or `bytes`, a NumPy array, pandas series,
            pyarrow array, or tensor `<string>[batch]`.
        name: the argument that was given, as errors name it.
        item: how errors name the text of an index; None counts, as in `texts[3]`.

    Returns:
        `<string>[batch]`.

    Raises:
        TypeError: `texts` is one string, a table, or a tensor of another type.
        ValueError: a text is missing, is not a string, or has a lone surrogate; or `texts` has
            more than one dimension.

    Example:
        >>> as_text_tensor(["à", b"b"]).numpy().tolist()
        [b'\\xc3\\xa0', b'b']
    """
    if tf.is_tensor(texts):
        return _check_tensor(texts, name)
    items = as_rows(texts, name)
    item = item or (lambda index: f"{name}[{index}]")
    try:
        tensor = tf.constant(items, tf.string)
    except (TypeError, ValueError, UnicodeError) as error:
        _raise_for_bad_text(items, item)
        raise ValueError(f"{name} cannot be converted to a string tensor: {error}") from error
    if tensor.shape.rank != 1:
        _raise_for_bad_text(items, item)
    return tensor


def _check_tensor(texts: Any, name: str) -> tf.Tensor:
    if not isinstance(texts, tf.Tensor) or texts.dtype != tf.string:
        raise TypeError(
            f"{name} is a {type(texts).__name__} of {texts.dtype.name}; pass a dense string tensor "
            "<string>[batch]"
        )
    if texts.shape.rank not in (None, 1):
        raise ValueError(
            f"{name} has shape {tuple(texts.shape)}; pass one dimension, <string>[batch], "
            f"for instance tf.reshape({name}, [-1])"
        )
    return tf.ensure_shape(texts, [None])


def _raise_for_bad_text(items: list[Any], name: Callable[[int], str]) -> None:
    for index, item in enumerate(items):
        if isinstance(item, str):
            for position, character in enumerate(item):
                if 0xD800 <= ord(character) < 0xE000:
                    raise ValueError(
                        f"{name(index)} has the lone surrogate {character!r} at character "
                        f"{position}, which is not Unicode text; replace it, for instance with "
                        "text.encode('utf-8', 'replace')"
                    )
        elif _is_missing(item):
            raise ValueError(f"{name(index)} is missing ({item}); drop it or replace it with ''")
        elif not isinstance(item, bytes):
            raise ValueError(
                f"{name(index)} is {shown(item, 40)} of type {type(item).__name__}; "
                "pass str or bytes"
            )


def _is_missing(item: object) -> bool:
    # Those of pandas are recognised by name, since it may not be installed.
    if item is None or type(item).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(item, float) and item != item


def _smallest_dtype(low: int, high: int) -> type[np.generic]:
    for dtype in (np.uint8, np.int16, np.int32):
        if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
            return dtype
    raise ValueError(f"values must fit 32 bits, got {low} to {high}")
