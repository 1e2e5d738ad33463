"""Where a cell of a grid is: a vector for its row and one for its column."""

from __future__ import annotations

from typing import Any

import keras

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class GridPositions(keras.layers.Layer):
    """Adds a learned vector for the row and one for the column to each cell of a grid.

    What a convolution finds is the same everywhere; with these, attention can tell places apart.

    Args:
        scale: standard deviation of what is added at first: about that of the features, since a
            smaller one is overlooked, and a larger one hides them.
        seed: seed of the first vectors.

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

        # The sum of two has the variance of both together.
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
        return super().get_config() | {"scale": self.scale, "seed": self.seed}
