"""A text classifier as Keras's own examples make one: strings in, `TextVectorization` inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops


def build(config: dict[str, Any], texts: Sequence[str]) -> keras.Model:
    """Builds and compiles the model, with layers and sizes that all who are compared have.

    Args:
        config: the sizes.
        texts: what the vocabulary is made from.

    Returns:
        A model of `<string>[batch, 1]` to `<float32>[batch, 2]`, logits.
    """
    # Words are parted by spaces and have their case; nothing else is to be done.
    vectorization = layers.TextVectorization(
        max_tokens=config["vocabulary_size"], standardize=None, split="whitespace"
    )
    vectorization.adapt(tf.data.Dataset.from_tensor_slices(list(texts)).batch(1024))
    recurrent = {"gru": layers.GRU, "lstm": layers.LSTM}[config["cell"]]
    text = keras.Input((1,), dtype="string", name="text")
    token_ids = vectorization(text)
    is_token = ops.expand_dims(ops.not_equal(token_ids, 0), -1)
    x = layers.Embedding(config["vocabulary_size"], config["embedding_dim"], mask_zero=True)(
        token_ids
    )
    x = layers.Dropout(config["dropout"])(x)
    states = layers.Bidirectional(recurrent(config["hidden_dim"], return_sequences=True))(x)
    scores = layers.Dense(1, use_bias=False)(
        layers.Dense(2 * config["hidden_dim"], activation="tanh")(states)
    )
    weights = layers.Softmax(axis=1)(scores, mask=is_token)
    attended = ops.sum(states * weights, axis=1)
    highest = ops.max(ops.where(is_token, states, -1e9), axis=1)
    x = layers.Dropout(config["dropout"])(ops.concatenate([attended, highest], axis=-1))
    model = keras.Model(text, layers.Dense(2)(x))
    model.compile(
        keras.optimizers.Adam(config["learning_rate"]),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model
