"""One direction of one recurrent layer: its weights, a run over a sequence, and a single step.

Encoder, decoder and stack consist of these; each is a Keras layer with `cell`, `recurrence`,
`hidden_dim`, `num_layers` and `seed_generator`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
from keras import ops

from seqkit.layers.recurrences import RECURRENCES, Recurrence, State

Tensor = Any


class Direction(NamedTuple):
    """The weights of one direction of one layer, with the shapes and order of Keras's cells."""

    kernel: keras.Variable
    recurrent_kernel: keras.Variable
    bias: keras.Variable


def recurrence_of(cell: str) -> Recurrence:
    """Gives the recurrence of a cell, `"gru"`, `"lstm"` or `"simple_rnn"`."""
    if cell not in RECURRENCES:
        raise ValueError(f"cell must be one of {', '.join(RECURRENCES)}, got {cell!r}")
    return RECURRENCES[cell]


def add_direction(layer: Any, name: str, width: int) -> Direction:
    """Creates the weights of one direction of one layer.

    Args:
        layer: the Keras layer that gets the weights.
        name: the beginning of the weights' names.
        width: width of the inputs.

    Returns:
        The weights.
    """
    columns = layer.recurrence.num_gates * layer.hidden_dim

    def forget_less(shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        return ops.repeat(ops.convert_to_tensor([0.0, 1.0, 0.0, 0.0], dtype), layer.hidden_dim)

    return Direction(
        kernel=layer.add_weight(
            name=f"{name}_kernel", shape=(width, columns), initializer="glorot_uniform"
        ),
        recurrent_kernel=layer.add_weight(
            name=f"{name}_recurrent_kernel",
            shape=(layer.hidden_dim, columns),
            initializer="orthogonal",
        ),
        bias=layer.add_weight(
            name=f"{name}_bias",
            shape=(2, columns) if layer.recurrence.recurrent_bias else (columns,),
            # An LSTM begins by remembering (Jozefowicz et al. 2015).
            initializer=forget_less if layer.cell == "lstm" else "zeros",
        ),
    )


def run_direction(
    layer: Any,
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
        layer: the Keras layer.
        direction: its weights.
        sequence: `<float>[length, batch, dim]`.
        kept: `<float>[batch, hidden_dim]`, the mask of the recurrent dropout; ones for none.
        initial: the state before the first step, `<float>[batch, hidden_dim]` each.
        backward: whether to read from the last step to the first.
        valid: `<bool>[length, batch, 1]`, false at padding, which comes first when reading
            backward and then leaves the state at zero; None if all steps are valid.
        product_dtype: see `recurrences.Run`.

    Returns:
        The state after every step, `<float>[length, batch, hidden_dim]` each; the first of it is
        the output.
    """
    recurrence = layer.recurrence
    projected, recurrent_bias = _project(layer, direction, sequence)
    if backward and valid is not None:
        resting = ops.convert_to_tensor(recurrence.resting, projected.dtype)  # [gates]
        projected = ops.where(valid, projected, ops.repeat(resting, layer.hidden_dim))
    # A copy, because TensorFlow refuses custom gradients with respect to a variable as such.
    kernel = ops.copy(direction.recurrent_kernel)
    return recurrence.run(projected, kernel, recurrent_bias, kept, initial, backward, product_dtype)


def step_direction(
    layer: Any, direction: Direction, inputs: Tensor, state: State, kept: Any = 1.0
) -> State:
    """Takes one step: from `<float>[..., dim]` and a state to the state, the output first in it."""
    projected, recurrent_bias = _project(layer, direction, inputs)
    kernel = direction.recurrent_kernel
    return layer.recurrence.step(projected, state, kernel, recurrent_bias, kept)


def drop(layer: Any, values: Tensor, rate: float, training: bool | None) -> Tensor:
    """Sets a share of values to zero in training and scales the others up."""
    if training and rate > 0:
        return keras.random.dropout(values, rate, seed=layer.seed_generator)
    return values


def split_state(layer: Any, state: Tensor) -> tuple[State, ...]:
    """Splits `<float>[..., layers * states * hidden_dim]` into the state of each layer."""
    size = layer.recurrence.num_states
    parts = ops.split(state, layer.num_layers * size, axis=-1)  # [..., hidden_dim] each
    return tuple(tuple(parts[i : i + size]) for i in range(0, len(parts), size))


def _project(layer: Any, direction: Direction, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Gives the inputs times the kernel plus bias, and the bias of the recurrent product."""
    bias = ops.convert_to_tensor(direction.bias)
    if layer.recurrence.recurrent_bias:
        bias, recurrent_bias = bias[0], bias[1]
    else:
        recurrent_bias = ops.zeros_like(bias)
    return ops.matmul(inputs, direction.kernel) + bias, recurrent_bias
