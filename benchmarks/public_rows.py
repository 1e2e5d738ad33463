"""Labelled texts and tagged sentences that learning curves draw from, and what scores them.

The files are those of `benchmarks.public_data`, and `sentiment/sst/stsa.fine.*` (SST-5) and
`language_model/names/names.zip` (first names by gender: Mark Kantrowitz's corpus, as NLTK has it).
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks.public_data import SETS, Splitting, read_commands
from seqkit import data

Part = Literal["test", "development"]
Rows = list[tuple[str, str]]
Sentences = list[tuple[list[str], list[str]]]
_DEVELOPMENT = 1500
_LATIN = "latin-1"


def _sst(kind: str) -> Callable[[Path, Part], tuple[Rows, Rows]]:
    def read(root: Path, part: Part) -> tuple[Rows, Rows]:
        stem = root / "sentiment" / "sst" / f"stsa.{kind}"
        scored = "test" if part == "test" else "dev"
        train, test = (
            _rows(data.read(f"{stem}.{one}", format="lines")) for one in ("train", scored)
        )
        return train, test

    return read


def _polarity(folder: str, files: dict[str, str]) -> Callable[[Path, Part], tuple[Rows, Rows]]:
    """Data without a split: a tenth is the test."""

    def read(root: Path, part: Part) -> tuple[Rows, Rows]:
        rows: Rows = []
        for label, name in files.items():
            path = root / "sentiment" / folder / name
            lines = data.read(path, columns=("text",), format="lines", encoding=_LATIN)
            rows += [(text, label) for text in lines.to_list("text")]
        return _held_out(*_split(rows, len(rows) // 10), part)

    return read


def _nsmc(root: Path, part: Part) -> tuple[Rows, Rows]:
    folder = root / "sentiment" / "nsmc"
    train, test = (_rows(data.read(folder / f"ratings_{one}.txt")) for one in ("train", "test"))
    return _held_out(train, test, part)


def _snips(root: Path, part: Part) -> tuple[Rows, Rows]:
    """The intents of commands; those to validate with are the test, as in the literature."""

    def read(pattern: str) -> Rows:
        return [
            ("".join(chunk["text"] for chunk in chunks), intent)
            for path in sorted((root / "tagging" / "snips").glob(pattern))
            for intent, chunks in read_commands(path)
        ]

    return _held_out(read("train_*_full.json"), read("validate_*.json"), part)


def _first_names(root: Path, part: Part) -> tuple[Rows, Rows]:
    rows: Rows = []
    with zipfile.ZipFile(root / "language_model" / "names" / "names.zip") as files:
        for label in ("female", "male"):
            lines = files.read(f"names/{label}.txt").decode().splitlines()
            rows += [(line.strip(), label) for line in lines if line.strip()[:1] not in ("", "#")]
    return _held_out(*_split(rows, len(rows) // 10), part)


def _tagged(name: str) -> Callable[[Path, Part], tuple[Sentences, Sentences]]:
    """Tagged sentences, with the split that `benchmarks.public_data` has."""

    def read(root: Path, part: Part) -> tuple[Sentences, Sentences]:
        parts = SETS[name](root, Splitting(1, 0.1, 0)).parts(0)
        train, development, test = (
            list(zip(rows.to_list("tokens"), rows.to_list("tags"), strict=True))
            for rows in (parts[one] for one in ("train", "validation", "test"))
        )
        return train, test if part == "test" else development

    return read


def _rows(part: data.Dataset) -> Rows:
    return list(zip(part.to_list("text"), part.to_list("label"), strict=True))


def _split(rows: Rows, number: int) -> tuple[Rows, Rows]:
    """Parts rows in an order that is always the same; `number` of them are held out."""
    order = np.random.default_rng(0).permutation(len(rows))
    return [rows[i] for i in order[number:]], [rows[i] for i in order[:number]]


def _held_out(train: Rows, test: Rows, part: Part) -> tuple[Rows, Rows]:
    """What is drawn from never has the rows of development."""
    drawn, development = _split(train, _DEVELOPMENT)
    return drawn, test if part == "test" else development


ROWS: dict[str, Callable[[Path, Part], tuple[Any, Any]]] = {
    "sst2": _sst("binary"),
    "sst5": _sst("fine"),
    "mr": _polarity("mr_polarity", {"neg": "rt-polarity.neg", "pos": "rt-polarity.pos"}),
    "subj": _polarity("subj", {"objective": "subj.objective", "subjective": "subj.subjective"}),
    "nsmc": _nsmc,
    "snips_intents": _snips,
    "first_names": _first_names,
    "ewt": _tagged("ewt"),
    "gsd": _tagged("gsd"),
    "snips_slots": _tagged("snips"),
}
TAGGED = ("ewt", "gsd", "snips_slots")
