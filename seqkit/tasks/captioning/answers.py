"""The answers of a captioner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class Caption(NamedTuple):
    """A caption of one image.

    Attributes:
        text: the caption; empty where the image cannot be read.
        score: ranks captions: the log-probability (natural logarithm) of all tokens and the end,
            divided by the length penalty; 0 or less.
        error: why the image cannot be read; empty where it can.
    """

    text: str
    score: float
    error: str


class CaptionAttention(NamedTuple):
    """Where the model looked in the image for each token of a caption.

    Attributes:
        tokens: tokens of the caption; none where the image cannot be read.
        attention: `<float32>[tokens, rows, columns]`; the grid of each token sums to 1.
    """

    tokens: tuple[str, ...]
    attention: np.ndarray


def collect_captions(answer: Mapping[str, Any]) -> list[Caption]:
    """Turns the answer of the signature `serving_default` into captions."""
    columns = (answer[name].numpy() for name in ("caption", "score", "error"))
    return [
        Caption(text.decode(), float(score), error.decode())
        for text, score, error in zip(*columns, strict=True)
    ]


def collect_best_captions(answer: Mapping[str, Any]) -> list[list[Caption]]:
    """Turns the answer of the signature `n_best` into lists, the best caption first."""
    columns = (answer[name].numpy() for name in ("captions", "scores", "error"))
    # An image that cannot be read has one caption, which says so.
    return [
        [Caption("", 0.0, error.decode())]
        if error
        else [
            Caption(text.decode(), float(score), "")
            for text, score in zip(texts, scores, strict=True)
            if score > -np.inf
        ]
        for texts, scores, error in zip(*columns, strict=True)
    ]


def collect_caption_attention(answer: Mapping[str, Any]) -> list[CaptionAttention]:
    """Turns the answer of the signature `attention` into one record for each image."""
    columns = (answer[name].numpy() for name in ("tokens", "length", "attention"))
    return [
        CaptionAttention(tuple(token.decode() for token in tokens[:length]), attention[:length])
        for tokens, length, attention in zip(*columns, strict=True)
    ]
