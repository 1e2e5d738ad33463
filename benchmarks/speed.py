"""Measures speed, beside what a user would take instead, in turns on the same machine.

    python -m benchmarks.speed all --data DIR --update-pages \\
        --peer-python torch=… fasttext=… tokenizers=… flair=… spacy=… joeynmt=…
    python -m benchmarks.speed training --cell lstm --peer-python torch=…

`benchmarks/README.md` says what is compared and how the peers' environments are made. DIR holds
`sentiment/nsmc/`, for `tagging` `tagging/ud_english_ewt/`, for `translation`
`translation/multi30k_en_de/`, for `captioning` `captioning/flickr8k/`, and for `language_model`
`language_model/tinyshakespeare/`, as `benchmarks/public_data.py` describes; without it, texts,
sentences, pairs and captioned images are made up whose lengths and word frequencies are those of
that data.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import tyro

from benchmarks import comparisons
from benchmarks.captioning import captioning
from benchmarks.comparisons import Comparison
from benchmarks.language_model import language_model
from benchmarks.results import markdown, put_into_page, read_json, write_json
from benchmarks.rounds import use_cores
from benchmarks.setups import (
    Choose,
    Options,
    choose_characters,
    choose_images,
    choose_pairs,
    choose_sentences,
    choose_texts,
    prepare,
)
from benchmarks.tagging import tagging
from benchmarks.translation import translation

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

# What is said of the data, by a fact that no other kind of data has.
_DIGEST = " (SHA-256 `{sha256}`)"
_AMOUNTS = {
    "train texts": "{train texts:,} texts for training, {test texts:,} for testing",
    "train pairs": "{train pairs:,} pairs trained on and {test sentences:,} sentences translated"
    + _DIGEST,
    "train captions": "{train captions:,} captions trained on and {test images:,} images captioned"
    + _DIGEST,
    "train characters": "{train characters:,} characters trained on and {written characters:,} "
    "written after each prompt" + _DIGEST,
    "train sentences": "{train sentences:,} sentences trained on and {test sentences:,} tagged"
    + _DIGEST,
    "texts": "{texts:,} texts" + _DIGEST,
}


def compare(names: tuple[str, ...], options: Options) -> None:
    """Makes comparisons, keeps their results, and prints the tables.

    Args:
        names: which.
        options: how.
    """
    peers = read_interpreters(options.peer_python)
    use_cores(options.threads)
    with tempfile.TemporaryDirectory() as directory:
        # What several of them need is made once, and what none of them needs is not made.
        prepare_once = functools.cache(
            lambda choose: prepare(choose, options, peers, Path(directory))
        )
        kept: dict[str, Any] = {} if options.quick else read_json(options.results, {})
        for name in names:
            choose, measure = COMPARISONS[name]
            result = measure(prepare_once(choose))
            if result is None:
                continue
            kept[result.title] = {"facts": result.facts, "rows": result.rows}
            print(f"\n{describe(kept[result.title])}\n", flush=True)
            if not options.quick:
                write_json(options.results, kept)
    if options.update_pages and not options.quick:
        put_into_page("speed", "\n\n".join(describe(result) for result in kept.values()))


# What chooses the data, and what measures.
COMPARISONS: dict[str, tuple[Choose, Callable[..., Comparison | None]]] = {
    "training": (choose_texts, comparisons.training),
    "serving": (choose_texts, comparisons.serving),
    "fasttext": (choose_texts, comparisons.fasttext),
    "tokenizers": (choose_texts, comparisons.tokenizing),
    "start": (choose_texts, comparisons.start),
    "tagging": (choose_sentences, tagging),
    "translation": (choose_pairs, translation),
    "captioning": (choose_images, captioning),
    "language_model": (choose_characters, language_model),
}


def read_interpreters(given: tuple[str, ...]) -> dict[str, str]:
    """Reads `NAME=PATH`.

    Args:
        given: of the command line.

    Returns:
        Path by name.

    Raises:
        SystemExit: a name is not known, or there is no such file.
    """
    paths = {}
    for item in given:
        name, _, path = item.partition("=")
        if name not in PEERS or not Path(path).is_file():
            raise SystemExit(f"--peer-python {item}: give NAME=PATH, NAME one of {PEERS}")
        paths[name] = str(Path(path).absolute())
    return paths


def describe(result: Mapping[str, Any]) -> str:
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
    amount = _describe_amount(facts)
    limits = f"{facts['threads']} threads, medians of {facts['rounds']} rounds"
    line = f"{facts['data']}, {amount}, {limits}; {', '.join(sorted(versions))}."
    return f"{markdown(result['rows'])}\n\n{line}"


def _describe_amount(facts: Mapping[str, Any]) -> str:
    """How much was read in a round, by what was counted there."""
    return next(text for key, text in _AMOUNTS.items() if key in facts).format_map(facts)


def main() -> None:
    """Reads the command line."""
    Given = Annotated[Options, tyro.conf.OmitArgPrefixes]
    defaults = Options()

    def command(names: tuple[str, ...], text: str) -> Callable[[Options], None]:
        def run(options: Given = defaults) -> None:
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
