"""Seeded splits in which equal texts stay together."""

from __future__ import annotations

import warnings

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.dataset import Dataset, flatten
from seqkit.data.grouping import EMPTY, text_keys
from seqkit.data.kinds.by_columns import kind_of


def split(
    dataset: Dataset,
    fraction: float,
    *,
    seed: int,
    stratify: str | None = "label",
    group: str | None = "text",
) -> tuple[Dataset, Dataset]:
    """Splits a data set in two, with about the same share of every label in both parts.

    Rows whose texts differ only in case and white space come into the same part, as do sentences
    of the same tokens, pairs of the same source, turns of the same conversation, and captions of
    the same image, which is told by its bytes, not by its name. Tags are not spread evenly: each
    sentence has many. Every label of the second part also occurs in the first; a label too rare to
    occur in both is kept in the first, and a warning names it. The rows keep their order.

    Args:
        dataset: What to split.
        fraction: Share of the distinct texts that the second part gets.
        seed: The same seed gives the same split.
        stratify: Column whose values are spread evenly, or None.
        group: Column whose equal values stay together (`"text"` stands for `tokens` where rows are
            sentences, for `source` where they are pairs, for `conversation` where these are turns
            that `read_turns` has read, for the image where they are captions), or None for every
            row by itself.

    Returns:
        The first part (1 - `fraction`) and the second.

    Raises:
        ValueError: `fraction` is not between 0 and 1, or there are too few distinct texts.

    Example:
        >>> from seqkit import data
        >>> rows = data.read([(f"text {i}", i % 2) for i in range(100)])
        >>> first, second = data.split(rows, 0.1, seed=0)
        >>> len(first), len(second), sorted(second.to_list("label"))
        (90, 10, ['0', '0', '0', '0', '0', '1', '1', '1', '1', '1'])
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction={fraction} must lie between 0 and 1, such as 0.1.")
    if stratify == "label" and stratify not in dataset:
        stratify = None
    if group == "text":
        kind = kind_of(dataset)
        group = kind.group if kind.group in dataset else kind.content
    groups = _number_groups(dataset, group)
    count = int(groups.max(initial=-1)) + 1
    if count < 2:
        raise ValueError(
            f"{dataset!r} has {count} distinct {group or 'row'}(s); a split needs at least 2."
        )
    labels = (
        np.zeros(len(dataset), np.int64) if stratify is None else _number_strata(dataset[stratify])
    )
    in_second = _choose(groups, count, labels, fraction, seed)[groups]
    if stratify is not None:
        in_second = _keep_labels_known(dataset, stratify, groups, in_second)
        if not in_second.any():
            raise ValueError(
                f"{dataset!r}: no {stratify} has two distinct texts, so none can be in both "
                "parts. Add examples, or split without labels: stratify=None."
            )
    return dataset.take(np.flatnonzero(~in_second)), dataset.take(np.flatnonzero(in_second))


def _number_groups(dataset: Dataset, group: str | None) -> np.ndarray:
    """`<int64>[rows]`: the number of the group each row belongs to."""
    rows = np.arange(len(dataset))
    if group is None:
        return rows
    keys = text_keys(dataset[group])
    _, groups = np.unique(keys, return_inverse=True)
    # Empty texts tell nothing about each other: each is its own group.
    empty = np.flatnonzero(keys == EMPTY)
    groups[empty] = len(dataset) + np.arange(len(empty))
    return np.unique(groups, return_inverse=True)[1]


def _number_strata(labels: pa.ChunkedArray) -> np.ndarray:
    """`<int64>[rows]`: a number for each label, or for each combination of labels."""
    if pa.types.is_list(labels.type):
        joined = [pc.binary_join(chunk, "\0") for chunk in labels.chunks]
        labels = pa.chunked_array(joined, type=pa.string())
    return _encode(labels)[0]


def _encode(labels: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    """A number for each value, and the values by their numbers."""
    encoded = labels.dictionary_encode().combine_chunks()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _choose(
    groups: np.ndarray, count: int, labels: np.ndarray, fraction: float, seed: int
) -> np.ndarray:
    """`<bool>[groups]`: which groups come into the second part."""
    # Importing scikit-learn takes a second, which readers of data need not wait for.
    from sklearn.model_selection import train_test_split

    _, first_rows = np.unique(groups, return_index=True)
    strata = labels[first_rows]
    # A stratum must have a member in each part; those too small for it are drawn from as one.
    needed = int(np.ceil(max(1 / fraction, 1 / (1 - fraction)) - 1e-9))
    sizes = np.bincount(strata)
    strata = np.where(sizes[strata] < needed, len(sizes), strata)
    pool = len(sizes)
    eligible = np.arange(count)
    if np.count_nonzero(strata == pool) == 1:
        eligible = np.flatnonzero(strata != pool)
    size = min(max(round(fraction * len(eligible)), 1), len(eligible) - 1)
    if len(np.unique(strata[eligible])) > min(size, len(eligible) - size):
        strata[strata == pool] = sizes.argmax()
    _, chosen = train_test_split(
        eligible, test_size=size, random_state=seed, stratify=strata[eligible]
    )
    second = np.zeros(count, bool)
    second[chosen] = True
    return second


def _keep_labels_known(
    dataset: Dataset, stratify: str, groups: np.ndarray, in_second: np.ndarray
) -> np.ndarray:
    """Moves groups back until the second part has no label that the first lacks."""
    rows, codes, names = _single_labels(dataset[stratify])
    known = np.zeros(len(names), bool)
    known[codes[~in_second[rows]]] = True
    unknown = np.flatnonzero(~known)
    present, first = np.unique(codes, return_index=True)
    moved = groups[rows[first[np.isin(present, unknown)]]]
    in_second = in_second & ~np.isin(groups, moved)
    measured = np.zeros(len(names), bool)
    measured[codes[in_second[rows]]] = True
    missing = [names[code] for code in np.flatnonzero(~measured)]
    if missing and in_second.any():
        listed = ", ".join(map(repr, missing[:10])) + (", …" if len(missing) > 10 else "")
        warnings.warn(
            f"{dataset.name}: {len(missing)} {stratify}(s) have too few distinct texts to be in "
            f"both parts and stay in the first, so the second cannot measure them: {listed}. "
            "Add examples of them.",
            stacklevel=3,
        )
    return in_second


def _single_labels(labels: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Every (row, label) pair as two arrays of numbers, and the labels' names."""
    rows = np.arange(len(labels))
    if pa.types.is_list(labels.type):
        rows = np.repeat(rows, pc.list_value_length(labels).to_numpy())
    return rows, *_encode(flatten(labels))
