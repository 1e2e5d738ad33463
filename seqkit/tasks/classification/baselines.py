"""The plain models that every text classifier is compared with."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqkit.data.dataset import Dataset

BAYES = "naive Bayes on words and word pairs (scikit-learn)"
BAYES_LETTERS = "naive Bayes on words, word pairs and letters (scikit-learn)"
LINEAR = "linear SVM on words, word pairs and letters (scikit-learn)"
MOST_FREQUENT = "the most frequent label"

Labels = list[str] | list[tuple[str, ...]]

# What the plain models learn from at most, drawn at random: features of more may not fit in memory.
_MOST_TEXTS = 500_000
_MOST_CHARACTERS = 50_000_000
# Beyond, the linear model would take minutes: it is left out.
_MOST_TEXTS_OF_LINEAR = 50_000
_MOST_CHARACTERS_OF_LINEAR = 10_000_000
_MOST_CLASSES_OF_LINEAR = 50
# Of what smoothing and regularization are chosen, on validation data.
_SMOOTHING = (0.1, 0.25, 0.5, 1.0, 2.0)
_PENALTIES = (0.05, 0.1, 0.25, 0.5)
_TOKENS = r"\w+|[^\w\s]"
_ROWS = 20_000


class PlainAnswers(NamedTuple):
    """What the best plain model answers.

    Attributes:
        name: of the model.
        labels: of each test text, or, where labels are lists, its labels.
        validation_accuracy: share of the validation texts that it answers right.
    """

    name: str
    labels: Labels
    validation_accuracy: float


class _Candidate(NamedTuple):
    """A plain model with the features that it reads and the settings to choose from."""

    name: str
    features: Callable[[], Any]
    models: tuple[Any, ...]


def plain_labels(train: Dataset, validation: Dataset, test: Dataset) -> PlainAnswers:
    """Labels the test texts with the plain model that is best on the validation data.

    Naive Bayes on the words and word pairs seen in training, with and without letters (two and
    three within a word); a linear SVM on TF-IDF of words, word pairs and two to five letters. The
    smoothing and the regularization are chosen on the validation data too.

    All learn from at most 500,000 texts and about 50 million characters, drawn at random; the
    linear model is left out beyond 50,000 texts, 10 million characters or 50 labels.

    Args:
        train: holds the columns `text` and `label`.
        validation: held-out data with the same columns.
        test: texts to label.

    Returns:
        The answers, and the name of the model.

    Raises:
        ValueError: the training data has no row.

    Example:
        >>> from seqkit import data
        >>> train = data.read([("good film", "pos"), ("bad film", "neg")] * 2)
        >>> plain_labels(train, train, data.read([("good", "pos"), ("a bad one", "neg")])).labels
        ['pos', 'neg']

    Source: Wang and Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic
    Classification".
    """
    if not len(train):
        raise ValueError(f"train, {train.name!r}, has no rows: give it some texts")
    given = _draw(train)
    texts, labels = given.to_list("text"), given.to_list("label")
    multi_label = not isinstance(labels[0], str)
    coder = _SeveralLabels(labels) if multi_label else _OneLabel()
    targets = coder.encode(labels)
    held_out, truth = validation.to_list("text"), coder.encode(validation.to_list("label"))
    best: tuple[float, str, Any, Any] | None = None
    for candidate in _candidates(texts, labels, multi_label):
        features = candidate.features()
        try:
            seen = features.fit_transform(texts)
        except ValueError:  # no text has such a feature
            continue
        asked = features.transform(held_out) if held_out else None
        for model in candidate.models:
            with warnings.catch_warnings():
                # Of a label that every text has, and of an optimum that is not quite reached.
                warnings.simplefilter("ignore")
                model.fit(seen, targets)
            right = 0.0 if asked is None else _share_right(model.predict(asked), truth)
            if best is None or right > best[0]:
                best = right, candidate.name, features, model
    if best is None:
        return _most_frequent(labels, validation, test)
    right, name, features, model = best
    answers: list[Any] = []
    for rows in test.batches("text", _ROWS):
        answers += coder.decode(model.predict(features.transform(rows.to_pylist())))
    return PlainAnswers(name, answers, right)


def _candidates(
    texts: Sequence[str], labels: Sequence[Any], multi_label: bool
) -> Iterator[_Candidate]:
    """The plain models that these data are not too large for."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_union
    from sklearn.svm import LinearSVC

    def each(models: Sequence[Any]) -> tuple[Any, ...]:
        # Of several labels each is decided by a model of its own.
        return tuple(OneVsRestClassifier(model) if multi_label else model for model in models)

    def words(kind: Any, **options: Any) -> Any:
        return kind(ngram_range=(1, 2), token_pattern=_TOKENS, binary=True, **options)

    def letters(kind: Any, most: int, **options: Any) -> Any:
        return kind(analyzer="char_wb", ngram_range=(2, most), **options)

    bayes = each([MultinomialNB(alpha=smoothing) for smoothing in _SMOOTHING])
    yield _Candidate(BAYES, lambda: words(CountVectorizer), bayes)
    yield _Candidate(
        BAYES_LETTERS,
        lambda: make_union(words(CountVectorizer), letters(CountVectorizer, 3, binary=True)),
        each([MultinomialNB(alpha=smoothing) for smoothing in _SMOOTHING]),
    )
    names = {name for row in labels for name in row} if multi_label else set(labels)
    if (
        1 < len(names) <= _MOST_CLASSES_OF_LINEAR
        and len(texts) <= _MOST_TEXTS_OF_LINEAR
        and sum(map(len, texts)) <= _MOST_CHARACTERS_OF_LINEAR
    ):
        # What one text alone has says nothing, but of few texts it is most of what there is.
        rare = 2 if len(texts) >= 1000 else 1
        yield _Candidate(
            LINEAR,
            lambda: make_union(
                words(TfidfVectorizer), letters(TfidfVectorizer, 5, sublinear_tf=True, min_df=rare)
            ),
            each([LinearSVC(C=penalty, random_state=0) for penalty in _PENALTIES]),
        )


class _OneLabel:
    """Labels as they are."""

    def encode(self, labels: Sequence[str]) -> np.ndarray:
        return np.array(labels, object)

    def decode(self, answers: np.ndarray) -> list[str]:
        return answers.tolist()


class _SeveralLabels:
    """Sets of labels as rows of zeros and ones."""

    def __init__(self, labels: Sequence[Sequence[str]]) -> None:
        from sklearn.preprocessing import MultiLabelBinarizer

        self._binarizer = MultiLabelBinarizer().fit(labels)

    def encode(self, labels: Sequence[Sequence[str]]) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of labels that training did not hold
            return self._binarizer.transform(labels)

    def decode(self, answers: np.ndarray) -> list[tuple[str, ...]]:
        return self._binarizer.inverse_transform(answers)


def _share_right(answers: np.ndarray, truth: np.ndarray) -> float:
    right = answers == truth
    return float(np.mean(right.all(axis=1) if right.ndim > 1 else right))


def _draw(train: Dataset) -> Dataset:
    """All texts, or as many as the plain models may learn from."""
    lengths = np.concatenate(
        [[len(text) for text in texts.to_pylist()] for texts in train.batches("text", _ROWS)]
    )
    order = np.random.default_rng(0).permutation(len(train))
    fits = np.cumsum(lengths[order]) <= _MOST_CHARACTERS
    fits[0] = True
    chosen = order[fits][:_MOST_TEXTS]
    return train if len(chosen) == len(train) else train.take(np.sort(chosen))


def _most_frequent(labels: Sequence[Any], validation: Dataset, test: Dataset) -> PlainAnswers:
    """What is left where no text has a word."""
    label = Counter(tuple(x) if isinstance(x, list) else x for x in labels).most_common(1)[0][0]
    truth = validation.to_list("label")
    right = right_answers([label] * len(truth), validation)
    return PlainAnswers(MOST_FREQUENT, [label] * len(test), float(right.sum()) / max(1, len(truth)))


def right_answers(answers: Sequence[str | tuple[str, ...]], dataset: Dataset) -> np.ndarray:
    """Which texts have the right label, or exactly the right labels.

    Args:
        answers: labels of each text.
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
        answers: labels of each text.
        dataset: holds the true labels.

    Returns:
        From 0 to 1.
    """
    right = right_answers(answers, dataset)
    return float(right.mean()) if len(right) else 0.0
