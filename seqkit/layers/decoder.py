"""The recurrent decoder: a stack of recurrent layers that attends to a source at every step."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of, check_sizes
from seqkit.layers.attention import SCORES, SourceAttention
from seqkit.layers.recurrences import State
from seqkit.layers.recurrent_layer import RecurrentLayer

Tensor = Any


class Source(NamedTuple):
    """What a decoder attends to, the same at every step.

    Attributes:
        outputs: `<float>[batch, length, dim]`, of the encoder.
        keys: `<float>[batch, length, key_dim]`, which queries are compared with.
        mask: `<bool>[batch, length]`, true at valid positions; None if all are.
    """

    outputs: Tensor
    keys: Tensor
    mask: Tensor | None


class DecoderState(NamedTuple):
    """What a decoder remembers of the steps before.

    Attributes:
        layers: for each layer `(h,)`, or `(h, c)` of an LSTM, `<float>[batch, beams, hidden_dim]`.
        features: `<float>[batch, beams, output_dim]`, the output of the step before, if it is fed
            back; otherwise an empty tuple.
    """

    layers: tuple[State, ...]
    features: Any


@keras.saving.register_keras_serializable("seqkit")
class RecurrentDecoder(RecurrentLayer):
    """Reads the tokens so far and gives features for the next one.

    The first layer reads the inputs; its output is the query of the attention to the source; each
    further layer reads the output of the layer below and the context that attention gave; the
    features are `tanh(W [output; context; input] + b)`. A small network makes the first state of
    each layer from the encoder's last state.

    Without input feeding no step needs the features of the step before, so all steps of a known
    target go through each layer together, and attention is one product. With input feeding the
    first layer also reads these features: it knows what has been attended to, at the price of
    going step by step. XLA on TensorFlow cannot compile a training step of that: compile the model
    with `jit_compile=False`.

    Several targets of one source, such as the captions of an image, go through together, so that
    the source is encoded once for all of them.

    Args:
        hidden_dim: width of each layer.
        output_dim: width of the features.
        num_layers: number of stacked layers.
        cell: `"gru"`, `"lstm"` or `"simple_rnn"`.
        attention: `"dot"`, `"scaled_dot"` or `"additive"`, see `SourceAttention`.
        input_feeding: whether the first layer reads the features of the step before.
        dropout: share of the inputs of each layer but the first set to zero in training; with
            input feeding the same ones at every step.
        recurrent_dropout: share of each state's features set to zero in training, the same ones at
            every step.
        seed: seed of both dropouts.

    Raises:
        ValueError: a size is not positive, a rate is outside [0, 1), or a name is unknown.

    Example:
        >>> import numpy as np
        >>> decoder = RecurrentDecoder(8, 6)
        >>> source_mask = np.array([[True, True, False]])
        >>> features = decoder(np.ones((1, 5, 4)), np.ones((1, 3, 7)), np.ones((1, 7)), source_mask)
        >>> tuple(features.shape)
        (1, 5, 6)

    Sources: Luong et al. (2015), arXiv:1508.04025 (attention by the state, input feeding);
    Wu et al. (2016), arXiv:1609.08144, section 3 (context for the layers above); Sennrich et al.
    (2017), arXiv:1703.04357, equations 1 to 8 (a layer before attention and one after it).
    """

    def __init__(
        self,
        hidden_dim: int,
        output_dim: int,
        num_layers: int = 1,
        cell: str = "gru",
        attention: str = "dot",
        input_feeding: bool = False,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(hidden_dim, num_layers, cell, dropout, recurrent_dropout, seed, **kwargs)
        check_sizes(output_dim=output_dim)
        if attention not in SCORES:
            raise ValueError(f"attention must be one of {', '.join(SCORES)}, got {attention!r}")
        self.output_dim = output_dim
        self.attention = attention
        self.input_feeding = input_feeding
        self.look = SourceAttention(attention, dtype=self.dtype_policy, name="attention")

    def build(
        self,
        inputs_shape: tuple,
        source_shape: tuple,
        final_state_shape: tuple,
        source_mask_shape: Any = None,
    ) -> None:
        """Creates the weights for inputs, a source and a last state of these widths."""
        input_dim, source_dim = int(inputs_shape[-1]), int(source_shape[-1])
        width = input_dim + (self.output_dim if self.input_feeding else 0)
        self.layers = []
        for number in range(self.num_layers):
            self.layers.append(self._add_direction(f"layer_{number}", width))
            width = self.hidden_dim + source_dim
        self.look.build((None, None, self.hidden_dim), source_shape)
        states = self.num_layers * self.recurrence.num_states * self.hidden_dim
        self.bridge_kernel = self.add_weight(
            name="bridge_kernel", shape=(int(final_state_shape[-1]), states)
        )
        self.bridge_bias = self.add_weight(name="bridge_bias", shape=(states,), initializer="zeros")
        self.feature_kernel = self.add_weight(
            name="feature_kernel", shape=(width + input_dim, self.output_dim)
        )
        self.feature_bias = self.add_weight(
            name="feature_bias", shape=(self.output_dim,), initializer="zeros"
        )
        self.built = True

    def call(
        self,
        inputs: Tensor,
        source: Tensor,
        final_state: Tensor,
        source_mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Tensor:
        """Gives features for a known target (teacher forcing).

        Args:
            inputs: `<float>[batch, length, dim]`, the vectors of BOS and of all tokens but the
                last, padded on the right; with several targets for each source
                `<float>[batch, targets, length, dim]`.
            source: `<float>[batch, source_length, source_dim]`, the encoder's outputs.
            final_state: `<float>[batch, state_dim]`, the encoder's last state.
            source_mask: `<bool>[batch, source_length]`, true at valid positions.
            training: whether the dropouts act.

        Returns:
            `<float>[batch, length, output_dim]`, or `<float>[batch, targets, length, output_dim]`:
            features for the token after each input.
        """
        several = inputs  # [batch, targets, length, dim]
        if len(inputs.shape) == 3:
            several = ops.expand_dims(inputs, 1)
        targets = ops.shape(several)[1]
        seen = self.look_at(source, source_mask)
        state = keras.tree.map_structure(
            lambda first: ops.repeat(first, targets, axis=1),  # [batch, targets, dim]
            self.first_state(final_state),
        )
        kept = [
            self._kept(several, self.hidden_dim, self.recurrent_dropout, training)
            for _ in range(self.num_layers)
        ]
        run = self._step_by_step if self.input_feeding else self._layer_by_layer
        features = run(several, state, seen, kept, training)
        return ops.reshape(features, (*ops.shape(inputs)[:-1], self.output_dim))

    def look_at(self, source: Tensor, source_mask: Tensor | None = None) -> Source:
        """Prepares a source for `step`; arguments as for `call`."""
        return Source(source, self.look.keys(source), source_mask)

    def first_state(self, final_state: Tensor) -> DecoderState:
        """Makes the state before the first step, of one beam, from the encoder's last state."""
        bridged = ops.tanh(ops.matmul(final_state, self.bridge_kernel) + self.bridge_bias)
        layers = self._split_state(ops.expand_dims(bridged, 1))  # [batch, 1, hidden_dim] each
        features: Any = ()
        if self.input_feeding:
            shape = (ops.shape(final_state)[0], 1, self.output_dim)
            features = ops.zeros(shape, bridged.dtype)
        return DecoderState(layers, features)

    def step(
        self, inputs: Tensor, state: DecoderState, source: Source
    ) -> tuple[Tensor, DecoderState, Tensor]:
        """Takes one step with several beams.

        Args:
            inputs: `<float>[batch, beams, dim]`, the vector of each beam's last token.
            state: the state after the step before, or the first state.
            source: from `look_at`.

        Returns:
            The features `<float>[batch, beams, output_dim]`, the state after this step, and the
            attention weights `<float>[batch, beams, source_length]`.
        """
        ones = [1.0] * self.num_layers
        return self._step(inputs, DecoderState(*state), source, ones, ones)

    def _step(
        self,
        inputs: Tensor,
        state: DecoderState,
        source: Source,
        kept: list[Any],
        kept_below: list[Any],
    ) -> tuple[Tensor, DecoderState, Tensor]:
        x = ops.concatenate([inputs, state.features], axis=-1) if self.input_feeding else inputs
        layers = [self._step_direction(self.layers[0], x, state.layers[0], kept[0])]
        context, weights = self.look.attend(layers[0][0], source.keys, source.outputs, source.mask)
        for number in range(1, self.num_layers):
            x = ops.concatenate([layers[-1][0], context], axis=-1) * kept_below[number]
            layer = self.layers[number]
            layers.append(self._step_direction(layer, x, state.layers[number], kept[number]))
        features = self._features(layers[-1][0], context, inputs)
        fed_back = features if self.input_feeding else ()
        return features, DecoderState(tuple(layers), fed_back), weights

    def _layer_by_layer(
        self,
        inputs: Tensor,
        state: DecoderState,
        source: Source,
        kept: list[Tensor],
        training: bool | None,
    ) -> Tensor:
        """Gives the features of known targets, all steps of a layer together."""
        batch, _, length, dim = ops.shape(inputs)
        # Each target is a row of its own for the recurrences; attention has a row for each source.
        inputs = ops.reshape(inputs, (-1, length, dim))  # [batch * targets, length, dim]
        outputs = self._run(0, inputs, state, kept[0])  # [batch * targets, length, hidden_dim]
        # [batch, targets * length, hidden_dim]
        queries = ops.reshape(outputs, (batch, -1, self.hidden_dim))
        context, _ = self.look.attend(queries, source.keys, source.outputs, source.mask)
        context = ops.reshape(context, (-1, length, int(source.outputs.shape[-1])))
        for number in range(1, self.num_layers):
            below = ops.concatenate([outputs, context], axis=-1)
            below = self._drop(below, self.dropout, training)
            outputs = self._run(number, below, state, kept[number])
        return self._features(outputs, context, inputs)

    def _step_by_step(
        self,
        inputs: Tensor,
        state: DecoderState,
        source: Source,
        kept: list[Tensor],
        training: bool | None,
    ) -> Tensor:
        """Gives the features of known targets, those of each step fed to the next."""
        # Drawn before the loop, since a random generator must not advance inside it.
        width = self.hidden_dim + int(source.outputs.shape[-1])
        kept_below = [self._kept(inputs, width, self.dropout, training) for _ in kept]

        def step(carry: tuple, time: Tensor) -> tuple:
            now = ops.take(inputs, time, axis=2)  # [batch, targets, dim]
            _, after, _ = self._step(now, DecoderState(*carry), source, kept, kept_below)
            # On TensorFlow a scan must collect the structure and shapes that it carries.
            return tuple(after), tuple(after)

        times = ops.arange(ops.shape(inputs)[2])
        _, (_, features) = ops.scan(step, tuple(state), times)  # [length, batch, targets, dim]
        return ops.transpose(features, (1, 2, 0, 3))  # [batch, targets, length, dim]

    def _run(self, number: int, inputs: Tensor, state: DecoderState, kept: Tensor) -> Tensor:
        """Runs one layer over all steps, `<float>[batch * targets, length, dim]`."""
        sequence = ops.transpose(inputs, (1, 0, 2))  # [length, batch * targets, dim]
        initial = tuple(ops.reshape(h, (-1, self.hidden_dim)) for h in state.layers[number])
        kept = ops.reshape(kept, (-1, self.hidden_dim))  # [batch * targets, hidden_dim]
        outputs = self._run_direction(self.layers[number], sequence, kept, initial)[0]
        return ops.transpose(outputs, (1, 0, 2))  # [batch * targets, length, hidden_dim]

    def _features(self, outputs: Tensor, context: Tensor, inputs: Tensor) -> Tensor:
        joined = ops.concatenate([outputs, context, inputs], axis=-1)
        return ops.tanh(ops.matmul(joined, self.feature_kernel) + self.feature_bias)

    def _kept(self, inputs: Tensor, width: int, rate: float, training: bool | None) -> Tensor:
        """Gives the mask of a dropout, `<float>[batch, targets, width]`; ones for none."""
        ones = ops.ones((*ops.shape(inputs)[:2], width), inputs.dtype)
        return self._drop(ones, rate, training)

    def compute_output_shape(self, inputs_shape: tuple, *others: Any) -> tuple:
        """Gives the shape of the features."""
        return (*inputs_shape[:-1], self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, RecurrentDecoder)
