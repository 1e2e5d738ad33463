"""Texts read by a language model's core: the state after them, and how probable they are.

Texts of any length are read in windows with the state carried on, and scores of the vocabulary are
computed for some positions at a time, so that memory grows with the ids of the text alone.
"""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from seqkit.layers import token_logits
from seqkit.model.map_by_length import map_by_length
from seqkit.model.next_token import output_layer
from seqkit.model.recurrent_core import first_state, state_dim
from seqkit.tasks.language_modeling.network import following
from seqkit.text import BOS_ID, PAD_ID

_WINDOW = 256
# Scores of the vocabulary that are in memory at once: 32 MB.
_SCORES_TOGETHER = 1 << 23


class Read(NamedTuple):
    """Where reading has stopped: what a search starts from.

    Attributes:
        last: `<int32>[rows]`, the last token, which is not read yet; BOS of a text without any.
        state: `<float>[rows, state_dim]`, after all tokens before it.
    """

    last: tf.Tensor
    state: tf.Tensor


def read(core: keras.Model, token_ids: tf.RaggedTensor) -> Read:
    """Reads BOS and texts up to the last token.

    Args:
        core: made with `build_language_model_core`.
        token_ids: ragged `<int32>[rows, None]`, without BOS, at least one row.

    Returns:
        The last tokens, and the states before them.

    Example:
        >>> from seqkit.tasks.language_modeling import network
        >>> sizes = network.LanguageModelNetwork(hidden_dim=4)
        >>> core = network.build_language_model_core(9, sizes)
        >>> texts = tf.ragged.constant([[5, 6, 7], []], tf.int32, row_splits_dtype="int64")
        >>> last, state = read(core, texts)
        >>> last.numpy().tolist(), state.numpy().any(axis=1).tolist()
        ([7, 2], [True, False])
    """
    lengths = tf.cast(token_ids.row_lengths(), tf.int32)
    given = _from_beginning(token_ids).to_tensor(PAD_ID)
    last = tf.gather(given, lengths, batch_dims=1)
    longest = tf.reduce_max(lengths)
    before = tf.where(tf.sequence_mask(lengths, longest), given[:, :longest], PAD_ID)

    def window(at: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        inputs = {"token_ids": before[:, at : at + _WINDOW], "state": state}
        return at + _WINDOW, core(inputs, training=False)["state"]

    _, state = tf.while_loop(
        lambda at, _: at < longest, window, [tf.constant(0), _zeros(core, lengths)]
    )
    return Read(last, state)


def token_log_probabilities(core: keras.Model, wanted: tf.RaggedTensor) -> tf.RaggedTensor:
    """Scores how probable each token of texts is after those before it.

    Args:
        core: made with `build_language_model_core`.
        wanted: ragged `<int32>[rows, None]`, tokens, and EOS where it counts; at least one row.

    Returns:
        Ragged `<float32>[rows, None]`, natural logarithms.

    Example:
        >>> from seqkit.tasks.language_modeling import network
        >>> sizes = network.LanguageModelNetwork(hidden_dim=4)
        >>> core = network.build_language_model_core(9, sizes)
        >>> texts = tf.ragged.constant([[5, 6, 3], [3]], tf.int32, row_splits_dtype="int64")
        >>> token_log_probabilities(core, texts).row_lengths().numpy().tolist()
        [3, 1]
    """
    lengths = tf.cast(wanted.row_lengths(), tf.int32)

    def some(rows: tf.Tensor) -> list[tf.Tensor]:
        own = tf.gather(wanted, rows)
        sizes = tf.gather(lengths, rows)
        each = _of_batch(core, own)
        return [rows, sizes, tf.boolean_mask(each, tf.sequence_mask(sizes, tf.shape(each)[1]))]

    specs = [tf.TensorSpec([None], kind) for kind in (tf.int32, tf.int32, tf.float32)]
    rows, sizes, each = map_by_length(lengths, some, specs)
    sizes = tf.cast(sizes, tf.int64)
    scores = tf.RaggedTensor.from_row_lengths(each, sizes, validate=False)  # [rows, tokens]
    return tf.gather(scores, tf.argsort(rows))


def _of_batch(core: keras.Model, token_ids: tf.RaggedTensor) -> tf.Tensor:
    """Scores of some rows, computed padded: `<float32>[rows, length]`, at least one column."""
    # One more column than there are tokens, because kernels fail on an empty axis.
    wanted = tf.pad(token_ids.to_tensor(PAD_ID), [[0, 0], [0, 1]])
    before = _from_beginning(token_ids).to_tensor(PAD_ID)
    length = tf.maximum(tf.shape(wanted)[1] - 1, 1)
    output = output_layer(core)

    def window(
        at: tf.Tensor, number: tf.Tensor, state: tf.Tensor, parts: tf.TensorArray
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.TensorArray]:
        stop = tf.minimum(at + _WINDOW, length)
        outputs = core({"token_ids": before[:, at:stop], "state": state}, training=False)
        each = log_probabilities_of(output, outputs["features"], wanted[:, at:stop])
        # Windows are joined along time, so that comes first: [window, rows]
        return stop, number + 1, outputs["state"], parts.write(number, tf.transpose(each))

    parts = tf.TensorArray(
        tf.float32, 1, dynamic_size=True, infer_shape=False, element_shape=[None, None]
    )
    state = _zeros(core, token_ids.row_lengths())
    *_, parts = tf.while_loop(
        lambda at, *_: at < length,
        window,
        [tf.constant(0), tf.constant(0), state, parts],
        parallel_iterations=1,
    )
    return tf.transpose(parts.concat())


def log_probabilities_of(
    output: keras.layers.Layer, features: tf.Tensor, token_ids: tf.Tensor
) -> tf.Tensor:
    """Scores how probable given tokens are, with the scores of few positions in memory at once.

    Args:
        output: holds a vector for each token, see `output_layer`.
        features: `<float>[rows, length, dim]`, at least one.
        token_ids: `<int32>[rows, length]`.

    Returns:
        `<float32>[rows, length]`, natural logarithms.

    Example:
        >>> from seqkit.layers import TokenOutput
        >>> output = TokenOutput(4)
        >>> features = output(tf.zeros([1, 2, 3]))
        >>> log_probabilities_of(output, features, tf.constant([[1, 3]])).numpy().round(2).tolist()
        [[-1.3899999856948853, -1.3899999856948853]]
    """
    together = max(1, _SCORES_TOGETHER // output.embeddings.shape[0])
    flat = tf.reshape(features, [-1, features.shape[-1]])  # [rows * length, dim]
    wanted = tf.reshape(token_ids, [-1])

    def some(
        at: tf.Tensor, number: tf.Tensor, parts: tf.TensorArray
    ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray]:
        logits = token_logits(output, flat[at : at + together])
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=wanted[at : at + together], logits=logits
        )
        return at + together, number + 1, parts.write(number, -each)

    parts = tf.TensorArray(
        tf.float32, 1, dynamic_size=True, infer_shape=False, element_shape=[None]
    )
    *_, parts = tf.while_loop(
        lambda at, *_: at < tf.size(wanted),
        some,
        [tf.constant(0), tf.constant(0), parts],
        parallel_iterations=1,
    )
    return tf.reshape(parts.concat(), tf.shape(token_ids))


def _from_beginning(token_ids: tf.RaggedTensor) -> tf.RaggedTensor:
    rows = token_ids.nrows(out_type=tf.int32)
    return tf.concat([tf.fill([rows, 1], BOS_ID), token_ids], axis=1)


def _zeros(core: keras.Model, rows: tf.Tensor) -> tf.Tensor:
    """The state at the beginning of a text, for as many rows as there are values."""
    return tf.ensure_shape(first_state(core, tf.size(rows)), [None, state_dim(core)])


def next_log_probabilities(core: keras.Model, token_ids: tf.RaggedTensor) -> tf.Tensor:
    """Scores how probable each token of the dictionary is after texts.

    Args:
        core: made with `build_language_model_core`.
        token_ids: ragged `<int32>[rows, None]`, without BOS, at least one row.

    Returns:
        `<float32>[rows, vocabulary]`, natural logarithms.

    Example:
        >>> from seqkit.tasks.language_modeling import network
        >>> sizes = network.LanguageModelNetwork(hidden_dim=4)
        >>> core = network.build_language_model_core(9, sizes)
        >>> texts = tf.ragged.constant([[5, 6, 7], []], tf.int32, row_splits_dtype="int64")
        >>> tf.reduce_sum(tf.exp(next_log_probabilities(core, texts)), 1).numpy().round(4).tolist()
        [1.0, 1.0]
    """
    step, vocabulary = following(core), output_layer(core).embeddings.shape[0]

    def some(rows: tf.Tensor) -> list[tf.Tensor]:
        last, state = read(core, tf.gather(token_ids, rows))
        logits = step(last[:, tf.newaxis], state[:, tf.newaxis]).logits[:, 0]
        return [rows, tf.nn.log_softmax(tf.cast(logits, tf.float32))]

    specs = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, vocabulary], tf.float32)]
    rows, scores = map_by_length(tf.cast(token_ids.row_lengths(), tf.int32), some, specs)
    return tf.gather(scores, tf.argsort(rows))
