"""Trains a text classifier: the wide path is solved, the deep one trained beside it."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.data.kinds.labels import balanced_weights
from seqkit.optimizers import LazyAdam
from seqkit.tasks.classification.batches import EncodedTexts, TextBatches
from seqkit.tasks.classification.linear import fit_linear, folds_of
from seqkit.tasks.classification.model import TextClassifier
from seqkit.tasks.classification.network import DEEP, WIDE, one_path, start_wide_path
from seqkit.tasks.classification.validation import CalibratedValidation, predict_logits
from seqkit.text import KnownNGrams
from seqkit.training import Run, TrainingSettings, TrainingState, train_core

_FOLDS = 5
# Of more texts one part is held out, in place of each in turn.
_MOST_FOLDED = 20_000


def fit_classifier(
    model: TextClassifier,
    train: Dataset,
    validation: Dataset,
    settings: TrainingSettings,
    *,
    label_smoothing: float = 0.0,
    class_weight: str = "none",
    new: bool = True,
    seed: int = 0,
    run: Run = Run(),
) -> TrainingState:
    """Trains the model's core, then fits the weights of its paths.

    The wide path of a new model is solved at once, see `fit_linear`, and the deep path is trained
    alone; more training goes on with both.

    Args:
        model: changed in place.
        train: holds the columns `text` and `label`.
        validation: held-out data with the same columns; it decides when training stops and how
            the paths are weighted.
        settings: how long and how fast.
        label_smoothing: share of certainty taken from the labels.
        class_weight: `"balanced"` lets rare labels count as much as frequent ones; `"none"`.
        new: whether the model is untrained.
        seed: with the epoch's number decides the order of the texts.
        run: where the state is kept.

    Returns:
        The state, with the history.

    Raises:
        ValueError: a label is not known, or the state found belongs to something else.
    """
    texts = _encode(model, train)
    held_out = EncodedTexts(validation, model.encoder, max_length=model.max_length)
    targets = model.targets(train.to_list("label"))
    weights = balanced_weights(targets) if class_weight == "balanced" else None
    core, outputs, known = model.core, model.outputs, {}
    if new and isinstance(model.encoder.ngrams, KnownNGrams):
        _solve_wide_path(model, texts, targets, weights)
        known = {WIDE: predict_logits(one_path(core, WIDE), held_out, [WIDE])[:, 0]}
        core, outputs = one_path(core, DEEP), [DEEP]
    batches = TextBatches(
        texts,
        targets,
        weights,
        inputs=core.input,
        outputs=outputs,
        batch_size=settings.batch_size,
        seed=seed,
    )
    kind = "Binary" if model.multi_label else "Categorical"
    loss = getattr(keras.losses, f"{kind}Crossentropy")
    core.compile(
        LazyAdam(settings.schedule(len(batches))),
        loss=loss(from_logits=True, label_smoothing=label_smoothing),
    )
    # The loss of each output is kept in a variable; a first step that makes it is traced twice.
    first = dict.fromkeys(outputs, tf.constant(targets[:1], tf.float32))
    core.compute_loss(y=first, y_pred=first)
    judge = CalibratedValidation(
        held_out,
        model.targets(validation.to_list("label")),
        outputs=model.outputs,
        multi_label=model.multi_label,
        known=known,
    )
    run = run.on(train, validation)
    state = train_core(core, batches, settings, callbacks=[judge], run=run)
    model.path_weights = judge.calibrate(core)[1].tolist()
    return state


def _solve_wide_path(
    model: TextClassifier, texts: EncodedTexts, targets: np.ndarray, weights: np.ndarray | None
) -> None:
    """Gives the wide path the weights of the best linear model of the texts."""
    assert isinstance(model.encoder.ngrams, KnownNGrams)
    splits = folds_of(targets, _FOLDS)
    solved, _ = fit_linear(
        texts.ngram_matrix(),
        np.concatenate([[False], model.encoder.ngrams.of_letters]),
        targets,
        weights,
        splits=splits if len(texts) <= _MOST_FOLDED else splits[:1],
        multi_label=model.multi_label,
    )
    start_wide_path(model.core, solved.table, solved.idf, solved.bias)


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
