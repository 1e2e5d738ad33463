"""How well a language model tells acceptable sentences from others, never having seen a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np
import tensorflow as tf

from seqkit.tasks.language_modeling.acceptability import Normalisation, acceptability, normalised
from seqkit.tasks.language_modeling.baselines import WittenBell
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.text import EOS_ID

# What the table calls each score of a sentence.
NAMES = {"sum": "log-probability", "mean": "the same for each token", "slor": "SLOR"}


class Judged(NamedTuple):
    """Sentences and what was said of them.

    Attributes:
        texts: the sentences.
        labels: 1 for acceptable, 0 for not.
    """

    texts: Sequence[str]
    labels: Sequence[int]


def judge(
    model: LanguageModel, train_texts: Sequence[str], known: Judged, tests: Mapping[str, Judged]
) -> dict[str, dict[str, dict[str, float]]]:
    """Tells sentences apart by each kind of score.

    Args:
        model: trained on texts of their own.
        train_texts: what it was trained on; gives how frequent each token is.
        known: sentences by whose labels thresholds are chosen: those of the training data that the
            model was not trained on, since it finds those it was trained on too likely.
        tests: sentences to tell apart, by title.

    Returns:
        By title and kind of score: `roc_auc`; `accuracy` with the threshold that is best for it on
        `known`, `mcc` with the one that is best for that; `majority`, the accuracy of always saying
        what is more frequent there; and `examples`.
    """
    frequency = WittenBell(1, len(model.encoder.vocabulary))
    frequency.fit(np.concatenate(_token_ids(model, train_texts)))
    of_known = sentence_scores(model, frequency, known.texts)
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for title, test in tests.items():
        figures[title] = {}
        for how, scores in sentence_scores(model, frequency, test.texts).items():
            given = {"threshold_scores": of_known[how], "threshold_labels": known.labels}
            by_accuracy = acceptability(scores, test.labels, **given)
            by_mcc = acceptability(scores, test.labels, chosen_by="mcc", **given)
            figures[title][how] = {
                "examples": by_accuracy.examples,
                "roc_auc": by_accuracy.roc_auc,
                "mcc": by_mcc.mcc,
                "accuracy": by_accuracy.accuracy,
                "majority": by_accuracy.majority,
            }
    return figures


def sentence_scores(
    model: LanguageModel, frequency: WittenBell, texts: Sequence[str]
) -> dict[str, np.ndarray]:
    """Scores of sentences, of each kind.

    Args:
        model: gives the probability of a sentence and of its end.
        frequency: of order 1, gives those of its tokens alone.
        texts: the sentences.

    Returns:
        `<float64>[sentences]` by the name of the normalisation.
    """
    scores = model.score(texts)
    ids = _token_ids(model, texts)
    tokens = np.array([len(row) for row in ids])
    starts = tokens.cumsum() - tokens
    alone = np.add.reduceat(frequency.log_probabilities(np.concatenate(ids)), starts)
    whole = [score.log_probability for score in scores]
    return {how: normalised(whole, tokens, alone, how) for how in get_args(Normalisation)}


def acceptability_rows(told: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of the table.

    Args:
        told: what `judge` gave.

    Returns:
        Cells by column.
    """
    return [
        {
            "sentences": title,
            "score": NAMES[how],
            "AUC": f"{row['roc_auc']:.3f}",
            "MCC": f"{row['mcc']:.3f}",
            "accuracy, %": f"{100 * row['accuracy']:.1f}",
            'always "acceptable", %': f"{100 * row['majority']:.1f}",
            "test rows": row["examples"],
        }
        for title, rows in told.items()
        for how, row in rows.items()
    ]


def _token_ids(model: LanguageModel, texts: Sequence[str]) -> list[np.ndarray]:
    """Ids of each text and, as the model scores it, of its end."""
    tokens = model.encoder(tf.constant(list(texts))).tokens
    rows = model.encoder.vocabulary.token_to_id(tokens).to_list()
    return [np.array([*row, EOS_ID]) for row in rows]
