"""Pretrained vectors of words, as a model takes them in and as a larger model continues them."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqkit.text.vocabulary import Vocabulary

# Several times that of the values that tables of vectors start from: these say something from the
# first step on.
_SIZE = 0.3


def vector_sizes(words: Vocabulary | None, vectors: np.ndarray | None) -> dict[str, Any]:
    """What a core must know about pretrained vectors, except their number.

    Args:
        words: those with a vector, or None.
        vectors: `<float32>[len(words), dim]`, or None.

    Returns:
        Arguments of `build_tagger_core`; none without vectors.

    Raises:
        ValueError: there is not one vector for each word.

    Example:
        >>> words = Vocabulary.from_counts({"a": 1})
        >>> vectors = np.array([[0, 0]] * 4 + [[2, -2]], "float32")
        >>> vector_sizes(words, vectors)
        {'pretrained_dim': 2, 'pretrained_scale': 0.15}
    """
    number, given = (0 if part is None else len(part) for part in (words, vectors))
    if number != given:
        raise ValueError(
            f"vectors has {given} rows, the encoder has {number} words with a vector; give both "
            "as seqkit.text.with_vectors gives them"
        )
    if vectors is None:
        return {}
    used = vectors[np.any(vectors != 0, axis=1)]
    size = float(np.sqrt(np.mean(np.square(used, dtype=np.float64)))) if len(used) else _SIZE
    # Files differ by a factor of ten; training goes alike with all.
    return {"pretrained_dim": vectors.shape[1], "pretrained_scale": _SIZE / size}


def continue_vectors(old: np.ndarray | None, new: np.ndarray | None) -> np.ndarray | None:
    """Gives the vectors of a model that continues another.

    Args:
        old: `<float32>[words, dim]`, those of the other, or None.
        new: the same with more words after them; None where there are no more.

    Returns:
        `new`, or `old` where there is none.

    Raises:
        ValueError: `new` does not begin with `old`.

    Example:
        >>> continue_vectors(np.zeros((1, 2)), np.array([[0, 0], [1, 2]])).shape
        (2, 2)
        >>> continue_vectors(np.ones((1, 2)), np.array([[0, 0], [1, 2]]))
        Traceback (most recent call last):
            ...
        ValueError: vectors are not those the model was trained with ...
    """
    if new is None:
        return old
    if old is None:
        raise ValueError(
            "vectors are given, but the model was trained without; give none, or train a new model"
        )
    if not np.array_equal(new[: len(old)], old):
        raise ValueError(
            f"vectors are not those the model was trained with ({old.shape[1]} values of a word "
            f"there, {new.shape[1]} here); give the file it was trained with, or none"
        )
    return new
