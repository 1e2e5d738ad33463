"""The recurrent encoder: a stack of recurrent layers over right-padded sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from keras import ops

from seqkit.layers.recurrences import RECURRENCES, Recurrence

Tensor = Any


class Direction(NamedTuple):
    """The weights of one direction of one layer, shaped and ordered as Keras's cells have them."""

    kernel: keras.Variable
    recurrent_kernel: keras.Variable
    bias: keras.Variable


@keras.saving.register_keras_serializable("seqkit")
class RecurrentEncoder(keras.layers.Layer):
    """Reads sequences with stacked, by default bidirectional, recurrent layers.

    Sequences are padded on the right. No mask is carried through time: the forward direction
    meets the padding after the sequence, where its outputs are set to zero, and the backward
    direction meets it first, where inputs are replaced by ones that leave its state at zero.
    At valid positions the result equals `keras.layers.Bidirectional` with a mask, and the
    weights of one layer are in the same order, so they can be exchanged.

    Args:
        hidden_dim: width of one direction of one layer.
        num_layers: how many layers are stacked.
        cell: "gru", "lstm" or "simple_rnn".
        bidirectional: read in both directions and join the outputs.
        residual: add each layer's input to its output; where the widths differ (usually in the
            first layer) the input goes through a kernel of its own first.
        dropout: share of each layer's inputs set to zero in training.
        recurrent_dropout: share of the recurrent state's features set to zero in training, the
            same ones at every step and for every gate.
        return_state: also return the last layer's final state.
        seed: seed of both dropouts.

    Returns:
        `<float>[batch, length, output_dim]` with zeros at padding, where `output_dim` is
        `hidden_dim`, or twice that if bidirectional. With `return_state`, also
        `<float>[batch, output_dim]`: the output at the last valid position (forward half) and
        at the first (backward half), zeros for a row that is all padding.

    Raises:
        ValueError: a size is not positive, a rate is outside [0, 1), or the cell is unknown.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> encoder = RecurrentEncoder(8, cell="gru")
        >>> padding_mask = np.array([[True, True, False]])
        >>> sequence = encoder(np.ones((1, 3, 4), "float32"), padding_mask)
        >>> tuple(sequence.shape)
        (1, 3, 16)
        >>> bool(keras.ops.all(sequence[0, 2] == 0))
        True

    Source: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks"; recurrent
    dropout of one mask per sequence: Gal and Ghahramani (2016), arXiv:1512.05287.
    """

    def __init__(
        self,
        hidden_dim: int,
        num_layers: int = 1,
        cell: str = "gru",
        bidirectional: bool = True,
        residual: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_state: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        sizes = {"hidden_dim": hidden_dim, "num_layers": num_layers}
        rates = {"dropout": dropout, "recurrent_dropout": recurrent_dropout}
        self.recurrence = checked_recurrence(cell, sizes, rates)
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.cell = cell
        self.bidirectional = bidirectional
        self.residual = residual
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.return_state = return_state
        self.seed = seed
        self.output_dim = hidden_dim * (2 if bidirectional else 1)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the weights for inputs of this shape."""
        width = int(input_shape[-1] or 0)
        directions = ("forward", "backward") if self.bidirectional else ("forward",)
        self.directions = []
        self.shortcuts = []
        for number in range(self.num_layers):
            self.directions.append(
                [add_direction(self, f"layer_{number}_{name}", width) for name in directions]
            )
            shortcut = None
            if self.residual and width != self.output_dim:
                shortcut = self.add_weight(
                    name=f"layer_{number}_shortcut", shape=(width, self.output_dim)
                )
            self.shortcuts.append(shortcut)
            width = self.output_dim
        self.built = True

    def call(
        self, inputs: Tensor, padding_mask: Tensor | None = None, training: bool | None = None
    ) -> Tensor:
        """Encodes a batch.

        Args:
            inputs: `<float>[batch, length, dim]`, `length` at least 1, padded on the right.
            padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.
            training: whether the dropouts act.

        Returns:
            `<float>[batch, length, output_dim]`, and with `return_state` also
            `<float>[batch, output_dim]`.
        """
        sequence = ops.transpose(inputs, (1, 0, 2))  # time first: steps are slices, not gathers
        valid = None if padding_mask is None else as_time_major_column(padding_mask)
        for directions, shortcut in zip(self.directions, self.shortcuts, strict=True):
            below = sequence
            if training and self.dropout > 0:
                sequence = keras.random.dropout(sequence, self.dropout, seed=self.seed_generator)
            outputs = [
                self._run(direction, sequence, valid, bool(backward), training)
                for backward, direction in enumerate(directions)
            ]
            sequence = ops.concatenate(outputs, axis=-1) if self.bidirectional else outputs[0]
            if self.residual:
                sequence += below if shortcut is None else ops.matmul(below, shortcut)
            if valid is not None:
                sequence = ops.where(valid, sequence, ops.zeros_like(sequence))
        outputs = ops.transpose(sequence, (1, 0, 2))
        return (outputs, self._final_state(sequence, valid)) if self.return_state else outputs

    def _run(
        self,
        direction: Direction,
        sequence: Tensor,
        valid: Tensor | None,
        backward: bool,
        training: bool | None,
    ) -> Tensor:
        """Runs one direction of one layer over `<float>[length, batch, dim]`."""
        # A copy, because TensorFlow refuses custom gradients with respect to a variable as such.
        recurrent_kernel = ops.copy(direction.recurrent_kernel)
        bias, recurrent_bias = biases(self, direction)
        projected = ops.matmul(sequence, direction.kernel) + bias
        if backward and valid is not None:
            resting = ops.convert_to_tensor(self.recurrence.resting, projected.dtype)
            projected = ops.where(valid, projected, ops.repeat(resting, self.hidden_dim))
        kept = ops.ones((ops.shape(sequence)[1], self.hidden_dim), projected.dtype)
        if training and self.recurrent_dropout > 0:
            kept = keras.random.dropout(kept, self.recurrent_dropout, seed=self.seed_generator)
        initial = (ops.zeros_like(kept),) * self.recurrence.num_states
        return self.recurrence.run(
            projected, recurrent_kernel, recurrent_bias, kept, initial, backward
        )[0]

    def _final_state(self, sequence: Tensor, valid: Tensor | None) -> Tensor:
        """Takes the forward half at the last valid step and the backward half at the first."""
        if valid is None:
            last = sequence[-1]
        else:
            following = ops.concatenate([valid[1:], ops.zeros_like(valid[:1])], axis=0)
            is_last = ops.logical_and(valid, ops.logical_not(following))
            last = ops.sum(sequence * ops.cast(is_last, sequence.dtype), axis=0)
        if not self.bidirectional:
            return last
        halves = [last[:, : self.hidden_dim], sequence[0, :, self.hidden_dim :]]
        return ops.concatenate(halves, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple:
        """Gives the shape of the outputs, and of the final state if it is returned."""
        outputs = (*input_shape[:-1], self.output_dim)
        return (outputs, (input_shape[0], self.output_dim)) if self.return_state else outputs

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | {
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "cell": self.cell,
            "bidirectional": self.bidirectional,
            "residual": self.residual,
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "return_state": self.return_state,
            "seed": self.seed,
        }


def checked_recurrence(
    cell: str, sizes: Mapping[str, int], rates: Mapping[str, float]
) -> Recurrence:
    """Gives a cell's recurrence, where the arguments of its layer are in their range.

    Args:
        cell: `"gru"`, `"lstm"` or `"simple_rnn"`.
        sizes: by the names of arguments; each at least 1.
        rates: by the names of arguments; each from 0 to below 1.

    Returns:
        The recurrence.

    Raises:
        ValueError: a size is not positive, a rate is outside [0, 1), or the cell is unknown.
    """
    for argument, size in sizes.items():
        if size < 1:
            raise ValueError(f"{argument} must be at least 1, got {size}")
    for argument, rate in rates.items():
        if not 0 <= rate < 1:
            raise ValueError(f"{argument} must be in [0, 1), got {rate}")
    if cell not in RECURRENCES:
        raise ValueError(f"cell must be one of {', '.join(RECURRENCES)}, got {cell!r}")
    return RECURRENCES[cell]


def add_direction(layer: Any, name: str, width: int) -> Direction:
    """Creates the weights of one direction of one layer of a stack.

    Args:
        layer: the stack, a Keras layer with `cell`, `recurrence` and `hidden_dim`.
        name: what the weights' names begin with.
        width: of the inputs.

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


def biases(layer: Any, direction: Direction) -> tuple[Tensor, Tensor]:
    """Gives the bias of the inputs and that of the recurrent product, zeros if there is none."""
    bias = ops.convert_to_tensor(direction.bias)
    if layer.recurrence.recurrent_bias:
        return bias[0], bias[1]
    return bias, ops.zeros_like(bias)


def as_time_major_column(padding_mask: Tensor) -> Tensor:
    """Turns `<bool>[batch, length]` into `<bool>[length, batch, 1]`."""
    return ops.expand_dims(ops.transpose(ops.cast(padding_mask, "bool")), -1)
