"""Trains a text classifier: both paths at once, judged by what they say together."""

from __future__ import annotations

import keras
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.data.kinds.labels import balanced_weights
from seqkit.optimizers import LazyAdam
from seqkit.tasks.classification.batches import EncodedTexts, TextBatches
from seqkit.tasks.classification.model import TextClassifier
from seqkit.tasks.classification.network import WIDE, start_from_counts
from seqkit.tasks.classification.validation import CalibratedValidation
from seqkit.training import Run, TrainingSettings, TrainingState, train_core


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

    Args:
        model: changed in place.
        train: holds the columns `text` and `label`.
        validation: held-out data with the same columns; it decides when training stops and how
            the paths are weighted.
        settings: how long and how fast.
        label_smoothing: share of certainty taken from the labels.
        class_weight: `"balanced"` lets rare labels count as much as frequent ones; `"none"`.
        new: whether the model is untrained: then a wide path begins as naive Bayes.
        seed: with the epoch's number decides the order of the texts.
        run: where the state is kept.

    Returns:
        The state, with the history.

    Raises:
        ValueError: a label is not known, or the state found belongs to something else.
    """
    texts = _encode(model, train)
    targets = model.targets(train.to_list("label"))
    if new and WIDE in model.outputs:
        assert model.encoder.ngrams is not None
        counts = texts.ngram_counts(targets, model.encoder.ngrams.num_buckets)
        start_from_counts(model.core, *counts)
    batches = TextBatches(
        texts,
        targets,
        balanced_weights(targets) if class_weight == "balanced" else None,
        outputs=model.outputs,
        batch_size=settings.batch_size,
        seed=seed,
    )
    kind = "Binary" if model.multi_label else "Categorical"
    loss = getattr(keras.losses, f"{kind}Crossentropy")
    model.core.compile(
        LazyAdam(settings.schedule(len(batches))),
        loss=loss(from_logits=True, label_smoothing=label_smoothing),
    )
    # The loss of each output is kept in a variable; a first step that makes it is traced twice.
    first = dict.fromkeys(model.outputs, tf.constant(targets[:1], tf.float32))
    model.core.compute_loss(y=first, y_pred=first)
    judge = CalibratedValidation(
        EncodedTexts(validation, model.encoder, max_length=model.max_length),
        model.targets(validation.to_list("label")),
        outputs=model.outputs,
        multi_label=model.multi_label,
    )
    run = run.on(train, validation)
    state = train_core(model.core, batches, settings, callbacks=[judge], run=run)
    model.path_weights = judge.calibrate(model.core)[1].tolist()
    return state


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
