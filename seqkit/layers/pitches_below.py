"""What the pitches below a pitch, in the same frame, say about it: a frame one pitch at a time."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of, check_rates, check_sizes

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class PitchesBelow(keras.layers.Layer):
    """Gives a term for the logit of each pitch, from the pitches below it in the same frame.

    Each pitch has hidden units, and all pitches share the weights from intervals to these units, so
    that what is learned about a third holds for every third. With the features `f` of the past, the
    frame before `y` and the frame to predict `x`, the term of pitch `p` is

        h = relu(e[p] + A f + sum over k > 0 of B[k] x[p - k] + sum over j of N[j] y[p + j])
        term = h · (v + w[p])

    A frame is drawn from low to high: `context` once, then `terms` after each pitch that sounds.
    The terms of an untrained layer are 0.

    Args:
        hidden_dim: hidden units of each pitch.
        reach: the largest interval below, in semitones, that is seen in the same frame.
        reach_before: the largest interval in the frame before, up and down.
        dropout: share of the hidden units set to zero in training.
        seed: seed of the dropout.

    Raises:
        ValueError: a size is below 1, or the rate is outside [0, 1).

    Example:
        >>> import numpy as np
        >>> layer = PitchesBelow(hidden_dim=4, reach=2, reach_before=1)
        >>> frames = np.eye(5, dtype="float32")[None]  # five frames, one after another
        >>> before = np.concatenate([0 * frames[:, :1], frames[:, :-1]], axis=1)
        >>> terms = layer(np.zeros((1, 5, 3), "float32"), before, frames)
        >>> tuple(terms.shape), bool(ops.any(terms))
        ((1, 5, 5), False)

    Sources: Larochelle and Murray (2011), "The Neural Autoregressive Distribution Estimator",
    equations 3 and 4; after features of the past, Boulanger-Lewandowski, Bengio and Vincent (2012),
    arXiv:1206.6392, section 5 ("RNN-NADE"); weights shared between pitches, Johnson (2017),
    "Generating Polyphonic Music Using Tied Parallel Networks".
    """

    def __init__(
        self,
        hidden_dim: int,
        reach: int = 24,
        reach_before: int = 12,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_sizes(hidden_dim=hidden_dim, reach=reach, reach_before=reach_before)
        check_rates(dropout=dropout)
        self.hidden_dim = hidden_dim
        self.reach = reach
        self.reach_before = reach_before
        self.dropout = dropout
        self.seed = seed
        self.drop = keras.layers.Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(self, features_shape: Any, before_shape: Any, frames_shape: Any) -> None:
        """Creates the weights for features of this width, and for so many pitches."""
        width, pitches, units = features_shape[-1], frames_shape[-1], self.hidden_dim

        def weight(name: str, shape: tuple[int, ...], spread: float) -> Any:
            first = keras.initializers.RandomNormal(stddev=spread) if spread else "zeros"
            return self.add_weight(shape=shape, initializer=first, name=name)

        self.of_features = weight("of_features", (width, units), width**-0.5)
        self.of_pitch = weight("of_pitch", (pitches, units), 0.1)
        self.below = weight("below", (self.reach, 1, units), 0.2)
        self.around = weight("around", (2 * self.reach_before + 1, 1, units), 0.1)
        # Zeros, so that an untrained layer adds nothing.
        self.output_of_all = weight("output_of_all", (units,), 0.0)
        self.output_of_pitch = weight("output_of_pitch", (pitches, units), 0.0)
        self.built = True

    def call(
        self, features: Tensor, before: Tensor, frames: Tensor, training: bool | None = None
    ) -> Tensor:
        """Gives the terms of whole frames.

        Args:
            features: `<float>[batch, length, width]`, of all that came before each frame.
            before: `<float>[batch, length, pitches]` of 0 and 1, the frame before each.
            frames: `<float>[batch, length, pitches]` of 0 and 1.
            training: whether the dropout acts.

        Returns:
            `<float>[batch, length, pitches]`, what is added to the logit of each pitch; it depends
            on the pitches below it alone.
        """
        if training:
            return self.terms(self.context(features, before), frames, training)

        # The hidden units of all rows at once would need too much memory where pieces are long.
        def terms_of_row(row: tuple[Tensor, Tensor, Tensor]) -> Tensor:
            features, before, frames = (ops.expand_dims(x, 0) for x in row)
            return self.terms(self.context(features, before), frames)[0]

        return ops.map(terms_of_row, (features, before, frames))

    def context(self, features: Tensor, before: Tensor) -> Tensor:
        """Gives what the hidden units receive from everything but the frame itself.

        Args:
            features: `<float>[batch, length, width]`, as in `call`.
            before: `<float>[batch, length, pitches]`, as in `call`.

        Returns:
            `<float>[batch, length, pitches, hidden_dim]`.
        """
        features, before = (ops.cast(x, self.compute_dtype) for x in (features, before))
        side = self.reach_before
        near = self._by_intervals(ops.pad(before, ((0, 0), (0, 0), (side, side))), self.around)
        past = ops.expand_dims(ops.matmul(features, self.of_features), 2)
        return past + self.of_pitch + near

    def terms(self, context: Tensor, frames: Tensor, training: bool | None = None) -> Tensor:
        """Gives the terms of frames.

        Args:
            context: `<float>[batch, length, pitches, hidden_dim]`, see `context`.
            frames: `<float>[batch, length, pitches]`, as in `call`.
            training: whether the dropout acts.

        Returns:
            `<float>[batch, length, pitches]`, as in `call`.
        """
        # The pitch itself and those above are cut off.
        lower = ops.pad(frames, ((0, 0), (0, 0), (self.reach, 0)))[..., :-1]
        hidden = ops.relu(context + self._by_intervals(lower, self.below))
        outputs = ops.cast(self.output_of_all + self.output_of_pitch, hidden.dtype)
        return ops.sum(self.drop(hidden, training=training) * outputs, axis=-1)

    def compute_output_shape(
        self, features_shape: Any, before_shape: Any, frames_shape: Any
    ) -> tuple[int | None, ...]:
        """Gives the shape of a term for each pitch of each frame."""
        return tuple(frames_shape)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, PitchesBelow)

    def _by_intervals(self, frames: Tensor, kernel: Tensor) -> Tensor:
        """Convolves padded frames, `[batch, length, pitches]` to `[…, hidden_dim]`."""
        batch, length, pitches = ops.shape(frames)
        frames = ops.cast(ops.reshape(frames, (-1, pitches, 1)), self.compute_dtype)
        seen = ops.conv(frames, ops.cast(kernel, frames.dtype))
        return ops.reshape(seen, (batch, length, -1, self.hidden_dim))
