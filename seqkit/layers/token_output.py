"""From features to scores of the next token."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class TokenOutput(keras.layers.Layer):
    """Holds a vector for each token of a vocabulary, to be compared with features.

    A call returns the features unchanged: scores for a large vocabulary are the most costly part
    of a text model, and the loss (`TokenCrossEntropy`) does not need them kept. `token_logits`
    computes them. For weight tying use the embedding in place of this layer.

    Args:
        vocabulary_size: number of tokens, the special ones included.

    Raises:
        ValueError: `vocabulary_size` is not positive.

    Example:
        >>> import numpy as np
        >>> layer = TokenOutput(40)
        >>> features = layer(np.ones((2, 5, 8), "float32"))
        >>> tuple(features.shape), tuple(token_logits(layer, features).shape)
        ((2, 5, 8), (2, 5, 40))
    """

    def __init__(self, vocabulary_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if vocabulary_size < 1:
            raise ValueError(f"vocabulary_size must be at least 1, got {vocabulary_size}")
        self.vocabulary_size = vocabulary_size

    def build(self, input_shape: tuple) -> None:
        """Creates a vector of the features' width for each token."""
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.vocabulary_size, int(input_shape[-1])),
            initializer="glorot_uniform",
        )
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        """Returns `<float>[..., dim]` unchanged."""
        return inputs

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Gives the shape of the outputs, that of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, TokenOutput)


def token_logits(layer: keras.layers.Layer, features: Tensor) -> Tensor:
    """Scores each token of the vocabulary.

    Args:
        layer: a `TokenOutput`, or an embedding if the weights are tied: any layer with
            `embeddings`, `<float>[vocabulary, dim]`.
        features: `<float>[..., dim]`.

    Returns:
        `<float32>[..., vocabulary]`, before the softmax.
    """
    vectors = ops.convert_to_tensor(layer.embeddings)
    # One matrix product: a batched one with the same matrix for all rows is slower.
    flat = ops.reshape(features, (-1, vectors.shape[1]))  # [rows, dim]
    logits = ops.matmul(flat, ops.transpose(vectors))  # [rows, vocabulary]
    logits = ops.reshape(logits, (*ops.shape(features)[:-1], vectors.shape[0]))
    return ops.cast(logits, "float32")
