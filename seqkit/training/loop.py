"""Keras trains; this adds early stopping, the best weights, and resuming after an interruption."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.training import state_file
from seqkit.training.batches import EpochBatches
from seqkit.training.run import Run
from seqkit.training.settings import TrainingSettings


class TrainingState(keras.callbacks.Callback):
    """Keeps the best weights, stops when nothing improves, and writes all of it to disk.

    The state after an epoch is whole: weights, optimizer, random generators, best weights, figures.
    An interrupted run that is resumed ends with the same bits as one that was not.

    Args:
        batches: the training data; its `epoch` is set as each epoch begins.
        patience: epochs without improvement after which training stops.
        fewest_epochs: epochs before which it does not stop.
        monitor: the figure that tells improvement; lower is better. None takes the last epoch for
            the best.
        directory: where the state is written after each epoch, or None.
        fingerprint: what a resumed run must share with the run it continues (settings, data).

    Attributes:
        history: figures of each epoch so far.
        best_epoch: the epoch, from 0, with the lowest value of `monitor`; None before the first.
    """

    def __init__(
        self,
        batches: EpochBatches,
        *,
        patience: int,
        fewest_epochs: int = 0,
        monitor: str | None = "val_loss",
        directory: Path | None,
        fingerprint: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self._batches = batches
        self._patience = patience
        self._fewest_epochs = fewest_epochs
        self._monitor = monitor
        self._directory = directory
        self._fingerprint = json.loads(json.dumps(fingerprint))
        self._best_weights: list[np.ndarray] = []
        self.history: list[dict[str, float]] = []
        self.best_epoch: int | None = None

    @property
    def finished(self) -> bool:
        """Whether patience has run out, and not too early; never without a monitor."""
        done = len(self.history)
        return (
            self._monitor is not None
            and self.best_epoch is not None
            and done >= self._fewest_epochs
            and done - 1 - self.best_epoch >= self._patience
        )

    @property
    def best(self) -> float:
        """The lowest value of `monitor`; infinity before the first epoch."""
        return (
            float("inf")
            if self.best_epoch is None
            else self.history[self.best_epoch][self._monitor or "loss"]
        )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Gives the epoch its own order of the data; Keras calls this."""
        self._batches.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compares, keeps and writes; Keras calls this."""
        figures = {name: float(value) for name, value in (logs or {}).items()}
        self.history.append(figures)
        if self._monitor is None or self.best_epoch is None or figures[self._monitor] < self.best:
            self.best_epoch = epoch
            self._best_weights = [np.array(v.numpy()) for v in self.model.weights]
        if self._directory is not None:
            now = [np.array(v.numpy()) for v in self._variables()]
            state = state_file.SavedState(
                self._fingerprint, self.history, self.best_epoch, now, self._best_weights
            )
            state_file.write(self._directory, state)
        if self.finished:
            self.model.stop_training = True

    def restore_best(self) -> None:
        """Gives the model the weights of its best epoch."""
        for variable, value in zip(self.model.weights, self._best_weights, strict=True):
            variable.assign(value)

    def _variables(self) -> list[Any]:
        """Weights, random generators and optimizer; metrics start anew in each epoch."""
        metrics = {id(v) for metric in self.model.metrics for v in metric.variables}
        kept = [v for v in self.model.variables if id(v) not in metrics]
        return [*kept, *self.model.optimizer.variables]

    def read(self, directory: Path) -> int:
        """Takes up the state that an earlier run left.

        Args:
            directory: where it was written.

        Returns:
            The number of epochs that were finished; 0 where there is no state.

        Raises:
            ValueError: the state is damaged, or belongs to other data, settings or versions.
        """
        state = state_file.read(directory)
        if state is None:
            return 0
        path = directory / state_file.NAME
        changed = sorted(
            name
            for name in state.fingerprint.keys() | self._fingerprint.keys()
            if state.fingerprint.get(name) != self._fingerprint.get(name)
        )
        if changed:
            raise ValueError(
                f"resume: {path} was written with other {', '.join(changed)}; run with the same, "
                "or begin anew with restart=True"
            )
        self.model.optimizer.build(self.model.trainable_variables)
        variables = self._variables()
        shapes = [tuple(v.shape) for group in (variables, self.model.weights) for v in group]
        if shapes != [value.shape for value in (*state.now, *state.best)]:
            raise ValueError(
                f"{path} has weights of other shapes than the model: begin anew with restart=True"
            )
        for variable, value in zip(variables, state.now, strict=True):
            variable.assign(value)
        self._best_weights = list(state.best)
        self.history = state.history
        self.best_epoch = state.best_epoch
        return len(self.history)


def train_core(
    core: keras.Model,
    batches: EpochBatches,
    settings: TrainingSettings,
    *,
    callbacks: Sequence[keras.callbacks.Callback],
    monitor: str | None = "val_loss",
    run: Run = Run(),
    verbose: int | str = "auto",
) -> TrainingState:
    """Fits a compiled core and leaves it with the weights of its best epoch.

    Args:
        core: compiled model.
        batches: training data.
        settings: how many epochs, and the patience.
        callbacks: one of them must set the figure that is monitored.
        monitor: the figure that tells improvement; lower is better. None trains for all epochs and
            keeps the last.
        run: where the state is kept; one that does not resume starts anew.
        verbose: as Keras's.

    Returns:
        The state, with the history.

    Raises:
        ValueError: the state found is damaged or belongs to other data, settings or versions, or a
            run that resumes has no directory.
        OSError: a state cannot be written; that of the epoch before is still whole.
    """
    if run.resume and run.checkpoints is None:
        raise ValueError("resume is True but there is no directory: give export_path")
    directory = None if run.checkpoints is None else Path(run.checkpoints)
    state = TrainingState(
        batches,
        patience=settings.patience,
        fewest_epochs=settings.fewest_epochs(len(batches)),
        monitor=monitor,
        directory=directory,
        fingerprint={
            **run.fingerprint,
            # Another version may round otherwise, or draw other random numbers.
            "keras_version": keras.__version__,
            "tensorflow_version": tf.__version__,
        },
    )
    state.set_model(core)
    done = 0
    if directory is not None:
        state_file.clear_leftovers(directory)
        if run.resume:
            done = state.read(directory)
        else:
            shutil.rmtree(directory, ignore_errors=True)
    logs = [] if run.log_dir is None else [keras.callbacks.TensorBoard(str(run.log_dir))]
    epochs = settings.epochs_of(len(batches))
    if not state.finished and done < epochs:
        if not core.optimizer.built:
            # A first step that makes variables is traced twice.
            core.optimizer.build(core.trainable_variables)
        core.fit(
            batches.dataset(),
            epochs=epochs,
            initial_epoch=done,
            callbacks=[*callbacks, state, *logs],
            shuffle=False,  # the batches come in an order of their own
            verbose=verbose,
        )
    state.restore_best()
    return state
