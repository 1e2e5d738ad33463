"""The models of seqkit that speed is measured with."""

from __future__ import annotations

from typing import Any

from benchmarks.ours.vocabulary import make_vocabulary
from benchmarks.settings import change_settings, read_settings
from benchmarks.workloads.texts import TextWorkload
from recipes import sentiment
from seqkit import data
from seqkit.tasks.classification.model import TextClassifier
from seqkit.text import HashedNGrams, TextEncoder, Vocabulary, WordTokenizer


def build_on_words(config: dict[str, Any], work: TextWorkload, *, ngrams: bool) -> TextClassifier:
    """A classifier that reads the words that the peers read.

    Args:
        config: sizes, as `speed.py` gives them to all.
        work: gives the vocabulary.
        ngrams: False for the peers' layers alone; True for n-grams and word dropout besides, as
            the recipe has them.

    Returns:
        The classifier, untrained.
    """
    recipe = read_settings(sentiment.DEFAULTS)
    encoder = TextEncoder(
        WordTokenizer(),
        make_vocabulary(work.words),
        HashedNGrams(recipe["max_ngrams"]) if ngrams else None,
    )
    return TextClassifier.build(
        encoder,
        Vocabulary.from_labels(["0", "1"]),
        embedding_dim=config["embedding_dim"],
        hidden_dim=config["hidden_dim"],
        cell=config["cell"],
        dropout=config["dropout"],
        pooling=["attention", "max"],
        word_dropout=recipe["word_dropout"] if ngrams else 0.0,
        seed=config["seed"],
    )


def build_by_recipe(config: dict[str, Any], work: TextWorkload) -> TextClassifier:
    """A classifier as the recipe makes it by default, untrained: speed does not need more.

    Args:
        config: gives the seed, and sizes where they are not the recipe's.
        work: what the dictionary is learned from.

    Returns:
        The classifier.
    """
    labels = [str(label) for label in work.labels]
    settings = {name: config[name] for name in ("seed", "embedding_dim", "hidden_dim", "cell")}
    return sentiment.build(
        data.read({"text": work.raw, "label": labels}),
        change_settings(sentiment.DEFAULTS, **settings),
    )
