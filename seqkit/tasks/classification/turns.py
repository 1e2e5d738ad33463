"""Few texts are used whole: each part is held out in turn, and all are trained on in the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqkit import data
from seqkit.data import Dataset
from seqkit.tasks.classification.batches import EncodedTexts
from seqkit.tasks.classification.calibration import fit_path_weights, negative_log_likelihood
from seqkit.tasks.classification.linear import Split
from seqkit.tasks.classification.validation import CalibratedValidation
from seqkit.training import Run, TrainingSettings, train_core
from seqkit.training.batches import EpochBatches

FEW_TEXTS = 2000


def in_turns(train: Dataset, validation: Dataset, folds: int) -> bool:
    """Whether there are so few texts that held-out ones are trained on in the end.

    Args:
        train, validation: parts of the data.
        folds: parts that are held out in turn; below 2, none is.

    Returns:
        Whether both together have fewer than 2,000 texts, and at least one for each part.
    """
    return 2 <= folds <= len(train) + len(validation) < FEW_TEXTS


def join(train: Dataset, validation: Dataset) -> Dataset:
    """The texts and labels of both parts.

    Args:
        train, validation: hold the columns `text` and `label`.

    Returns:
        A data set with these two columns.
    """
    columns = {
        column: train.to_list(column) + validation.to_list(column) for column in ("text", "label")
    }
    return data.read(columns, columns=("text", "label"))


def train_in_turns(
    core: keras.Model,
    compiled: Callable[[keras.Model, int], None],
    batches: Callable[..., EpochBatches],
    texts: EncodedTexts,
    targets: np.ndarray,
    *,
    known: Mapping[str, np.ndarray],
    outputs: Sequence[str],
    splits: Sequence[Split],
    multi_label: bool,
    settings: TrainingSettings,
    run: Run,
) -> tuple[np.ndarray, list[dict[str, float]]]:
    """Trains the deep path once for each split and once on all, for as long as was best in turns.

    Every training begins with the same weights. The epoch after which the held-out texts of all
    splits together are most likely is the last one of the training on all texts; what they say
    then decides how the paths are weighted. So each text was held out once, and none is lost.

    Args:
        core: the deep path, changed in place.
        compiled: compiles a model for batches of a number.
        batches: the batches of some texts, `rows`.
        texts: all texts.
        targets: `<float32>[texts, classes]`.
        known: `<float>[texts, classes]` by name: logits of other paths, held out too.
        outputs: names of all paths.
        splits: texts to train on and texts held out.
        multi_label: whether each label is decided by itself.
        settings: how long and how fast.
        run: where the states are kept.

    Returns:
        The weight of each path, `<float64>[paths]`, and figures of each epoch: means over the
        splits.

    Source: Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions".
    """
    first = [np.array(variable.numpy()) for variable in core.variables]
    histories, logits = [], []
    for number, (rows, held) in enumerate(splits):
        own = batches(rows=rows)
        if number == 0:
            compiled(core, len(own))
        _begin_again(core, first)
        stage = run.stage(f"turn_{number + 1}")
        judge = CalibratedValidation(
            texts,
            targets,
            rows=held,
            outputs=outputs,
            multi_label=multi_label,
            known=known,
            directory=None if stage.checkpoints is None else Path(stage.checkpoints),
        )
        print(f"turn {number + 1} of {len(splits)}: {len(held):,} texts held out")
        # A few held-out texts say little of when to stop: all of them together do, afterwards.
        state = train_core(core, own, settings, callbacks=[judge], monitor=None, run=stage)
        history = state.history
        histories.append(history)
        logits.append([judge.logits_after(epoch) for epoch in range(len(history))])
    epochs = min(map(len, histories))
    held = np.concatenate([held for _, held in splits])
    best: tuple[float, int, np.ndarray] | None = None
    for epoch in range(epochs):
        together = np.concatenate([own[epoch] for own in logits])
        weights = fit_path_weights(together, targets[held], multi_label=multi_label)
        arguments = (together, targets[held], weights)
        loss = negative_log_likelihood(*arguments, multi_label=multi_label)
        if best is None or loss < best[0]:
            best = loss, epoch, weights
    assert best is not None
    _, last, weights = best
    print(f"all {len(texts):,} texts, {last + 1} of {epochs} epochs")
    whole = batches()
    compiled(core, len(whole))
    _begin_again(core, first)
    chosen = dataclasses.replace(settings, epochs=last + 1, max_steps=2**31, min_steps=0)
    train_core(core, whole, chosen, callbacks=[], monitor=None, run=run.stage("all"))
    return weights, [_mean([history[epoch] for history in histories]) for epoch in range(epochs)]


def _begin_again(core: keras.Model, first: Sequence[np.ndarray]) -> None:
    for variable, value in zip(core.variables, first, strict=True):
        variable.assign(value)
    for variable in core.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))


def _mean(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
