"""The positions of a grid's cells: a vector for the row and one for the column."""

from __future__ import annotations

from typing import Any

import keras

from seqkit.layers.arguments import arguments_of

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class GridPositions(keras.layers.Layer):
    """Adds a learned vector for the row and one for the column to each cell of a grid.

    The features of a convolution do not tell where they are; with these vectors, attention can
    distinguish positions.

    Args:
        scale: standard deviation of the initial sum of both vectors: best that of the features,
            since a smaller one is overlooked and a larger one hides them.
        seed: seed of the initial vectors.

    Raises:
        ValueError: `scale` is not positive.

    Example:
        >>> import numpy as np
        >>> grid = GridPositions(seed=1)(np.zeros((2, 3, 4, 8), "float32"))
        >>> tuple(grid.shape)
        (2, 3, 4, 8)
    """

    def __init__(self, scale: float = 1.0, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if scale <= 0:
            raise ValueError(f"scale must be positive, got {scale}")
        self.scale = scale
        self.seed = seed

    def build(self, input_shape: tuple) -> None:
        """Creates vectors for the rows and columns of a grid, whose sizes must be known."""
        _, rows, columns, dim = input_shape
        seeds = keras.random.SeedGenerator(self.seed)

        # The variance of a sum is the sum of the variances.
        def vectors(name: str, shape: tuple) -> Any:
            initial = keras.initializers.RandomNormal(stddev=self.scale / 2**0.5, seed=seeds)
            return self.add_weight(name=name, shape=shape, initializer=initial)

        self.rows = vectors("rows", (rows, 1, dim))
        self.columns = vectors("columns", (columns, dim))
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        """Adds the vectors to `<float>[batch, rows, columns, dim]`."""
        return inputs + self.rows + self.columns

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Gives the shape of the outputs, that of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, GridPositions)
