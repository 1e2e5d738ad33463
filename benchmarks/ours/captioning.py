"""Trains a captioner of seqkit for an epoch at a time, and exports it; variant `train`.

It has the sizes and the words that the peer has. It learns from all images before, as the peer
does, so that its captions end where they should. It is exported once for each search.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.keras_worker import list_versions, make_epoch, read_config_and_seed
from benchmarks.ours.vocabulary import SPECIAL, make_vocabulary
from benchmarks.worker import Work, serve
from benchmarks.workloads.images import CaptionWorkload
from benchmarks.workloads.words import count_tokens
from seqkit import data
from seqkit.data import Dataset
from seqkit.export import saved_model
from seqkit.tasks.captioning.batches import CaptionBatches, EncodedCaptions
from seqkit.tasks.captioning.cached_images import KeptImages
from seqkit.tasks.captioning.model import ImageCaptioner
from seqkit.tasks.captioning.training import fit_captioner
from seqkit.text import Normalizer, TextEncoder, WordTokenizer
from seqkit.training import TrainingSettings

_SIZES = (
    "height",
    "width",
    "widths",
    "strides",
    "blocks",
    "embedding_dim",
    "hidden_dim",
    "dropout",
)
_SEARCH = ("length_penalty", "max_length")
_HELD_OUT = 100


def build_captioner(config: dict[str, Any], work: CaptionWorkload) -> ImageCaptioner:
    """Makes a captioner that writes the words that the peer does.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: gives the words.

    Returns:
        The captioner, untrained; it searches greedily.
    """
    words = work.known_words(config["vocabulary_size"] - len(SPECIAL), config["min_count"])
    target = TextEncoder(WordTokenizer(normalizer=Normalizer("NFC")), make_vocabulary(words))
    return ImageCaptioner.build(
        target,
        num_beams=1,
        num_best=1,
        **{name: config[name] for name in (*_SIZES, *_SEARCH)},
        decoder_layers=1,
        cell="gru",
        tie_embeddings=True,
        seed=config["seed"],
    )


def change_search(model: ImageCaptioner, config: dict[str, Any], num_beams: int) -> ImageCaptioner:
    """The same captioner with another search.

    Args:
        model: whose weights it has.
        config: sizes.
        num_beams: 1 for greedy search.

    Returns:
        The captioner.
    """
    return ImageCaptioner(
        model.target,
        model.core,
        core_config=model.core_config,
        num_beams=num_beams,
        num_best=num_beams,
        length_penalty=config["length_penalty"],
        max_length=config["longest_caption"],
    )


def prepare_round(config: dict[str, Any], model: ImageCaptioner, rows: Dataset, kept: Path) -> Work:
    """Makes the batches of a round, and warms up on them.

    Args:
        config: sizes, as `speed.py` gives them to all.
        model: what is trained; compiled, as `fit_captioner` left it.
        rows: the captions of an epoch, and their images.
        kept: begins the name of the file with the pixels.

    Returns:
        What trains for an epoch.
    """
    images = KeptImages(rows, model.reader, kept)
    batches = CaptionBatches(
        EncodedCaptions(images.captions, model.target, max_length=model.max_length),
        images.pixels,
        source_name="images",
        batch_size=config["batch_size"],
        captions_per_image=config["captions_per_image"],
        seed=config["seed"],
    )
    texts = list(itertools.chain.from_iterable(images.captions))
    epoch = make_epoch(model.core, batches, captions=len(texts), tokens=count_tokens(texts))
    epoch()
    return epoch


def prepare() -> tuple[dict[str, Work], dict[str, Any]]:
    """Makes the model, trains it, and writes it below `models` for each of `searches`."""
    config = read_config_and_seed()
    work = CaptionWorkload.read(config["workload"])
    model = build_captioner(config, work)
    pairs = list(zip(work.images, work.captions, strict=True))
    dataset = data.read(pairs, columns=("image", "caption"))
    epochs = config["learning_epochs"]
    history = fit_captioner(
        model,
        dataset,
        dataset.take(np.arange(min(_HELD_OUT, len(dataset)))),
        TrainingSettings(
            epochs=epochs,
            max_steps=epochs * -(-len(work.images) // config["batch_size"]),
            patience=epochs,
            batch_size=config["batch_size"],
            learning_rate=config["learning_rate"],
        ),
        captions_per_image=config["captions_per_image"],
        augment=False,
        seed=config["seed"],
    )
    for name, num_beams in config["searches"].items():
        saved_model.save(change_search(model, config, num_beams), Path(config["models"][name]))
    in_a_round = data.read(pairs[: work.rows], columns=("image", "caption"))
    epoch = prepare_round(config, model, in_a_round, Path(config["directory"]) / "round")
    return {"train": epoch}, {
        **list_versions(),
        "parameters": model.core.count_params(),
        "learned to a loss of": history[-1]["loss"],
    }


if __name__ == "__main__":
    serve(prepare)
