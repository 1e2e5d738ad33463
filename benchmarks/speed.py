"""Measures speed, beside what a user would take instead, in turns on the same machine.

    python -m benchmarks.speed all --data DIR --update-readme \\
        --peer-python torch=… fasttext=… tokenizers=… flair=… spacy=… joeynmt=…
    python -m benchmarks.speed training --cell lstm --peer-python torch=…

`benchmarks/README.md` says what is compared and how the peers' environments are made. DIR holds
`sentiment/nsmc/`, for `tagging` `tagging/ud_english_ewt/`, for `translation`
`translation/multi30k_en_de/`, and for `captioning` `captioning/flickr8k/`, as
`benchmarks/public_data.py` describes; without it, texts, sentences, pairs and captioned images are
made up whose lengths and word frequencies are those of that data.
"""

from __future__ import annotations

import dataclasses
import functools
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from benchmarks import (
    caption_workload,
    comparisons,
    tagged_workload,
    translation_workload,
    workload,
)
from benchmarks.caption_workload import CaptionWorkload
from benchmarks.captioning import captioning
from benchmarks.comparisons import Batches, Comparison, Setup
from benchmarks.results import RESULTS, markdown, put_into_readme, read_json, write_json
from benchmarks.rounds import use_cores
from benchmarks.tagged_workload import TaggedWorkload
from benchmarks.tagging import tagging
from benchmarks.translation import translation
from benchmarks.translation_workload import TranslationWorkload
from benchmarks.workload import Workload

PEERS = ("torch", "fasttext", "tokenizers", "flair", "spacy", "joeynmt")
_PACKAGES = (
    "tensorflow",
    "keras",
    "torch",
    "fasttext-wheel",
    "tokenizers",
    "flair",
    "spacy",
    "joeynmt",
)
# Settings of the recipe of captioning that both captioners have.
_OF_CAPTIONERS = (
    *("height", "width", "widths", "strides", "blocks", "embedding_dim", "hidden_dim", "dropout"),
    *("vocabulary_size", "min_count", "batch_size", "captions_per_image", "learning_rate"),
    *("num_beams", "length_penalty", "max_length"),
)
# Made-up images that captioners learn from, for each that they are measured on.
_TIMES_LEARNED = 8


@dataclasses.dataclass(frozen=True)
class Options:
    """What one may turn.

    Attributes:
        data: Directory with the public data; without it, texts are made up.
        peer_python: Interpreters of the peers' environments, such as `torch=PATH`; those that are
            not given are left out.
        rounds: How often each takes its turn; medians are told.
        rows: Texts of a training epoch.
        sentences: Sentences of a training epoch in `tagging`.
        pairs: Sentence pairs of a training epoch in `translation`.
        images: Images of a training epoch in `captioning`, each with its captions.
        learning_epochs: How often translators and captioners see all training data before they are
            measured, so that what they write ends where it should.
        vocabulary_size: Words that are known.
        cell: Kind of recurrent cell.
        threads: Threads and processor cores for each.
        seed: Seed of the choice of texts and of training.
        update_readme: Put the tables of all results kept into README.md.
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
    learning_epochs: int = 3
    vocabulary_size: int = 20_000
    cell: Literal["gru", "lstm"] = "gru"
    threads: int = 2
    seed: int = 0
    update_readme: bool = False
    quick: bool = False
    results: Path = RESULTS / "speed.json"


def compare(names: tuple[str, ...], options: Options) -> None:
    """Makes comparisons, keeps their results, and prints the tables.

    Args:
        names: which.
        options: how.
    """
    peers = interpreters(options.peer_python)
    use_cores(options.threads)
    with tempfile.TemporaryDirectory() as directory:
        # What several of them need is made once, and what none of them needs is not made.
        prepare = functools.cache(lambda make: make(options, peers, Path(directory)))
        kept: dict[str, Any] = {} if options.quick else read_json(options.results, {})
        for name in names:
            make, measure = COMPARISONS[name]
            result = measure(prepare(make))
            if result is None:
                continue
            kept[result.title] = {"facts": result.facts, "rows": result.rows}
            print(f"\n{shown(kept[result.title])}\n", flush=True)
            if not options.quick:
                write_json(options.results, kept)
    if options.update_readme and not options.quick:
        put_into_readme("speed", "\n\n".join(shown(result) for result in kept.values()))


def of_texts(options: Options, peers: Mapping[str, str], directory: Path) -> Setup[Workload]:
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
        work = workload.synthetic(rows, words, options.seed)
    else:
        work = workload.nsmc(options.data, rows, words, options.seed)
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

    rows, test_rows, warm_up_rows = options.sentences, None, 500
    sizes = {"embedding_dim": DEFAULTS.embedding_dim, "hidden_dim": DEFAULTS.hidden_dim}
    batches: list[Batches] = [(1, 256), (32, None), (256, None), (1024, None)]
    if options.quick:
        rows, test_rows, warm_up_rows = 64, 32, 32
        sizes = {"embedding_dim": 8, "hidden_dim": 8}
        batches = [(1, 4), (32, None)]
    if options.data is None:
        work = tagged_workload.synthetic(rows, test_rows or rows, options.seed)
    else:
        work = tagged_workload.english_ewt(options.data, rows, test_rows, options.seed)
    settings = {
        "cell": options.cell,
        "min_count": DEFAULTS.min_count,
        "batch_size": DEFAULTS.batch_size,
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
        work = translation_workload.synthetic(rows, 1000, options.seed)
    else:
        work = translation_workload.multi30k(options.data, rows, options.seed)
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

    rows, test_rows, epochs, sizes = options.images, 64, options.learning_epochs, DEFAULTS
    batches: list[Batches] = [(1, 32), (16, 64)]
    if options.quick:
        rows, test_rows, epochs = 8, 4, 1
        sizes = dataclasses.replace(
            DEFAULTS,
            **{"height": 32, "width": 32, "widths": (4, 8), "strides": (2, 2)},
            **{"embedding_dim": 8, "hidden_dim": 8, "batch_size": 4, "max_length": 8},
        )
        batches = [(1, 2), (16, 4)]
    if options.data is None:
        made_up = directory / "pictures"
        made_up.mkdir()
        work = caption_workload.synthetic(
            made_up, _TIMES_LEARNED * rows, rows, test_rows, options.seed
        )
    else:
        work = caption_workload.flickr8k(options.data, rows, test_rows, options.seed)
        if options.quick:
            work = dataclasses.replace(
                work, images=work.images[:rows], captions=work.captions[:rows]
            )
    settings = {name: getattr(sizes, name) for name in _OF_CAPTIONERS}
    settings |= {"learning_epochs": epochs, "seed": options.seed}
    made = {"work": work, "sizes": settings, "batches": batches}
    return _setup(options, peers, directory / "images", **made)


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


# What prepares, and what measures.
COMPARISONS: dict[str, tuple[Callable[..., Setup], Callable[..., Comparison | None]]] = {
    "training": (of_texts, comparisons.training),
    "serving": (of_texts, comparisons.serving),
    "fasttext": (of_texts, comparisons.fasttext),
    "tokenizers": (of_texts, comparisons.tokenizing),
    "start": (of_texts, comparisons.start),
    "tagging": (of_sentences, tagging),
    "translation": (of_pairs, translation),
    "captioning": (of_images, captioning),
}


def interpreters(given: tuple[str, ...]) -> dict[str, str]:
    """Reads `NAME=PATH`.

    Args:
        given: of the command line.

    Returns:
        Path by name.

    Raises:
        SystemExit: a name is not known, or there is no such file.
    """
    found = {}
    for item in given:
        name, _, path = item.partition("=")
        if name not in PEERS or not Path(path).is_file():
            raise SystemExit(f"--peer-python {item}: give NAME=PATH, NAME one of {PEERS}")
        found[name] = str(Path(path).absolute())
    return found


def shown(result: Mapping[str, Any]) -> str:
    """A comparison as Markdown, with what its numbers depend on below.

    Args:
        result: what is kept of it.

    Returns:
        The table and a line.
    """
    facts = result["facts"]
    about = facts["workers"].values()
    versions = {
        f"{package} {worker[package]}"
        for worker in about
        for package in _PACKAGES
        if package in worker
    }
    texts = f"{_amount(facts)} (SHA-256 `{facts['sha256']}`)"
    if "train texts" in facts:
        texts = f"{facts['train texts']:,} texts for training, {facts['test texts']:,} for testing"
    measured = f"{facts['threads']} threads, medians of {facts['rounds']} rounds"
    line = f"{facts['data']}, {texts}, {measured}; {', '.join(sorted(versions))}."
    return f"{markdown(result['rows'])}\n\n{line}"


def _amount(facts: Mapping[str, Any]) -> str:
    """How much was read in a round."""
    if "train pairs" in facts:
        trained, translated = facts["train pairs"], facts["test sentences"]
        return f"{trained:,} pairs trained on and {translated:,} sentences translated"
    if "train captions" in facts:
        trained, captioned = facts["train captions"], facts["test images"]
        return f"{trained:,} captions trained on and {captioned:,} images captioned"
    if "train sentences" not in facts:
        return f"{facts['texts']:,} texts"
    trained, tagged = facts["train sentences"], facts["test sentences"]
    return f"{trained:,} sentences trained on and {tagged:,} tagged"


def main() -> None:
    """Reads the command line."""
    Given = Annotated[Options, tyro.conf.OmitArgPrefixes]

    def command(names: tuple[str, ...], text: str) -> Callable[[Options], None]:
        def run(options: Given = Options()) -> None:
            compare(names, options)

        run.__doc__ = text
        # Postponed annotations are looked up in the module, where this one is not.
        run.__annotations__ = {"options": Given, "return": None}
        return run

    subcommands = {
        name: command((name,), (measure.__doc__ or "").splitlines()[0])
        for name, (_, measure) in COMPARISONS.items()
    }
    subcommands["all"] = command(tuple(COMPARISONS), "All of them, one after another.")
    tyro.extras.subcommand_cli_from_dict(subcommands, prog="python -m benchmarks.speed")


if __name__ == "__main__":
    main()
