"""The dictionaries of a translator: one for each side, or one for both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seqkit.data import Dataset
from seqkit.tasks.translation.model import Translator
from seqkit.text import Normalizer, TextEncoder, learn_dictionary, suggest_tokenizer

SIDES = ("source", "target")


def learn_encoders(
    train: Dataset,
    tokenizers: Sequence[str] = ("auto", "auto"),
    *,
    shared: bool = True,
    vocabulary_size: int | None = None,
    min_count: int = 2,
    lowercase: bool = False,
    seed: int = 0,
) -> tuple[TextEncoder, TextEncoder]:
    """Learns from training data how both sides are split and which ids their tokens have.

    Args:
        train: holds the columns `source` and `target`.
        tokenizers: of source and target, names that `seqkit.text.learn_dictionary` takes; `"auto"`
            takes what `seqkit.text.suggest_tokenizer` says.
        shared: whether sides with the same tokenizer get one dictionary.
        vocabulary_size: the most tokens of each dictionary; None takes 4,000 for fewer than 100,000
            pairs, 8,000 for fewer than a million, and 16,000 beyond.
        min_count: rarer tokens are UNK; of a shared dictionary both sides are counted together.
        lowercase: whether texts are read and written in lower case.
        seed: seed of the sample that subword pieces are learned from.

    Returns:
        The encoders of source and target; of a shared dictionary the same object twice. That of
        the source knows the words of the sources, for `unknown_rate`.

    Example:
        >>> from seqkit import data
        >>> rows = data.read([("Hotel", "hotel"), ("Tor", "gate")], columns=("source", "target"))
        >>> source, target = learn_encoders(rows, ("word", "char"), min_count=1)
        >>> source.vocabulary.tokens[4:], target.vocabulary.tokens[4:7]
        (('Hotel', 'Tor'), ('e', 't', 'a'))
    """
    names = [
        suggest_tokenizer(texts_of(train, side)) if name == "auto" else name
        for side, name in zip(SIDES, tokenizers, strict=True)
    ]
    size = vocabulary_size or _vocabulary_size(len(train))

    def learn(tokenizer: str, *sides: str) -> TextEncoder:
        dictionary = learn_dictionary(
            texts_of(train, *sides),
            tokenizer,
            normalizer=Normalizer("NFC", lowercase=lowercase),
            vocabulary_size=size,
            min_count=min_count,
            seed=seed,
        )
        return TextEncoder(*dictionary)

    if shared and names[0] == names[1]:
        both = learn(names[0], *SIDES).with_words(texts_of(train, "source"))
        return both, both
    source, target = (learn(name, side) for name, side in zip(names, SIDES, strict=True))
    return source.with_words(texts_of(train, "source")), target


def extend_encoders(
    model: Translator, train: Dataset, *, min_count: int, limits: Sequence[int | None]
) -> tuple[TextEncoder, TextEncoder]:
    """Continues a model's dictionaries with the tokens of more training data.

    Args:
        model: the translator; stays as it is.
        train: holds the columns `source` and `target`.
        min_count: rarer tokens are not added.
        limits: the most tokens of source and target; None for no limit.

    Returns:
        The encoders of source and target; the same object twice where the model's is.
    """
    if model.source is model.target:
        both = model.source.extended(texts_of(train, *SIDES), min_count, limits[0])
        return both, both
    source = model.source.extended(texts_of(train, "source"), min_count, limits[0])
    return source, model.target.extended(texts_of(train, "target"), min_count, limits[1])


def texts_of(dataset: Dataset, *columns: str) -> Iterator[Any]:
    """The texts of some columns, one column after the other, batch by batch."""
    for column in columns:
        yield from dataset.batches(column, 4096)


def _vocabulary_size(pairs: int) -> int:
    return 4_000 if pairs < 100_000 else 8_000 if pairs < 1_000_000 else 16_000
