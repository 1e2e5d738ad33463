"""Trains a translator, judged by how it translates held-out texts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.losses import TokenCrossEntropy
from seqkit.model.next_token import output_layer
from seqkit.optimizers import LazyAdam
from seqkit.tasks.translation.batches import EncodedPairs, PairBatches
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.search import MORE_TOKENS
from seqkit.training.fast_products import fast_product_dtype
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.run import Run
from seqkit.training.schedule import epochs_within, warm_up_and_decay
from seqkit.training.settings import TrainingSettings

# Enough to tell better from worse; more would cost time at the end of every epoch.
_MOST_JUDGED = 1000
_TOGETHER = 128
# Pairs whose target is not longer than a translation may become.
_WITHIN_BOUND = 0.999


def fit_translator(
    model: Translator,
    train: Dataset,
    validation: Dataset,
    *,
    batch_size: int,
    epochs: int,
    max_steps: int,
    patience: int,
    learning_rate: float,
    label_smoothing: float = 0.1,
    seed: int = 0,
    checkpoints: str | os.PathLike[str] | None = None,
    resume: bool = False,
    fingerprint: Mapping[str, Any] | None = None,
    log_dir: str | os.PathLike[str] | None = None,
) -> TrainingState:
    """Trains the model's core to give each token of the target after those before it.

    Args:
        model: changed in place.
        train: holds the columns `source` and `target`.
        validation: the same, held out: it decides when training stops.
        batch_size: pairs of a step.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement before training stops.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        label_smoothing: share of the truth that all tokens have alike.
        seed: with the epoch's number decides the order of the pairs.
        checkpoints: directory for the state after each epoch, or None.
        resume: whether to go on from the state found there.
        fingerprint: what must not have changed since, beside the data.
        log_dir: directory for TensorBoard, or None.

    Returns:
        The state, with the history.

    Raises:
        ValueError: no pair is short enough, or the state found belongs to something else.
    """
    pairs = EncodedPairs(train, model.source, model.target, max_length=model.max_length)
    if pairs.num_left_out:
        print(
            f"{pairs.num_left_out:,} pairs have a side of more than {model.max_length} tokens: not "
            "trained on"
        )
    model.length_ratio = length_ratio(pairs)
    batches = PairBatches(pairs, batch_size=batch_size, seed=seed)
    count = epochs_within(max_steps, len(batches), most=epochs)
    model.core.compile(
        LazyAdam(warm_up_and_decay(learning_rate, len(batches), count), global_clipnorm=1.0),
        loss=TokenCrossEntropy(
            output_layer(model.core), label_smoothing, product_dtype=fast_product_dtype()
        ),
        jit_compile=False if model.core_config.get("input_feeding") else "auto",
    )
    return train_core(
        model.core,
        batches,
        TrainingSettings(epochs, max_steps, patience, batch_size, learning_rate),
        callbacks=[TranslationValidation(model, validation)],
        monitor="val_error",
        run=Run(
            checkpoints, resume, log_dir, {**(fingerprint or {}), "data": train.content_sha256()}
        ),
    )


def length_ratio(pairs: EncodedPairs) -> float:
    """How many times as many tokens as its source a translation may have, beside a few more.

    Args:
        pairs: training data.

    Returns:
        What all but one pair of a thousand keep to, at least 1.
    """
    beyond = (pairs.target_lengths - MORE_TOKENS) / np.maximum(pairs.source_lengths, 1)
    return float(max(1.0, np.quantile(beyond, _WITHIN_BOUND)))


class TranslationValidation(keras.callbacks.Callback):
    """Adds to each epoch's figures how held-out texts are translated, by greedy search.

    `val_bleu` and `val_chrf` are in percent, `val_error` is what is missing to 100 in chrF.

    Args:
        model: the translator whose core is trained.
        validation: held-out pairs; the first 1,000 are used.
    """

    def __init__(self, model: Translator, validation: Dataset) -> None:
        super().__init__()
        rows = validation.take(np.arange(min(_MOST_JUDGED, len(validation))))
        self._sources = rows.to_list("source")
        self._references = rows.to_list("target")
        self._greedy = tf.function(
            model.answer_greedily,
            input_signature=[tf.TensorSpec([None], tf.string)],
            autograph=False,
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Computes the figures; Keras calls this."""
        from sacrebleu.metrics import BLEU, CHRF

        answers = self._translated()
        if logs is not None:
            references = [self._references]
            logs["val_bleu"] = BLEU(force=True).corpus_score(answers, references).score
            logs["val_chrf"] = CHRF().corpus_score(answers, references).score
            logs["val_error"] = 100 - logs["val_chrf"]

    def _translated(self) -> list[str]:
        # Texts of about one length together: a row that has ended waits for the others.
        order = sorted(range(len(self._sources)), key=lambda i: len(self._sources[i]))
        answers = [""] * len(order)
        for start in range(0, len(order), _TOGETHER):
            rows = order[start : start + _TOGETHER]
            found = self._greedy(tf.constant([self._sources[i] for i in rows])).numpy()
            for row, answer in zip(rows, found, strict=True):
                answers[row] = answer.decode()
        return answers
