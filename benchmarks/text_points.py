"""A point of a learning curve of texts: the recipe, and the plain models of a careful hour."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from recipes import sentiment

MEASURE = "accuracy"
_TOKENS = r"\w+|[^\w\s]"
Texts = Sequence[tuple[str, str]]


def score_ours(train: Texts, test: Texts, seed: int) -> tuple[float, float]:
    """Trains the recipe with its defaults.

    Args:
        train: texts with their labels.
        test: those to score on.
        seed: of the training.

    Returns:
        Accuracy and calibration error.
    """
    config = sentiment.DEFAULTS.replace(seed=seed)
    parts = sentiment.recipe.read_parts(train, test=test, config=config)
    scores = sentiment.train_and_score(parts, config).scores
    return scores.accuracy, scores.calibration_error


def score_plain(train: Texts, test: Texts) -> dict[str, float]:
    """What naive Bayes and logistic regression reach, their settings chosen by cross-validation.

    Args:
        train: texts with their labels.
        test: those to score on.

    Returns:
        Accuracy by name of the model.
    """
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, KFold
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline, make_union

    def words(kind: Any) -> Any:
        return kind(ngram_range=(1, 2), token_pattern=_TOKENS, binary=True)

    def letters(kind: Any, **options: Any) -> Any:
        return kind(analyzer="char_wb", ngram_range=(2, 5), **options)

    smoothing = {"multinomialnb__alpha": [0.1, 0.25, 0.5, 1.0, 2.0]}
    strength = {"logisticregression__C": [1, 3, 10, 30, 100]}
    models = {
        "naive Bayes, words": (make_pipeline(words(CountVectorizer), MultinomialNB()), smoothing),
        "naive Bayes, words and letters": (
            make_pipeline(
                make_union(words(CountVectorizer), letters(CountVectorizer, binary=True)),
                MultinomialNB(),
            ),
            smoothing,
        ),
        "logistic regression, TF-IDF": (
            make_pipeline(
                make_union(words(TfidfVectorizer), letters(TfidfVectorizer, sublinear_tf=True)),
                LogisticRegression(solver="lbfgs", max_iter=300),
            ),
            strength,
        ),
    }
    texts, labels = (list(column) for column in zip(*train, strict=True))
    asked, truth = (list(column) for column in zip(*test, strict=True))
    found = {}
    for name, (model, settings) in models.items():
        folds = KFold(5 if len(texts) <= 1000 else 3, shuffle=True, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of labels that a fold lacks
            best = GridSearchCV(model, settings, cv=folds).fit(texts, labels)
        found[name] = float(np.mean(best.predict(asked) == np.array(truth)))
    return found
