"""Trains a captioner, judged by how it captions held-out images."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.evaluation.script import script_of
from seqkit.images import ArrayStore, Augmentation, may_be_flipped
from seqkit.losses import TokenCrossEntropy
from seqkit.model.next_token import output_layer
from seqkit.optimizers import LazyAdam
from seqkit.tasks.captioning.batches import CaptionBatches, EncodedCaptions
from seqkit.tasks.captioning.cached_images import KeptImages
from seqkit.tasks.captioning.encoders import set_trainable
from seqkit.tasks.captioning.model import ImageCaptioner
from seqkit.tasks.captioning.network import DESCRIBER, ENCODER, describer
from seqkit.training import Run, TrainingSettings, TrainingState, train_core
from seqkit.training.fast_products import fast_product_dtype

# Enough to tell better from worse; more would cost time at the end of every epoch.
_MOST_JUDGED = 500
# A stage that trains the whole; the other, `DESCRIBER`, trains what follows a frozen encoder.
WHOLE = "whole"
_TOGETHER = 64


def fit_captioner(
    model: ImageCaptioner,
    train: Dataset,
    validation: Dataset,
    settings: TrainingSettings,
    *,
    captions_per_image: int = 5,
    label_smoothing: float = 0.1,
    augment: bool = True,
    unfrozen_epochs: int = 0,
    unfrozen_rate: float = 1e-4,
    seed: int = 0,
    run: Run = Run(),
) -> list[dict[str, float]]:
    """Trains the model's core to give each token of a caption after those before it.

    Images are read once, and their pixels kept on disk. Where the encoder is frozen, its features
    are kept instead and the rest is trained on them, which takes a fraction of the time; after
    that the whole may be trained for some epochs, batch normalizations staying as they are.

    Args:
        model: changed in place.
        train: holds the columns `image` and `caption`.
        validation: held-out data with the same columns; it decides when training stops.
        settings: how long and how fast; a step has `batch_size` images.
        captions_per_image: the most captions of an image in a step, drawn anew in each epoch.
        label_smoothing: share of the target probability that is spread over all tokens.
        augment: whether images are cropped, lit and, where no caption names a side, mirrored at
            random; features of a frozen encoder are of the images as they are.
        unfrozen_epochs: the most epochs that a frozen encoder is then trained too; 0 leaves it.
        unfrozen_rate: the highest learning rate of those epochs.
        seed: with the epoch's number decides the order of the images, and their captions.
        run: where the state is kept, and what is kept of the images; without a directory, images
            are kept in a temporary one.

    Returns:
        The figures of each epoch.

    Raises:
        ValueError: no caption is short enough, an image cannot be read, or the state found belongs
            to other data or settings.
    """
    encoder = model.core.get_layer(ENCODER)
    if run.checkpoints is not None and not run.resume:
        # Both: a later stage must not continue what another run left.
        for stage in (WHOLE, DESCRIBER):
            shutil.rmtree(Path(run.checkpoints) / stage, ignore_errors=True)
    with _open_image_directory(run.checkpoints) as directory:
        stages = _Stages(
            model,
            KeptImages(train, model.reader, directory / "train"),
            KeptImages(validation, model.reader, directory / "validation"),
            captions_per_image=captions_per_image,
            label_smoothing=label_smoothing,
            augment=augment,
            seed=seed,
            run=run.on(train, validation),
        )
        if encoder.trainable_weights:
            return stages.fit(WHOLE, settings).history
        frozen = stages.fit(DESCRIBER, settings)
        if not unfrozen_epochs:
            return frozen.history
        before = model.core.get_weights()
        set_trainable(encoder, True, normalization=False)
        settings = replace(
            settings, epochs=unfrozen_epochs, min_steps=0, learning_rate=unfrozen_rate
        )
        unfrozen = stages.fit(WHOLE, settings)
        if unfrozen.best > frozen.best:
            print("training the encoder too improved nothing: its weights are as before")
            model.core.set_weights(before)
        return frozen.history + unfrozen.history


class _Stages:
    """The stages of a training: the whole, or what follows a frozen encoder.

    Args:
        model: changed in place.
        train: images to train on.
        validation: held-out images.
        captions_per_image, label_smoothing, augment, seed, run: as `fit_captioner` takes them.
    """

    def __init__(
        self,
        model: ImageCaptioner,
        train: KeptImages,
        validation: KeptImages,
        *,
        captions_per_image: int,
        label_smoothing: float,
        augment: bool,
        seed: int,
        run: Run,
    ) -> None:
        self._model = model
        self._train = train
        self._validation = validation
        self._captions = _encode(train.captions, model)
        self._captions_per_image = captions_per_image
        self._label_smoothing = label_smoothing
        self._augment = augment
        self._seed = seed
        self._run = run

    def fit(self, stage: str, settings: TrainingSettings) -> TrainingState:
        """Trains one stage.

        Args:
            stage: `WHOLE`, on pixels, or `DESCRIBER`, on a frozen encoder's features.
            settings: how long and how fast.

        Returns:
            The state, with the history.
        """
        model = self._model
        is_whole = stage == WHOLE
        core = model.core if is_whole else describer(model.core)
        encoder = model.core.get_layer(ENCODER)
        sources, held_out = (
            images.pixels if is_whole else images.grids(encoder)
            for images in (self._train, self._validation)
        )
        batches = CaptionBatches(
            self._captions,
            sources,
            source_name="images" if is_whole else "grid",
            batch_size=settings.batch_size_of(len(self._captions)),
            captions_per_image=self._captions_per_image,
            seed=self._seed,
            augment=_augmentation(self._train.captions, self._seed)
            if self._augment and is_whole
            else None,
        )
        loss = TokenCrossEntropy(
            output_layer(describer(model.core)),
            self._label_smoothing,
            product_dtype=fast_product_dtype(),
        )
        core.compile(
            LazyAdam(settings.schedule(len(batches)), global_clipnorm=1.0),
            loss=loss,
            jit_compile=False if model.network.input_feeding else "auto",
        )
        return train_core(
            core,
            batches,
            settings,
            callbacks=[CaptionValidation(model, held_out, self._validation.captions)],
            monitor="val_error",
            run=self._run.stage(stage),
        )


@contextlib.contextmanager
def _open_image_directory(checkpoints: str | os.PathLike[str] | None) -> Iterator[Path]:
    """Where images are kept: beside the state, or as long as training lasts."""
    if checkpoints is not None:
        yield Path(checkpoints) / "images"
        return
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


def _encode(captions: Sequence[Sequence[str]], model: ImageCaptioner) -> EncodedCaptions:
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
    """Adds to each epoch's figures scores of held-out images, captioned by greedy search.

    `val_bleu` (BLEU-4) and `val_chrf` are in percent, `val_error` is 100 minus chrF.

    Args:
        model: the captioner whose core is trained.
        sources: pixels of held-out images, or the encoder's features of them; the first 500 are
            used.
        captions: the captions of each image.
    """

    def __init__(
        self, model: ImageCaptioner, sources: ArrayStore, captions: Sequence[Sequence[str]]
    ) -> None:
        super().__init__()
        self._sources = sources
        self._captions = captions[:_MOST_JUDGED]
        texts = (text for row in self._captions for text in row)
        self._tokenizer = script_of(texts).bleu_tokenizer
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
            bleu = BLEU(force=True, lowercase=True, tokenize=self._tokenizer)
            logs["val_bleu"] = bleu.corpus_score(answers, references).score
            logs["val_chrf"] = CHRF(lowercase=True).corpus_score(answers, references).score
            logs["val_error"] = 100 - logs["val_chrf"]

    def _answers(self) -> list[str]:
        answers: list[str] = []
        for start in range(0, len(self._captions), _TOGETHER):
            rows = np.arange(start, min(start + _TOGETHER, len(self._captions)))
            answers += [text.decode() for text in self._write(self._sources[rows]).numpy()]
        return answers
