"""Pooling: from a vector for each step to one vector for the sequence."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of
from seqkit.layers.attention import MASKED

Tensor = Any

MODES = ("last", "mean", "max", "attention")


@keras.saving.register_keras_serializable("seqkit")
class Pooling(keras.layers.Layer):
    """Makes one vector of a sequence, independent of its padding.

    `last` takes the vector at the last valid position; for a bidirectional encoder use its
    `return_state` instead, since at that position the backward half has read only one step.
    `mean` and `max` go over the valid positions, feature by feature. `attention` averages with
    learned weights, `softmax(tanh(sequence W + b) u)`.

    Args:
        mode: `"last"`, `"mean"`, `"max"` or `"attention"`.

    Raises:
        ValueError: the mode is unknown.

    Example:
        >>> import numpy as np
        >>> sequence = np.array([[[1.0], [3.0], [8.0]]], "float32")
        >>> padding_mask = np.array([[True, True, False]])
        >>> [float(Pooling(mode)(sequence, padding_mask)[0, 0]) for mode in ("last", "mean", "max")]
        [3.0, 2.0, 3.0]

    Source: attention as in Yang et al. (2016), "Hierarchical attention networks for document
    classification", equations 5 to 7.
    """

    def __init__(self, mode: str = "mean", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        self.mode = mode

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the weights of the mode `attention`; the others have none."""
        if self.mode == "attention":
            dim = input_shape[-1]
            self.kernel = self.add_weight(name="kernel", shape=(dim, dim))
            self.bias = self.add_weight(name="bias", shape=(dim,), initializer="zeros")
            self.query = self.add_weight(name="query", shape=(dim, 1))
        self.built = True

    def call(self, sequence: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """Pools a batch of right-padded sequences.

        Args:
            sequence: `<float>[batch, length, dim]`.
            padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.

        Returns:
            `<float>[batch, dim]`, zeros for a row that is all padding.
        """
        if padding_mask is None:
            padding_mask = ops.ones(ops.shape(sequence)[:2], "bool")
        valid = ops.expand_dims(ops.cast(padding_mask, "bool"), -1)  # [batch, length, 1]
        # `where`, not a product with zero: values at padding may be anything, NaN included.
        sequence = ops.where(valid, sequence, ops.zeros_like(sequence))
        if self.mode == "max":
            highest = ops.max(ops.where(valid, sequence, ops.full_like(sequence, MASKED)), axis=1)
            return ops.where(ops.any(valid, axis=1), highest, ops.zeros_like(highest))
        return ops.sum(sequence * self._weights(sequence, valid), axis=1)

    def _weights(self, sequence: Tensor, valid: Tensor) -> Tensor:
        """Gives `<float>[batch, length, 1]`: the weight of each position, zero at padding."""
        counted = ops.cast(valid, sequence.dtype)
        if self.mode == "last":
            following = ops.concatenate([counted[:, 1:], ops.zeros_like(counted[:, :1])], axis=1)
            return counted * (1 - following)
        if self.mode == "mean":
            return counted / ops.maximum(ops.sum(counted, axis=1, keepdims=True), 1)
        scores = ops.matmul(ops.tanh(ops.matmul(sequence, self.kernel) + self.bias), self.query)
        scores = ops.where(valid, scores, ops.full_like(scores, MASKED))
        return ops.softmax(scores, axis=1) * counted

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Gives the shape of the inputs without their length."""
        return (input_shape[0], input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, Pooling)
