"""Few texts are held out in turn and trained on together, and an interruption changes nothing."""

import keras
import numpy as np
import pytest

from seqkit import data
from seqkit.tasks.classification import training
from seqkit.tasks.classification.model import TextClassifier
from seqkit.tasks.classification.network import WIDE
from seqkit.tasks.classification.training import fit_classifier
from seqkit.tasks.classification.turns import in_turns, join
from seqkit.text import TextEncoder, Vocabulary, WordTokenizer
from seqkit.training import Run, TrainingSettings, TrainingState

WORDS = ("good", "fine", "bad", "poor", "film", "book")
ROWS = [
    (f"{WORDS[i % 4]} {WORDS[4 + i // 4 % 2]} {'so ' * (i % 3)}", "np"[i % 4 < 2])
    for i in range(24)
]
TRAIN, VALIDATION = data.read(ROWS[:18]), data.read(ROWS[18:])
SETTINGS = TrainingSettings(epochs=2, patience=2, batch_size=8, learning_rate=0.02)
pytestmark = pytest.mark.usefixtures("eagerly")


def made():
    keras.utils.set_random_seed(1)
    words = Vocabulary.from_counts({word: 1 for word in WORDS})
    encoder = TextEncoder(WordTokenizer(), words).with_ngrams([[text for text, _ in ROWS]])
    sizes = {"embedding_dim": 4, "hidden_dim": 3, "dropout": 0.1}
    return TextClassifier.build(encoder, Vocabulary.from_labels(["n", "p"]), **sizes)


def weights_of(model):
    return [np.array(value) for value in (*model.core.get_weights(), model.path_weights)]


def test_few_texts_are_used_whole_and_many_are_not():
    assert in_turns(TRAIN, VALIDATION, 5)
    assert not in_turns(TRAIN, VALIDATION, 0)
    assert not in_turns(TRAIN, VALIDATION, 25)
    assert not in_turns(TRAIN.take(np.zeros(1994, int)), VALIDATION, 5)
    assert in_turns(TRAIN.take(np.zeros(1993, int)), VALIDATION, 5)
    assert join(TRAIN, VALIDATION).to_list("text") == [text for text, _ in ROWS]


def test_each_text_is_held_out_once_and_all_are_learned(monkeypatch, capsys):
    seen, solve = {}, training.fit_linear

    def fit_linear(ngrams, *arguments, **options):
        solved, seen["held out"] = solve(ngrams, *arguments, **options)
        seen["texts"] = ngrams.shape[0]
        return solved, seen["held out"]

    monkeypatch.setattr(training, "fit_linear", fit_linear)
    model = made()
    history = fit_classifier(model, TRAIN, VALIDATION, SETTINGS, folds=2)
    assert seen["texts"] == 24 and np.isfinite(seen["held out"]).all()
    assert len(history) == 2 and {"loss", "val_loss", "val_accuracy"} <= set(history[0])
    printed = capsys.readouterr().out
    assert printed.count("12 texts held out") == 2 and "all 24 texts" in printed
    assert [answer.label for answer in model.classify([text for text, _ in ROWS])] == [
        label for _, label in ROWS
    ]
    assert model.core.get_layer(WIDE).idf.numpy()[1:].all()


@pytest.mark.parametrize("stage", [2, 3])
def test_a_run_interrupted_in_any_turn_ends_with_the_same_bits(stage, tmp_path, monkeypatch):
    """In the second turn of two, and in the training on all texts."""
    whole = made()
    fit_classifier(whole, TRAIN, VALIDATION, SETTINGS, folds=2)
    begun, wait = 0, TrainingState.on_train_begin

    def count(self, logs=None):
        nonlocal begun
        begun += 1
        return wait(self, logs)

    def interrupt(self, batch, logs=None):
        if begun == stage and self.history:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TrainingState, "on_train_begin", count)
        patch.setattr(TrainingState, "on_train_batch_end", interrupt)
        fit_classifier(made(), TRAIN, VALIDATION, SETTINGS, folds=2, run=Run(tmp_path))
    again = made()
    fit_classifier(again, TRAIN, VALIDATION, SETTINGS, folds=2, run=Run(tmp_path, resume=True))
    for one, other in zip(weights_of(whole), weights_of(again), strict=True):
        np.testing.assert_array_equal(one, other)
