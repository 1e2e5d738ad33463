"""What training is judged by: calibrated likelihood on held-out texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqkit.data.batching import bucket_batches
from seqkit.files.whole import write_aside
from seqkit.tasks.classification.batches import EncodedTexts
from seqkit.tasks.classification.calibration import (
    fit_path_weights,
    negative_log_likelihood,
    probabilities,
)


def predict_logits(
    core: keras.Model,
    texts: EncodedTexts,
    outputs: Sequence[str],
    rows: np.ndarray | None = None,
    batch_size: int = 256,
) -> np.ndarray:
    """Logits of every path, in the order of the texts.

    Args:
        core: a model with the named outputs.
        texts: encoded texts.
        outputs: names of the paths.
        rows: `<int>[n]`, which texts; None for all.
        batch_size: texts computed together.

    Returns:
        `<float32>[texts, paths, classes]`.
    """
    classes = core.output[outputs[0]].shape[-1]
    rows = np.arange(len(texts)) if rows is None else rows
    logits = np.zeros((len(rows), len(outputs), classes), "float32")
    lengths = texts.lengths[rows]
    plan = bucket_batches(lengths, batch_size=batch_size, seed=0, epoch=0, shuffle=False)
    for indices, length in plan:
        inputs = texts.padded(rows[indices], length)
        answer = core.predict_on_batch({name: inputs[name] for name in core.input})
        for path, name in enumerate(outputs):
            logits[indices, path] = answer[name]
    return logits


class CalibratedValidation(keras.callbacks.Callback):
    """Adds `val_loss` and `val_accuracy` of the calibrated model to each epoch's figures.

    A network's confidence grows long after its decisions have settled, which makes its raw loss
    stop training too early; the loss after calibration does not.

    Args:
        texts: held-out texts.
        targets: `<float32>[texts, classes]`.
        outputs: names of all paths.
        rows: `<int>[n]`, which of these texts are held out; None for all.
        multi_label: whether each label is decided by itself.
        known: `<float32>[texts, classes]` by name of the path: logits that training does not
            change; the model that is trained has the other paths.
        directory: where the logits after each epoch are kept, for a run that is resumed; None
            keeps them in memory alone.

    Attributes:
        path_weights: `<float64>[paths]`, fitted after the last epoch seen.
    """

    def __init__(
        self,
        texts: EncodedTexts,
        targets: np.ndarray,
        *,
        outputs: Sequence[str],
        multi_label: bool,
        rows: np.ndarray | None = None,
        known: Mapping[str, np.ndarray] | None = None,
        directory: Path | None = None,
    ) -> None:
        super().__init__()
        self._rows = np.arange(len(texts)) if rows is None else rows
        self._directory = directory
        self._after: dict[int, np.ndarray] = {}
        self._known = {name: logits[self._rows] for name, logits in (known or {}).items()}
        self._texts = texts
        self._targets = targets[self._rows]
        self._outputs = list(outputs)
        self._multi_label = multi_label

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Computes the figures; Keras calls this."""
        logits, weights = self.calibrate(self.model)
        self._after[epoch] = logits
        if self._directory is not None:
            self._directory.mkdir(parents=True, exist_ok=True)
            with write_aside(self._file(epoch)) as aside, aside.open("wb") as file:
                np.save(file, logits)
        if logs is not None:
            arguments = {"multi_label": self._multi_label}
            scores = probabilities(logits, weights, **arguments)
            logs["val_loss"] = negative_log_likelihood(logits, self._targets, weights, **arguments)
            logs["val_accuracy"] = accuracy(scores, self._targets, **arguments)

    def logits_after(self, epoch: int) -> np.ndarray:
        """The logits after an epoch of this run, or of the one that it goes on from.

        Args:
            epoch: its number, from 0.

        Returns:
            `<float32>[texts, paths, classes]`.
        """
        if epoch not in self._after:
            self._after[epoch] = np.load(self._file(epoch))
        return self._after[epoch]

    def _file(self, epoch: int) -> Path:
        assert self._directory is not None
        return self._directory / f"logits_{epoch}.npy"

    def calibrate(self, core: keras.Model) -> tuple[np.ndarray, np.ndarray]:
        """Fits the weights of the paths to a model as it is now.

        Args:
            core: the model.

        Returns:
            Logits `<float32>[texts, paths, classes]` and weights `<float64>[paths]`.
        """
        trained = [name for name in self._outputs if name not in self._known]
        computed = predict_logits(core, self._texts, trained, self._rows)
        by_name = self._known | {name: computed[:, i] for i, name in enumerate(trained)}
        logits = np.stack([by_name[name] for name in self._outputs], axis=1)
        return logits, fit_path_weights(logits, self._targets, multi_label=self._multi_label)


def accuracy(scores: np.ndarray, targets: np.ndarray, *, multi_label: bool) -> float:
    """Share of texts answered exactly right.

    Args:
        scores: `<float>[texts, classes]`, probabilities.
        targets: `<float>[texts, classes]`.
        multi_label: whether each label is decided by itself (at one half).

    Returns:
        From 0 to 1.
    """
    if multi_label:
        return float(((scores >= 0.5) == (targets >= 0.5)).all(axis=1).mean())
    return float((scores.argmax(axis=1) == targets.argmax(axis=1)).mean())
