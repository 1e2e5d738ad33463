"""Dropout whose rate rises from zero in the first steps of training."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of, check_rates

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class ScheduledDropout(keras.layers.Layer):
    """Sets a share of the values to zero in training, rising linearly to `rate`.

    A network cannot overfit in its first steps, and learns faster when it sees everything. With
    `warm_up_steps=0` this is Keras's `Dropout`.

    Args:
        rate: share of the values set to zero after the warm-up.
        warm_up_steps: number of training steps after which that share is reached.
        seed: seed of the dropout.

    Raises:
        ValueError: the rate is outside [0, 1), or `warm_up_steps` is negative.

    Example:
        >>> import numpy as np
        >>> layer = ScheduledDropout(0.4, warm_up_steps=2, seed=0)
        >>> ones = np.ones((1, 1000), "float32")
        >>> [round(float((np.asarray(layer(ones, training=True)) == 0).mean()), 1) for _ in "abc"]
        [0.0, 0.2, 0.4]

    Source: Morerio et al. (2017), "Curriculum dropout", arXiv:1703.06229, but linear instead of
    exponential.
    """

    def __init__(
        self, rate: float, warm_up_steps: int = 0, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_rates(rate=rate)
        if warm_up_steps < 0:
            raise ValueError(f"warm_up_steps must be 0 or more, got {warm_up_steps}")
        self.rate = rate
        self.warm_up_steps = warm_up_steps
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: tuple) -> None:
        """Creates the count of steps."""
        if self.warm_up_steps:
            self.steps = self.add_weight(
                name="steps", shape=(), dtype="int32", initializer="zeros", trainable=False
            )
        self.built = True

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Drops values.

        Args:
            inputs: `<float>[...]`.
            training: whether the dropout acts.

        Returns:
            `<float>[...]`, the values kept scaled up so that the mean stays the same.
        """
        if not training or self.rate == 0:
            return inputs
        if not self.warm_up_steps:
            return keras.random.dropout(inputs, self.rate, seed=self.seed_generator)
        share = ops.cast(self.steps, inputs.dtype) / self.warm_up_steps
        rate = self.rate * ops.minimum(share, 1.0)
        self.steps.assign_add(1)
        drawn = keras.random.uniform(
            ops.shape(inputs), dtype=inputs.dtype, seed=self.seed_generator
        )
        return ops.where(ops.less(drawn, rate), 0.0, inputs / (1 - rate))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Gives the shape of the outputs, that of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, ScheduledDropout)
