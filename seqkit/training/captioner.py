"""Trains a captioner, judged by how it captions held-out images."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from sacrebleu.metrics import BLEU, CHRF

from seqkit.data import Dataset
from seqkit.data.caption_groups import captions_by_image
from seqkit.images import ArrayStore, Augmentation, ImageReader, may_be_flipped
from seqkit.losses import TokenCrossEntropy
from seqkit.models import ImageCaptioner
from seqkit.models.image_captioner_core import DESCRIBER, ENCODER, describer
from seqkit.models.image_encoders import set_trainable
from seqkit.models.next_token import output_layer
from seqkit.optimizers import LazyAdam
from seqkit.training.encoded_captions import CaptionBatches, EncodedCaptions
from seqkit.training.fast_products import fast_product_dtype
from seqkit.training.kept_images import image_keys, kept_grids, kept_pixels
from seqkit.training.loop import train_core
from seqkit.training.schedule import epochs_within, warm_up_and_decay

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
    encoder, output = model.core.get_layer(ENCODER), output_layer(describer(model.core))
    with contextlib.ExitStack() as stack:
        kept = (
            Path(stack.enter_context(tempfile.TemporaryDirectory()))
            if checkpoints is None
            else Path(checkpoints) / "images"
        )
        parts = {
            name: _Images.of(dataset, model.reader, kept / f"{name}.pixels.npy")
            for name, dataset in (("train", train), ("validation", validation))
        }
        captions = EncodedCaptions(
            parts["train"].captions, model.target, max_length=model.max_length
        )
        if captions.num_left_out:
            print(
                f"{captions.num_left_out:,} captions have more than {model.max_length} tokens: not "
                "trained on"
            )

        def fit(stage: str, sources: Mapping[str, ArrayStore], most: int, rate: float) -> Any:
            core = model.core if stage == WHOLE else describer(model.core)
            batches = CaptionBatches(
                captions,
                sources["train"],
                source_name="images" if stage == WHOLE else "grid",
                batch_size=batch_size,
                captions_per_image=captions_per_image,
                seed=seed,
                augment=_augmentation(parts["train"], seed) if augment and stage == WHOLE else None,
            )
            count = epochs_within(max_steps, len(batches), most=most)
            core.compile(
                LazyAdam(warm_up_and_decay(rate, len(batches), count), global_clipnorm=1.0),
                loss=TokenCrossEntropy(output, label_smoothing, product_dtype=fast_product_dtype()),
            )
            judge = CaptionValidation(model, sources["validation"], parts["validation"].captions)
            return train_core(
                core,
                batches,
                epochs=count,
                patience=patience,
                callbacks=[judge],
                monitor="val_error",
                checkpoints=None if checkpoints is None else Path(checkpoints) / stage,
                resume=resume,
                fingerprint={**(fingerprint or {}), "data": train.content_sha256()},
                log_dir=None if log_dir is None else Path(log_dir) / stage,
            )

        pixels = {name: part.pixels for name, part in parts.items()}
        if encoder.trainable_weights:
            return fit(WHOLE, pixels, epochs, learning_rate).history
        grids = {
            name: kept_grids(encoder, part.pixels, part.keys, kept / f"{name}.grids.npy")
            for name, part in parts.items()
        }
        frozen = fit(DESCRIBER, grids, epochs, learning_rate)
        if not unfrozen_epochs:
            return frozen.history
        before = model.core.get_weights()
        set_trainable(encoder, True, normalization=False)
        unfrozen = fit(WHOLE, pixels, unfrozen_epochs, unfrozen_rate)
        if unfrozen.best > frozen.best:
            print("training the encoder too made nothing better: it is left as it was")
            model.core.set_weights(before)
        return frozen.history + unfrozen.history


class _Images(NamedTuple):
    """Images of a part of the data, and the captions of each."""

    captions: list[list[str]]
    keys: list[str]
    pixels: ArrayStore

    @classmethod
    def of(cls, dataset: Dataset, reader: ImageReader, path: Path) -> _Images:
        images, captions = captions_by_image(dataset)
        keys = image_keys(images)
        return cls(captions, keys, kept_pixels(images, keys, reader, path))


def _augmentation(images: _Images, seed: int) -> Augmentation:
    """Changes that leave the captions true."""
    flip = may_be_flipped(text for texts in images.captions for text in texts)
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
        answers = self._answers()
        if logs is not None:
            references = [list(row) for row in zip_longest(*self._captions)]
            logs["val_bleu"] = (
                BLEU(force=True, lowercase=True).corpus_score(answers, references).score
            )
            logs["val_chrf"] = CHRF().corpus_score(answers, references).score
            logs["val_error"] = 100 - logs["val_chrf"]

    def _answers(self) -> list[str]:
        answers: list[str] = []
        for start in range(0, len(self._captions), _TOGETHER):
            rows = np.arange(start, min(start + _TOGETHER, len(self._captions)))
            answers += [text.decode() for text in self._write(self._sources[rows]).numpy()]
        return answers
