"""A case for each recipe: small settings, data with words of its own, and input that is bad."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class RecipeCase:
    """What the contract of all recipes needs to know of one.

    Attributes:
        name: its module in `recipes`.
        task: what its card calls the task.
        score: the score that stands on the card beside the best baseline's.
        baselines: how many there are.
        settings: small ones, by name, for training in seconds.
        data: rows to train on, enough for two batches an epoch.
        more: rows with a word, a letter or a key that `data` lacks, for `fine_tune`.
        knows: whether a model knows what is new in `more`.
        bad: writes a file that cannot be used, and gives its name for `--data`.
        named: what the message about it must name.
        fixed: a setting that a trained model cannot follow.
    """

    name: str
    task: str
    score: str
    baselines: int
    settings: Mapping[str, Any]
    data: Callable[[], Any]
    more: Callable[[], Any]
    knows: Callable[[Any], bool]
    bad: Callable[[Path], str]
    named: str
    fixed: Mapping[str, Any] = dataclasses.field(default_factory=lambda: {"hidden_dim": 7})


def write(name: str, content: str) -> Callable[[Path], str]:
    """Makes what writes a file into a folder and gives its path."""

    def write_into(folder: Path) -> str:
        (folder / name).write_text(content, encoding="utf-8")
        return str(folder / name)

    return write_into


def reviews(word: str, number: int = 12) -> list[tuple[str, str]]:
    kinds = {"good": "pos", "bad": "neg"}
    return [
        (f"a {kind} {word} number {i}", label)
        for i in range(number)
        for kind, label in kinds.items()
    ]


def sentences(word: str, number: int = 24) -> list[tuple[list[str], list[str]]]:
    names = ["Ann", "Bob", "Cleo", word]
    return [
        (["meet", names[i % 4], "at", "noon", str(i)], ["O", "B-PER", "O", "O", "O"])
        for i in range(number)
    ]


def pairs(word: str) -> list[tuple[str, str]]:
    subjects, deeds = ["a dog", "the cat", "our ship", f"one {word}"], ["runs", "falls", "waits"]
    return [
        (f"{subject} {deed} {i}", f"{deed} {subject} {i}")
        for subject, deed, i in itertools.product(subjects, deeds, range(3))
    ]


def talks(word: str) -> list[list[str]]:
    return [
        [f"I like {thing} {i}.", "Why?", f"{thing} {i} is good.", f"So {thing} it is."]
        for thing in ("tea", "soup", "rice", word)
        for i in range(4)
    ]


def pictures(word: str) -> list[tuple[np.ndarray, str]]:
    colours = {"red": (230, 20, 20), "green": (20, 200, 20), word: (20, 20, 230)}
    rng = np.random.default_rng(0)
    return [
        (
            rng.integers(0, 40, (32, 32, 3), np.uint8) // 2 + np.array(rgb, np.uint8) // 2,
            f"A {name}",
        )
        for _ in range(6)
        for name, rgb in colours.items()
    ]


def verses(word: str) -> list[str]:
    return [f"the cat sat on the mat\nthe dog lay on the log\na {word} sang in the tree\n" * 8]


def pieces(pitch: int) -> list[list[tuple[int, ...]]]:
    return [[(pitch + step + i, pitch + step + 4) for step in range(12)] for i in range(12)]


CASES = [
    RecipeCase(
        "sentiment",
        *("text classification", "accuracy", 1),
        {"tokenizer": "word", "hidden_dim": 6, "embedding_dim": 6, "max_ngrams": 512, "folds": 0}
        | {"batch_size": 8},
        lambda: reviews("film"),
        lambda: reviews("zyxxy"),
        lambda model: "zyxxy" in model.encoder.vocabulary,
        write("bad.csv", "text,label\nfine,pos\nbroken\n"),
        "bad.csv, line 3",
        {"tokenizer": "char"},
    ),
    RecipeCase(
        "tagging",
        *("token tagging", "accuracy", 2),
        {"hidden_dim": 6, "embedding_dim": 6, "character_filters": 4, "affix_buckets": 64}
        | {"batch_size": 8},
        lambda: sentences("Dan"),
        lambda: sentences("Zyxxy"),
        lambda model: "zyxxy" in model.encoder.vocabulary,
        write("bad.conll", "Ann\tB-PER\nSmith\tI-PER\n\nin\tO\nParis\tI-LOC\n"),
        "bad.conll, line 5",
        {"affix_buckets": 32},
    ),
    RecipeCase(
        "translation",
        *("translation", "BLEU", 2),
        {"source_tokenizer": "word", "target_tokenizer": "word", "hidden_dim": 6, "max_length": 12}
        | {"embedding_dim": 6, "decoder_layers": 1, "batch_size": 16},
        lambda: pairs("horse"),
        lambda: pairs("zyxxy"),
        lambda model: "zyxxy" in model.source.vocabulary and "zyxxy" in model.target.vocabulary,
        write("bad.csv", "source,target\none,ein\ntwo\n"),
        "bad.csv, line 3",
    ),
    RecipeCase(
        "dialogue",
        *("translation", "BLEU", 2),
        {"tokenizer": "word", "embedding_dim": 6, "hidden_dim": 6, "max_length": 16}
        | {"batch_size": 16},
        lambda: talks("bread"),
        lambda: talks("jam"),
        lambda model: "jam" in model.source.vocabulary,
        write("bad.jsonl", '["Hello.", "Hi."]\n["Hello.", ""]\n'),
        "line 2, turn 1",
    ),
    RecipeCase(
        "captioning",
        *("image captioning", "BLEU-4", 2),
        {"height": 32, "width": 32, "widths": (4, 8), "strides": (2, 1), "min_count": 1}
        | {"embedding_dim": 6, "hidden_dim": 6, "max_length": 8, "batch_size": 8},
        lambda: pictures("blue"),
        lambda: pictures("zyxxy"),
        lambda model: "zyxxy" in model.target.vocabulary,
        write("bad.csv", "image,caption\ngone.png,a\n"),
        "line 2: image 'gone.png'",
    ),
    RecipeCase(
        "language_model",
        *("language model", "nats per character", 1),
        {"embedding_dim": 4, "hidden_dim": 8, "window": 20, "batch_size": 8, "unit": "stream"}
        | {"validation_fraction": 0.1},
        lambda: verses("bird"),
        lambda: verses("zyxxy"),
        lambda model: "z" in model.encoder.vocabulary,
        lambda folder: str(folder / "absent.txt"),
        "absent.txt",
    ),
    RecipeCase(
        "music",
        *("music, frame by frame", "negative log-likelihood per frame", 3),
        {"embedding_dim": 4, "hidden_dim": 6, "num_layers": 1, "batch_size": 4},
        lambda: pieces(40),
        lambda: pieces(70),
        lambda model: True,  # every pitch is known from the beginning
        write("bad.json", json.dumps({"train": [[[60], [61, 130]]]})),
        "piece 0, frame 1 has the pitch 130",
    ),
]
