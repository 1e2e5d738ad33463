"""Sentences are told apart by what a language model makes of them, as the labels say or not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import acceptability
from benchmarks.acceptability import Judged
from seqkit.evaluation.ngrams import WittenBell
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
    # By its probability alone, a sentence of the test is told rightly three times out of four.
    known = {"a a": -2.0, "dog dog": -4.0, "runs runs": -6.0}
    test = {"a dog": -1.0, "dog a": -3.0, "runs a": -4.5, "a runs": -9.0}
    labels = Judged(list(known), [1, 1, 0]), Judged(list(test), [1, 1, 0, 0])
    told = acceptability.judge(model(known | test), TRAIN, labels[0], {"some": labels[1]})
    row = told["some"]["sum"]
    assert (row["roc_auc"], row["accuracy"], row["majority"], row["examples"]) == (1, 0.75, 0.5, 4)
    assert row["mcc"] == pytest.approx(1 / np.sqrt(3))
    assert told["some"].keys() == acceptability.NAMES.keys()
    rows = acceptability.acceptability_rows(told)
    assert list(rows[0].values()) == [
        "some",
        "log-probability",
        "1.000",
        "0.577",
        "75.0",
        "50.0",
        4,
    ]
