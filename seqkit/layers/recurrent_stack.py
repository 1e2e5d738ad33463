"""Recurrent layers that continue from a state, to read a stream piece by piece."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of
from seqkit.layers.recurrent_layer import Direction, RecurrentLayer

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class RecurrentStack(RecurrentLayer):
    """Reads forward from a state, and gives the state to continue from.

    With the state handed on from call to call, the outputs do not depend on how a stream is split:
    it may be read as a whole, in windows, or step by step. Gradients do not flow back through the
    state given (truncated backpropagation through time).

    Weights and gates are ordered as in `RecurrentEncoder` and in Keras's cells.

    Args:
        hidden_dim: width of each layer.
        num_layers: number of stacked layers.
        cell: `"lstm"`, `"gru"` or `"simple_rnn"`.
        dropout: share of the inputs of each layer but the first set to zero in training.
        recurrent_dropout: share of each state's features set to zero in training, the same ones at
            every step of a call.
        seed: seed of both dropouts.

    Attributes:
        state_dim: width of the state, the states of all layers side by side.
        product_dtype: type of the products with recurrent kernels, such as `"bfloat16"`; None for
            that of the layer. Training sets it before the first call and resets it at the end; it
            is not saved.

    Raises:
        ValueError: a size is not positive, a rate is outside [0, 1), or the cell is unknown.

    Example:
        >>> import numpy as np
        >>> stack = RecurrentStack(4, num_layers=2, cell="lstm")
        >>> inputs = np.random.default_rng(0).normal(size=(1, 6, 3)).astype("float32")
        >>> whole, last = stack(inputs, np.zeros((1, stack.state_dim), "float32"))
        >>> first, state = stack(inputs[:, :2], np.zeros((1, stack.state_dim), "float32"))
        >>> second, state = stack(inputs[:, 2:], state)
        >>> bool(np.allclose(whole[:, 2:], second, atol=1e-6)), bool(np.allclose(last, state))
        (True, True)

    Sources: Williams and Peng (1990), "An efficient gradient-based algorithm for on-line training
    of recurrent network trajectories" (truncated backpropagation); Gal and Ghahramani (2016),
    arXiv:1512.05287 (recurrent dropout).
    """

    def __init__(
        self,
        hidden_dim: int,
        num_layers: int = 1,
        cell: str = "lstm",
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(hidden_dim, num_layers, cell, dropout, recurrent_dropout, seed, **kwargs)
        self.state_dim = num_layers * self.recurrence.num_states * hidden_dim
        self.product_dtype: str | None = None

    def build(
        self, inputs_shape: tuple, state_shape: Any = None, padding_mask_shape: Any = None
    ) -> None:
        """Creates the weights for inputs of this width."""
        width = int(inputs_shape[-1])
        self.layers = []
        for number in range(self.num_layers):
            self.layers.append(self._add_direction(f"layer_{number}", width))
            width = self.hidden_dim
        self.built = True

    def call(
        self,
        inputs: Tensor,
        state: Tensor,
        padding_mask: Tensor | None = None,
        training: bool | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Reads a window of steps.

        Args:
            inputs: `<float>[batch, length, dim]`, `length` at least 1, padded on the right.
            state: `<float>[batch, state_dim]`, zeros at the beginning of a stream.
            padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.
            training: whether the dropouts act.

        Returns:
            `<float>[batch, length, hidden_dim]`, the last layer's outputs, zeros at padding, and
            `<float>[batch, state_dim]`, the state after the last valid step of each row.
        """
        sequence = ops.transpose(inputs, (1, 0, 2))  # [length, batch, dim]
        after: list[Tensor] = []
        for number, layer_state in enumerate(self._split_state(ops.stop_gradient(state))):
            if number:
                sequence = self._drop(sequence, self.dropout, training)
            kept = ops.ones_like(layer_state[0])
            kept = self._drop(kept, self.recurrent_dropout, training)  # [batch, hidden_dim]
            states = self._run_direction(
                self.layers[number],
                sequence,
                kept,
                layer_state,
                product_dtype=self.product_dtype,
            )
            after += [
                _last(values, initial, padding_mask)
                for values, initial in zip(states, layer_state, strict=True)
            ]
            sequence = states[0]
        outputs = ops.transpose(sequence, (1, 0, 2))  # [batch, length, hidden_dim]
        if padding_mask is not None:
            outputs = ops.where(ops.expand_dims(padding_mask, -1), outputs, 0.0)
        return outputs, ops.stop_gradient(ops.concatenate(after, axis=-1))

    def step(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Reads one step of any number of sequences, without dropout.

        Args:
            inputs: `<float>[..., dim]`.
            state: `<float>[..., state_dim]`.

        Returns:
            `<float>[..., hidden_dim]`, the output, and `<float>[..., state_dim]`.
        """
        # Keras casts inputs and weights where a layer is called, which this method is not.
        inputs, state = (ops.cast(values, self.compute_dtype) for values in (inputs, state))
        after: list[Tensor] = []
        for layer, layer_state in zip(self.layers, self._split_state(state), strict=True):
            own = Direction(*(ops.cast(weight, self.compute_dtype) for weight in layer))
            now = self._step_direction(own, inputs, layer_state)
            after += now
            inputs = now[0]
        return inputs, ops.concatenate(after, axis=-1)

    def compute_output_shape(
        self, inputs_shape: tuple, state_shape: tuple, padding_mask_shape: Any = None
    ) -> tuple[tuple, tuple]:
        """Gives the shapes of the outputs and of the state."""
        return (*inputs_shape[:-1], self.hidden_dim), (inputs_shape[0], self.state_dim)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, RecurrentStack)


def _last(values: Tensor, initial: Tensor, padding_mask: Tensor | None) -> Tensor:
    """Gives the values, `<float>[length, batch, dim]`, at the last valid step of each row."""
    if padding_mask is None:
        return values[-1]
    lengths = ops.sum(ops.cast(padding_mask, "int32"), axis=1)
    # The state before the first step comes first: a row without a valid step keeps it.
    batch = ops.shape(initial)[0]
    values = ops.concatenate([ops.expand_dims(initial, 0), values], axis=0)  # [1 + length, ...]
    places = lengths * batch + ops.arange(batch, dtype="int32")  # [batch]
    flat = ops.reshape(values, (-1, values.shape[-1]))  # [(1 + length) * batch, dim]
    return ops.take(flat, places, axis=0)
