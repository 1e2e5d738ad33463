"""What the speed of each comparison is measured on: texts, sentences, pairs, images, sizes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from benchmarks.comparisons import Batches, Setup
from benchmarks.results import RESULTS
from benchmarks.settings import read_settings
from benchmarks.workloads.characters import LanguageWorkload, make_characters, read_tinyshakespeare
from benchmarks.workloads.images import CaptionWorkload, make_images, read_flickr8k
from benchmarks.workloads.pairs import TranslationWorkload, make_pairs, read_multi30k
from benchmarks.workloads.sentences import TaggedWorkload, make_sentences, read_english_ewt
from benchmarks.workloads.texts import TextWorkload, make_texts, read_nsmc

# Settings of the recipe of captioning that both captioners have.
_OF_CAPTIONERS = (
    *("height", "width", "widths", "strides", "blocks", "embedding_dim", "hidden_dim", "dropout"),
    *("vocabulary_size", "min_count", "batch_size", "captions_per_image", "learning_rate"),
    *("num_beams", "length_penalty", "max_length"),
)
# Settings of the recipe of language models that all who are compared have; of one layer.
_OF_LANGUAGE_MODELS = (
    *("embedding_dim", "hidden_dim", "cell", "dropout", "batch_size", "window"),
    *("learning_rate", "clip_norm"),
)
# Words of a caption in the comparison at most, as many as one has on the average: captioners that
# have learned for a few epochs do not all know when to end, and by captions each would be measured
# by its own length.
_LONGEST_CAPTION = 12
# Made-up images that captioners learn from, for each that they are measured on.
_TIMES_LEARNED = 8


@dataclasses.dataclass(frozen=True)
class Options:
    """Settings of the measurements.

    Attributes:
        data: Directory with the public data; without it, texts are made up.
        peer_python: Interpreters of the peers' environments, such as `torch=PATH`; those that are
            not given are left out.
        rounds: How often each takes its turn; medians are told.
        rows: Texts of a training epoch.
        sentences: Sentences of a training epoch in `tagging`.
        pairs: Sentence pairs of a training epoch in `translation`.
        images: Images of a training epoch in `captioning`, each with its captions.
        characters: Characters of a training epoch in `language_model`.
        learning_epochs: How often translators, captioners and language models see all training data
            before they are measured, so that what they write ends where it should.
        vocabulary_size: Words that are known.
        cell: Kind of recurrent cell.
        threads: Threads and processor cores for each.
        seed: Seed of the choice of texts and of training.
        update_pages: Put the tables of all results kept into their page.
        quick: Few texts and small models, to see that all works; nothing is kept.
        results: The file that keeps the results.
    """

    data: Path | None = None
    peer_python: tuple[str, ...] = ()
    rounds: int = 5
    rows: int = 20_000
    sentences: int = 2_000
    pairs: int = 8_192
    images: int = 320
    characters: int = 131_072
    learning_epochs: int = 3
    vocabulary_size: int = 20_000
    cell: Literal["gru", "lstm"] = "gru"
    threads: int = 2
    seed: int = 0
    update_pages: bool = False
    quick: bool = False
    results: Path = RESULTS / "speed.json"


def of_texts(options: Options, peers: Mapping[str, str], directory: Path) -> Setup[TextWorkload]:
    """Chooses the texts, and the sizes of what reads them.

    Args:
        options: what was given on the command line.
        peers: interpreters by environment.
        directory: for files that are not kept.

    Returns:
        What all comparisons of classifiers and tokenizers need.
    """
    rows, words = options.rows, options.vocabulary_size
    sizes = {"embedding_dim": 128, "hidden_dim": 128, "pieces": 8000, "warm_up_rows": 2000}
    batches: list[Batches] = [(1, 256), (32, 4096), (1024, 8192)]
    if options.quick:
        rows, words = 400, 500
        sizes = {"embedding_dim": 8, "hidden_dim": 8, "pieces": 2000, "warm_up_rows": 100}
        batches = [(1, 4), (32, 64), (1024, 400)]
    if options.data is None:
        work = make_texts(rows, words, options.seed)
    else:
        work = read_nsmc(options.data, rows, words, options.seed)
    settings = {
        "cell": options.cell,
        "vocabulary_size": words,
        "dropout": 0.5,
        "batch_size": 64,
        "learning_rate": 1e-3,
        "seed": options.seed,
    }
    made = {"work": work, "sizes": sizes | settings, "batches": batches}
    return _setup(options, peers, directory / "texts", **made)


def of_sentences(
    options: Options, peers: Mapping[str, str], directory: Path
) -> Setup[TaggedWorkload]:
    """Chooses the tagged sentences; sizes are those of the recipe.

    Args:
        options: what was given on the command line.
        peers: interpreters by environment.
        directory: for files that are not kept.

    Returns:
        What the comparison of taggers needs.
    """
    from recipes.tagging import DEFAULTS

    recipe = read_settings(DEFAULTS)
    rows, test_rows, warm_up_rows = options.sentences, None, 500
    sizes = {name: recipe[name] for name in ("embedding_dim", "hidden_dim")}
    batches: list[Batches] = [(1, 256), (32, None), (256, None), (1024, None)]
    if options.quick:
        rows, test_rows, warm_up_rows = 64, 32, 32
        sizes = {"embedding_dim": 8, "hidden_dim": 8}
        batches = [(1, 4), (32, None)]
    if options.data is None:
        work = make_sentences(rows, test_rows or rows, options.seed)
    else:
        work = read_english_ewt(options.data, rows, test_rows, options.seed)
    settings = {
        "cell": options.cell,
        "min_count": recipe["min_count"],
        "batch_size": recipe["batch_size"],
        "warm_up_rows": warm_up_rows,
        "seed": options.seed,
    }
    made = {"work": work, "sizes": sizes | settings, "batches": batches}
    return _setup(options, peers, directory / "sentences", **made)


def of_pairs(
    options: Options, peers: Mapping[str, str], directory: Path
) -> Setup[TranslationWorkload]:
    """Chooses the sentence pairs; sizes are the same for both translators.

    Args:
        options: what was given on the command line.
        peers: interpreters by environment.
        directory: for files that are not kept.

    Returns:
        What the comparison of translators needs.
    """
    rows, epochs, words = options.pairs, options.learning_epochs, 8000
    sizes = {"embedding_dim": 256, "hidden_dim": 256}
    batches: list[Batches] = [(1, 256), (32, None)]
    if options.quick:
        rows, epochs, words = 128, 1, 500
        sizes = {"embedding_dim": 8, "hidden_dim": 8}
        batches = [(1, 4), (32, 40)]
    if options.data is None:
        work = make_pairs(rows, 1000, options.seed)
    else:
        work = read_multi30k(options.data, rows, options.seed)
        if options.quick:
            work = dataclasses.replace(
                work, sources=work.sources[:rows], targets=work.targets[:rows]
            )
    settings = {
        "cell": options.cell,
        "vocabulary_size": words,
        "dropout": 0.3,
        "batch_size": 64,
        "num_beams": 4,
        "learning_rate": 1e-3,
        "learning_epochs": epochs,
        "seed": options.seed,
    }
    made = {"work": work, "sizes": sizes | settings, "batches": batches}
    return _setup(options, peers, directory / "pairs", **made)


def of_images(
    options: Options, peers: Mapping[str, str], directory: Path
) -> Setup[CaptionWorkload]:
    """Chooses the captioned images; sizes are those of the recipe.

    Args:
        options: what was given on the command line.
        peers: interpreters by environment.
        directory: for files that are not kept.

    Returns:
        What the comparison of captioners needs.
    """
    from recipes.captioning import DEFAULTS

    rows, test_rows, epochs, sizes = (
        options.images,
        64,
        options.learning_epochs,
        read_settings(DEFAULTS),
    )
    batches: list[Batches] = [(1, 32), (16, 64)]
    if options.quick:
        rows, test_rows, epochs = 8, 4, 1
        sizes |= {"height": 32, "width": 32, "widths": (4, 8), "strides": (2, 2)}
        sizes |= {"embedding_dim": 8, "hidden_dim": 8, "batch_size": 4, "max_length": 8}
        batches = [(1, 2), (16, 4)]
    if options.data is None:
        made_up = directory / "pictures"
        made_up.mkdir()
        work = make_images(made_up, _TIMES_LEARNED * rows, rows, test_rows, options.seed)
    else:
        work = read_flickr8k(options.data, rows, test_rows, options.seed)
        if options.quick:
            work = dataclasses.replace(
                work, images=work.images[:rows], captions=work.captions[:rows]
            )
    settings = {name: sizes[name] for name in _OF_CAPTIONERS}
    settings |= {"learning_epochs": epochs, "seed": options.seed}
    settings["longest_caption"] = min(_LONGEST_CAPTION, settings["max_length"])
    made = {"work": work, "sizes": settings, "batches": batches}
    return _setup(options, peers, directory / "images", **made)


def of_characters(
    options: Options, peers: Mapping[str, str], directory: Path
) -> Setup[LanguageWorkload]:
    """Chooses the text; sizes are those of the recipe.

    Args:
        options: what was given on the command line.
        peers: interpreters by environment.
        directory: for files that are not kept.

    Returns:
        What the comparison of language models needs.
    """
    from recipes.language_model import DEFAULTS

    characters, epochs, sizes = options.characters, options.learning_epochs, read_settings(DEFAULTS)
    batches: list[Batches] = [(1, 200), (32, 200)]
    if options.quick:
        characters, epochs = 512, 1
        sizes |= {"embedding_dim": 8, "hidden_dim": 8, "batch_size": 4, "window": 16}
        batches = [(1, 5), (32, 5)]
    prompts = max(size for size, _ in batches)
    if options.data is None:
        work = make_characters(characters, prompts, options.seed)
    else:
        work = read_tinyshakespeare(options.data, characters, prompts)
    settings = {name: sizes[name] for name in _OF_LANGUAGE_MODELS}
    settings |= {"learning_epochs": epochs, "seed": options.seed}
    made = {"work": work, "sizes": settings, "batches": batches}
    return _setup(options, peers, directory / "characters", **made)


def _setup(options: Options, peers: Mapping[str, str], directory: Path, **made: Any) -> Setup:
    """Puts together what was made and what was given."""
    directory.mkdir()
    return Setup(
        data=options.data,
        directory=directory,
        peers=peers,
        rounds=1 if options.quick else options.rounds,
        threads=options.threads,
        **made,
    )
