"""The plain models that every translator is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seqkit.data.dataset import Dataset

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import HashingVectorizer

COPY = "the source, copied"
NEAREST = "the translation of the nearest training sentence (scikit-learn TF-IDF)"
# Training sentences and test sentences compared at a time: 32 MB of similarities.
_TRAIN_ROWS = 20_000
_TEST_ROWS = 400


def plain_translations(train: Dataset, test: Dataset) -> dict[str, list[str]]:
    """Translates the test data with every plain model.

    Args:
        train: holds the columns `source` and `target`.
        test: sentences to translate, in the column `source`.

    Returns:
        Translations of the test sentences, by the name of the model.

    Raises:
        ValueError: the training data has no row.
    """
    return {COPY: copy_source(train, test), NEAREST: nearest_sentence(train, test)}


def copy_source(train: Dataset, test: Dataset) -> list[str]:
    """Gives each sentence back as it is.

    It is right about names, numbers and loan words: a translator must be better.

    Args:
        train: unused; every baseline takes it.
        test: holds the column `source`.

    Returns:
        The sources of the test.

    Example:
        >>> from seqkit import data
        >>> test = data.read([("Hotel", "Hotel")], columns=("source", "target"))
        >>> copy_source(test, test)
        ['Hotel']
    """
    return test.to_list("source")


def nearest_sentence(train: Dataset, test: Dataset) -> list[str]:
    """Gives each sentence the translation of the most similar training sentence.

    Similarity is the cosine of TF-IDF of n-grams, two to four characters within words: in a script
    without spaces a sentence is one word, which n-grams can compare and words cannot, and in a
    language that inflects, words share their stems. The training data is read twice, part by part,
    in bounded memory.

    Args:
        train: holds the columns `source` and `target`.
        test: sentences to translate, in the column `source`.

    Returns:
        A translation of each test sentence; of equally similar sentences that of the first, also
        where none has an n-gram in common with it.

    Raises:
        ValueError: the training data has no row.

    Example:
        >>> from seqkit import data
        >>> rows = [("a cat", "eine Katze"), ("a dog", "ein Hund"), ("two dogs", "?")]
        >>> pairs = data.read(rows, columns=("source", "target"))
        >>> nearest_sentence(pairs.take([0, 1]), pairs.take([2]))
        ['ein Hund']
    """
    if not len(train):
        raise ValueError(f"train, {train.name!r}, has no rows: give it some pairs")
    if not len(test):
        return []
    weights = _inverse_document_frequency(train)
    wanted = _vectors(test.to_list("source"), weights)
    best = np.zeros(len(test), np.int64)
    similarity = np.zeros(len(test), np.float32)
    first = 0
    for texts in train.batches("source", _TRAIN_ROWS):
        known = _vectors(texts.to_pylist(), weights).T.tocsr()
        for start in range(0, len(test), _TEST_ROWS):
            part = slice(start, start + _TEST_ROWS)
            # Most sentences share some letters, so few products are zero.
            cosines = (wanted[part] @ known).toarray()  # [test sentences, training sentences]
            nearest = cosines.argmax(1)
            value = cosines[np.arange(len(nearest)), nearest]
            better = np.flatnonzero(value > similarity[part])
            best[start + better] = first + nearest[better]
            similarity[start + better] = value[better]
        first += len(texts)
    return train.take(best).to_list("target")


def _vectorizer() -> HashingVectorizer:
    """Counts hashed n-grams, so that no dictionary of them has to fit into memory."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(2, 4),
        n_features=2**20,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )


def _inverse_document_frequency(train: Dataset) -> np.ndarray:
    """The weight of each n-gram, smoothed as scikit-learn's TfidfTransformer does it."""
    vectorizer = _vectorizer()
    seen = np.zeros(vectorizer.n_features, np.int64)
    for texts in train.batches("source", _TRAIN_ROWS):
        counts = vectorizer.transform(texts.to_pylist())
        seen += np.bincount(counts.indices, minlength=len(seen))
    return (np.log((1 + len(train)) / (1 + seen)) + 1).astype(np.float32)


def _vectors(texts: list[str], weights: np.ndarray) -> csr_matrix:
    """Texts as `<float32>[texts, n-grams]` of length 1."""
    from sklearn.preprocessing import normalize

    counts = _vectorizer().transform(texts)
    counts.data *= weights[counts.indices]
    return normalize(counts, copy=False)
