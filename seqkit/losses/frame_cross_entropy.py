"""Cross-entropy of frames of pitches under a mixture, and of each pitch on its own."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class FrameCrossEntropy(keras.losses.Loss):
    """Negative log-likelihood of frames, plus that of their pitches, each on its own.

    A model gives several components, each with a probability for every pitch: a frame is drawn by
    drawing a component, then the pitches independently, so that pitches that belong together sound
    together. The second term is the sum over pitches of the binary cross-entropies of their
    probabilities under the whole mixture; with one component the two terms are the same.

    Where the pitches of a frame also depend on those below them, no mixture gives the probability
    of a pitch by itself; then a further row of logits of its own does, with `alone`.

    The sum over the batch is divided by its number of frames, so that every frame has the same
    weight. Padding does not count.

    Args:
        pitch_weight: weight of the second term; that of the first is 1.
        alone: whether the last row of the logits is not a component, but has the logits of each
            pitch by itself, which the second term takes.
        name: name of the loss.
        dtype: type of the computation; Keras's `floatx` if None.

    Raises:
        ValueError: `pitch_weight` is negative.

    Example:
        >>> import numpy as np
        >>> frames = np.array([[[1.0, 0.0], [-1.0, -1.0]]])  # one frame, and one of padding
        >>> logits = np.zeros((1, 2, 3, 3))  # three components, alike
        >>> loss = FrameCrossEntropy(pitch_weight=0.0)(frames, logits)
        >>> bool(np.isclose(loss, 2 * np.log(2)))
        True

    Sources: Boulanger-Lewandowski, Bengio and Vincent (2012), arXiv:1206.6392, section 3 (one
    component, "RNN"); mixtures of Bernoulli distributions, Bishop (2006), section 9.3.3.
    """

    def __init__(
        self,
        pitch_weight: float = 1.0,
        alone: bool = False,
        name: str = "frame_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if pitch_weight < 0:
            raise ValueError(f"pitch_weight must not be negative, got {pitch_weight}")
        # The terms of the frames are summed, not divided by the number of rows.
        super().__init__(name=name, reduction="sum", dtype=dtype)
        self.pitch_weight = pitch_weight
        self.alone = alone

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Gives the term of each frame; the loss is their sum.

        Args:
            y_true: `<float>[batch, length, pitches]`, 1 for a pitch that sounds, 0 for one that
                does not; -1 throughout a frame of padding.
            y_pred: `<float>[batch, length, components, pitches + 1]`, logits; see
                `frame_cross_entropy`; with `alone` one row more.

        Returns:
            `<float>[batch, length]`: cross-entropies divided by the number of frames in the batch.
        """
        whole, pitches = (y_pred[:, :, :-1], y_pred[:, :, -1:]) if self.alone else [y_pred] * 2
        losses = frame_cross_entropy(y_true, whole)
        if self.pitch_weight:
            losses += self.pitch_weight * pitch_cross_entropy(y_true, pitches)
        valid = ops.cast(valid_frames(y_true), losses.dtype)
        return losses / ops.maximum(ops.sum(valid), 1)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this loss again."""
        return {
            "pitch_weight": self.pitch_weight,
            "alone": self.alone,
            "name": self.name,
            "dtype": self.dtype,
        }


def valid_frames(frames: Tensor) -> Tensor:
    """Gives `<bool>[batch, length]`: which of `<float>[batch, length, pitches]` are not padding."""
    return ops.greater_equal(frames[..., 0], 0)


def frame_cross_entropy(frames: Tensor, logits: Tensor) -> Tensor:
    """Gives the negative log-likelihood of each frame under the mixture.

    Args:
        frames: `<float>[batch, length, pitches]` of 0 and 1, -1 in frames of padding.
        logits: `<float>[batch, length, components, pitches + 1]`: of each pitch in each component
            and, last, of the component itself.

    Returns:
        `<float>[batch, length]`, in nats, 0 for padding.
    """
    pitches, weights = logits[..., :-1], ops.log_softmax(logits[..., -1], axis=-1)
    # The cross-entropy of a logit z is log(1 + exp(z)) for a silent pitch, and z less if it sounds.
    sounding = ops.expand_dims(frames, 2)  # [batch, length, 1, pitches]
    # [batch, length, components]
    losses = ops.sum(ops.softplus(pitches) - pitches * sounding, axis=-1)
    return _of_valid(-ops.logsumexp(weights - losses, axis=-1), frames)


def pitch_cross_entropy(frames: Tensor, logits: Tensor) -> Tensor:
    """Gives the sum over pitches of the binary cross-entropies of their probabilities.

    Args:
        frames: as for `frame_cross_entropy`.
        logits: as for `frame_cross_entropy`.

    Returns:
        `<float>[batch, length]`, in nats, 0 for padding.
    """
    pitches, weights = logits[..., :-1], ops.log_softmax(logits[..., -1:], axis=-2)
    sounding = ops.expand_dims(frames, 2)  # [batch, length, 1, pitches]
    # The log-probability of each pitch sounding or not, as it did, in each component.
    observed = -ops.softplus(ops.where(ops.greater(sounding, 0), -pitches, pitches))
    losses = -ops.sum(ops.logsumexp(observed + weights, axis=2), axis=-1)
    return _of_valid(losses, frames)


def pitch_probabilities(logits: Tensor) -> Tensor:
    """Gives the probability of each pitch under the whole mixture.

    Args:
        logits: `<float>[..., components, pitches + 1]`.

    Returns:
        `<float>[..., pitches]`.
    """
    if logits.shape[-2] == 1:  # of a single component, all
        return ops.sigmoid(logits[..., 0, :-1])
    weights = ops.softmax(logits[..., -1:], axis=-2)
    return ops.sum(ops.sigmoid(logits[..., :-1]) * weights, axis=-2)


def _of_valid(losses: Tensor, frames: Tensor) -> Tensor:
    return ops.where(valid_frames(frames), losses, ops.zeros_like(losses))
