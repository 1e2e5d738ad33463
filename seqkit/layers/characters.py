"""Words read letter by letter."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of, check_rates, check_sizes

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class CharacterConvolution(keras.layers.Layer):
    """Makes a vector for each word from its letters, by convolution and max pooling.

    Args:
        num_characters: number of character ids; 0 is padding.
        embedding_dim: width of a letter's vector.
        filters: width of a word's vector.
        kernel_size: number of letters that a filter sees at once.
        dropout: share of the letter vectors' values set to zero in training.
        seed: seed of the dropout and of the initial weights.

    Raises:
        ValueError: a size is not positive, or the rate is outside [0, 1).

    Example:
        >>> import numpy as np
        >>> layer = CharacterConvolution(10, filters=4)
        >>> words = layer(np.array([[[2, 5, 6, 3], [2, 3, 0, 0], [0, 0, 0, 0]]]))
        >>> tuple(words.shape), bool(ops.all(words[0, 2] == 0))
        ((1, 3, 4), True)

    Source: dos Santos and Zadrozny (2014), "Learning character-level representations for
    part-of-speech tagging".
    """

    def __init__(
        self,
        num_characters: int,
        embedding_dim: int = 32,
        filters: int = 64,
        kernel_size: int = 3,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_sizes(num_characters=num_characters, embedding_dim=embedding_dim)
        check_sizes(filters=filters, kernel_size=kernel_size)
        check_rates(dropout=dropout)
        self.num_characters = num_characters
        self.embedding_dim = embedding_dim
        self.filters = filters
        self.kernel_size = kernel_size
        self.dropout = dropout
        self.seed = seed
        self.embedding = keras.layers.Embedding(
            num_characters,
            embedding_dim,
            embeddings_initializer=keras.initializers.RandomUniform(-0.2, 0.2, seed=seed),
            name="embedding",
            dtype=self.dtype_policy,
        )
        self.drop = keras.layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy)
        self.convolution = keras.layers.Dense(
            filters,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
            name="convolution",
            dtype=self.dtype_policy,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the weights."""
        self.embedding.build(input_shape)
        self.convolution.build((None, None, self.kernel_size * self.embedding_dim))
        self.built = True

    def call(self, character_ids: Tensor, training: bool | None = None) -> Tensor:
        """Reads words.

        Args:
            character_ids: `<int32>[batch, length, characters]`, padded on the right with 0.
            training: whether the dropout acts.

        Returns:
            `<float>[batch, length, filters]`, zeros for a word that is all padding.
        """
        batch, length, size = ops.shape(character_ids)
        flat = ops.reshape(character_ids, (-1, size))  # [batch * length, characters]
        inside = ops.expand_dims(ops.not_equal(flat, 0), -1)  # [batch * length, characters, 1]
        letters = self.drop(self.embedding(flat), training=training)
        letters = ops.where(inside, letters, ops.zeros_like(letters))
        before = (self.kernel_size - 1) // 2
        letters = ops.pad(letters, ((0, 0), (before, self.kernel_size - 1 - before), (0, 0)))
        # The letters that a filter sees side by side: one matrix product instead of a convolution
        # is several times as fast on CPU for words of a dozen letters.
        seen = [letters[:, k : k + size] for k in range(self.kernel_size)]
        # [batch * length, characters, filters]
        answers = ops.relu(self.convolution(ops.concatenate(seen, axis=-1)))
        # After relu nothing is below zero, so that padding set to zero does not raise the maximum.
        answers = ops.where(inside, answers, ops.zeros_like(answers))
        return ops.reshape(ops.max(answers, axis=1), (batch, length, self.filters))

    def compute_output_spec(self, character_ids: Tensor, training: bool | None = None) -> Tensor:
        """Gives the shape and type of one vector for each word."""
        return keras.KerasTensor((*character_ids.shape[:2], self.filters), self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, CharacterConvolution)
