"""Scores of a text classifier, and where it errs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.evaluation import Scored, Scores, beside
from seqkit.evaluation.calibration import calibration_error
from seqkit.evaluation.comparison import compare, right_rows, share
from seqkit.tasks.classification import baselines
from seqkit.tasks.classification.model import TextClassifier


@dataclass(frozen=True)
class Mistake:
    """A text that was answered wrong.

    Attributes:
        text: the text.
        truth: its label.
        answer: the label given.
        confidence: how sure the model was.
    """

    text: str
    truth: str
    answer: str
    confidence: float


@dataclass(frozen=True)
class ClassificationScores(Scores):
    """What a classifier is worth on data it was not trained on.

    Attributes:
        examples: number of texts.
        accuracy: share answered right; of a multi-label model, with exactly the right labels.
        macro_f1: mean over the labels of the harmonic mean of precision and recall.
        calibration_error: mean distance between confidence and accuracy, in ten bins.
        unknown_rate: mean share of a text's words that training never saw.
        unknown_token_rate: mean share of a text's tokens that the dictionary lacks.
        labels: the labels, in the order of the matrix.
        confusion: `<int64>[labels, labels]`, rows are the truth; empty for a multi-label model.
        worst: the wrong answers given with most confidence.

    Source: calibration error as in Guo et al. 2017, equation 3.
    """

    examples: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    unknown_rate: float
    unknown_token_rate: float
    labels: tuple[str, ...]
    confusion: list[list[int]]
    worst: tuple[Mistake, ...] = field(repr=False)

    details = ("labels", "confusion", "worst")
    _main = ("accuracy", "accuracy")


def score_classifier(
    model: TextClassifier, dataset: Dataset, num_worst: int = 30
) -> ClassificationScores:
    """Lets a classifier answer labelled texts and compares.

    Args:
        model: the classifier.
        dataset: holds the columns `text` and `label`.
        num_worst: how many wrong answers to keep.

    Returns:
        The scores.

    Raises:
        ValueError: the data set has no row.
    """
    return _score(model, dataset, num_worst)[0]


def _score(
    model: TextClassifier, dataset: Dataset, num_worst: int = 30
) -> tuple[ClassificationScores, np.ndarray]:
    """The scores, and which texts were answered right, `<bool>[texts]`."""
    from sklearn.metrics import confusion_matrix

    if not len(dataset):
        raise ValueError(f"dataset {dataset.name!r} has no rows to score on")
    answers, confidence, rates, token_rates = [], [], [], []
    for texts in dataset.batches("text", 4096):
        for given in model.classify(texts):
            answers.append(given.label)
            confidence.append(given.confidence)
            rates.append(given.unknown_rate)
            token_rates.append(given.unknown_token_rate)
    truth = [_joined(label, model.labels.tokens) for label in dataset.to_list("label")]
    right = np.array([a == t for a, t in zip(answers, truth, strict=True)])
    sure = np.array(confidence)
    wrong = np.flatnonzero(~right)
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:num_worst]
    texts = dataset.take(worst).to_list("text")
    labels = model.labels.tokens
    scores = ClassificationScores(
        examples=len(truth),
        accuracy=float(right.mean()),
        macro_f1=_macro_f1(truth, answers, labels, model.multi_label),
        calibration_error=calibration_error(sure, right),
        unknown_rate=float(np.mean(rates)),
        unknown_token_rate=float(np.mean(token_rates)),
        labels=labels,
        confusion=[]
        if model.multi_label
        else confusion_matrix(truth, answers, labels=labels).tolist(),
        worst=tuple(
            Mistake(text, truth[i], answers[i], float(sure[i]))
            for i, text in zip(worst.tolist(), texts, strict=True)
        ),
    )
    return scores, right


def score_beside_baseline(model: TextClassifier, parts: Mapping[str, Dataset]) -> Scored:
    """Scores a classifier on the test data beside the best plain model.

    Args:
        model: the classifier.
        parts: `train`, which the plain models learn from; `validation`, which chooses among them;
            `test`.

    Returns:
        The scores.
    """
    train, test = parts["train"], parts["test"]
    scores, right = _score(model, test)
    name, labels, _ = baselines.plain_labels(train, parts["validation"], test)
    plain = baselines.right_answers(labels, test)
    rows = {name: right_rows(plain)}
    comparison = compare("accuracy", right_rows(right), rows, share, unit="texts")
    what = f"accuracy on {scores.examples:,} test texts"
    accuracies = {name: float(np.mean(plain))}
    lines = beside(what, scores.accuracy, accuracies, comparison)
    return Scored(scores, accuracies, lines, comparison)


def _joined(label: str | Sequence[str], order: Sequence[str]) -> str:
    """Labels as the model writes them: several in its own order, joined."""
    if isinstance(label, str):
        return label
    return "|".join(name for name in order if name in set(label))


def _macro_f1(
    truth: list[str], answers: list[str], labels: Sequence[str], multi_label: bool
) -> float:
    from sklearn.metrics import f1_score

    if not multi_label:
        return float(f1_score(truth, answers, labels=labels, average="macro", zero_division=0.0))

    def matrix(rows: list[str]) -> np.ndarray:
        return np.array([[name in row.split("|") for name in labels] for row in rows])

    return float(f1_score(matrix(truth), matrix(answers), average="macro", zero_division=0.0))
