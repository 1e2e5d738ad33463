"""Measures how well `unknown_rate` tells texts of another kind from test texts.

    python -m benchmarks.unknown_words --data DIR --update-pages

No network is trained: `unknown_rate` follows from the words of the training texts alone, see
`seqkit.text.SeenWords`. The figure is the area under the ROC curve: the probability that a text of
another kind (another language, code, random keys) has a higher rate than a text of the test, ties
counted half. DIR is described in `benchmarks/public_data.py`; without it, the built-in samples are
measured beside code and random keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tyro

from benchmarks import public_data
from benchmarks.other_texts import CODE_AND_NOISE, LANGUAGES
from benchmarks.results import RESULTS, markdown, put_into_page, read_json, write_json
from recipes import dialogue, language_model, sentiment, tagging, translation
from seqkit.data import TextStream
from seqkit.text import Normalizer, SeenWords, WordTokenizer

_TEXTS_TOGETHER = 4096
_ENGLISH = tuple(name for name in LANGUAGES if name.startswith("English"))
_KOREAN = tuple(name for name in LANGUAGES if name.startswith("Korean"))


class Texts(NamedTuple):
    """Texts that a model learns from, and others of the same kind.

    Attributes:
        title: as in the table.
        train: texts of training.
        test: texts of the test.
        lowercase: whether the recipe drops case.
        by_character: see `SeenWords.learn`.
        same_kind: kinds of other texts that these are, too.
    """

    title: str
    train: list[str]
    test: list[str]
    lowercase: bool = True
    by_character: bool | None = None
    same_kind: Sequence[str] = ()


def sample_texts(recipe: ModuleType, column: str, title: str, **arguments: Any) -> Texts:
    """The built-in sample of a recipe.

    Args:
        recipe: a module of `recipes`.
        column: the column that models of it read.
        title: as in the table.
        arguments: of `Texts`.

    Returns:
        Its texts; of streams, the paragraphs of more than 20 characters.
    """
    sample, config = recipe.recipe.sample(), recipe.DEFAULTS
    given = tuple(sample.get(part) for part in ("train", "validation", "test"))
    if recipe is language_model:
        config = config.replace(unit="stream")
    parts = recipe.recipe.read(given, config)
    train, test = (_texts(parts[part], column) for part in ("train", "test"))
    lowercase = getattr(config, "lowercase", False)
    return Texts(title, train, test, lowercase, **arguments)


def _texts(part: Any, column: str) -> list[str]:
    if isinstance(part, TextStream):
        documents = "\n\n".join(piece.text for piece in part.pieces())
        return [text for text in re.split(r"\n\s*\n", documents) if len(text) > 20]
    rows = part.to_list(column)
    return [row if isinstance(row, str) else " ".join(row) for row in rows]


def nsmc_texts(data: Path) -> Texts:
    """Korean reviews of films, with the split they come in."""
    parts = public_data.nsmc(data, public_data.Splitting(1, 0.1, 0)).parts(0)
    train = parts["train"].to_list("text")
    return Texts("NSMC, Korean", train, parts["test"].to_list("text"), same_kind=_KOREAN)


SAMPLES: dict[str, Callable[[], Texts]] = {
    "sentiment": lambda: sample_texts(
        sentiment, "text", "reviews (`sentiment`)", same_kind=_ENGLISH
    ),
    "tagging": lambda: sample_texts(
        tagging, "tokens", "code (`tagging`)", by_character=False, same_kind=("Python",)
    ),
    "translation": lambda: sample_texts(
        translation, "source", "made-up Korean words (`translation`)", same_kind=_KOREAN
    ),
    "dialogue": lambda: sample_texts(
        dialogue, "source", "small talk (`dialogue`)", same_kind=_ENGLISH
    ),
    "language_model": lambda: sample_texts(
        language_model, "text", "Python's help (`language_model`)", same_kind=("Python", *_ENGLISH)
    ),
}


def measure(texts: Texts, others: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Tells texts of other kinds from those of the test.

    Args:
        texts: what a model would be trained and tested on.
        others: texts of other kinds, by kind.

    Returns:
        Number of words kept, their size in an artefact, the mean rate of the test, the share of its
        words that are new as blanks part them, and for each other kind that the texts are not of
        the area under the ROC curve.
    """
    normalizer = Normalizer("NFC", lowercase=texts.lowercase)
    batches = [
        texts.train[i : i + _TEXTS_TOGETHER] for i in range(0, len(texts.train), _TEXTS_TOGETHER)
    ]
    seen = SeenWords.learn(batches, normalizer, by_character=texts.by_character)
    tokenizer = WordTokenizer(normalizer)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def rate(text: tf.Tensor) -> tf.Tensor:
        return seen.unknown_rate(tokenizer.tokenize(text).values)

    test = rate(tf.constant(texts.test)).numpy()
    return {
        "title": texts.title,
        "train": len(texts.train),
        "test": len(texts.test),
        "kept": len(seen),
        "kilobytes": 4 * len(seen) / 1000,
        "mean": float(test.mean()),
        "new": _new_rate(texts),
        "auc": {
            kind: area_under_curve(test, rate(tf.constant(list(given))).numpy())
            for kind, given in others.items()
            if kind not in texts.same_kind
        },
    }


def _new_rate(texts: Texts) -> float:
    """The share of the test's words, as blanks part them, that no training text has."""
    known = {word for text in texts.train for word in text.lower().split()}
    words = [word for text in texts.test for word in text.lower().split()]
    return sum(word not in known for word in words) / len(words)


def area_under_curve(low: np.ndarray, high: np.ndarray) -> float:
    """The probability that a value of `high` is above one of `low`; ties count half.

    Args:
        low: `<float>[n]`.
        high: `<float>[m]`.

    Returns:
        From 0 to 1.

    Example:
        >>> area_under_curve(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
        0.875
    """
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, side="left")
    not_above = np.searchsorted(ordered, high, side="right")
    return float((below + not_above).mean() / 2 / len(low))


def main(
    data: Path | None = None,
    update_pages: bool = False,
    quick: bool = False,
    results: Path = RESULTS / "unknown_words.json",
) -> None:
    """Measures every built-in sample of texts and NSMC, and prints the table.

    Args:
        data: Directory with the public data.
        update_pages: Put the table into its page.
        quick: One sample beside code and random keys, to see that all works; nothing is kept.
        results: The file that keeps the results.
    """
    others = {kind: read() for kind, read in CODE_AND_NOISE.items()}
    if data is not None:
        others = {kind: read(data) for kind, read in LANGUAGES.items()} | others
    kept: dict[str, Any] = {} if quick else read_json(results, {})
    for name, read in SAMPLES.items():
        if quick and name != "dialogue":
            continue
        print(f"== {name}", flush=True)
        kept[name] = measure(read(), others)
    if data is not None and not quick:
        kept["nsmc"] = measure(nsmc_texts(data), others)
    table = markdown([make_row(row, list(others)) for row in kept.values()])
    print(f"\n{table}")
    if not quick:
        write_json(results, kept)
        if update_pages:
            put_into_page("unknown-words", table)


def make_row(row: Mapping[str, Any], kinds: Sequence[str]) -> dict[str, Any]:
    """A result as the table shows it.

    Args:
        row: what `measure` gave.
        kinds: the kinds of other texts.

    Returns:
        Cells by column; None where the texts themselves are of that kind.
    """
    return {
        "trained on": row["title"],
        "training texts": row["train"],
        "kept": row["kept"],
        "kB": f"{row['kilobytes']:,.0f}",
        "new in the test, parted by blanks, %": f"{100 * row['new']:.1f}",
        "rate of the test, %": f"{100 * row['mean']:.1f}",
        **{kind: f"{row['auc'][kind]:.3f}" if kind in row["auc"] else None for kind in kinds},
    }


if __name__ == "__main__":
    tyro.cli(main)
