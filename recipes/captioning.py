"""Captioning: an image in, a sentence out, one-to-many through a decoder that looks at a grid.

    python -m recipes.captioning --data captions.csv --image-dir images \\
        --export-path saved_models/captions

A convolutional network makes a grid of features of an image, a recurrent one writes the caption
token by token, looking at the grid by attention, and beam search follows the best beginnings. The
encoder is a small network trained from scratch, or a backbone of `keras.applications`.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path
from typing import Any, Literal

import keras

from recipes.samples.digit_scenes import digit_scenes
from seqkit.data import Dataset, captions_by_image, check, read_parts
from seqkit.evaluation import Outcome, beside
from seqkit.export.artefact import check_target
from seqkit.recipe.command_line import run_recipe
from seqkit.recipe.preset import with_preset
from seqkit.tasks.captioning.baselines import score_beside_plain
from seqkit.tasks.captioning.encoders import set_trainable
from seqkit.tasks.captioning.model import ImageCaptioner
from seqkit.tasks.captioning.network import ENCODER
from seqkit.tasks.captioning.report import publish_captioner
from seqkit.tasks.captioning.training import fit_captioner
from seqkit.text import Normalizer, TextEncoder, learn_dictionary


@dataclasses.dataclass(frozen=True)
class Config:
    """What one may turn.

    Attributes:
        tokenizer: how captions are split.
        vocabulary_size: at most so many tokens.
        min_count: rarer tokens are UNK, which is never written.
        lowercase: whether captions are read and written in lower case.
        encoder: `residual` for a small network trained from scratch, or a backbone of
            `keras.applications`, such as `MobileNetV3Small`.
        weights: of the encoder: `imagenet`, which Keras fetches for a backbone, or a file; None
            begins at random.
        height: images are resized to so many pixels.
        width: the same.
        widths: channels of each stage of the residual network.
        strides: of each of its stages.
        blocks: of each of its stages.
        freeze: whether an encoder with weights stays as it is at first: what it makes of each
            image is then computed once and kept on disk.
        unfrozen_epochs: epochs with the encoder after those.
        unfrozen_rate: the highest learning rate of those.
        embedding_dim: size of a token's vector, and of a cell's.
        hidden_dim: units of the recurrent layers.
        decoder_layers: recurrent layers.
        cell: kind of recurrent cell.
        attention: how the decoder's state and the cells are compared.
        tie_embeddings: whether a token's vector is also what its probability is made from.
        dropout: share of values dropped in training.
        word_dropout: share of tokens read as UNK in training.
        label_smoothing: share of the truth that all tokens have alike.
        augment: whether images are cropped, lit and, where no caption names a side, mirrored at
            random in training.
        num_beams: beginnings of a caption that are followed.
        length_penalty: 0 prefers short captions, more of it longer ones.
        max_length: tokens of a caption; longer ones are not trained on.
        epochs: at most so many.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        patience: epochs without improvement on validation data before training stops.
        batch_size: images of a training step.
        captions_per_image: captions of an image in a step, at most.
        learning_rate: the highest, reached after a tenth of the first epoch; it falls to zero.
        validation_fraction: share of the images kept for validation if none are given.
        bad_images: whether missing, broken and too large images are an error, or left out, counted.
        max_pixels: larger images are refused.
        image_column: name of the column with the images, if not found by itself.
        caption_column: the same of the captions.
        split_column: a column that says which part each row is of.
        format: format of the file, if its name does not say.
        encoding: character encoding of the file.
        seed: two runs with the same seed give the same model, on CPU.
    """

    tokenizer: Literal["word", "subword", "char"] = "word"
    vocabulary_size: int = 10_000
    min_count: int = 3
    lowercase: bool = True
    encoder: str = "residual"
    weights: str | None = None
    height: int = 160
    width: int = 160
    widths: tuple[int, ...] = (32, 64, 128, 256)
    strides: tuple[int, ...] = (2, 2, 2, 1)
    blocks: int = 1
    freeze: bool = True
    unfrozen_epochs: int = 3
    unfrozen_rate: float = 1e-4
    embedding_dim: int = 256
    hidden_dim: int = 256
    decoder_layers: int = 1
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    attention: Literal["dot", "scaled_dot", "additive"] = "scaled_dot"
    tie_embeddings: bool = True
    dropout: float = 0.4
    word_dropout: float = 0.0
    label_smoothing: float = 0.1
    augment: bool = True
    num_beams: int = 4
    length_penalty: float = 1.0
    max_length: int = 50
    epochs: int = 25
    max_steps: int = 10_000
    patience: int = 6
    batch_size: int = 32
    captions_per_image: int = 5
    learning_rate: float = 1e-3
    validation_fraction: float = 0.1
    bad_images: Literal["error", "skip"] = "error"
    max_pixels: int = 50_000_000
    image_column: str | None = None
    caption_column: str | None = None
    split_column: str | None = None
    format: str | None = None
    encoding: str = "utf-8"
    seed: int = 0


DEFAULTS = Config()
# Small pictures, of which every detail counts: nothing is dropped or cut off.
SAMPLE = Config(
    height=48,
    width=48,
    widths=(32, 64, 96),
    strides=(1, 2, 2),
    min_count=1,
    embedding_dim=128,
    hidden_dim=128,
    dropout=0.1,
    label_smoothing=0.0,
    augment=False,
    captions_per_image=1,
    batch_size=16,
    epochs=6,
    learning_rate=2e-3,
)
# A lower rate and fewer epochs: what was learned before is not to be lost.
FINE_TUNING = Config(learning_rate=Config.learning_rate / 3, epochs=5)
# Settings that are arguments of the network, and of training, by the same names.
_CORE = (
    *("encoder", "weights", "height", "width", "widths", "strides", "blocks"),
    *("embedding_dim", "hidden_dim", "decoder_layers", "cell", "attention", "tie_embeddings"),
    *("dropout", "word_dropout", "seed"),
)
_TRAINING = (
    *("batch_size", "captions_per_image", "epochs", "max_steps", "patience", "learning_rate"),
    *("label_smoothing", "augment", "unfrozen_epochs", "unfrozen_rate", "seed"),
)


def build(dataset: Dataset, config: Config) -> ImageCaptioner:
    """Learns the dictionary from training data, and makes a model with an untrained decoder."""
    target = TextEncoder(
        *learn_dictionary(
            dataset.batches("caption", 4096),
            config.tokenizer,
            normalizer=Normalizer("NFC", lowercase=config.lowercase),
            vocabulary_size=config.vocabulary_size,
            min_count=config.min_count,
            seed=config.seed,
        )
    )
    return ImageCaptioner.build(
        target,
        num_beams=config.num_beams,
        num_best=config.num_beams,
        length_penalty=config.length_penalty,
        max_length=config.max_length,
        max_pixels=config.max_pixels,
        trainable=config.weights is None or not config.freeze,
        **{name: getattr(config, name) for name in _CORE},
    )


def grow(old: ImageCaptioner, dataset: Dataset, config: Config) -> ImageCaptioner:
    """The model with the words that more data bring, frozen at first where it was once."""
    target = old.target.extended(dataset.batches("caption", 4096), config.min_count)
    model = old.extended(target)
    if not config.freeze:
        set_trainable(model.core.get_layer(ENCODER), True)
    return model


def fit(
    model: ImageCaptioner,
    train: Dataset,
    validation: Dataset,
    config: Config,
    *,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> list[dict[str, float]]:
    """Trains the model and gives the figures of each epoch."""
    return fit_captioner(
        model,
        train,
        validation,
        **{name: getattr(config, name) for name in _TRAINING},
        checkpoints=checkpoints,
        resume=resume,
        fingerprint=dataclasses.asdict(config),
        log_dir=log_dir,
    )


def train(
    data: Any = None,
    export_path: str | os.PathLike[str] | None = None,
    *,
    validation: Any = None,
    test: Any = None,
    image_dir: str | os.PathLike[str] | None = None,
    config: Config = DEFAULTS,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> ImageCaptioner:
    """Trains a captioner, scores it beside two baselines, and exports it.

    Args:
        data: A table with a column of image files and one of captions, COCO's JSON, a folder of
            images with their captions, or anything that `seqkit.data.read` takes; by default
            handwritten digits on canvases.
        export_path: Directory for the served model, its card and its report.
        validation: Held-out data to stop by; by default a part of the data, by image.
        test: Held-out data to score on; by default a part of the data, by image.
        image_dir: Folder of the image files; by default that of the table.
        config: What may be turned. For the sample, what is left as it is comes from `SAMPLE`.
        resume: Go on from the last finished epoch of an interrupted run with this export path.
        log_dir: Directory for TensorBoard.

    Returns:
        The trained model; `model.caption(images)` answers.

    Raises:
        ValueError: Data or an argument cannot be used; the message says where and what to do.
        ConnectionError: The weights of a backbone cannot be fetched.
        ExportError: The exported model does not answer as the trained one.
    """
    if data is None:
        config = with_preset(config, SAMPLE)
    parts = read(data, validation, test, config, image_dir=image_dir)
    return _run(parts, None, export_path, config, resume, log_dir)


def fine_tune(
    model_path: str | os.PathLike[str],
    data: Any,
    export_path: str | os.PathLike[str] | None = None,
    *,
    validation: Any = None,
    test: Any = None,
    image_dir: str | os.PathLike[str] | None = None,
    config: Config = FINE_TUNING,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> ImageCaptioner:
    """Goes on from a trained model with more images, in whose captions new words may come.

    Args:
        model_path: Directory of the exported model.
        data: As in `train`, but it must be given.
        export_path: Directory for the result; by default that of the model, as its next version.
        validation: As in `train`.
        test: As in `train`.
        image_dir: As in `train`.
        config: What may be turned; the model's own sizes and tokenizer stay as they are.
        resume: As in `train`.
        log_dir: As in `train`.

    Returns:
        The trained model.

    Raises:
        ValueError: As in `train`.
        ExportError: As in `train`.
    """
    parts = read(data, validation, test, config, image_dir=image_dir)
    old = ImageCaptioner.load(model_path)
    return _run(parts, old, export_path or model_path, config, resume, log_dir)


def read(
    data: Any,
    validation: Any,
    test: Any,
    config: Config,
    *,
    image_dir: str | os.PathLike[str] | None = None,
) -> dict[str, Dataset]:
    """Reads the three parts; what is not given is split from the data, or taken from the sample."""
    if data is None:
        sample = digit_scenes()
        data = sample["train"]
        validation = sample["validation"] if validation is None else validation
        test = sample["test"] if test is None else test
    return read_parts(
        data,
        validation,
        test,
        columns=("image", "caption"),
        fraction=config.validation_fraction,
        seed=config.seed,
        split_column=config.split_column,
        names={"image": config.image_column, "caption": config.caption_column},
        format=config.format,
        encoding=config.encoding,
        image_dir=image_dir,
        bad_images=config.bad_images,
        max_pixels=config.max_pixels,
    )


def train_and_score(
    parts: dict[str, Dataset],
    config: Config,
    *,
    old: ImageCaptioner | None = None,
    checkpoints: Path | None = None,
    resume: bool = False,
    log_dir: str | os.PathLike[str] | None = None,
) -> Outcome:
    """Builds, trains, and scores beside the baselines; all of `train` but reading and export.

    Args:
        parts: `train`, `validation` and `test`, as `read` gives them.
        config: what may be turned.
        old: the model to go on from, or None for a new one.
        checkpoints: directory for the state after each epoch; others as in `train`.

    Returns:
        The outcome.
    """
    checks = check(**parts)
    print(*checks.lines(), sep="\n")
    start = time.perf_counter()
    keras.utils.set_random_seed(config.seed)
    model = build(parts["train"], config) if old is None else grow(old, parts["train"], config)
    history = fit(
        model,
        parts["train"],
        parts["validation"],
        config,
        checkpoints=checkpoints,
        resume=resume,
        log_dir=log_dir,
    )
    minutes = (time.perf_counter() - start) / 60
    scores = score_beside_plain(model, parts["train"], parts["test"])
    name, score = scores.main
    what = f"{name} on {scores.examples:,} test images"
    print(*beside(what, score, scores.main_baselines), sep="\n")
    print(
        f"  CIDEr-D {scores.cider_d:.3f}, exactly right {scores.exact_match:.1%}, "
        f"{scores.distinct_captions:,} different captions"
    )
    return Outcome(model, scores, scores.main_baselines, minutes, history, checks)


def _run(
    parts: dict[str, Dataset],
    old: ImageCaptioner | None,
    export_path: str | os.PathLike[str] | None,
    config: Config,
    resume: bool,
    log_dir: str | os.PathLike[str] | None,
) -> ImageCaptioner:
    """Trains, exports where a path is given, and shows a few answers."""
    root = None if export_path is None else check_target(export_path)
    checkpoints = None if root is None else root / ".training"
    outcome = train_and_score(
        parts, config, old=old, checkpoints=checkpoints, resume=resume, log_dir=log_dir
    )
    images, references = captions_by_image(parts["test"])
    if root is not None and checkpoints is not None:
        publish_captioner(
            outcome, root, images=images, datasets=parts, config=config, seed=config.seed
        )
        shutil.rmtree(checkpoints, ignore_errors=True)
    for answer, known in zip(outcome.model.caption(images[:5]), references, strict=False):
        print(f"  {answer.text[:100]} ({answer.score:.2f}); one reference: {known[0][:100]}")
    return outcome.model


if __name__ == "__main__":
    run_recipe(train)
