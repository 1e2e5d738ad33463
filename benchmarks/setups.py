"""What the speed of each comparison is measured on: texts, sentences, pairs, images, sizes."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from benchmarks.comparisons import Batches, Setup
from benchmarks.results import RESULTS
from benchmarks.settings import read_settings
from benchmarks.workloads.characters import make_characters, read_tinyshakespeare
from benchmarks.workloads.images import make_images, read_flickr8k
from benchmarks.workloads.pairs import make_pairs, read_multi30k
from benchmarks.workloads.sentences import make_sentences, read_english_ewt
from benchmarks.workloads.texts import make_texts, read_nsmc
from benchmarks.workloads.workload import Workload

# Settings of the recipe of tagging that all taggers have.
_OF_TAGGERS = ("embedding_dim", "hidden_dim", "min_count")
_MUCH = 100_000  # sentences
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


class Choice(NamedTuple):
    """What a comparison is measured on.

    Attributes:
        work: what is read.
        sizes: of the models, and how they are trained; the same for all who are compared.
        batches: sizes of batches, and how many are answered in a round.
    """

    work: Workload
    sizes: dict[str, Any]
    batches: list[Batches]


# Chooses by the settings; the directory is for files that are not kept.
Choose = Callable[[Options, Path], Choice]


def prepare(choose: Choose, options: Options, peers: Mapping[str, str], directory: Path) -> Setup:
    """Prepares what some comparisons need.

    Args:
        choose: one of the functions below.
        options: settings of the measurements.
        peers: interpreter by name of environment.
        directory: for files that are not kept.

    Returns:
        The setup, with a directory of its own.
    """
    own = Path(tempfile.mkdtemp(dir=directory))
    return Setup(
        data=options.data,
        directory=own,
        peers=peers,
        rounds=1 if options.quick else options.rounds,
        threads=options.threads,
        **choose(options, own)._asdict(),
    )


def choose_texts(options: Options, directory: Path) -> Choice:
    """Chooses the texts of classifiers and tokenizers, and sizes."""
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
    sizes |= {"cell": options.cell, "vocabulary_size": words, "dropout": 0.5}
    sizes |= {"batch_size": 64, "learning_rate": 1e-3, "seed": options.seed}
    return Choice(work, sizes, batches)


def choose_sentences(options: Options, directory: Path) -> Choice:
    """Chooses the tagged sentences; sizes are those of the recipe."""
    from recipes.tagging import DEFAULTS

    # However many are taken here, a step has as many as with much data.
    sizes = _select(DEFAULTS, _OF_TAGGERS)
    sizes |= {"batch_size": DEFAULTS.training.batch_size_of(_MUCH)}
    rows, test_rows, warm_up_rows = options.sentences, None, 500
    batches: list[Batches] = [(1, 256), (32, None), (256, None), (1024, None)]
    if options.quick:
        rows, test_rows, warm_up_rows = 64, 32, 32
        sizes |= {"embedding_dim": 8, "hidden_dim": 8}
        batches = [(1, 4), (32, None)]
    if options.data is None:
        work = make_sentences(rows, test_rows or rows, options.seed)
    else:
        work = read_english_ewt(options.data, rows, test_rows, options.seed)
    sizes |= {"cell": options.cell, "warm_up_rows": warm_up_rows, "seed": options.seed}
    return Choice(work, sizes, batches)


def choose_pairs(options: Options, directory: Path) -> Choice:
    """Chooses the sentence pairs; sizes are the same for both translators."""
    rows, epochs, words = options.pairs, options.learning_epochs, 8000
    sizes: dict[str, Any] = {"embedding_dim": 256, "hidden_dim": 256}
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
    sizes |= {"cell": options.cell, "vocabulary_size": words, "dropout": 0.3, "batch_size": 64}
    sizes |= {"num_beams": 4, "learning_rate": 1e-3, "learning_epochs": epochs}
    return Choice(work, sizes | {"seed": options.seed}, batches)


def choose_images(options: Options, directory: Path) -> Choice:
    """Chooses the captioned images; sizes are those of the recipe."""
    from recipes.captioning import DEFAULTS

    sizes = _select(DEFAULTS, _OF_CAPTIONERS)
    rows, test_rows, epochs = options.images, 64, options.learning_epochs
    batches: list[Batches] = [(1, 32), (16, 64)]
    if options.quick:
        rows, test_rows, epochs = 8, 4, 1
        sizes |= {"height": 32, "width": 32, "widths": (4, 8), "strides": (2, 2)}
        sizes |= {"embedding_dim": 8, "hidden_dim": 8, "batch_size": 4, "max_length": 8}
        batches = [(1, 2), (16, 4)]
    if options.data is None:
        pictures = directory / "pictures"
        pictures.mkdir()
        work = make_images(pictures, _TIMES_LEARNED * rows, rows, test_rows, options.seed)
    else:
        work = read_flickr8k(options.data, rows, test_rows, options.seed)
        if options.quick:
            work = dataclasses.replace(
                work, images=work.images[:rows], captions=work.captions[:rows]
            )
    sizes |= {"learning_epochs": epochs, "seed": options.seed}
    sizes["longest_caption"] = min(_LONGEST_CAPTION, sizes["max_length"])
    return Choice(work, sizes, batches)


def choose_characters(options: Options, directory: Path) -> Choice:
    """Chooses the text of language models; sizes are those of the recipe."""
    from recipes.language_model import DEFAULTS

    sizes = _select(DEFAULTS, _OF_LANGUAGE_MODELS)
    characters, epochs = options.characters, options.learning_epochs
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
    return Choice(work, sizes | {"learning_epochs": epochs, "seed": options.seed}, batches)


def _select(recipe: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Some settings of a recipe by name."""
    settings = read_settings(recipe)
    return {name: settings[name] for name in names}
