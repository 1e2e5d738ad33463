"""Trains a model of frames, judged by how likely it finds held-out pieces."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from seqkit.data import Dataset, pieces_of
from seqkit.losses import FrameCrossEntropy
from seqkit.tasks.music.batches import FrameBatches
from seqkit.tasks.music.model import FrameModel
from seqkit.tasks.music.network import PITCH_LOGITS, RECURRENT
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.run import Run
from seqkit.training.schedule import epochs_within, warm_up_and_decay
from seqkit.training.settings import TrainingSettings


def fit_frame_model(
    model: FrameModel,
    train: Dataset,
    validation: Dataset,
    *,
    batch_size: int,
    epochs: int,
    max_steps: int,
    patience: int,
    learning_rate: float,
    window: int = 256,
    transpose: int = 0,
    pitch_weight: float = 1.0,
    seed: int = 0,
    new: bool = True,
    checkpoints: str | os.PathLike[str] | None = None,
    resume: bool = False,
    fingerprint: Mapping[str, Any] | None = None,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model's core to give each frame after those before it.

    Args:
        model: changed in place.
        train: pieces, as `seqkit.data.read_piano_rolls` gives them.
        validation: the same, held out: it decides when training stops.
        batch_size: pieces of a step.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement before training stops.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        window: frames after which a longer piece is cut in training.
        transpose: semitones by which a piece is moved up or down at most, anew in each epoch; in
            training alone. It helps where keys are many and pieces few, and harms where all pieces
            are in one key.
        pitch_weight: what the chances of each pitch by itself count, see
            `seqkit.losses.FrameCrossEntropy`.
        seed: with the epoch's number decides the order of the pieces and how far they are moved.
        new: whether the model is untrained, and begins with how often each pitch sounds.
        checkpoints: directory for the state after each epoch, or None.
        resume: whether to go on from the state found there.
        fingerprint: what must not have changed since, beside the data.
        log_dir: directory for TensorBoard, or None.

    Returns:
        The state, with the history: `val_loss` is the negative log-likelihood of a frame, `loss`
        what is trained, in which pitches by themselves count too.

    Raises:
        ValueError: there is no piece, or the state found belongs to something else.
    """
    core = model.core
    batches = FrameBatches(
        pieces_of(train),
        core.get_layer(RECURRENT).state_dim,
        batch_size=batch_size,
        window=window,
        transpose=transpose,
        seed=seed,
    )
    if new:
        chances = batches.frequencies()
        bias = np.append(np.log(chances / (1 - chances)), 0.0)  # the last is the component's own
        bias = np.tile(bias, core.output["logits"].shape[2])
        core.get_layer(PITCH_LOGITS).bias.assign(bias)
    count = epochs_within(max_steps, len(batches), most=epochs)
    # What is trained gives the logits alone; the state is of use to whoever goes on from there.
    trained = keras.Model(core.input, core.output["logits"], name="trained_frame_model")
    trained.compile(
        keras.optimizers.Adam(
            warm_up_and_decay(learning_rate, len(batches), count), global_clipnorm=1.0
        ),
        loss=FrameCrossEntropy(pitch_weight),
        # Every length of a batch would be compiled anew.
        jit_compile=False,
    )
    return train_core(
        trained,
        batches,
        TrainingSettings(epochs, max_steps, patience, batch_size, learning_rate),
        callbacks=[FrameValidation(model, validation)],
        run=Run(
            checkpoints, resume, log_dir, {**(fingerprint or {}), "data": train.content_sha256()}
        ),
    )


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
