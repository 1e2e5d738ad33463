"""The wide path's weights: the best linear model of n-grams, solved at once."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from seqkit.layers import log_count_ratios
from seqkit.tasks.classification.calibration import fit_path_weights, negative_log_likelihood

# Inverse strengths of regularization, and what naive Bayes adds to its counts.
_PENALTIES = (1.0, 4.0, 16.0, 64.0)
_SMOOTHING = (0.25, 1.0)
# What all regressions together read, some minutes' work: beyond, one strength is taken and none
# tried; of very many labels, logistic regression is left out.
_MOST_NUMBERS = 1_000_000_000


class LinearModel(NamedTuple):
    """What `seqkit.layers.TfidfNGrams` computes with.

    Attributes:
        table: `<float32>[ngrams, classes]`, row 0 zeros.
        idf: `<float32>[ngrams]`, as the layer has it; 0 of n-grams that no text has.
        bias: `<float32>[classes]`.
        penalty: the strength chosen for logistic regression, None without it.
        smoothing: that of naive Bayes.
        shares: how much logistic regression and naive Bayes count.
    """

    table: np.ndarray
    idf: np.ndarray
    bias: np.ndarray
    penalty: float | None
    smoothing: float
    shares: tuple[float, ...]


Split = tuple[np.ndarray, np.ndarray]


def folds_of(targets: np.ndarray, number: int, seed: int = 0) -> list[Split]:
    """Splits rows into parts, each held out once; labels have about the same share of each.

    Args:
        targets: `<float>[texts, classes]`.
        number: of parts; fewer where there are fewer texts.
        seed: decides what comes where.

    Returns:
        Rows to fit on and rows held out, `<int64>` each; empty with fewer than two texts.

    Example:
        >>> [held.tolist() for _, held in folds_of(np.array([[1.0], [0.0], [1.0], [0.0]]), 2)]
        [[1, 2], [0, 3]]
    """
    order = np.random.default_rng(seed).permutation(len(targets))
    # By label, in random order within one: neighbours come into different parts.
    _, kind = np.unique(targets[order], axis=0, return_inverse=True)
    order = order[np.argsort(kind.ravel(), kind="stable")]
    part = np.empty(len(order), np.int64)
    number = min(number, len(order))
    part[order] = np.arange(len(order)) % max(1, number)
    if number < 2:
        return []
    return [(np.flatnonzero(part != fold), np.flatnonzero(part == fold)) for fold in range(number)]


def fit_linear(
    ngrams: sparse.csr_matrix,
    of_letters: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    splits: Sequence[Split],
    multi_label: bool = False,
) -> tuple[LinearModel, np.ndarray]:
    """Fits logistic regression and naive Bayes to TF-IDF vectors, and adds them up.

    Both are linear, so their sum is one table. How strongly the regression is regularized, how the
    counts are smoothed and how much each counts is what makes held-out rows most likely.

    Args:
        ngrams: `[texts, ngrams]`, 1 where a text has an n-gram; column 0 is padding.
        of_letters: `<bool>[ngrams]`, whether an n-gram is one of letters.
        targets: `<float>[texts, classes]`, 1 where a label holds, else 0.
        weights: `<float>[texts]`, how much each counts; None counts all alike.
        splits: rows to fit on and rows held out, several times.
        multi_label: whether each label is decided by itself.

    Returns:
        The model, and `<float64>[texts, classes]`, logits of rows that were held out, by models
        that did not see them; NaN for others.

    Source: Wang and Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic
    Classification"; logistic regression by Fan et al. 2008, "LIBLINEAR".
    """
    weights = np.ones(len(targets)) if weights is None else np.asarray(weights, np.float64)
    shape = targets.shape
    penalties = _affordable(ngrams.nnz * _num_regressions(shape[1], multi_label), len(splits))
    by_penalty = {penalty: np.full(shape, np.nan) for penalty in penalties}
    by_smoothing = {smoothing: np.full(shape, np.nan) for smoothing in _SMOOTHING}

    def vectors_of(rows: np.ndarray) -> _Vectors:
        return _Vectors(ngrams, of_letters, rows, targets, weights)

    for fitted_on, held in splits:
        vectors = vectors_of(fitted_on)
        for strength, logits in by_penalty.items():
            coefficients, own = vectors.regress(strength, multi_label)
            logits[held] = vectors.tfidf[held] @ coefficients + own
        for smoothing, logits in by_smoothing.items():
            logits[held] = vectors.lengths[held] @ vectors.bayes(smoothing)
    held = np.flatnonzero(~np.isnan(by_smoothing[_SMOOTHING[0]]).any(axis=1))
    penalty, smoothing, shares = _choose(
        {key: logits[held] for key, logits in by_penalty.items()},
        {key: logits[held] for key, logits in by_smoothing.items()},
        targets[held],
        multi_label,
    )
    parts = [by_smoothing[smoothing]]
    vectors = vectors_of(np.arange(len(targets)))
    table = shares[-1] * vectors.bayes(smoothing)
    bias = np.zeros(shape[1])
    if penalty is not None:
        parts.insert(0, by_penalty[penalty])
        coefficients, own = vectors.regress(penalty, multi_label)
        table += shares[0] * vectors.idf[:, np.newaxis] * coefficients
        bias = shares[0] * own
    model = LinearModel(
        table.astype("float32"),
        np.where(of_letters, -vectors.idf, vectors.idf).astype("float32"),
        bias.astype("float32"),
        penalty,
        smoothing,
        tuple(shares.tolist()),
    )
    return model, np.einsum("npc,p->nc", np.stack(parts, axis=1), shares)


def _num_regressions(classes: int, multi_label: bool) -> int:
    """One a label; of two of which one holds, what speaks for one speaks against the other."""
    return 1 if classes == 2 and not multi_label else classes


def _affordable(numbers: int, splits: int) -> tuple[float, ...]:
    """The strengths that can be tried where one fit of all labels reads so many numbers."""
    for penalties in (_PENALTIES, _PENALTIES[1:2]):
        if numbers * (len(penalties) * splits + 1) <= _MOST_NUMBERS:
            return penalties
    return ()


def _choose(
    by_penalty: dict[float, np.ndarray],
    by_smoothing: dict[float, np.ndarray],
    targets: np.ndarray,
    multi_label: bool,
) -> tuple[float | None, float, np.ndarray]:
    """Gives the penalty, the smoothing and the shares that make the held-out rows most likely."""
    penalties: Iterable[float | None] = by_penalty or [None]
    if not len(targets):
        return max(by_penalty, default=None), _SMOOTHING[-1], np.full(1 + bool(by_penalty), 0.5)

    def tried() -> Iterator[tuple[float, float | None, float, np.ndarray]]:
        for penalty, smoothing in itertools.product(penalties, by_smoothing):
            parts = [by_smoothing[smoothing]]
            if penalty is not None:
                parts.insert(0, by_penalty[penalty])
            logits = np.stack(parts, axis=1)
            shares = fit_path_weights(logits, targets, multi_label=multi_label)
            loss = negative_log_likelihood(logits, targets, shares, multi_label=multi_label)
            yield loss, penalty, smoothing, shares

    _, penalty, smoothing, shares = min(tried(), key=lambda one: one[0])
    return penalty, smoothing, shares


class _Vectors:
    """Texts as TF-IDF vectors: of n-grams of words, and of letters, each of length 1.

    Args:
        ngrams: `[texts, ngrams]`, 1 where a text has an n-gram.
        of_letters: `<bool>[ngrams]`.
        rows: those that the frequencies are counted in, and that models are fitted to.
        targets: `<float>[texts, classes]`.
        weights: `<float>[texts]`.

    Attributes:
        idf: `<float64>[ngrams]`; 0 of n-grams that these rows do not have.
        tfidf: the vectors of all texts.
        lengths: the same with 1 in place of each frequency.
    """

    def __init__(
        self,
        ngrams: sparse.csr_matrix,
        of_letters: np.ndarray,
        rows: np.ndarray,
        targets: np.ndarray,
        weights: np.ndarray,
    ) -> None:
        self._targets, self._weights = targets[rows], weights[rows]
        given = ngrams[rows]
        documents = np.bincount(given.indices, minlength=ngrams.shape[1])
        seen = documents > 0
        self.idf = np.where(seen, np.log((1 + len(rows)) / (1 + documents)) + 1, 0.0)
        text = np.repeat(np.arange(ngrams.shape[0]), np.diff(ngrams.indptr))
        part = 2 * text + of_letters[ngrams.indices]
        idf = self.idf[ngrams.indices]
        length = np.sqrt(np.bincount(part, idf**2, 2 * ngrams.shape[0]))
        scale = 1 / np.where(length > 0, length, 1.0)[part]

        def matrix(values: np.ndarray) -> sparse.csr_matrix:
            return sparse.csr_matrix((values, ngrams.indices, ngrams.indptr), ngrams.shape)

        self.tfidf = matrix(idf * scale)
        self.lengths = matrix(np.where(idf > 0, scale, 0.0))
        self._fitted = self.tfidf[rows]
        self._counts = given.T @ (self._targets * self._weights[:, np.newaxis])
        self._totals = given.T @ self._weights

    def bayes(self, smoothing: float) -> np.ndarray:
        """Gives `<float64>[ngrams, classes]`, the log-ratios of naive Bayes."""
        return log_count_ratios(self._counts, self._totals, smoothing).astype(np.float64)

    def regress(self, penalty: float, multi_label: bool) -> tuple[np.ndarray, np.ndarray]:
        """Gives `<float64>[ngrams, classes]` and `<float64>[classes]`: a regression a label."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        classes = self._targets.shape[1]
        table, bias = np.zeros((self.tfidf.shape[1], classes)), np.zeros(classes)
        alike = _num_regressions(classes, multi_label) == 1 < classes
        for label in range(1 if alike else 0, classes):
            holds = self._targets[:, label] > 0
            share = (holds.sum() + 0.5) / (len(holds) + 1)
            bias[label] = np.log(share / (1 - share))
            if not holds.any() or holds.all():
                continue
            model = LogisticRegression(
                C=penalty, solver="liblinear", tol=1e-3, max_iter=200, random_state=0
            )
            with warnings.catch_warnings():
                # An optimum that is not quite reached is as good.
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.fit(self._fitted, holds, sample_weight=self._weights)
            table[:, label], bias[label] = model.coef_[0], model.intercept_[0]
        if alike:  # One label or the other: what speaks for one speaks against the other.
            table[:, 1] /= 2
            table[:, 0], bias[1] = -table[:, 1], bias[1] / 2
            bias[0] = -bias[1]
        return table, bias
