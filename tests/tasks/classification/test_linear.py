"""The wide path is solved: as good as scikit-learn's models of the same vectors, or better."""

import numpy as np
import pytest
from scipy import sparse

from seqkit.tasks.classification import linear
from seqkit.tasks.classification.calibration import negative_log_likelihood
from seqkit.tasks.classification.linear import fit_linear, folds_of

WORDS, LETTERS = 120, 200


def made(rows=300, classes=3, seed=0):
    """Texts in which n-grams of words and of letters speak for a class, and labels drawn so."""
    random = np.random.default_rng(seed)
    ngrams = (random.random([rows, 1 + WORDS + LETTERS]) < 0.1).astype(float)
    ngrams[:, 0] = 0
    speaks = np.random.default_rng(99).normal(0, 0.8, [1 + WORDS + LETTERS, classes])
    logits = ngrams @ speaks
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) < random.random([rows, 1])).sum(axis=1)
    return sparse.csr_matrix(ngrams), np.eye(classes)[labels]


OF_LETTERS = np.arange(1 + WORDS + LETTERS) > WORDS


def logits_of(model, ngrams):
    """What the layer computes, by plain NumPy."""
    dense, total = ngrams.toarray(), model.bias
    for part in (model.idf > 0, model.idf < 0):
        lengths = np.sqrt(dense[:, part] ** 2 @ model.idf[part] ** 2)
        total = total + dense[:, part] @ model.table[part] / np.maximum(lengths, 1e-9)[:, None]
    return total


@pytest.mark.parametrize("classes", [2, 3])
def test_it_beats_the_models_that_it_is_made_of(classes):
    """A tenth of a nat a text under the prior; more than each part alone on texts of its own."""
    from sklearn.linear_model import LogisticRegression

    ngrams, targets = made(classes=classes)
    others, truth = made(rows=2000, classes=classes, seed=1)
    model, held_out = fit_linear(ngrams, OF_LETTERS, targets, splits=folds_of(targets, 5))
    assert held_out.shape == targets.shape and np.isfinite(held_out).all()
    assert len(model.shares) == 2 and model.penalty in (1.0, 4.0, 16.0, 64.0)

    def loss(logits, right):
        return negative_log_likelihood(logits[:, None], right, np.ones(1), multi_label=False)

    own = loss(logits_of(model, others), truth)
    # Held-out logits promise of other texts what they say.
    assert loss(held_out, targets) == pytest.approx(own, abs=0.1)
    plain = LogisticRegression(C=1.0, max_iter=500).fit(ngrams, targets.argmax(axis=1))
    assert (
        own < loss(plain.decision_function(others)[:, None] @ [[-0.5, 0.5]], truth)
        if (classes == 2)
        else own < loss(plain.decision_function(others), truth)
    )
    assert own < np.log(classes) - 0.1


@pytest.mark.parametrize(
    ("most", "penalties"), [(10**9, {1.0, 4.0, 16.0, 64.0}), (3 * 3 * 10_000, {4.0}), (10, {None})]
)
def test_what_would_take_too_long_is_not_tried(most, penalties, monkeypatch):
    """Of 300 texts of 32 n-grams and 3 labels, each fit reads 29,000 numbers."""
    monkeypatch.setattr(linear, "_MOST_NUMBERS", most)
    ngrams, targets = made()
    model, _ = fit_linear(ngrams, OF_LETTERS, targets, splits=folds_of(targets, 2))
    assert model.penalty in penalties
    assert len(model.shares) == (1 if model.penalty is None else 2)


def test_the_rows_that_are_held_out_are_not_seen():
    """A text that nobody else is like has logits that do not know its label."""
    ngrams = sparse.csr_matrix(np.pad(np.eye(40), [(0, 0), (1, 0)]))
    targets = np.eye(2)[np.arange(40) % 2]
    of_letters = np.zeros(41, bool)
    _, held_out = fit_linear(ngrams, of_letters, targets, splits=folds_of(targets, 4))
    assert np.abs(held_out[:, 0] - held_out[:, 1]).max() < 0.2


def test_labels_may_be_several_or_one_or_as_rare_as_one_row():
    ngrams, targets = made(rows=60)
    several = np.maximum(targets, np.roll(targets, 1, axis=0))
    model, _ = fit_linear(
        ngrams, OF_LETTERS, several, splits=folds_of(several, 3), multi_label=True
    )
    assert np.isfinite(model.table).all()
    only = np.ones([60, 1])
    model, _ = fit_linear(ngrams, OF_LETTERS, only, splits=folds_of(only, 3))
    assert np.isfinite(model.table).all() and np.isfinite(model.bias).all()
    rare = np.eye(2)[(np.arange(60) == 7).astype(int)]
    model, held_out = fit_linear(ngrams, OF_LETTERS, rare, splits=folds_of(rare, 3))
    assert np.isfinite(held_out).all()
    model, held_out = fit_linear(ngrams[:1], OF_LETTERS, targets[:1], splits=[])
    assert np.isfinite(model.table).all() and np.isnan(held_out).all()


def test_a_text_of_weight_zero_is_as_one_that_is_not_there():
    ngrams, targets = made(rows=80)
    weights = np.repeat([1.0, 0.0], 40)
    one, _ = fit_linear(ngrams, OF_LETTERS, targets, weights, splits=[])
    other, _ = fit_linear(ngrams[:40], OF_LETTERS, targets[:40], splits=[])
    # But for how rare n-grams are, which all rows tell.
    assert np.corrcoef(one.table.ravel(), other.table.ravel())[0, 1] > 0.9


def test_folds_hold_each_row_out_once_and_each_label_in_all():
    targets = np.eye(3)[np.repeat([0, 1, 2], [50, 40, 10])]
    splits = folds_of(targets, 5)
    held = np.concatenate([held for _, held in splits])
    assert sorted(held) == [*range(100)]
    for fitted_on, held in splits:
        assert sorted([*fitted_on, *held]) == [*range(100)]
        np.testing.assert_array_equal(targets[held].sum(axis=0), [10, 8, 2])
    assert folds_of(targets[:1], 5) == []
