"""What a translator answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

_RATES = ("unknown_rate", "unknown_token_rate")


class Translation(NamedTuple):
    """A translation of one text.

    Attributes:
        text: the translation; empty where the source has no token.
        score: translations are ranked by it: the log-probability (natural logarithm) of all tokens
            and the end, divided by the length penalty; 0 or less.
        unknown_rate: share of the source's words that training never saw, as
            `seqkit.text.SeenWords` defines it. A model saved before words were kept gives
            `unknown_token_rate`.
        unknown_token_rate: share of the source's tokens that the dictionary lacks.
    """

    text: str
    score: float
    unknown_rate: float
    unknown_token_rate: float = 0.0


class Alignment(NamedTuple):
    """How the tokens of a translation attend to those of its source.

    Attributes:
        source_tokens: tokens of the source.
        target_tokens: tokens of the translation.
        attention: `<float32>[target tokens, source tokens]`, rows sum to 1.
    """

    source_tokens: tuple[str, ...]
    target_tokens: tuple[str, ...]
    attention: np.ndarray


def collect_translations(answer: Mapping[str, Any]) -> list[Translation]:
    """Reads the answer of the signature `serving_default`: a translation of each text."""
    columns = (answer[name].numpy() for name in ("translation", "score", *_RATES))
    return [
        Translation(text.decode(), *map(float, numbers))
        for text, *numbers in zip(*columns, strict=True)
    ]


def collect_best(answer: Mapping[str, Any]) -> list[list[Translation]]:
    """Reads the answer of the signature `n_best`: a list for each text, the best first."""
    texts, scores = answer["translations"].numpy(), answer["scores"].numpy()
    rates = (answer[name].numpy() for name in _RATES)
    return [
        [
            Translation(text.decode(), float(score), *map(float, row_rates))
            for text, score in zip(row_texts, row_scores, strict=True)
            if score > -np.inf
        ]
        for row_texts, row_scores, *row_rates in zip(texts, scores, *rates, strict=True)
    ]


def collect_alignments(answer: Mapping[str, Any]) -> list[Alignment]:
    """Reads the answer of the signature `attention`: an alignment of each text."""
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
