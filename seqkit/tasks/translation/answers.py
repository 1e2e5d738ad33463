"""What a translator answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class Translation(NamedTuple):
    """A translation of one text.

    Attributes:
        text: the translation; empty where the source has no token.
        score: what translations are ranked by: the log-probability (natural logarithm) of all
            tokens and the end, divided by the length penalty; 0 or less.
        unknown_rate: share of the source's tokens that the dictionary does not hold.
    """

    text: str
    score: float
    unknown_rate: float


class Alignment(NamedTuple):
    """What a translation looked at while it was written.

    Attributes:
        source_tokens: tokens of the source.
        target_tokens: tokens of the translation.
        attention: `<float32>[target tokens, source tokens]`, rows sum to 1.
    """

    source_tokens: tuple[str, ...]
    target_tokens: tuple[str, ...]
    attention: np.ndarray


def collect_translations(answer: Mapping[str, Any]) -> list[Translation]:
    """Turns the answer of the signature `serving_default` into one translation for each text."""
    columns = (answer[name].numpy() for name in ("translation", "score", "unknown_rate"))
    return [
        Translation(text.decode(), float(score), float(rate))
        for text, score, rate in zip(*columns, strict=True)
    ]


def collect_best(answer: Mapping[str, Any]) -> list[list[Translation]]:
    """Turns the answer of the signature `n_best` into lists, the best translation first."""
    texts, scores = answer["translations"].numpy(), answer["scores"].numpy()
    rates = answer["unknown_rate"].numpy()
    return [
        [
            Translation(text.decode(), float(score), float(rate))
            for text, score in zip(*row, strict=True)
            if score > -np.inf
        ]
        for *row, rate in zip(texts, scores, rates, strict=True)
    ]


def collect_alignments(answer: Mapping[str, Any]) -> list[Alignment]:
    """Turns the answer of the signature `attention` into one alignment for each text."""
    sizes = zip(answer["source_length"].numpy(), answer["target_length"].numpy(), strict=True)
    columns = (answer[name].numpy() for name in ("source_tokens", "target_tokens", "attention"))
    return [
        Alignment(
            tuple(token.decode() for token in source[:s]),
            tuple(token.decode() for token in target[:t]),
            attention[:t, :s],
        )
        for (s, t), source, target, attention in zip(sizes, *columns, strict=True)
    ]
