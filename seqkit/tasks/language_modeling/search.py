"""Sampled continuations of texts, token by token, each as if its text were alone."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from seqkit.decoding import sample
from seqkit.model.map_by_length import map_by_length
from seqkit.tasks.language_modeling.network import following
from seqkit.tasks.language_modeling.reading import read
from seqkit.text.tokenizer import Tokenizer

# One step computes all rows, and a step of 64 takes little longer than one of 32.
_ROWS_TOGETHER = 64
# Tokens at the end of a prompt that decide how it is joined to what follows: words look two back
# for spaces, and a character spelled in bytes has four pieces.
_BEFORE = 8


class Drawing(NamedTuple):
    """How tokens are drawn, each `[rows]`.

    Attributes:
        max_length: `<int32>`, the most tokens, from 0.
        temperature: `<float32>`, 0 for the most probable token each time.
        top_k: `<int32>`, 0 for all.
        top_p: `<float32>`, 1 for all.
        seed: `<int64>`.
    """

    max_length: tf.Tensor
    temperature: tf.Tensor
    top_k: tf.Tensor
    top_p: tf.Tensor
    seed: tf.Tensor


class Written(NamedTuple):
    """Generated tokens.

    Attributes:
        token_ids: ragged `<int32>[rows, None]`.
        log_probability: `<float32>[rows]`, the model's own.
    """

    token_ids: tf.RaggedTensor
    log_probability: tf.Tensor


def write_on(core: keras.Model, token_ids: tf.RaggedTensor, drawing: Drawing) -> Written:
    """Lets a language model continue prompts.

    Args:
        core: made with `build_language_model_core`.
        token_ids: ragged `<int32>[rows, None]`, prompts without BOS, at least one row.
        drawing: how tokens are drawn, for each row.

    Returns:
        The tokens that follow; never PAD, UNK or BOS, and EOS ends a text.
    """

    def some(rows: tf.Tensor) -> list[tf.Tensor]:
        now = Drawing(*(tf.gather(values, rows) for values in drawing))
        begun = read(core, tf.gather(token_ids, rows))
        result = sample(
            following(core),
            begun.state[:, tf.newaxis],
            bos_id=begun.last,
            **now._asdict(),
        )
        # A search generates at least one token.
        lengths = tf.minimum(result.lengths[:, 0], now.max_length)
        written = tf.sequence_mask(lengths, tf.shape(result.token_ids)[-1])
        score = tf.where(now.max_length > 0, result.log_probability[:, 0], 0.0)
        # The tokens of all rows one after another: [tokens]
        return [rows, score, lengths, tf.boolean_mask(result.token_ids[:, 0], written)]

    kinds = (tf.int32, tf.float32, tf.int32, tf.int32)
    specs = [tf.TensorSpec([None], kind) for kind in kinds]
    lengths = tf.cast(token_ids.row_lengths(), tf.int32)
    rows, score, written, ids = map_by_length(lengths, some, specs, _ROWS_TOGETHER)
    order = tf.argsort(rows)
    sizes = tf.cast(written, tf.int64)
    sequences = tf.RaggedTensor.from_row_lengths(ids, sizes, validate=False)  # [rows, tokens]
    return Written(tf.gather(sequences, order), tf.gather(score, order))


def continuation(
    tokenizer: Tokenizer,
    prompt: tf.Tensor,
    head: tf.RaggedTensor,
    rest: tf.RaggedTensor,
    written: tf.RaggedTensor,
) -> tf.Tensor:
    """Spells what follows prompts, so that the prompts themselves stay as they were.

    Args:
        tokenizer: joins tokens.
        prompt: `<string>[rows]`.
        head: ragged `<string>[rows, None]`, the prompt's tokens that were kept.
        rest: ragged `<string>[rows, None]`, those after them, which `written` spells again.
        written: ragged `<string>[rows, None]`, tokens that come after `head`.

    Returns:
        `<string>[rows]`.

    Example:
        >>> from seqkit.text import WordTokenizer
        >>> words = tf.ragged.constant([["two"], ["two"]], row_splits_dtype="int64")
        >>> none = tf.ragged.constant([[], []], tf.string, 1, row_splits_dtype="int64")
        >>> more = tf.ragged.constant([["cats", "."], ["cats"]], row_splits_dtype="int64")
        >>> continuation(WordTokenizer(), tf.constant(["Two", "Two "]), words, none, more).numpy()
        array([b' cats.', b'cats'], dtype=object)
    """
    head = head[:, -_BEFORE:]
    before = tokenizer.detokenize(tf.concat([head, rest], axis=1))
    whole = tokenizer.detokenize(tf.concat([head, written], axis=1))
    begun = tf.strings.length(before)
    size = tf.strings.length(whole)
    zero, one = tf.zeros_like(begun), tf.ones_like(begun)
    goes_on = tf.equal(tf.strings.substr(whole, zero, begun), before)
    cut = tf.where(goes_on, begun, 0)
    # Where letters at the seam become one character the text is left as it is.
    alone = tokenizer.detokenize(written)
    added = tf.where(goes_on, tf.strings.substr(whole, cut, size), alone)
    if tokenizer.lossless:
        return added
    # Words are parted by one space, and the prompt may have it already.
    at_end = tf.strings.substr(prompt, tf.maximum(tf.strings.length(prompt) - 1, 0), one)
    at_start = tf.strings.substr(added, zero, one)
    twice = tf.strings.regex_full_match(at_end, r"\s") & tf.equal(at_start, " ")
    return tf.strings.substr(added, tf.cast(twice, tf.int32), tf.strings.length(added))
