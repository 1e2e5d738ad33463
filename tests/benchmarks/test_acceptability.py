"""Sentences are told apart by what a language model makes of them, as the labels say or not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from benchmarks import acceptability
from benchmarks.acceptability import Judged
from seqkit.tasks.language_modeling.baselines import WittenBell
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer

ENCODER = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 3, "dog": 2, "runs": 1}))
TRAIN = ["a dog runs", "a dog", "a"]


def model(log_probabilities):
    """A language model that knows the probability of these sentences."""
    return SimpleNamespace(
        encoder=ENCODER,
        score=lambda texts: [
            SimpleNamespace(log_probability=log_probabilities[text]) for text in texts
        ],
    )


def test_scores_are_divided_by_tokens_and_ends_and_freed_from_frequency():
    frequency = WittenBell(1, len(ENCODER.vocabulary)).fit([4, 5, 6, 3, 4, 5, 3, 4, 3])
    told = model({"a dog": -6.0, "runs": -5.0})
    found = acceptability.sentence_scores(told, frequency, ["a dog", "runs"])
    assert found["sum"].tolist() == [-6, -5] and found["mean"].tolist() == [-2, -2.5]
    alone = frequency.log_probabilities([4, 5, 3, 6, 3])
    expected = [(-6 - alone[:3].sum()) / 3, (-5 - alone[3:].sum()) / 2]
    assert found["slor"] == pytest.approx(expected)


def test_thresholds_come_from_other_sentences_than_the_scores():
    # Best by accuracy is to accept all of these, best by MCC are the two most probable ones.
    known = {"a a": -1.0, "dog dog": -2.0, "runs runs": -3.0, "a a a": -4.0, "dog a a": -5.0}
    test = {"a dog": -1.5, "dog a": -2.2, "runs a": -3.0, "a runs": -9.0}
    labels = Judged(list(known), [1, 1, 0, 1, 1]), Judged(list(test), [1, 1, 0, 0])
    told = acceptability.judge(model(known | test), TRAIN, labels[0], {"some": labels[1]})
    assert told["some"]["sum"] == {
        **{"examples": 4, "roc_auc": 1.0, "mcc": 1.0, "accuracy": 0.5, "majority": 0.5},
    }
    assert told["some"].keys() == acceptability.NAMES.keys()
    rows = acceptability.acceptability_rows(told)
    assert list(rows[0].values()) == [
        "some",
        "log-probability",
        "1.000",
        "1.000",
        "50.0",
        "50.0",
        4,
    ]
