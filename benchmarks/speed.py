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
from benchmarks.comparisons import Comparison, Setup
from benchmarks.language_model import language_model
from benchmarks.results import markdown, put_into_page, read_json, write_json
from benchmarks.rounds import use_cores
from benchmarks.setups import (
    Options,
    of_characters,
    of_images,
    of_pairs,
    of_sentences,
    of_texts,
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
    if options.update_pages and not options.quick:
        put_into_page("speed", "\n\n".join(shown(result) for result in kept.values()))


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
    "language_model": (of_characters, language_model),
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
    if "train characters" in facts:
        trained, written = facts["train characters"], facts["written characters"]
        return f"{trained:,} characters trained on and {written:,} written after each prompt"
    if "train sentences" not in facts:
        return f"{facts['texts']:,} texts"
    trained, tagged = facts["train sentences"], facts["test sentences"]
    return f"{trained:,} sentences trained on and {tagged:,} tagged"


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
