"""What the linear models of n-grams share: a table with a row for each n-gram."""

from __future__ import annotations

from typing import Any

import keras

from seqkit.layers.arguments import arguments_of, check_rates


class NGramTable(keras.layers.Layer):
    """A layer that sums rows of a table; its subclasses say how.

    Args:
        num_rows: number of rows; row 0 is padding.
        num_outputs: number of values of a row.
        dropout: share of a text's n-grams left out in each training step.
        seed: seed of the dropout.

    Raises:
        ValueError: `dropout` is not in [0, 1).
    """

    def __init__(
        self, num_rows: int, num_outputs: int, dropout: float, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_rates(dropout=dropout)
        self.num_outputs = num_outputs
        self.dropout = dropout
        self.seed = seed
        # Of this layer's own type, whatever the global policy is.
        self.table = keras.layers.Embedding(
            num_rows,
            num_outputs,
            embeddings_initializer="zeros",
            name="table",
            dtype=self.dtype_policy,
        )
        self.seed_generator = keras.random.SeedGenerator(seed)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, int]:
        """Gives the shape of the outputs."""
        return (input_shape[0], self.num_outputs)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, type(self))
