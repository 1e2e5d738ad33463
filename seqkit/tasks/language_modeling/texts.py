"""What streams and rows of separate texts have in common, for learning from either."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.data import DataReport, Dataset, TextStream, check
from seqkit.data.formats.by_name import is_table
from seqkit.data.streams.stream_checks import StreamReport, check_streams
from seqkit.text import TextEncoder, as_text_tensor

_BATCH = 4096


def is_stream(data: Any, unit: str, format: str | None = None) -> bool:
    """Whether data is read as a stream.

    Args:
        data: anything.
        unit: `"stream"`, `"sentences"`, or `"auto"`, which takes text files for streams.
        format: the format of a table, where it is given.

    Returns:
        Whether it is.

    Example:
        >>> is_stream("novel.txt", "auto"), is_stream("lines.csv", "auto"), is_stream(["a"], "auto")
        (True, False, False)
    """
    if unit != "auto":
        return unit == "stream"
    if isinstance(data, (str, os.PathLike)):
        return format is None and not is_table(Path(data))
    return isinstance(data, TextStream)


def text_batches(data: TextStream | Dataset) -> Iterator[Any]:
    """Yields batches of texts; of a stream, of its lines.

    Args:
        data: a stream, or rows with the column `text`.

    Yields:
        Strings.
    """
    if isinstance(data, TextStream):
        return (piece.text.splitlines(keepends=True) for piece in data.pieces())
    return iter(data.batches("text", _BATCH))


def count_characters(data: TextStream | Dataset) -> int:
    """Counts the characters of all texts.

    Args:
        data: a stream, or rows with the column `text`.

    Returns:
        Their number.
    """
    if isinstance(data, TextStream):
        return data.characters
    return sum(len(text) for batch in data.batches("text", _BATCH) for text in batch.to_pylist())


def mean_unknown_rate(encoder: TextEncoder, data: TextStream | Dataset) -> float:
    """Gives the mean share of words that training never saw.

    Args:
        encoder: the model's.
        data: a stream, or rows with the column `text`.

    Returns:
        The mean of the shares of texts, of a stream of lines, that are not blank.
    """
    parts = []
    for batch in text_batches(data):
        texts = as_text_tensor(batch)
        texts = tf.boolean_mask(texts, tf.not_equal(tf.strings.strip(texts), ""))
        parts.append(encoder(texts).unknown_rate.numpy())
    rates = np.concatenate([np.zeros(0, "float32"), *parts])
    return float(rates.mean()) if rates.size else 0.0


def suggest_vocabulary_size(data: TextStream | Dataset) -> int:
    """Suggests the size of a dictionary for training data.

    Args:
        data: a stream, or rows with the column `text`.

    Returns:
        4,000 for less than a million characters, 10,000 for less than twenty million, else 30,000.
    """
    characters = count_characters(data)
    return 4_000 if characters < 1e6 else 10_000 if characters < 2e7 else 30_000


def check_texts(
    train: TextStream | Dataset,
    validation: TextStream | Dataset,
    test: TextStream | Dataset,
) -> StreamReport | DataReport:
    """Looks for what to know about the parts before training.

    Args:
        train: a stream, or rows with the column `text`.
        validation: of the same kind as `train`.
        test: of the same kind as `train`.

    Returns:
        The report.
    """
    if isinstance(train, TextStream):
        return check_streams(train, validation, test)  # type: ignore[arg-type]
    return check(train, validation, test)  # type: ignore[arg-type]
