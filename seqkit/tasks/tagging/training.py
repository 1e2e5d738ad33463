"""Trains a token tagger, judged by the tags of whole sentences."""

from __future__ import annotations

import hashlib
from typing import Any

import keras
import numpy as np

from seqkit.data import Dataset
from seqkit.data.kinds import tag_scheme
from seqkit.layers import LinearChainCRF
from seqkit.losses import CRFNegativeLogLikelihood
from seqkit.optimizers import LazyAdam
from seqkit.tasks.tagging.batches import NO_TAG, EncodedSentences, TaggedBatches, emissions_of
from seqkit.tasks.tagging.calibration import calibrate
from seqkit.tasks.tagging.model import TokenTagger
from seqkit.tasks.tagging.network import CRF
from seqkit.training import Run, TrainingSettings, TrainingState, train_core


def fit_tagger(
    model: TokenTagger,
    train: Dataset,
    validation: Dataset,
    settings: TrainingSettings,
    *,
    seed: int = 0,
    run: Run = Run(),
) -> TrainingState:
    """Trains the model's core on the likelihood of whole sequences of tags, then calibrates it.

    Args:
        model: changed in place.
        train: holds the columns `tokens` and `tags`.
        validation: held-out data with the same columns; it decides when training stops,
            and how sure the model is.
        settings: how long and how fast.
        seed: with the epoch's number decides the order of the sentences.
        run: where the state is kept.

    Returns:
        The state, with the history.

    Raises:
        ValueError: a tag is not known, or the state found belongs to something else.
    """
    sentences, held_out = (
        EncodedSentences(
            dataset, model.encoder, max_length=model.max_length, levels=model.core.input.keys()
        )
        for dataset in (train, validation)
    )
    if sentences.num_cut:
        print(
            f"{sentences.num_cut:,} sentences are longer than {model.max_length} words: trained "
            "on in parts, every tag once"
        )
    tags = model.targets(train["tags"].combine_chunks().flatten().to_pylist())
    batch_size = settings.batch_size_of(len(sentences))
    batches = TaggedBatches(sentences, tags, batch_size=batch_size, seed=seed)
    model.core.compile(
        LazyAdam(settings.schedule(len(batches))),
        loss=CRFNegativeLogLikelihood(model.core.get_layer(CRF)),
    )
    held_out_tags = validation["tags"].combine_chunks().flatten().to_pylist()
    judge = TaggedValidation(held_out, held_out_tags, model.tags.tokens)
    run = run.on(train, validation).sharing(
        # In place of the file's path: the file may have been moved, or be another by now.
        pretrained_vectors=_digest(model.vectors),
    )
    state = train_core(
        model.core, batches, settings, callbacks=[judge], monitor="val_error", run=run
    )
    number = {tag: place for place, tag in enumerate(model.tags.tokens)}
    ids = np.array([number.get(tag, NO_TAG) for tag in held_out_tags], "int32")
    temperature = calibrate(model.core, held_out, ids)
    print(f"confidence fitted to held-out words, temperature {temperature:.2f}")
    return state


def _digest(vectors: np.ndarray | None) -> str | None:
    return None if vectors is None else hashlib.sha256(vectors.tobytes()).hexdigest()


class TaggedValidation(keras.callbacks.Callback):
    """Adds to each epoch's figures what the tagger is worth on held-out sentences.

    `val_accuracy` is the share of right tags, `val_error` what is missing to 1 in F1 of spans
    where the tags mark any, and in accuracy where they do not.

    Args:
        sentences: held-out sentences.
        tags: the tag of each of their words.
        names: the tags by id.
    """

    def __init__(
        self, sentences: EncodedSentences, tags: list[str], names: tuple[str, ...]
    ) -> None:
        super().__init__()
        self._sentences = sentences
        self._tags = tags
        self._names = names
        self._scheme = tag_scheme.scheme(names)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Computes the figures; Keras calls this."""
        answers = predict_tags(self.model, self._sentences, self._names)
        right = np.mean([a == b for a, b in zip(answers, self._tags, strict=True)])
        if logs is None:
            return
        logs["val_accuracy"] = float(right)
        logs["val_error"] = 1 - float(right)
        if self._scheme != "plain":
            logs["val_span_f1"] = self._span_f1(answers)
            logs["val_error"] = 1 - logs["val_span_f1"]

    def _span_f1(self, answers: list[str]) -> float:
        rows = np.split(np.arange(len(answers)), np.cumsum(self._sentences.lengths)[:-1])
        answered, true = (
            {
                (number, *span)
                for number, row in enumerate(rows)
                for span in tag_scheme.spans([tags[place] for place in row], self._scheme)
            }
            for tags in (answers, self._tags)
        )
        return 2 * len(answered & true) / max(1, len(answered) + len(true))


def predict_tags(
    core: keras.Model, sentences: EncodedSentences, names: tuple[str, ...], batch_size: int = 128
) -> list[str]:
    """The best tags of all words, row by row.

    Args:
        core: made with `build_tagger_core`.
        sentences: what to tag.
        names: the tags by id.
        batch_size: rows computed together.

    Returns:
        A tag for each word.
    """
    crf = core.get_layer(CRF)
    assert isinstance(crf, LinearChainCRF)
    tags = np.zeros(int(sentences.lengths.sum()), "int32")
    for places, emissions in emissions_of(core, sentences, batch_size):
        best = keras.ops.convert_to_numpy(crf.decode(emissions, places >= 0)[0])
        tags[places[places >= 0]] = best[places >= 0]
    return [names[tag] for tag in tags.tolist()]
