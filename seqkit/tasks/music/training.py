"""Trains a model of frames, judged by how likely it finds held-out pieces."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from seqkit.data import Dataset, pieces_of
from seqkit.losses import FrameCrossEntropy
from seqkit.model.recurrent_core import state_dim
from seqkit.tasks.music.batches import FrameBatches
from seqkit.tasks.music.model import FrameModel
from seqkit.tasks.music.network import EACH_PITCH, PITCH_LOGITS, pitches_below
from seqkit.training import Run, TrainingSettings, TrainingState, train_core


def fit_frame_model(
    model: FrameModel,
    train: Dataset,
    validation: Dataset,
    settings: TrainingSettings,
    *,
    window: int = 256,
    transpose: int = 0,
    pitch_weight: float = 1.0,
    new: bool = True,
    seed: int = 0,
    run: Run = Run(),
) -> TrainingState:
    """Trains the model's core to predict each frame from those before it.

    Args:
        model: changed in place.
        train: pieces, as `seqkit.data.read_piano_rolls` gives them.
        validation: held-out pieces, which decide when training stops.
        settings: how long and how fast; a batch has `batch_size` pieces.
        window: frames after which a longer piece is cut in training.
        transpose: the most semitones by which a piece is transposed up or down, drawn anew in each
            epoch. It helps where keys are many and pieces few, and harms where all pieces are in
            one key.
        pitch_weight: how much the probability of each pitch by itself counts, see
            `seqkit.losses.FrameCrossEntropy`. With 0, where the pitches below a pitch decide too,
            it is not learned and stays how often each pitch sounds.
        new: whether the model is untrained: then it starts from how often each pitch sounds.
        seed: with the epoch's number decides the order of the pieces and their transposition.
        run: where the state is kept.

    Returns:
        The state, with the history: `val_loss` is the negative log-likelihood of a frame, `loss`
        what is trained, in which pitches by themselves count too.

    Raises:
        ValueError: there is no piece, or the state found belongs to something else.
    """
    core = model.core
    below = pitches_below(core) is not None
    pieces = pieces_of(train)
    batches = FrameBatches(
        pieces,
        state_dim(core),
        batch_size=settings.batch_size_of(len(pieces)),
        window=window,
        transpose=transpose,
        seed=seed,
        with_following=below,
    )
    if new:
        _start_from_frequencies(core, batches.frequencies())
    # Only the logits are trained; the state is for whoever continues from there.
    logits = [core.output[name] for name in ("logits", "alone") if name in core.output]
    trained = keras.Model(
        core.input, keras.ops.concatenate(logits, axis=2), name="trained_frame_model"
    )
    trained.compile(
        keras.optimizers.Adam(settings.schedule(len(batches)), global_clipnorm=1.0),
        loss=FrameCrossEntropy(pitch_weight, alone=below),
        # Each length of a batch would be compiled anew.
        jit_compile=False,
    )
    judge = FrameValidation(model, validation)
    run = run.on(train, validation)
    return train_core(trained, batches, settings, callbacks=[judge], run=run)


def _start_from_frequencies(core: keras.Model, frequencies: np.ndarray) -> None:
    """Lets every component begin with how often each pitch sounds, `<float64>[128]`."""
    # The last bias is that of the component itself.
    bias = np.append(np.log(frequencies / (1 - frequencies)), 0.0)
    core.get_layer(PITCH_LOGITS).bias.assign(np.tile(bias, core.output["logits"].shape[2]))
    if pitches_below(core):
        core.get_layer(EACH_PITCH).bias.assign(bias)


class FrameValidation(keras.callbacks.Callback):
    """Adds to each epoch's figures `val_loss`, the negative log-likelihood of a held-out frame.

    Args:
        model: the model whose core is trained.
        validation: held-out pieces.
    """

    def __init__(self, model: FrameModel, validation: Dataset) -> None:
        super().__init__()
        self._scores = model.score
        self._pieces = pieces_of(validation)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Computes the figure; Keras calls this."""
        scores = self._scores(self._pieces)
        frames = sum(len(score.by_frame) for score in scores)
        if logs is not None:
            logs["val_loss"] = -sum(score.log_likelihood for score in scores) / frames
