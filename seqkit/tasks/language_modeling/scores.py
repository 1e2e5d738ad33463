"""How plausible texts are to a language model, token by token, and where they are the least."""

from __future__ import annotations

import keras
import tensorflow as tf

from seqkit.tasks.language_modeling.reading import next_log_probabilities, token_log_probabilities
from seqkit.text import BOS_ID, EOS_ID, PAD_ID, UNK_ID, TextEncoder
from seqkit.text.code_points import decode
from seqkit.text.vocabulary import EOS

_NEVER_EXPECTED = (PAD_ID, UNK_ID, BOS_ID)


def token_scores(
    core: keras.Model, encoder: TextEncoder, text: tf.Tensor, *, with_end: bool
) -> dict[str, tf.Tensor | tf.RaggedTensor]:
    """Scores how probable each token of texts is after those before it.

    Args:
        core: made with `build_language_model_core`.
        encoder: texts to ids.
        text: `<string>[batch]`, at least one.
        with_end: whether the end of a text is predicted too.

    Returns:
        `tokens` ragged `<string>[batch, None]`, as they are written, and `[EOS]` for the end;
        `token_ids` ragged `<int32>[batch, None]`; `log_probabilities` ragged
        `<float32>[batch, None]`; `characters` `<int32>[batch]`; `unknown_rate` and
        `unknown_token_rate` `<float32>[batch]`, 0 for a text without a token.
    """
    encoded = encoder(text)
    tokens = encoded.tokens
    # From the tokens: a text without any is one UNK to the encoder.
    ids = encoder.vocabulary.token_to_id(tokens)
    nothing = tf.equal(tokens.row_lengths(), 0)
    if with_end:
        rows = tf.shape(text)[0]
        tokens = tf.concat([tokens, tf.fill([rows, 1], EOS)], axis=1)
        ids = tf.concat([ids, tf.fill([rows, 1], EOS_ID)], axis=1)
    return {
        "tokens": tokens,
        "token_ids": ids,
        "log_probabilities": token_log_probabilities(core, ids),
        "characters": tf.cast(decode(text).code_points.row_lengths(), tf.int32),
        "unknown_rate": tf.where(nothing, 0.0, encoded.unknown_rate),
        "unknown_token_rate": tf.where(nothing, 0.0, encoded.unknown_token_rate),
    }


def text_scores(each: tf.RaggedTensor) -> dict[str, tf.Tensor]:
    """Adds up the log-probabilities of texts' tokens.

    Args:
        each: ragged `<float32>[batch, None]`.

    Returns:
        `log_probability`, `perplexity` `<float32>[batch]` and `tokens` `<int32>[batch]`.

    Example:
        >>> texts = tf.ragged.constant([[-1.0, -2.0, -3.0], []], tf.float32)
        >>> {name: value.numpy().round(2).tolist() for name, value in text_scores(texts).items()}
        {'log_probability': [-6.0, 0.0], 'perplexity': [7.389999866485596, 1.0], 'tokens': [3, 0]}
    """
    count = tf.cast(each.row_lengths(), tf.int32)
    # A long text has more terms than float32 adds up exactly enough.
    total = tf.reduce_sum(tf.cast(each, tf.float64), axis=1)
    perplexity = tf.exp(-total / tf.cast(tf.maximum(count, 1), tf.float64))
    return {
        "log_probability": tf.cast(total, tf.float32),
        "perplexity": tf.cast(perplexity, tf.float32),
        "tokens": count,
    }


def surprises(
    core: keras.Model, encoder: TextEncoder, text: tf.Tensor, *, with_end: bool, num_likely: int
) -> dict[str, tf.Tensor]:
    """Finds the least expected token of each text, and more likely ones in its place.

    Args:
        core: made with `build_language_model_core`.
        encoder: texts to ids.
        text: `<string>[batch]`, at least one.
        with_end: whether the end of a text is predicted too.
        num_likely: how many likely tokens to give.

    Returns:
        `token` `<string>[batch]`; `position`, `start`, `end` `<int32>[batch]`, its number, -1 for a
        text without a token, and its place in characters; `log_probability` `<float32>[batch]`;
        `instead` `<string>[batch, n]` and `instead_scores` `<float32>[batch, n]`.
    """
    scored = token_scores(core, encoder, text, with_end=with_end)
    each, ids = scored["log_probabilities"], scored["token_ids"]
    # One more column, so that texts without a token have one.
    dense = tf.pad(each.to_tensor(float("inf")), [[0, 0], [0, 1]], constant_values=float("inf"))
    index = tf.argmin(dense, axis=1, output_type=tf.int32)
    places = tf.ragged.range(tf.cast(ids.row_lengths(), tf.int32), row_splits_dtype=tf.int64)
    earlier = places.values < tf.gather(index, places.value_rowids())
    scores = next_log_probabilities(core, tf.ragged.boolean_mask(ids, places.with_values(earlier)))

    def at_index(rows: tf.RaggedTensor, after: tf.Tensor) -> tf.Tensor:
        filled = tf.concat([rows, after[:, tf.newaxis]], axis=1)  # [batch, tokens + 1]
        return tf.gather(filled.values, filled.row_starts() + tf.cast(index, tf.int64))

    own = at_index(ids, tf.zeros_like(index))
    size = len(encoder.vocabulary)
    never = tf.one_hot(_NEVER_EXPECTED, size, on_value=True, off_value=False)
    never = tf.reduce_any(never, axis=0) | tf.one_hot(own, size, on_value=True, off_value=False)
    best, likely = tf.math.top_k(tf.where(never, -float("inf"), scores), min(num_likely, size))
    given = encoder.tokenizer.tokenize(text)
    has_token = each.row_lengths() > 0
    return {
        "token": at_index(scored["tokens"], tf.fill(tf.shape(text), "")),
        "position": tf.where(has_token, index, -1),
        "start": at_index(given.start, scored["characters"]),
        "end": at_index(given.end, scored["characters"]),
        "log_probability": at_index(each, tf.zeros(tf.shape(text))),
        "instead": encoder.vocabulary.id_to_token(likely),
        "instead_scores": best,
    }
