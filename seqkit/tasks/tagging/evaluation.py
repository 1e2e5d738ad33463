"""Scores of a tagger, and where it errs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.data.kinds import tag_scheme
from seqkit.evaluation import Comparison, Scored, Scores, beside, compare
from seqkit.evaluation.calibration import calibration_error
from seqkit.evaluation.comparison import share
from seqkit.tasks.tagging import baselines
from seqkit.tasks.tagging.model import TokenTagger


@dataclass(frozen=True)
class TaggedSentence:
    """A sentence with the tags it has and those it was given.

    Attributes:
        tokens: the words.
        truth: their tags.
        answer: the tags given.
        confidence: how sure the model was of each.
        errors: number of wrong tags.
    """

    tokens: tuple[str, ...]
    truth: tuple[str, ...]
    answer: tuple[str, ...]
    confidence: tuple[float, ...]
    errors: int


@dataclass(frozen=True)
class TaggingScores(Scores):
    """What a tagger is worth on data it was not trained on.

    Attributes:
        sentences: number of sentences.
        tokens: number of words.
        accuracy: share of words with the right tag.
        unseen_accuracy: the same of words that training did not hold; None without any.
        unseen_rate: share of such words.
        unknown_accuracy: accuracy of words that the dictionary lacks; None without any.
        unknown_token_rate: share of such words. A rare word is one that training held and the
            dictionary lacks; a word written in capitals may be the other way round.
        unknown_rate: mean share of a sentence's words that training never saw in any case and
            with any digits, as `seqkit.text.SeenWords` defines it.
        spans: precision, recall, F1 and number by label, and `micro avg`; empty for plain tags.
        calibration_error: mean distance between confidence and accuracy, in ten bins.
        labels: the tags, in the order of the matrix.
        confusion: `<int64>[tags, tags]`, rows are the truth.
        worst: the sentences with the most wrong tags.

    Source: spans as `conlleval` counts them, but strictly: see `tag_scheme.spans`.
    """

    sentences: int
    tokens: int
    accuracy: float
    unseen_accuracy: float | None
    unseen_rate: float
    unknown_accuracy: float | None
    unknown_token_rate: float
    unknown_rate: float
    spans: dict[str, dict[str, float]]
    calibration_error: float
    labels: tuple[str, ...]
    confusion: list[list[int]]
    worst: tuple[TaggedSentence, ...] = field(repr=False)

    details = ("sentences", "spans", "labels", "confusion", "worst")

    def summary(self) -> dict[str, Any]:
        """The numbers alone."""
        return {"examples": self.sentences, "span_f1": self.span_f1, **super().summary()}

    @property
    def span_f1(self) -> float | None:
        """F1 over all spans, None for plain tags."""
        return self.spans["micro avg"]["f1-score"] if self.spans else None

    @property
    def _main(self) -> tuple[str, str]:
        return ("span F1", "span_f1") if self.spans else ("accuracy", "accuracy")


def score_tagger(
    model: TokenTagger, dataset: Dataset, train: Dataset | None = None, num_worst: int = 20
) -> TaggingScores:
    """Lets a tagger tag sentences whose tags are known and compares.

    Args:
        model: the tagger.
        dataset: holds the columns `tokens` and `tags`.
        train: what the model was trained on, to tell which words are new; None takes those that
            the dictionary lacks.
        num_worst: how many sentences to keep.

    Returns:
        The scores.

    Raises:
        ValueError: the data set has no row.
    """
    return _score(model, dataset, train, num_worst)[0]


def _score(
    model: TokenTagger, dataset: Dataset, train: Dataset | None, num_worst: int = 20
) -> tuple[TaggingScores, list[list[str]]]:
    """The scores, and the tags that were given."""
    from sklearn.metrics import confusion_matrix

    if not len(dataset):
        raise ValueError(f"dataset {dataset.name!r} has no rows to score on")
    sentences = dataset.to_list("tokens")
    truth = dataset.to_list("tags")
    found = model.tag(sentences)
    words = [token for tokens in sentences for token in tokens]
    unknown = np.array([u for tagging in found for u in tagging.unknown])
    unseen = unknown if train is None else _unseen(words, train)
    expected = [tag for tags in truth for tag in tags]
    given = [tag for tagging in found for tag in tagging.tags]
    right = np.array([a == b for a, b in zip(expected, given, strict=True)])
    sure = np.array([c for tagging in found for c in tagging.confidence])
    answers = [list(tagging.tags) for tagging in found]
    order = sorted(set(expected) | set(given))
    scores = TaggingScores(
        sentences=len(sentences),
        tokens=len(words),
        accuracy=float(right.mean()),
        unseen_accuracy=_share(right[unseen]),
        unseen_rate=float(unseen.mean()),
        unknown_accuracy=_share(right[unknown]),
        unknown_token_rate=float(unknown.mean()),
        unknown_rate=float(np.mean([tagging.unknown_rate for tagging in found])),
        spans=span_scores(truth, answers),
        calibration_error=calibration_error(sure, right),
        labels=tuple(order),
        confusion=confusion_matrix(expected, given, labels=order).tolist(),
        worst=_worst(sentences, truth, found, num_worst),
    )
    return scores, answers


def accuracy(truth: Sequence[Sequence[str]], answers: Sequence[Sequence[str]]) -> float:
    """Share of words with the right tag.

    Args:
        truth: tags of each sentence.
        answers: tags given to each sentence.

    Returns:
        From 0 to 1.

    Example:
        >>> accuracy([["A", "B"], ["A"]], [["A", "B"], ["B"]])
        0.6666666666666666
    """
    right = [a == b for t, g in zip(truth, answers, strict=True) for a, b in zip(t, g, strict=True)]
    return float(np.mean(right)) if right else 0.0


def span_scores(
    truth: Sequence[Sequence[str]], answers: Sequence[Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and support of spans, by label and over all.

    A span counts where both its places and its label are right.

    Args:
        truth: tags of each sentence, in BIO or IOBES.
        answers: tags given to each sentence.

    Returns:
        `precision`, `recall`, `f1-score` and `support` by label, and for `micro avg`; a share of
        nothing is 0. Empty where the tags mark no spans.

    Raises:
        ValueError: a sentence has another number of answers than of words, or an answer is no tag
            of the scheme that the truth is in.

    Example:
        >>> scores = span_scores([["B-X", "I-X", "O"]], [["B-X", "O", "O"]])
        >>> scores["micro avg"]["f1-score"]
        0.0
    """
    scheme = tag_scheme.scheme({tag for tags in truth for tag in tags})
    if scheme == "plain":
        return {}
    _check_prefixes(answers, scheme)
    expected: set[tuple[int, int, int, str]] = set()
    given: set[tuple[int, int, int, str]] = set()
    for number, (true_tags, tags) in enumerate(zip(truth, answers, strict=True)):
        if len(true_tags) != len(tags):
            raise ValueError(f"answers[{number}] has {len(tags)} tags for {len(true_tags)} words")
        expected.update((number, *span) for span in tag_scheme.spans(true_tags, scheme))
        given.update((number, *span) for span in tag_scheme.spans(tags, scheme))
    support, answered, correct = (
        Counter(label for *_, label in spans) for spans in (expected, given, expected & given)
    )
    rows = {
        label: _span_row(correct[label], answered[label], support[label])
        for label in sorted(support | answered)
    }
    rows["micro avg"] = _span_row(correct.total(), answered.total(), support.total())
    return rows


def main_score(
    truth: Sequence[Sequence[str]], answers: Sequence[Sequence[str]]
) -> tuple[str, float]:
    """Span F1 where tags mark spans, else accuracy, with its name.

    Args:
        truth: tags of each sentence.
        answers: tags given to each sentence.

    Returns:
        Name and score.
    """
    spans = span_scores(truth, answers)
    if spans:
        return "span F1", spans["micro avg"]["f1-score"]
    return "accuracy", accuracy(truth, answers)


def measure_tagger(model: TokenTagger, dataset: Dataset) -> tuple[str, float]:
    """Scores a tagger that may know tags of another scheme than the data have.

    Args:
        model: the tagger.
        dataset: holds the columns `tokens` and `tags`.

    Returns:
        Name and value of the score by which taggers are compared. Where tags mark spans, an answer
        that is no such tag marks none.
    """
    truth = dataset.to_list("tags")
    answers = [list(tagging.tags) for tagging in model.tag(dataset.to_list("tokens"))]
    scheme = tag_scheme.scheme({tag for tags in truth for tag in tags})
    if scheme != "plain":
        answers = [[tag if _is_of(tag, scheme) else "O" for tag in tags] for tags in answers]
    return main_score(truth, answers)


def score_beside_baselines(model: TokenTagger, parts: Mapping[str, Dataset]) -> Scored:
    """Scores a tagger on the test data beside two plain taggers.

    Args:
        model: the tagger.
        parts: `train`, which the baselines learn from, and `test`.

    Returns:
        The scores.
    """
    train, test = parts["train"], parts["test"]
    scores, own = _score(model, test, train)
    truth = test.to_list("tags")
    answers = _plain_tags(train, test)
    plain = {name: main_score(truth, tags)[1] for name, tags in answers.items()}
    name, score = scores.main
    comparison = _compare(name, truth, own, answers)
    lines = beside(f"{name} on {scores.tokens:,} test words", score, plain, comparison)
    lines += [
        f"  accuracy of the {rate:.1%} {what}: {right:.4f}"
        for what, rate, right in (
            ("that training did not hold", scores.unseen_rate, scores.unseen_accuracy),
            ("that the dictionary lacks", scores.unknown_token_rate, scores.unknown_accuracy),
        )
        if right is not None
    ]
    return Scored(scores, plain, lines, comparison)


def plain_scores(train: Dataset, test: Dataset) -> dict[str, float]:
    """Scores of two plain taggers.

    Args:
        train: what they learn from.
        test: what they are scored on.

    Returns:
        The score by which taggers are compared, by the name of the model.
    """
    truth = test.to_list("tags")
    return {name: main_score(truth, tags)[1] for name, tags in _plain_tags(train, test).items()}


def _plain_tags(train: Dataset, test: Dataset) -> dict[str, list[list[str]]]:
    return {
        baselines.MOST_FREQUENT: baselines.most_frequent_tag(train, test),
        baselines.LINEAR: baselines.linear_tagger(train, test),
    }


def _compare(
    name: str,
    truth: Sequence[Sequence[str]],
    own: Sequence[Sequence[str]],
    plain: Mapping[str, Sequence[Sequence[str]]],
) -> Comparison:
    """The tagger beside plain ones, by span F1 or accuracy, over sentences."""
    scheme = tag_scheme.scheme({tag for tags in truth for tag in tags})

    def rows(answers: Sequence[Sequence[str]]) -> np.ndarray:
        if scheme == "plain":
            pairs = zip(truth, answers, strict=True)
            return np.array([[sum(map(str.__eq__, t, a)), len(t)] for t, a in pairs], np.float64)
        return np.array(
            [_span_counts(t, a, scheme) for t, a in zip(truth, answers, strict=True)], np.float64
        )

    return compare(
        name,
        rows(own),
        {plain_name: rows(answers) for plain_name, answers in plain.items()},
        share,
        unit="sentences",
        next_scores={
            plain_name: [accuracy(truth, answers)] for plain_name, answers in plain.items()
        },
    )


def _span_counts(truth: Sequence[str], answer: Sequence[str], scheme: str) -> tuple[int, int]:
    """Twice the spans that are right, and those expected and given: their quotient is F1."""
    expected, given = (set(tag_scheme.spans(tags, scheme)) for tags in (truth, answer))
    return 2 * len(expected & given), len(expected) + len(given)


def _check_prefixes(answers: Sequence[Sequence[str]], scheme: str) -> None:
    for tag in sorted({tag for tags in answers for tag in tags}):
        if not _is_of(tag, scheme):
            raise ValueError(
                f"answers has the tag {tag!r}, but the true tags are {scheme}, whose tags are O or "
                f"begin with one of {', '.join(_prefixes(scheme))}; score a model on tags of its "
                "own scheme"
            )


def _is_of(tag: str, scheme: str) -> bool:
    """Whether a tag is one of a scheme that marks spans."""
    prefix, _ = tag_scheme.split_tag(tag)
    return tag == "O" or (bool(prefix) and prefix in _prefixes(scheme))


def _prefixes(scheme: str) -> str:
    return "BIES" if scheme == "IOBES" else "BI"


def _span_row(correct: int, answered: int, support: int) -> dict[str, float]:
    precision = correct / answered if answered else 0.0
    recall = correct / support if support else 0.0
    f1 = 2 * precision * recall / (precision + recall) if correct else 0.0
    return {"precision": precision, "recall": recall, "f1-score": f1, "support": float(support)}


def _share(right: np.ndarray) -> float | None:
    return float(right.mean()) if len(right) else None


def _unseen(words: Sequence[str], train: Dataset) -> np.ndarray:
    """Which words the training data do not hold, as they are written."""
    seen: set[str] = set()
    for tokens in train.batches("tokens", 4096):
        seen.update(tokens.flatten().unique().to_pylist())
    return np.array([word not in seen for word in words])


def _worst(
    sentences: Sequence[Sequence[str]],
    truth: Sequence[Sequence[str]],
    found: Sequence[Any],
    number: int,
) -> tuple[TaggedSentence, ...]:
    wrong = [
        sum(a != b for a, b in zip(t, f.tags, strict=True))
        for t, f in zip(truth, found, strict=True)
    ]
    order = sorted((i for i, n in enumerate(wrong) if n), key=lambda i: -wrong[i])[:number]
    return tuple(
        TaggedSentence(
            tuple(sentences[i]), tuple(truth[i]), found[i].tags, found[i].confidence, wrong[i]
        )
        for i in order
    )
