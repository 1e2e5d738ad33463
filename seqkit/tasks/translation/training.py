"""Trains a translator, judged by how it translates held-out texts."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.evaluation.script import script_of
from seqkit.losses import TokenCrossEntropy
from seqkit.model.next_token import output_layer
from seqkit.optimizers import LazyAdam
from seqkit.tasks.translation.batches import EncodedPairs, PairBatches
from seqkit.tasks.translation.model import Translator
from seqkit.tasks.translation.search import MORE_TOKENS
from seqkit.training import Run, TrainingSettings, TrainingState, train_core
from seqkit.training.fast_products import fast_product_dtype

# Enough to tell better from worse; more would take time at the end of every epoch.
_MOST_JUDGED = 1000
_TOGETHER = 128
# Pairs whose target is not longer than a translation may become.
_WITHIN_BOUND = 0.999


def fit_translator(
    model: Translator,
    train: Dataset,
    validation: Dataset,
    settings: TrainingSettings,
    *,
    label_smoothing: float = 0.1,
    new: bool = True,
    seed: int = 0,
    run: Run = Run(),
) -> TrainingState:
    """Trains the model's core to give each token of the target after those before it.

    Args:
        model: changed in place.
        train: holds the columns `source` and `target`.
        validation: held-out data with the same columns; it decides when training stops.
        settings: how long and how fast.
        label_smoothing: share of the target probability that is spread over all tokens.
        new: whether the model is untrained; translations of one that is not may stay as long as
            they were.
        seed: with the epoch's number decides the order of the pairs.
        run: where the state is kept.

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
    ratio = length_ratio(pairs)
    model.length_ratio = ratio if new else max(ratio, model.length_ratio)
    batches = PairBatches(pairs, batch_size=settings.batch_size_of(len(pairs)), seed=seed)
    model.core.compile(
        LazyAdam(settings.schedule(len(batches)), global_clipnorm=1.0),
        loss=TokenCrossEntropy(
            output_layer(model.core), label_smoothing, product_dtype=fast_product_dtype()
        ),
        jit_compile=False if model.network.input_feeding else "auto",
    )
    return train_core(
        model.core,
        batches,
        settings,
        callbacks=[TranslationValidation(model, validation)],
        monitor="val_error",
        run=run.on(train, validation),
    )


def length_ratio(pairs: EncodedPairs) -> float:
    """The most tokens of a translation for one of its source, beside ten more.

    Args:
        pairs: training data.

    Returns:
        A ratio, 1 or more, that all but one pair of a thousand keep to.
    """
    beyond = (pairs.target_lengths - MORE_TOKENS) / np.maximum(pairs.source_lengths, 1)
    return float(max(1.0, np.quantile(beyond, _WITHIN_BOUND)))


class TranslationValidation(keras.callbacks.Callback):
    """Adds scores of held-out texts, translated by greedy search, to each epoch's figures.

    `val_bleu` and `val_chrf` are in percent, `val_error` is 100 minus chrF, which needs no words.

    Args:
        model: the translator whose core is trained.
        validation: held-out pairs; the first 1,000 are used.
    """

    def __init__(self, model: Translator, validation: Dataset) -> None:
        super().__init__()
        rows = validation.take(np.arange(min(_MOST_JUDGED, len(validation))))
        self._sources = rows.to_list("source")
        self._references = rows.to_list("target")
        self._tokenizer = script_of(self._references).bleu_tokenizer
        self._greedy = tf.function(
            model.answer_greedily,
            input_signature=[tf.TensorSpec([None], tf.string)],
            autograph=False,
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Computes the figures; Keras calls this."""
        from sacrebleu.metrics import BLEU, CHRF

        answers = self._translate()
        if logs is not None:
            references = [self._references]
            bleu = BLEU(tokenize=self._tokenizer, force=True)
            logs["val_bleu"] = bleu.corpus_score(answers, references).score
            logs["val_chrf"] = CHRF().corpus_score(answers, references).score
            logs["val_error"] = 100 - logs["val_chrf"]

    def _translate(self) -> list[str]:
        # Texts of about one length together: a row that has ended waits for the others.
        order = sorted(range(len(self._sources)), key=lambda i: len(self._sources[i]))
        answers = [""] * len(order)
        for start in range(0, len(order), _TOGETHER):
            rows = order[start : start + _TOGETHER]
            texts = self._greedy(tf.constant([self._sources[i] for i in rows])).numpy()
            for row, answer in zip(rows, texts, strict=True):
                answers[row] = answer.decode()
        return answers
