"""Word dropout: tokens become unknown during training."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of, check_rates

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class WordDropout(keras.layers.Layer):
    """Replaces a share of the tokens by the unknown token, in training only.

    This trains the embedding of the unknown token, which otherwise stands only for the rare words
    of the training texts, and keeps the model from relying on single words.

    Args:
        rate: share of the tokens to replace.
        unk_id: id of the unknown token.
        pad_id: id of padding, which is never replaced.
        seed: seed of the choice of tokens.

    Raises:
        ValueError: the rate is outside [0, 1).

    Example:
        >>> import numpy as np
        >>> layer = WordDropout(0.5, seed=1)
        >>> token_ids = np.array([[7, 8, 9, 0]])
        >>> layer(token_ids, training=False).numpy().tolist()
        [[7, 8, 9, 0]]
        >>> set(layer(token_ids, training=True).numpy().ravel().tolist()) <= {0, 1, 7, 8, 9}
        True

    Source: Iyyer et al. (2015), "Deep unordered composition rivals syntactic methods for text
    classification", section 2.3, but with the unknown token instead of leaving the word out.
    """

    def __init__(
        self,
        rate: float,
        unk_id: int = 1,
        pad_id: int = 0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_rates(rate=rate)
        self.rate = rate
        self.unk_id = unk_id
        self.pad_id = pad_id
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, token_ids: Tensor, training: bool | None = None) -> Tensor:
        """Replaces tokens.

        Args:
            token_ids: `<int32>[batch, length]`.
            training: whether tokens are replaced.

        Returns:
            `<int32>[batch, length]`.
        """
        if not training or self.rate == 0:
            return token_ids
        chance = keras.random.uniform(
            ops.shape(token_ids), dtype="float32", seed=self.seed_generator
        )
        replaced = ops.logical_and(chance < self.rate, ops.not_equal(token_ids, self.pad_id))
        return ops.where(replaced, ops.full_like(token_ids, self.unk_id), token_ids)

    def compute_output_spec(self, token_ids: Tensor, training: bool | None = None) -> Tensor:
        """Gives the same shape and the same integer type."""
        return keras.KerasTensor(token_ids.shape, dtype=token_ids.dtype)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, WordDropout)
