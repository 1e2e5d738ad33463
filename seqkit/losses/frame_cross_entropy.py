"""Cross-entropy of the pitches of a frame: as many yes-or-no answers as there are pitches."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class FrameCrossEntropy(keras.losses.Loss):
    """Negative log-likelihood of a frame, its pitches independent given what was before.

    Of every frame the binary cross-entropies of all pitches are added; the sum over the batch is
    divided by its number of frames, so that a long piece counts for as much as its frames do.
    Frames of padding do not count.

    Args:
        name: name of the loss.
        dtype: type of the computation; Keras's `floatx` if None.

    Example:
        >>> import numpy as np
        >>> frames = np.array([[[1.0, 0.0], [-1.0, -1.0]]])  # one frame, and one of padding
        >>> loss = FrameCrossEntropy()(frames, np.zeros((1, 2, 2)))
        >>> bool(np.isclose(loss, 2 * np.log(2)))
        True

    Source: Boulanger-Lewandowski, Bengio and Vincent (2012), arXiv:1206.6392, section 3 ("RNN").
    """

    def __init__(self, name: str = "frame_cross_entropy", dtype: Any = None) -> None:
        # The frames' shares are added, and not divided by the number of rows.
        super().__init__(name=name, reduction="sum", dtype=dtype)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Gives each frame's share; called as a whole, the loss is their sum.

        Args:
            y_true: `<float>[batch, length, pitches]`, 1 for a pitch that sounds, 0 for one that
                does not; -1 in all of a frame of padding.
            y_pred: `<float>[batch, length, pitches]`, logits.

        Returns:
            `<float>[batch, length]`: cross-entropies divided by the number of frames in the batch.
        """
        losses = frame_cross_entropy(y_true, y_pred)
        valid = ops.cast(valid_frames(y_true), losses.dtype)
        return losses / ops.maximum(ops.sum(valid), 1)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this loss again."""
        return {"name": self.name, "dtype": self.dtype}


def valid_frames(frames: Tensor) -> Tensor:
    """Tells which frames, `<float>[batch, length, pitches]`, are no padding: `[batch, length]`."""
    return ops.greater_equal(frames[..., 0], 0)


def frame_cross_entropy(frames: Tensor, logits: Tensor) -> Tensor:
    """Negative log-likelihood of each frame.

    Args:
        frames: `<float>[batch, length, pitches]` of 0 and 1, -1 in frames of padding.
        logits: `<float>[batch, length, pitches]`.

    Returns:
        `<float>[batch, length]`, in nats, 0 for padding.
    """
    # The cross-entropy of a logit z is log(1 + exp(z)) where the answer is no, and z less if yes.
    losses = ops.sum(ops.softplus(logits) - logits * frames, axis=-1)
    return ops.where(valid_frames(frames), losses, ops.zeros_like(losses))
