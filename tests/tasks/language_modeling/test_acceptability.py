"""Scores of acceptability: the threshold, what it is worth, and how scores are normalised."""

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, matthews_corrcoef, roc_auc_score

from seqkit.tasks.language_modeling.acceptability import acceptability, normalised


@pytest.fixture(scope="module")
def sentences():
    """Scores, higher those of acceptable sentences, many alike; others of the same kind."""
    generator = np.random.default_rng(1)
    labels = (generator.random(400) < 0.7).astype(int)
    scores = (generator.normal(0, 1, 400) + 0.8 * labels).round(1)
    return scores[:200], labels[:200], scores[200:], labels[200:]


def judged(sentences, **arguments):
    scores, labels, others, their_labels = sentences
    return acceptability(
        scores, labels, threshold_scores=others, threshold_labels=their_labels, **arguments
    )


@pytest.mark.parametrize(
    ("chosen_by", "metric"), [("accuracy", accuracy_score), ("mcc", matthews_corrcoef)]
)
def test_the_threshold_is_the_best_of_the_others(sentences, chosen_by, metric):
    _, _, others, labels = sentences
    found = judged(sentences, chosen_by=chosen_by)
    candidates = np.unique(others)
    tried = np.concatenate([candidates - 0.05, candidates + 0.05])
    best = max(metric(labels, others >= threshold) for threshold in tried)
    assert metric(labels, others >= found.threshold) == pytest.approx(best)
    assert abs(others - found.threshold).min() > 0.01, "midway between two scores"


def test_the_numbers_are_of_the_first(sentences):
    scores, labels, _, their_labels = sentences
    found = judged(sentences)
    answers = scores >= found.threshold
    assert found.examples == 200
    assert found.accuracy == pytest.approx(accuracy_score(labels, answers))
    assert found.mcc == pytest.approx(matthews_corrcoef(labels, answers))
    assert found.roc_auc == pytest.approx(roc_auc_score(labels, scores))
    assert their_labels.mean() > 0.5
    assert found.majority == found.acceptable == pytest.approx(labels.mean())
    assert found.summary()["mcc"] == found.mcc


def test_the_majority_is_that_of_the_others():
    found = acceptability(
        [1.0, 2.0, 3.0], [0, 1, 1], threshold_scores=[1.0, 2.0, 3.0], threshold_labels=[0, 0, 1]
    )
    assert found.majority == pytest.approx(1 / 3)
    assert (found.threshold, found.accuracy) == (2.5, pytest.approx(2 / 3))


@pytest.mark.parametrize(("labels", "threshold"), [([1, 1, 0], -math.inf), ([1, 0, 0], math.inf)])
def test_where_scores_say_nothing_all_or_none_pass(labels, threshold):
    found = acceptability(
        [1.0, 2.0], [0, 1], threshold_scores=[3.0, 4.0, 5.0], threshold_labels=labels
    )
    assert found.threshold == threshold
    assert (found.accuracy, found.mcc, found.roc_auc) == (0.5, 0.0, 1.0)


def test_normalised_as_lau_et_al_have_it():
    whole, tokens, single = [-6.0, -12.0], [2, 4], [-10.0, -12.0]
    np.testing.assert_array_equal(normalised(whole, tokens, how="sum"), whole)
    np.testing.assert_array_equal(normalised(whole, tokens, how="mean"), [-3.0, -3.0])
    np.testing.assert_array_equal(normalised(whole, tokens, single, "slor"), [2.0, 0.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normalised([-1.0], [1], how="slor"), "unigram_log_probability=None"),
        (lambda: normalised([-1.0], [1], [-1.0, -2.0]), "unigram_log_probability has shape \\(2,"),
        (lambda: normalised([-1.0], [1, 2], how="sum"), "tokens has shape \\(2,\\)"),
        (lambda: normalised([-1.0], [0], how="mean"), "tokens has 0: leave sentences without"),
        (lambda: normalised([-1.0], [1], how="div"), "how='div': give one of"),
    ],
)
def test_wrong_normalisations_are_told(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": [1.0]}, "scores has shape \\(1,\\), labels \\(2,\\)"),
        ({"scores": [1.0, math.nan]}, "scores\\[1\\] is nan: give finite"),
        ({"labels": [1, 1]}, "labels has the values \\[1\\]: give 0 and 1"),
        ({"labels": [1, 2]}, "labels has the values \\[1, 2\\]"),
        ({"threshold_scores": [-math.inf, 0.0]}, "threshold_scores\\[0\\] is -inf"),
        ({"threshold_labels": [0, 0]}, "threshold_labels has the values \\[0\\]"),
        ({"chosen_by": "f1"}, "chosen_by='f1': give one of"),
    ],
)
def test_wrong_arguments_are_told(arguments, message):
    rows = {"scores": [1.0, 2.0], "labels": [0, 1]}
    others = {"threshold_scores": [1.0, 2.0], "threshold_labels": [0, 1]}
    with pytest.raises(ValueError, match=message):
        acceptability(**{**rows, **others, **arguments})
