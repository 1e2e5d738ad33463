"""What recurrent encoder, decoder and stack share: sizes, weights, runs, steps and dropout."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
from keras import ops

from seqkit.layers.arguments import check_rates, check_sizes
from seqkit.layers.recurrences import RECURRENCES, State

Tensor = Any


class Direction(NamedTuple):
    """The weights of one direction of one layer, with the shapes and order of Keras's cells."""

    kernel: keras.Variable
    recurrent_kernel: keras.Variable
    bias: keras.Variable


class RecurrentLayer(keras.layers.Layer):
    """The base of encoder, decoder and stack, which document the arguments.

    Raises:
        ValueError: a size is not positive, a rate is outside [0, 1), or the cell is unknown.
    """

    def __init__(
        self,
        hidden_dim: int,
        num_layers: int,
        cell: str,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_sizes(hidden_dim=hidden_dim, num_layers=num_layers)
        check_rates(dropout=dropout, recurrent_dropout=recurrent_dropout)
        if cell not in RECURRENCES:
            raise ValueError(f"cell must be one of {', '.join(RECURRENCES)}, got {cell!r}")
        self.recurrence = RECURRENCES[cell]
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.cell = cell
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def _add_direction(self, name: str, width: int) -> Direction:
        """Creates the weights of one direction of one of the stacked layers.

        Args:
            name: the beginning of the weights' names.
            width: width of the inputs.

        Returns:
            The weights.
        """
        columns = self.recurrence.num_gates * self.hidden_dim

        def forget_less(shape: tuple[int, ...], dtype: Any = None) -> Tensor:
            return ops.repeat(ops.convert_to_tensor([0.0, 1.0, 0.0, 0.0], dtype), self.hidden_dim)

        return Direction(
            kernel=self.add_weight(
                name=f"{name}_kernel", shape=(width, columns), initializer="glorot_uniform"
            ),
            recurrent_kernel=self.add_weight(
                name=f"{name}_recurrent_kernel",
                shape=(self.hidden_dim, columns),
                initializer="orthogonal",
            ),
            bias=self.add_weight(
                name=f"{name}_bias",
                shape=(2, columns) if self.recurrence.recurrent_bias else (columns,),
                # An LSTM begins by remembering (Jozefowicz et al. 2015).
                initializer=forget_less if self.cell == "lstm" else "zeros",
            ),
        )

    def _run_direction(
        self,
        direction: Direction,
        sequence: Tensor,
        kept: Tensor,
        initial: State,
        *,
        backward: bool = False,
        valid: Tensor | None = None,
        product_dtype: str | None = None,
    ) -> State:
        """Runs one direction over a sequence.

        Args:
            direction: its weights.
            sequence: `<float>[length, batch, dim]`.
            kept: `<float>[batch, hidden_dim]`, the mask of the recurrent dropout; ones for none.
            initial: the state before the first step, `<float>[batch, hidden_dim]` each.
            backward: whether to read from the last step to the first.
            valid: `<bool>[length, batch, 1]`, false at padding, which comes first when reading
                backward and then leaves the state at zero; None if all steps are valid.
            product_dtype: see `recurrences.Run`.

        Returns:
            The state after every step, `<float>[length, batch, hidden_dim]` each; the first of it
            is the output.
        """
        projected, recurrent_bias = self._project(direction, sequence)
        if backward and valid is not None:
            resting = ops.convert_to_tensor(self.recurrence.resting, projected.dtype)  # [gates]
            projected = ops.where(valid, projected, ops.repeat(resting, self.hidden_dim))
        # A copy, because TensorFlow refuses custom gradients with respect to a variable as such.
        kernel = ops.copy(direction.recurrent_kernel)
        return self.recurrence.run(
            projected, kernel, recurrent_bias, kept, initial, backward, product_dtype
        )

    def _step_direction(
        self, direction: Direction, inputs: Tensor, state: State, kept: Any = 1.0
    ) -> State:
        """Takes one step, from `<float>[..., dim]` and a state to the state, the output first."""
        projected, recurrent_bias = self._project(direction, inputs)
        kernel = direction.recurrent_kernel
        return self.recurrence.step(projected, state, kernel, recurrent_bias, kept)

    def _drop(self, values: Tensor, rate: float, training: bool | None) -> Tensor:
        """Sets a share of values to zero in training and scales the others up."""
        if training and rate > 0:
            return keras.random.dropout(values, rate, seed=self.seed_generator)
        return values

    def _split_state(self, state: Tensor) -> tuple[State, ...]:
        """Splits `<float>[..., layers * states * hidden_dim]` into the state of each layer."""
        size = self.recurrence.num_states
        parts = ops.split(state, self.num_layers * size, axis=-1)  # [..., hidden_dim] each
        return tuple(tuple(parts[i : i + size]) for i in range(0, len(parts), size))

    def _project(self, direction: Direction, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Gives the inputs times the kernel plus bias, and the bias of the recurrent product."""
        bias = ops.convert_to_tensor(direction.bias)
        if self.recurrence.recurrent_bias:
            bias, recurrent_bias = bias[0], bias[1]
        else:
            recurrent_bias = ops.zeros_like(bias)
        return ops.matmul(inputs, direction.kernel) + bias, recurrent_bias
