"""The plain model that every text classifier is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from seqkit.data.dataset import Dataset

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import HashingVectorizer

NAME = "naive Bayes on words and word pairs (scikit-learn)"
_ROWS = 20_000


def bag_of_words(train: Dataset, test: Dataset) -> list[str] | list[tuple[str, ...]]:
    """Labels of a naive Bayes classifier on the words and word pairs of a text.

    It reads the training data once, part by part, in bounded memory.

    Args:
        train: holds the columns `text` and `label`.
        test: texts to label.

    Returns:
        The label of each test text, or, where labels are lists, the labels.

    Example:
        >>> from seqkit import data
        >>> train = data.read([("good film", "pos"), ("bad film", "neg")])
        >>> bag_of_words(train, data.read([("good", "pos"), ("a bad one", "neg")]))
        ['pos', 'neg']
    """
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.naive_bayes import MultinomialNB

    vectorizer = HashingVectorizer(
        ngram_range=(1, 2),
        token_pattern=r"\w+|[^\w\s]",
        n_features=2**20,
        alternate_sign=False,
        norm=None,
        binary=True,
    )
    multi_label = not isinstance(next(iter(train.to_list("label")[:1]), ""), str)
    if multi_label:
        return _one_by_one(train, test, vectorizer)
    classes = sorted(set(train["label"].unique().to_pylist()))
    model = MultinomialNB()
    for texts, labels in zip(
        train.batches("text", _ROWS), train.batches("label", _ROWS), strict=True
    ):
        model.partial_fit(vectorizer.transform(texts.to_pylist()), labels.to_pylist(), classes)
    answers: list[str] = []
    for texts in test.batches("text", _ROWS):
        answers += model.predict(vectorizer.transform(texts.to_pylist())).tolist()
    return answers


def _one_by_one(
    train: Dataset, test: Dataset, vectorizer: HashingVectorizer
) -> list[tuple[str, ...]]:
    """Each label decided by a naive Bayes of its own."""
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.preprocessing import MultiLabelBinarizer

    binarizer = MultiLabelBinarizer().fit(train.to_list("label"))
    models = [MultinomialNB() for _ in binarizer.classes_]
    for texts, labels in zip(
        train.batches("text", _ROWS), train.batches("label", _ROWS), strict=True
    ):
        features = vectorizer.transform(texts.to_pylist())
        targets = binarizer.transform(labels.to_pylist())
        for column, model in enumerate(models):
            model.partial_fit(features, targets[:, column], [0, 1])
    answers: list[tuple[str, ...]] = []
    for texts in test.batches("text", _ROWS):
        features = vectorizer.transform(texts.to_pylist())
        decided = np.stack([model.predict(features) for model in models], axis=1)
        answers += binarizer.inverse_transform(decided)
    return answers


def right_answers(answers: Sequence[str | tuple[str, ...]], dataset: Dataset) -> np.ndarray:
    """Which texts have the right label, or exactly the right labels.

    Args:
        answers: what `bag_of_words` returned.
        dataset: holds the true labels.

    Returns:
        `<bool>[texts]`.
    """
    truth = dataset.to_list("label")
    right = [
        a == t if isinstance(t, str) else set(a) == set(t)
        for a, t in zip(answers, truth, strict=True)
    ]
    return np.array(right, bool)


def accuracy(answers: Sequence[str | tuple[str, ...]], dataset: Dataset) -> float:
    """Share of texts whose label, or whole set of labels, is right.

    Args:
        answers: what `bag_of_words` returned.
        dataset: holds the true labels.

    Returns:
        From 0 to 1.
    """
    right = right_answers(answers, dataset)
    return float(right.mean()) if len(right) else 0.0
