"""Trains a text classifier: the wide path is solved, the deep one trained beside it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.data.kinds.labels import balanced_weights
from seqkit.optimizers import LazyAdam
from seqkit.tasks.classification.batches import EncodedTexts, TextBatches
from seqkit.tasks.classification.linear import Split, fit_linear, folds_of
from seqkit.tasks.classification.model import TextClassifier
from seqkit.tasks.classification.network import DEEP, WIDE, one_path, start_wide_path
from seqkit.tasks.classification.turns import FEW_TEXTS, in_turns, join, train_in_turns
from seqkit.tasks.classification.validation import CalibratedValidation, predict_logits
from seqkit.text import KnownNGrams
from seqkit.training import Run, TrainingSettings, train_core

_FOLDS = 5


def fit_classifier(
    model: TextClassifier,
    train: Dataset,
    validation: Dataset,
    settings: TrainingSettings,
    *,
    label_smoothing: float = 0.0,
    class_weight: str = "none",
    folds: int = 0,
    new: bool = True,
    seed: int = 0,
    run: Run = Run(),
) -> list[dict[str, float]]:
    """Trains the model's core, then fits the weights of its paths.

    The wide path of a new model is solved at once, see `fit_linear`, and the deep path is trained
    alone; more training goes on with both. A new model of fewer than 2,000 texts is trained on all
    of them, see `train_in_turns`.

    Args:
        model: changed in place.
        train: holds the columns `text` and `label`.
        validation: held-out data with the same columns; it decides when training stops and how
            the paths are weighted.
        settings: how long and how fast.
        label_smoothing: share of certainty taken from the labels.
        class_weight: `"balanced"` lets rare labels count as much as frequent ones; `"none"`.
        folds: parts of all texts, validation data included, that are held out in turn where there
            are few; below 2, validation data alone are held out.
        new: whether the model is untrained.
        seed: with the epoch's number decides the order of the texts.
        run: where the state is kept.

    Returns:
        The figures of each epoch.

    Raises:
        ValueError: a label is not known, or the state found belongs to something else.
    """
    run = run.on(train, validation)
    turns = new and in_turns(train, validation, folds)
    texts = _encode(model, join(train, validation) if turns else train)
    targets = model.targets(texts.labels)
    weights = balanced_weights(targets) if class_weight == "balanced" else None
    splits = folds_of(targets, folds if turns else _FOLDS, seed)
    core, outputs = model.core, model.outputs
    solved = new and isinstance(model.encoder.ngrams, KnownNGrams)
    held_out_logits: dict[str, np.ndarray] = {}
    if solved:
        held_out_logits = {WIDE: _solve_wide_path(model, texts, targets, weights, splits)}
        core, outputs = one_path(core, DEEP), [DEEP]

    batches = functools.partial(
        TextBatches,
        texts,
        targets,
        weights,
        inputs=core.input,
        outputs=outputs,
        batch_size=settings.batch_size_of(len(texts)),
        seed=seed,
    )
    loss = _loss(model.multi_label, label_smoothing)
    compiled = functools.partial(_compile, settings=settings, loss=loss, target=targets[:1])
    if turns:
        path_weights, history = train_in_turns(
            core,
            compiled,
            batches,
            texts,
            targets,
            known=held_out_logits,
            outputs=model.outputs,
            splits=splits,
            multi_label=model.multi_label,
            settings=settings,
            run=run,
        )
    else:
        judge = _judge(model, validation, solved=solved)
        compiled(core, len(batches()))
        history = train_core(core, batches(), settings, callbacks=[judge], run=run).history
        path_weights = judge.calibrate(core)[1]
    model.path_weights = path_weights.tolist()
    return history


def _loss(multi_label: bool, label_smoothing: float) -> keras.losses.Loss:
    kind = keras.losses.BinaryCrossentropy if multi_label else keras.losses.CategoricalCrossentropy
    return kind(from_logits=True, label_smoothing=label_smoothing)


def _compile(
    core: keras.Model, steps: int, settings: TrainingSettings, loss: Any, target: np.ndarray
) -> None:
    """Compiles a core, and makes what a first step would make, which is then traced once."""
    core.compile(LazyAdam(settings.schedule(steps)), loss=loss)
    core.optimizer.build(core.trainable_variables)
    # The loss of each output is kept in a variable.
    first = dict.fromkeys(core.output, tf.constant(target, tf.float32))
    core.compute_loss(y=first, y_pred=first)


def _judge(model: TextClassifier, validation: Dataset, *, solved: bool) -> CalibratedValidation:
    """What decides by validation data; a wide path that was solved answers them once."""
    held_out = EncodedTexts(validation, model.encoder, max_length=model.max_length)
    known = {}
    if solved:
        known = {WIDE: predict_logits(one_path(model.core, WIDE), held_out, [WIDE])[:, 0]}
    return CalibratedValidation(
        held_out,
        model.targets(held_out.labels),
        outputs=model.outputs,
        multi_label=model.multi_label,
        known=known,
    )


def _solve_wide_path(
    model: TextClassifier,
    texts: EncodedTexts,
    targets: np.ndarray,
    weights: np.ndarray | None,
    splits: Sequence[Split],
) -> np.ndarray:
    """Gives the wide path the weights of the best linear model; returns held-out logits."""
    assert isinstance(model.encoder.ngrams, KnownNGrams)
    solved, held_out = fit_linear(
        texts.ngram_matrix(),
        np.concatenate([[False], model.encoder.ngrams.of_letters]),
        targets,
        weights,
        # Of many texts one part is held out, in place of each in turn.
        splits=splits if len(texts) <= FEW_TEXTS else splits[:1],
        multi_label=model.multi_label,
    )
    start_wide_path(model.core, solved.table, solved.idf, solved.bias)
    return held_out


def _encode(model: TextClassifier, train: Dataset) -> EncodedTexts:
    """The training texts as ids; shows progress, and tells of texts that are cut."""
    shown = keras.utils.Progbar(len(train), unit_name="text").update
    texts = EncodedTexts(
        train, model.encoder, max_length=model.max_length, progress=lambda n, _: shown(n)
    )
    if texts.num_cut:
        print(
            f"{texts.num_cut:,} texts are longer than {model.max_length} tokens: trained on their "
            "beginning"
        )
    return texts
