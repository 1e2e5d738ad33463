"""The recurrent encoder: a stack of recurrent layers over right-padded sequences."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of
from seqkit.layers.recurrent_layer import Direction, RecurrentLayer

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class RecurrentEncoder(RecurrentLayer):
    """Reads sequences with stacked, by default bidirectional, recurrent layers.

    Sequences are padded on the right. No mask is carried through time: the forward direction
    meets the padding after the sequence, where its outputs are set to zero; the backward direction
    meets it first, where the inputs are replaced by values that leave its state at zero. At valid
    positions the result equals that of `keras.layers.Bidirectional` with a mask, and the weights
    of a layer are in the same order, so that they can be exchanged.

    Args:
        hidden_dim: width of one direction of one layer.
        num_layers: number of stacked layers.
        cell: `"gru"`, `"lstm"` or `"simple_rnn"`.
        bidirectional: whether to read in both directions and concatenate the outputs.
        residual: whether to add each layer's input to its output; where the widths differ (usually
            in the first layer) the input goes through a kernel of its own first.
        dropout: share of each layer's inputs set to zero in training.
        recurrent_dropout: share of the recurrent state's features set to zero in training, the
            same ones at every step and for every gate.
        return_state: whether to return the last layer's final state too.
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
        super().__init__(hidden_dim, num_layers, cell, dropout, recurrent_dropout, seed, **kwargs)
        self.bidirectional = bidirectional
        self.residual = residual
        self.return_state = return_state
        self.output_dim = hidden_dim * (2 if bidirectional else 1)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the weights for inputs of this shape."""
        width = int(input_shape[-1] or 0)
        directions = ("forward", "backward") if self.bidirectional else ("forward",)
        self.directions = []
        self.shortcuts = []
        for number in range(self.num_layers):
            self.directions.append(
                [self._add_direction(f"layer_{number}_{name}", width) for name in directions]
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
        # Time first: steps are slices, not gathers.
        sequence = ops.transpose(inputs, (1, 0, 2))  # [length, batch, dim]
        valid = None
        if padding_mask is not None:
            valid = ops.transpose(ops.cast(padding_mask, "bool"))  # [length, batch]
            valid = ops.expand_dims(valid, -1)  # [length, batch, 1]
        for directions, shortcut in zip(self.directions, self.shortcuts, strict=True):
            below = sequence
            sequence = self._drop(sequence, self.dropout, training)
            outputs = [
                self._run(direction, sequence, valid, bool(backward), training)
                for backward, direction in enumerate(directions)
            ]
            sequence = ops.concatenate(outputs, axis=-1) if self.bidirectional else outputs[0]
            if self.residual:
                sequence += below if shortcut is None else ops.matmul(below, shortcut)
            if valid is not None:
                sequence = ops.where(valid, sequence, ops.zeros_like(sequence))
        outputs = ops.transpose(sequence, (1, 0, 2))  # [batch, length, output_dim]
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
        ones = ops.ones((ops.shape(sequence)[1], self.hidden_dim), sequence.dtype)
        kept = self._drop(ones, self.recurrent_dropout, training)  # [batch, hidden_dim]
        initial = (ops.zeros_like(kept),) * self.recurrence.num_states
        return self._run_direction(
            direction, sequence, kept, initial, backward=backward, valid=valid
        )[0]

    def _final_state(self, sequence: Tensor, valid: Tensor | None) -> Tensor:
        """Gives the forward half at the last valid step and the backward half at the first."""
        if valid is None:
            last = sequence[-1]
        else:
            following = ops.concatenate([valid[1:], ops.zeros_like(valid[:1])], axis=0)
            is_last = ops.logical_and(valid, ops.logical_not(following))
            last = ops.sum(sequence * ops.cast(is_last, sequence.dtype), axis=0)  # [batch, dim]
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
        return super().get_config() | arguments_of(self, RecurrentEncoder)
