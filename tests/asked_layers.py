"""Layers whose weights are for more than their output, asked for that, so that promises see it."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

NUM_TAGS = 3
GRID = (2, 3)


def asked_decoder(**arguments: Any) -> keras.layers.Layer:
    """A decoder that looks at what it reads, with zeros where there is padding."""
    from seqkit.layers import RecurrentDecoder

    @keras.saving.register_keras_serializable("tests")
    class AskedDecoder(RecurrentDecoder):
        def build(self, vectors_shape: Any, padding_mask_shape: Any = None) -> None:
            super().build(vectors_shape, vectors_shape, (None, vectors_shape[-1]))

        def call(self, vectors: Any, padding_mask: Any, training: Any = None) -> Any:
            valid = ops.expand_dims(padding_mask, -1)
            read = ops.where(valid, vectors, ops.zeros_like(vectors))
            last = ops.sum(read, axis=1)
            features = super().call(read, vectors, last, padding_mask, training=training)
            return ops.where(valid, features, ops.zeros_like(features))

        def compute_output_shape(self, vectors_shape: Any, *others: Any) -> Any:
            return (*vectors_shape[:-1], self.output_dim)

    return AskedDecoder(4, 3, **arguments)


def asked(name: str, *given: Any, **arguments: Any) -> keras.layers.Layer:
    """A layer asked for what its weights are for, with zeros where there is padding."""
    from seqkit import layers

    def answer(layer: Any, vectors: Any, padding_mask: Any, training: Any) -> Any:
        kind = super(type(layer), layer)
        if name == "SourceAttention":
            return kind.call(vectors, vectors, padding_mask)[0]
        if name == "RecurrentStack":
            state = ops.zeros((ops.shape(vectors)[0], layer.state_dim), vectors.dtype)
            return kind.call(vectors, state, padding_mask, training=training)[0]
        if name == "GridPositions":
            # Each vector is a grid of its own, the same in all cells.
            grid = ops.tile(ops.reshape(vectors, (-1, 1, 1, vectors.shape[-1])), (1, *GRID, 1))
            return ops.reshape(ops.mean(kind.call(grid), axis=(1, 2)), ops.shape(vectors))
        if name == "PitchesBelow":
            frames = ops.cast(vectors > 0, vectors.dtype)
            return kind.call(vectors, frames, frames, training=training)
        if name == "TokenOutput":
            return layers.token_logits(layer, kind.call(vectors))
        return kind.call(vectors, training=training)

    @keras.saving.register_keras_serializable("tests", name=f"Asked{name}")
    class Asked(getattr(layers, name)):
        def build(self, vectors_shape: Any, padding_mask_shape: Any = None) -> None:
            shapes = (vectors_shape,) * {"SourceAttention": 2, "PitchesBelow": 3}.get(name, 1)
            if name == "GridPositions":
                shapes = ((None, *GRID, vectors_shape[-1]),)
            super().build(*shapes)
            if name == "PitchesBelow":  # Of an untrained one all terms are 0.
                self.output_of_all.assign([1.0] * self.hidden_dim)

        def call(self, vectors: Any, padding_mask: Any, training: Any = None) -> Any:
            given = answer(self, vectors, padding_mask, training)
            given = ops.where(ops.expand_dims(padding_mask, -1), given, ops.zeros_like(given))
            return ops.cast(given, self.compute_dtype)

        def compute_output_shape(self, vectors_shape: Any, padding_mask_shape: Any = None) -> Any:
            width = 7 if name == "TokenOutput" else vectors_shape[-1]
            return (*vectors_shape[:-1], width)

    return Asked(*given, **arguments)


def asked_crf(constrained: bool) -> keras.layers.Layer:
    """A CRF that answers with what its weights are for; by itself it gives its input back."""
    from seqkit.layers import LinearChainCRF

    @keras.saving.register_keras_serializable("tests")
    class AskedCRF(LinearChainCRF):
        def call(self, emissions: Any, padding_mask: Any) -> tuple[Any, Any]:
            emissions = super().call(emissions, padding_mask)
            tags = ops.zeros_like(emissions[..., 0], dtype="int32")
            likelihood = self.log_likelihood(emissions, tags, padding_mask)
            # Learned through the likelihood, as in training.
            at_tags = ops.stop_gradient(self.marginals(emissions, padding_mask))
            answers = at_tags, ops.expand_dims(likelihood, -1)
            return tuple(ops.cast(answer, self.compute_dtype) for answer in answers)

        def compute_output_shape(self, input_shape: Any) -> Any:
            return tuple(input_shape), (input_shape[0], 1)

    if not constrained:
        return AskedCRF(NUM_TAGS)
    transitions = [[True, True, False], [True, True, True], [True, False, True]]
    return AskedCRF(NUM_TAGS, transitions, [True, True, False], [True, True, False])
