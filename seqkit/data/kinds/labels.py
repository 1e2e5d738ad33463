"""Texts, with or without labels: their columns, how labels are read, and what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pyarrow as pa

from seqkit.data.collected import Collected, collect_columns
from seqkit.data.dataset import Dataset, flatten
from seqkit.data.errors import DataError
from seqkit.data.kinds.kind import Answer, Kind, Words
from seqkit.data.kinds.values import label_array, text_array
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request, SourceOptions
from seqkit.data.sources import read_source


@dataclass(frozen=True)
class LabelOptions:
    """How labels are read; see `read_texts`."""

    label_separator: str | None = None

    def __post_init__(self) -> None:
        if self.label_separator == "":
            raise ValueError("label_separator='' must be at least one character, such as '|'.")


def read_texts(
    source: Any,
    *,
    columns: Sequence[str] = ("text", "label"),
    label_separator: str | None = None,
    **source_options: Unpack[SourceOptions],
) -> Dataset:
    """Reads texts with labels, or alone.

    Args:
        source: A path (`.csv`, `.tsv`, `.xlsx`, `.jsonl`, `.json`, `.parquet`, `.txt` with tabs or
            with a label before each text, what annotation tools export, each also packed; a folder
            with a folder for each label); `"tfds:NAME[/config][:split]"`; a list of tuples or of
            dictionaries; a dictionary of lists; a pandas or Polars frame, or a lazy one; an Arrow
            table; a Hugging Face data set; a `tf.data.Dataset`; or a `Dataset`, which is given
            back.
        columns: `text`, with or without `label` and further columns, such as `split`, whose values
            are texts too. Tuples are in this order.
        label_separator: What separates the labels of one cell where a row may have several; lists
            of labels in other sources need no argument.
        source_options: See `seqkit.data.request.SourceOptions`.

    Returns:
        The rows, with strings in `text` and in `label` strings or lists of strings.

    Raises:
        DataError: A value cannot be used, or there are no rows; the message names the place.
        FileNotFoundError: There is no such file.
        TypeError: The source is of no kind known.
        ValueError: An argument cannot be used.

    Example:
        >>> rows = read_texts([("good", "happy|calm"), ("bad", "")], label_separator="|")
        >>> rows.to_list("text"), rows.to_list("label")
        (['good', 'bad'], [['happy', 'calm'], []])
    """
    options = LabelOptions(label_separator)
    return read_source(source, LABELS, columns, options, **source_options)


def is_multi_label(dataset: Dataset) -> bool:
    """Whether a text may have any number of labels.

    Args:
        dataset: holds the column `label`.

    Returns:
        True where the column holds lists.
    """
    return pa.types.is_list(dataset["label"].type)


def distinct_labels(dataset: Dataset) -> list[str]:
    """The labels that occur.

    Args:
        dataset: holds the column `label`, strings or lists of strings.

    Returns:
        Each once, in order of code points.

    Example:
        >>> from seqkit import data
        >>> distinct_labels(data.read([("a", "pos"), ("b", "neg"), ("c", "pos")]))
        ['neg', 'pos']
    """
    return sorted(flatten(dataset["label"]).unique().to_pylist())


def balanced_weights(targets: np.ndarray) -> np.ndarray:
    """Weights that let every label count the same in all.

    Args:
        targets: `<float32>[texts, classes]`, 1 where a label holds.

    Returns:
        `<float32>[texts]`, 1 on average; a text with several labels counts as their mean, one
        without as the mean of all texts.

    Example:
        >>> weights = balanced_weights(np.array([[1, 0], [1, 0], [1, 0], [0, 1]]))
        >>> [round(float(weight), 2) for weight in weights]
        [0.67, 0.67, 0.67, 2.0]

    Source: scikit-learn's `class_weight="balanced"`, after King and Zeng 2001.
    """
    texts, classes = targets.shape
    by_class = texts / (classes * np.maximum(targets.sum(axis=0), 1.0))
    held = targets.sum(axis=1)
    weights = np.where(held > 0, targets @ by_class / np.maximum(held, 1.0), 1.0)
    return (weights / weights.mean()).astype("float32")


def text_columns(rows: RawRows) -> dict[str, pa.Array]:
    """Converts columns that all hold texts to `<string>[rows]`."""
    return {name: text_array(values, rows.place, name) for name, values in rows.columns.items()}


def label_converter(label_separator: str | None) -> Callable[[RawRows], pa.Array]:
    """Makes what converts the labels of one source, some rows at a time.

    They become `<string>[rows]`, or `list<string>[rows]`; another type than the first rows had is
    refused.
    """
    first: list[pa.DataType] = []

    def convert(rows: RawRows) -> pa.Array:
        labels = label_array(rows.columns["label"], rows.place, "label", label_separator)
        first.append(labels.type)
        if labels.type != first[0] and len(labels):
            raise DataError(
                f"{rows.place(0)}: from here on label is {labels.type}, before it was "
                f"{first[0]}. Give every row a list (of one label, too), or none."
            )
        del first[1:]
        return labels

    return convert


def with_labels(
    others: Callable[[RawRows], Mapping[str, pa.Array]], label_separator: str | None
) -> Callable[[RawRows], Mapping[str, pa.Array]]:
    """Makes what converts a column `label`, where there is one, beside the `others`."""
    to_labels = label_converter(label_separator)

    def convert(rows: RawRows) -> Mapping[str, pa.Array]:
        columns = {name: values for name, values in rows.columns.items() if name != "label"}
        arrays = dict(others(rows._replace(columns=columns)))
        return arrays | {"label": to_labels(rows)} if "label" in rows.columns else arrays

    return convert


def label_codes(labels: pa.ChunkedArray, ordered: bool = False) -> np.ndarray:
    """Numbers `<int>[rows]` for labels, for sets, or for ordered lists of them."""
    if pa.types.is_list(labels.type):
        rows = labels.to_pylist()
        joined = ["\0".join(row if ordered else sorted(row)) for row in rows]
        labels = pa.chunked_array([joined], type=pa.string())
    return labels.dictionary_encode().combine_chunks().indices.to_numpy()


def _collect(
    batches: Iterable[RawRows], request: Request, place: str, folder: Path | None
) -> Collected:
    """Columns of texts and labels."""
    convert = with_labels(text_columns, request.options.label_separator)
    return collect_columns(batches, request.columns, place, convert)


LABEL = Answer(
    "label", label_codes, lambda label: label if isinstance(label, str) else "|".join(label)
)
LABELS = Kind(
    name="labels",
    columns=("text", "label"),
    content="text",
    words=Words(
        "{rows:,} rows, {empty:,} empty, {duplicates:,} duplicates, {conflicts:,} of them with "
        "another label"
    ),
    needed=("text",),
    more=True,
    apart=("tokens", "tags"),
    aliases={
        "text": ("sentence", "review", "document", "content", "comment", "message", "tweet"),
        "label": ("labels", "class", "sentiment", "category", "target", "rating", "polarity"),
    },
    reader=read_texts,
    options=LabelOptions,
    collect=_collect,
    row_hint="; for texts without labels: columns=('text',)",
    answer=LABEL,
)
