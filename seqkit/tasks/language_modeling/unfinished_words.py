"""Texts that may end within a word, and which tokens can spell that word anew.

Where a text ends within a word, its last tokens are not those of the whole word: a model of words
would read an unknown one, and pieces would be cut differently. So the unfinished word is not read,
and what is generated in its place must begin as it does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.tasks.language_modeling.text_ends import TextEnds
from seqkit.text import SubwordTokenizer, TextEncoder, WordTokenizer
from seqkit.text.code_points import decode
from seqkit.text.tokenizer import join_rows

# Bytes without a space, in scripts that have none: a longer stretch is left as it was cut.
_LONGEST = 64


class Begun(NamedTuple):
    """Texts, the part of them that is read, and the part that must be spelled again.

    Attributes:
        prefix: `<string>[rows]`, as given.
        head: ragged `<string>[rows, None]`, the tokens that are read.
        head_ids: ragged `<int32>[rows, None]`.
        rest: ragged `<string>[rows, None]`, the tokens after them.
        rest_text: `<string>[rows]`, what they spell.
        rest_length: `<int32>[rows]`, how much must be spelled again: in words, or in bytes for
            pieces.
        required: `<int32>[rows]`, how much must be generated before an end may come.
        spaced: `<bool>[rows]`, whether a text ends with a space, or has no token.
    """

    prefix: tf.Tensor
    head: tf.RaggedTensor
    head_ids: tf.RaggedTensor
    rest: tf.RaggedTensor
    rest_text: tf.Tensor
    rest_length: tf.Tensor
    required: tf.Tensor
    spaced: tf.Tensor

    def take(self, rows: tf.Tensor) -> Begun:
        """Gives some of the texts, `<int32>[n]`."""
        return Begun(*(tf.gather(part, rows) for part in self))


def token_lengths(encoder: TextEncoder, ends: TextEnds) -> np.ndarray:
    """How much of an unfinished word each token spells, in the unit of `Begun.rest_length`.

    Args:
        encoder: texts to ids.
        ends: of the encoder's tokens.

    Returns:
        `<int32>[vocabulary]`.
    """
    if isinstance(encoder.tokenizer, SubwordTokenizer):
        return np.array([len(surface) for surface in ends.surfaces], "int32")
    return np.ones(len(ends.surfaces), "int32")


def fitting_tokens(encoder: TextEncoder, ends: TextEnds, rest_text: tf.Tensor) -> tf.Tensor:
    """Which tokens may come at each place of what must be spelled again.

    Args:
        encoder: texts to ids.
        ends: of the encoder's tokens.
        rest_text: `<string>[rows]`.

    Returns:
        `<bool>[rows, places, vocabulary]`.
    """
    surfaces = tf.constant(ends.surfaces, tf.string)
    if isinstance(encoder.tokenizer, SubwordTokenizer):
        return _pieces_that_fit(surfaces, rest_text)
    # A word is generated at once; characters need not be spelled again.
    return _beginning_with(surfaces[tf.newaxis], rest_text[:, tf.newaxis])[:, tf.newaxis]


def begun_texts(encoder: TextEncoder, ends: TextEnds, prefix: tf.Tensor, *, word: bool) -> Begun:
    """Separates unfinished words from the texts that end with them.

    Args:
        encoder: texts to ids.
        ends: of the encoder's tokens.
        prefix: `<string>[rows]`.
        word: whether a word is completed; otherwise a sentence or a line is.

    Returns:
        The parts of each text.
    """
    tokens = encoder.tokenizer.tokenize(prefix)
    ids = encoder.vocabulary.token_to_id(tokens.values)  # [rows, tokens]
    count = tf.cast(ids.row_lengths(), tf.int32)
    last = _last(ids, -1)
    has_tokens = last >= 0
    last = tf.maximum(last, 0)
    characters = tf.cast(decode(prefix).code_points.row_lengths(), tf.int32)
    inside = has_tokens & tf.gather(tf.constant(ends.inside), last)
    inside &= tf.equal(_last(tokens.end, 0), characters)
    if word:
        complete = ~inside
    else:
        finished = tf.constant(ends.before | ends.after)
        complete = ~has_tokens | tf.gather(finished, last)
    if isinstance(encoder.tokenizer, WordTokenizer):
        kept = count - tf.cast(inside, tf.int32)
    elif isinstance(encoder.tokenizer, SubwordTokenizer):
        kept = _before_last_space(ids, ends, count)
    else:
        kept = count
    in_head = tf.ragged.range(count, row_splits_dtype=tf.int64)
    in_head = in_head.with_values(in_head.values < tf.gather(kept, in_head.value_rowids()))
    behind = in_head.with_values(~in_head.values)
    rest = tf.ragged.boolean_mask(tokens.values, behind)
    if isinstance(encoder.tokenizer, SubwordTokenizer):
        rest_ids = tf.ragged.boolean_mask(ids, behind)
        surfaces = tf.constant(ends.surfaces, tf.string)
        rest_text = join_rows(rest_ids.with_values(tf.gather(surfaces, rest_ids.values)))
        # Pieces are cut as if a space came before the text.
        rest_text = tf.where(has_tokens, rest_text, " ")
        rest_length = tf.strings.length(rest_text)
    else:
        rest_text = join_rows(rest)
        rest_length = count - kept
    return Begun(
        prefix,
        tf.ragged.boolean_mask(tokens.values, in_head),
        tf.ragged.boolean_mask(ids, in_head),
        rest,
        rest_text,
        rest_length,
        rest_length + tf.cast(complete, tf.int32),
        ~has_tokens | tf.gather(tf.constant(ends.blank), last),
    )


def _last(rows: tf.RaggedTensor, otherwise: int) -> tf.Tensor:
    """The last value of each row, `<int32>[rows]`."""
    filled = tf.concat([tf.fill([rows.nrows(out_type=tf.int32), 1], otherwise), rows], axis=1)
    return tf.gather(filled.values, filled.row_limits() - 1)


def _before_last_space(ids: tf.RaggedTensor, ends: TextEnds, count: tf.Tensor) -> tf.Tensor:
    """How many pieces there are before the last one that begins with a space, `<int32>[rows]`."""
    spaced = np.array([surface.startswith(b" ") for surface in ends.surfaces])
    sizes = np.array([len(surface) for surface in ends.surfaces], "int32")
    places = tf.ragged.range(count, row_splits_dtype=tf.int64)
    at_space = tf.where(tf.gather(tf.constant(spaced), ids.values), places.values, -1)
    kept = tf.reduce_max(
        tf.concat([tf.fill([tf.size(count), 1], -1), places.with_values(at_space)], 1), 1
    )
    behind = tf.cast(places.values >= tf.gather(kept, places.value_rowids()), tf.int32)
    size = tf.reduce_sum(places.with_values(behind * tf.gather(tf.constant(sizes), ids.values)), 1)
    return tf.where((kept >= 0) & (size <= _LONGEST), kept, count)


def _beginning_with(tokens: tf.Tensor, text: tf.Tensor) -> tf.Tensor:
    """Whether tokens begin with texts, for shapes that broadcast."""
    shape = tf.broadcast_dynamic_shape(tf.shape(tokens), tf.shape(text))
    size = tf.broadcast_to(tf.strings.length(text), shape)
    tokens = tf.broadcast_to(tokens, shape)
    return tf.equal(tf.strings.substr(tokens, tf.zeros_like(size), size), text)


def _pieces_that_fit(surfaces: tf.Tensor, rest: tf.Tensor) -> tf.Tensor:
    """Which pieces may come after each byte of a rest.

    Args:
        surfaces: `<string>[vocabulary]`.
        rest: `<string>[rows]`.

    Returns:
        `<bool>[rows, places, vocabulary]`: the piece lies within what is left, or begins with it.
    """
    places = tf.range(tf.reduce_max(tf.strings.length(rest)) + 1)

    def of_row(rest: tf.Tensor) -> tf.Tensor:
        size = tf.strings.length(rest)
        left = tf.strings.substr(
            tf.fill(tf.shape(places), rest),
            tf.minimum(places, size),
            tf.fill(tf.shape(places), size),
        )[:, tf.newaxis]
        all_pieces = surfaces[tf.newaxis]
        return _beginning_with(all_pieces, left) | _beginning_with(left, all_pieces)

    vocabulary = surfaces.shape[0]
    return tf.map_fn(of_row, rest, fn_output_signature=tf.TensorSpec([None, vocabulary], tf.bool))
