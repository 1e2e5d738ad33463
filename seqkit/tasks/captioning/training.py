"""Trains a captioner, judged by how it captions held-out images."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.images import ArrayStore, Augmentation, may_be_flipped
from seqkit.losses import TokenCrossEntropy
from seqkit.model.next_token import output_layer
from seqkit.optimizers import LazyAdam
from seqkit.tasks.captioning.batches import CaptionBatches, EncodedCaptions
from seqkit.tasks.captioning.cached_images import KeptImages
from seqkit.tasks.captioning.encoders import set_trainable
from seqkit.tasks.captioning.model import ImageCaptioner
from seqkit.tasks.captioning.network import DESCRIBER, ENCODER, describer
from seqkit.training.fast_products import fast_product_dtype
from seqkit.training.loop import TrainingState, train_core
from seqkit.training.run import Run
from seqkit.training.schedule import epochs_within, warm_up_and_decay
from seqkit.training.settings import TrainingSettings

# Enough to tell better from worse; more would cost time at the end of every epoch.
_MOST_JUDGED = 500
# Stages of training: all weights, or those after a frozen encoder.
WHOLE = "whole"
_TOGETHER = 64


def fit_captioner(
    model: ImageCaptioner,
    train: Dataset,
    validation: Dataset,
    *,
    batch_size: int,
    captions_per_image: int,
    epochs: int,
    max_steps: int,
    patience: int,
    learning_rate: float,
    label_smoothing: float = 0.1,
    augment: bool = True,
    unfrozen_epochs: int = 0,
    unfrozen_rate: float = 1e-4,
    seed: int = 0,
    checkpoints: str | os.PathLike[str] | None = None,
    resume: bool = False,
    fingerprint: Mapping[str, Any] | None = None,
    log_dir: str | os.PathLike[str] | None = None,
) -> list[dict[str, float]]:
    """Trains the model's core to give each token of a caption after those before it.

    Images are read once, and their pixels kept on disk. Where the encoder is frozen its features
    are kept instead, and the rest is trained on them, which takes a fraction of the time; after
    that the whole may be trained for some epochs more, batch normalizations staying as they are.

    Args:
        model: changed in place.
        train: holds the columns `image` and `caption`.
        validation: the same, held out: it decides when training stops.
        batch_size: images of a step.
        captions_per_image: captions of an image in a step, at most, drawn anew in each epoch.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement before training stops.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        label_smoothing: share of the truth that all tokens have alike.
        augment: whether images are cropped, lit and, where no caption names a side, mirrored at
            random; a frozen encoder's features are of the images as they are.
        unfrozen_epochs: epochs with the encoder, where it was frozen.
        unfrozen_rate: the highest learning rate of those.
        seed: with the epoch's number decides the order of the images, and their captions.
        checkpoints: directory for the state after each epoch and for what is kept of the images;
            None keeps the images in a temporary directory, and no state.
        resume: whether to go on from the state found there.
        fingerprint: what must not have changed since, beside the data.
        log_dir: directory for TensorBoard, or None.

    Returns:
        The figures of each epoch.

    Raises:
        ValueError: no caption is short enough, an image cannot be read, or the state found belongs
            to something else.
    """
    encoder = model.core.get_layer(ENCODER)
    if checkpoints is not None and not resume:
        # Both: a later stage must not go on from what another run left.
        for stage in (WHOLE, DESCRIBER):
            shutil.rmtree(Path(checkpoints) / stage, ignore_errors=True)
    with _directory(checkpoints) as kept:
        seen, held_out = (
            KeptImages(part, model.reader, kept / name)
            for name, part in (("train", train), ("validation", validation))
        )
        captions = _encoded(seen.captions, model)

        def fit(stage: str, most: int, rate: float) -> TrainingState:
            is_whole = stage == WHOLE
            core = model.core if is_whole else describer(model.core)
            given, judged = (
                part.pixels if is_whole else part.grids(encoder) for part in (seen, held_out)
            )
            batches = CaptionBatches(
                captions,
                given,
                source_name="images" if is_whole else "grid",
                batch_size=batch_size,
                captions_per_image=captions_per_image,
                seed=seed,
                augment=_augmentation(seen.captions, seed) if augment and is_whole else None,
            )
            count = epochs_within(max_steps, len(batches), most=most)
            loss = TokenCrossEntropy(
                output_layer(describer(model.core)),
                label_smoothing,
                product_dtype=fast_product_dtype(),
            )
            core.compile(
                LazyAdam(warm_up_and_decay(rate, len(batches), count), global_clipnorm=1.0),
                loss=loss,
                jit_compile=False if model.core_config.get("input_feeding") else "auto",
            )
            return train_core(
                core,
                batches,
                TrainingSettings(most, max_steps, patience, batch_size, rate),
                callbacks=[CaptionValidation(model, judged, held_out.captions)],
                monitor="val_error",
                run=Run(
                    checkpoints,
                    resume,
                    log_dir,
                    {**(fingerprint or {}), "data": train.content_sha256()},
                ).stage(stage),
            )

        if encoder.trainable_weights:
            return fit(WHOLE, epochs, learning_rate).history
        frozen = fit(DESCRIBER, epochs, learning_rate)
        if not unfrozen_epochs:
            return frozen.history
        before = model.core.get_weights()
        set_trainable(encoder, True, normalization=False)
        unfrozen = fit(WHOLE, unfrozen_epochs, unfrozen_rate)
        if unfrozen.best > frozen.best:
            print("training the encoder too made nothing better: it is left as it was")
            model.core.set_weights(before)
        return frozen.history + unfrozen.history


@contextlib.contextmanager
def _directory(checkpoints: str | os.PathLike[str] | None) -> Iterator[Path]:
    """Where images are kept: with the state, or as long as training lasts."""
    if checkpoints is not None:
        yield Path(checkpoints) / "images"
        return
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


def _encoded(captions: Sequence[Sequence[str]], model: ImageCaptioner) -> EncodedCaptions:
    encoded = EncodedCaptions(captions, model.target, max_length=model.max_length)
    if encoded.num_left_out:
        print(
            f"{encoded.num_left_out:,} captions have more than {model.max_length} tokens: not "
            "trained on"
        )
    return encoded


def _augmentation(captions: Sequence[Sequence[str]], seed: int) -> Augmentation:
    """Changes that leave the captions true."""
    flip = may_be_flipped(text for texts in captions for text in texts)
    return Augmentation(flip=flip, seed=seed)


class CaptionValidation(keras.callbacks.Callback):
    """Adds to each epoch's figures how held-out images are captioned, by greedy search.

    `val_bleu` (BLEU-4) and `val_chrf` are in percent, `val_error` is 100 less chrF.

    Args:
        model: the captioner whose core is trained.
        sources: pixels of held-out images, or what its encoder makes of them; the first 500 are
            used.
        captions: of each.
    """

    def __init__(
        self, model: ImageCaptioner, sources: ArrayStore, captions: Sequence[Sequence[str]]
    ) -> None:
        super().__init__()
        self._sources = sources
        self._captions = captions[:_MOST_JUDGED]
        encoder = model.core.get_layer(ENCODER)
        has_grids = tuple(sources.shape) == tuple(encoder.output_shape[1:])

        def write(given: tf.Tensor) -> tf.Tensor:
            return model.describe_greedily(given if has_grids else encoder(given, training=False))

        self._write = tf.function(
            write,
            input_signature=[tf.TensorSpec([None, *sources.shape], sources.dtype)],
            autograph=False,
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Computes the figures; Keras calls this."""
        from sacrebleu.metrics import BLEU, CHRF

        answers = self._answers()
        if logs is not None:
            references = [list(row) for row in zip_longest(*self._captions)]
            logs["val_bleu"] = (
                BLEU(force=True, lowercase=True).corpus_score(answers, references).score
            )
            logs["val_chrf"] = CHRF(lowercase=True).corpus_score(answers, references).score
            logs["val_error"] = 100 - logs["val_chrf"]

    def _answers(self) -> list[str]:
        answers: list[str] = []
        for start in range(0, len(self._captions), _TOGETHER):
            rows = np.arange(start, min(start + _TOGETHER, len(self._captions)))
            answers += [text.decode() for text in self._write(self._sources[rows]).numpy()]
        return answers
