"""Word dropout: the model meets the unknown word while it learns."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class WordDropout(keras.layers.Layer):
    """Replaces some tokens by the unknown token, in training alone.

    It teaches the embedding of the unknown token, which would otherwise be met only where
    training text holds rare words, and keeps the model from leaning on single words.

    Args:
        rate: share of the tokens to replace.
        unk_id: what they are replaced by.
        pad_id: a token that is never replaced.
        seed: seed of the choice.

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
    classification", section 2.3, with the unknown token in place of leaving the word out.
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
        if not 0 <= rate < 1:
            raise ValueError(f"rate must be in [0, 1), got {rate}")
        self.rate = rate
        self.unk_id = unk_id
        self.pad_id = pad_id
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, token_ids: Tensor, training: bool | None = None) -> Tensor:
        """Replaces tokens.

        Args:
            token_ids: `<int32>[batch, length]`.
            training: whether to replace at all.

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
        return super().get_config() | {
            "rate": self.rate,
            "unk_id": self.unk_id,
            "pad_id": self.pad_id,
            "seed": self.seed,
        }
