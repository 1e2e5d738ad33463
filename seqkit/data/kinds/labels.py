"""What labels a data set has, and how much each counts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from seqkit.data.dataset import Dataset


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
    labels = dataset["label"]
    if is_multi_label(dataset):
        labels = pa.chunked_array([chunk.flatten() for chunk in labels.chunks], pa.string())
    return sorted(labels.unique().to_pylist())


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
