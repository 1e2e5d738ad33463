"""Trains a text classifier: both paths at once, judged by what they say together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import keras

from seqkit.data import Dataset
from seqkit.data.kinds.labels import balanced_weights
from seqkit.optimizers import LazyAdam
from seqkit.tasks.classification.batches import EncodedTexts, TrainingBatches
from seqkit.tasks.classification.model import TextClassifier
from seqkit.tasks.classification.network import WIDE, start_from_counts
from seqkit.tasks.classification.validation import CalibratedValidation
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.schedule import epochs_within, warm_up_and_decay


def fit_classifier(
    model: TextClassifier,
    train: Dataset,
    validation: Dataset,
    *,
    batch_size: int,
    epochs: int,
    max_steps: int,
    patience: int,
    learning_rate: float,
    label_smoothing: float = 0.0,
    class_weight: str = "none",
    count_first: bool = True,
    seed: int = 0,
    checkpoints: str | os.PathLike[str] | None = None,
    resume: bool = False,
    fingerprint: Mapping[str, Any] | None = None,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model's core, then fits how much each of its paths counts.

    Args:
        model: changed in place.
        train: holds the columns `text` and `label`.
        validation: the same, held out: it decides when training stops and what each path counts.
        batch_size: texts of a step.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement before training stops.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        label_smoothing: share of certainty taken from the labels.
        class_weight: `"balanced"` lets rare labels count as much as frequent ones; `"none"`.
        count_first: whether a wide path begins as naive Bayes; for a model not trained before.
        seed: with the epoch's number decides the order of the texts.
        checkpoints: directory for the state after each epoch, or None.
        resume: whether to go on from the state found there.
        fingerprint: what must not have changed since, beside the data.
        log_dir: directory for TensorBoard, or None.

    Returns:
        The state, with the history.

    Raises:
        ValueError: a label is not known, or the state found belongs to something else.
    """
    shown = keras.utils.Progbar(len(train), unit_name="text").update
    limit = model.max_length
    texts = EncodedTexts(train, model.encoder, max_length=limit, progress=lambda n, _: shown(n))
    held_out = EncodedTexts(validation, model.encoder, max_length=limit)
    if texts.num_cut:
        print(f"{texts.num_cut:,} texts are longer than {limit} tokens: trained on their beginning")
    targets = model.targets(train.to_list("label"))
    if count_first and WIDE in model.outputs:
        assert model.encoder.ngrams is not None
        counts = texts.ngram_counts(targets, model.encoder.ngrams.num_buckets)
        start_from_counts(model.core, *counts)
    batches = TrainingBatches(
        texts,
        targets,
        balanced_weights(targets) if class_weight == "balanced" else None,
        outputs=model.outputs,
        batch_size=batch_size,
        seed=seed,
    )
    epochs = epochs_within(max_steps, len(batches), most=epochs)
    kind = "Binary" if model.multi_label else "Categorical"
    loss = getattr(keras.losses, f"{kind}Crossentropy")
    model.core.compile(
        LazyAdam(warm_up_and_decay(learning_rate, len(batches), epochs)),
        loss=loss(from_logits=True, label_smoothing=label_smoothing),
    )
    judge = CalibratedValidation(
        held_out,
        model.targets(validation.to_list("label")),
        outputs=model.outputs,
        multi_label=model.multi_label,
    )
    state = train_core(
        model.core,
        batches,
        epochs=epochs,
        patience=patience,
        callbacks=[judge],
        checkpoints=checkpoints,
        resume=resume,
        fingerprint={**(fingerprint or {}), "data": train.content_sha256()},
        log_dir=log_dir,
    )
    model.path_weights = judge.calibrate(model.core)[1].tolist()
    return state
