"""Captioning: an image in, a sentence out, one-to-many through a decoder that attends to a grid.

    python -m recipes.captioning --data captions.csv --image-dir images \\
        --export-path saved_models/captions

A convolutional network makes a grid of features of an image, a recurrent one writes the caption
token by token, looking at the grid by attention, and beam search follows the best beginnings. The
encoder is a small network trained from scratch, or a backbone of `keras.applications`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from recipes.samples.digit_scenes import digit_scenes
from seqkit.data import Dataset, captions_by_image, check
from seqkit.images import MAX_PIXELS
from seqkit.model.search_settings import SearchSettings
from seqkit.recipe.growth import dictionary_settings, gentle, settings_to_adjust, vocabulary_limit
from seqkit.recipe.recipe import Parts, Recipe
from seqkit.recipe.settings import Settings
from seqkit.recipe.source import SourceSettings, column_reader
from seqkit.tasks.captioning.baselines import score_beside_baselines
from seqkit.tasks.captioning.encoders import set_trainable
from seqkit.tasks.captioning.evaluation import score_captioner
from seqkit.tasks.captioning.model import ImageCaptioner
from seqkit.tasks.captioning.network import ENCODER, CaptionerNetwork
from seqkit.tasks.captioning.report import publish_captioner
from seqkit.tasks.captioning.search import MAX_LENGTH, SEARCH
from seqkit.tasks.captioning.training import fit_captioner
from seqkit.text import Normalizer, TextEncoder, learn_dictionary
from seqkit.training import Run, TrainingSettings


class Config(Settings):
    """Settings of the recipe.

    Attributes:
        tokenizer: how captions are split.
        vocabulary_size: the most tokens.
        min_count: rarer tokens are UNK, which is never written.
        lowercase: whether captions are read and written in lower case.
        max_length: the most tokens of a caption; longer ones are not trained on.
        weights: weights of the encoder: `imagenet`, which Keras fetches for a backbone, or a file;
            None begins at random.
        freeze: whether an encoder with weights stays as it is at first: its features of each image
            are then computed once and kept on disk.
        unfrozen_epochs: the most epochs that a frozen encoder is then trained too.
        unfrozen_rate: the highest learning rate of those epochs.
        label_smoothing: share of the target probability that is spread over all tokens.
        captions_per_image: the most captions of an image in a training step.
        augment: whether images are cropped, lit and, where no caption names a side, mirrored at
            random in training.
        bad_images: whether missing, broken and too large images are an error, or left out and
            counted.
        max_pixels: larger images are refused.
        image_dir: folder of the image files, if it is not that of the table.
        image_column: name of the column with the images, if it is not found by itself.
        caption_column: name of the column with the captions, if it is not found by itself.
        split_column: name of a column that says which part each row belongs to.
        network: sizes of the network.
        search: how captions are searched for; `fine_tune` may change it.
        training: how long and how fast the network is trained; a step has `batch_size` images.
        source: how files are read.
        seed: two runs on the same machine with the same seed give the same model, on CPU.
    """

    tokenizer: Literal["word", "subword", "char"] = "word"
    vocabulary_size: int = 10_000
    min_count: int = 3
    lowercase: bool = True
    max_length: int = MAX_LENGTH
    weights: str | None = None
    freeze: bool = True
    unfrozen_epochs: int = 3
    unfrozen_rate: float = 1e-4
    label_smoothing: float = 0.1
    captions_per_image: int = 5
    augment: bool = True
    bad_images: Literal["error", "skip"] = "error"
    max_pixels: int = MAX_PIXELS
    image_dir: str | Path | None = None
    image_column: str | None = None
    caption_column: str | None = None
    split_column: str | None = None
    network: CaptionerNetwork = CaptionerNetwork()
    search: SearchSettings = SEARCH
    training: TrainingSettings = TrainingSettings(
        epochs=25, max_steps=10_000, patience=6, learning_rate=1e-3
    )
    source: SourceSettings = SourceSettings()
    seed: int = 0


DEFAULTS = Config()
# Small pictures, of which every detail counts: nothing is dropped or cut off.
SAMPLE = DEFAULTS.replace(
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
FINE_TUNING = gentle(DEFAULTS, slower=3, epochs=5)


def build(train: Dataset, config: Config) -> ImageCaptioner:
    """Learns the dictionary from training data, and makes a model with an untrained decoder."""
    tokenizer, vocabulary = learn_dictionary(
        train.batches("caption", 4096),
        config.tokenizer,
        normalizer=Normalizer("NFC", lowercase=config.lowercase),
        vocabulary_size=config.vocabulary_size,
        min_count=config.min_count,
        seed=config.seed,
    )
    return ImageCaptioner.build(
        TextEncoder(tokenizer, vocabulary),
        config.network,
        weights=config.weights,
        trainable=config.weights is None or not config.freeze,
        num_beams=config.num_beams,
        num_best=config.num_beams,
        length_penalty=config.length_penalty,
        max_length=config.max_length,
        max_pixels=config.max_pixels,
        seed=config.seed,
    )


def grow(old: ImageCaptioner, train: Dataset, config: Config) -> ImageCaptioner:
    """Makes a model that knows the words of more training data.

    Its search follows the settings; its encoder is frozen at first where it was once, unless
    `freeze` is given.
    """
    limit = vocabulary_limit(config, old.target.vocabulary)
    target = old.target.extended(train.batches("caption", 4096), config.min_count, limit)
    adjusted = settings_to_adjust(config, old)
    if "num_beams" in adjusted:
        adjusted["num_best"] = config.num_beams
    model = old.extended(target, **adjusted)
    if "freeze" in config.given:
        set_trainable(model.core.get_layer(ENCODER), not config.freeze)
    return model


def fit(
    model: ImageCaptioner, train: Dataset, validation: Dataset, config: Config, run: Run, new: bool
) -> list[dict[str, float]]:
    """Trains the model: what follows its encoder first, where that is frozen."""
    return fit_captioner(
        model,
        train,
        validation,
        config.training,
        captions_per_image=config.captions_per_image,
        label_smoothing=config.label_smoothing,
        augment=config.augment,
        unfrozen_epochs=config.unfrozen_epochs,
        unfrozen_rate=config.unfrozen_rate,
        seed=config.seed,
        run=run,
    )


def show(model: ImageCaptioner, parts: Parts, config: Config) -> list[str]:
    """Answers to a few test images."""
    images, references = captions_by_image(parts["test"])
    return [
        f"  {answer.text[:100]} ({answer.score:.2f}); one reference: {known[0][:100]}"
        for answer, known in zip(model.caption(images[:5]), references, strict=False)
    ]


def fixed(model: ImageCaptioner) -> dict[str, Any]:
    """Settings of dictionary and encoder, which a trained model keeps."""
    own = dictionary_settings(model.target)
    return {**own, "weights": model.core_config.get("weights")}


recipe = Recipe(
    data="A table with a column of image files and one of captions, COCO's JSON, a folder of "
    "images with their captions, or anything that `seqkit.data.read_captions` takes.",
    defaults=DEFAULTS,
    fine_tuning=FINE_TUNING,
    load=ImageCaptioner.load,
    read=column_reader(
        "image", "caption", settings=("split_column", "image_dir", "bad_images", "max_pixels")
    ),
    check=check,
    build=build,
    grow=grow,
    fit=fit,
    score=score_beside_baselines,
    measure=lambda model, rows: score_captioner(model, *captions_by_image(rows)).main,
    publish=publish_captioner,
    show=show,
    sample=digit_scenes,
    sample_settings=SAMPLE,
    fixed=fixed,
)
train, fine_tune, train_and_score = recipe.train, recipe.fine_tune, recipe.train_and_score

if __name__ == "__main__":
    recipe.run()
