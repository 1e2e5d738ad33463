"""Language models learn, and are judged by held-out text."""

import numpy as np
import pytest

from seqkit.data import read, read_stream
from seqkit.tasks.language_modeling.carried_state import CarriedState
from seqkit.tasks.language_modeling.held_out import HeldOutText
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.training import fast_products, fit_language_model
from seqkit.text import Normalizer, TextEncoder, learn_dictionary

TEXTS = ["abcab", "cabca", "bcabc"] * 20


def model_of(unit):
    parts = learn_dictionary([TEXTS], "char", normalizer=Normalizer(), vocabulary_size=20)
    return LanguageModel.build(TextEncoder(*parts), unit=unit, embedding_dim=4, hidden_dim=12)


def data_of(unit, texts=TEXTS):
    return read_stream(texts) if unit == "stream" else read({"text": texts}, columns=("text",))


@pytest.mark.parametrize("unit", ["stream", "sentences"])
def test_it_learns_what_comes_next(unit, capsys):
    model = model_of(unit)
    before = HeldOutText(model, data_of(unit, TEXTS[:3])).log_probabilities().mean()
    state = fit_language_model(
        model,
        data_of(unit),
        data_of(unit, TEXTS[:3]),
        batch_size=6,
        window=10,
        epochs=12,
        learning_rate=0.03,
    )
    after = HeldOutText(model, data_of(unit, TEXTS[:3])).log_probabilities().mean()
    # Which of three texts begins is chance, all after it but the end of a stream's text is not.
    assert after > before + 0.8
    assert min(row["val_loss"] for row in state.history) == pytest.approx(-after, abs=0.02)


def test_held_out_texts_are_scored_in_their_order():
    model = model_of("sentences")
    texts = ["abcab", "c", "abc", "cabcabcab"]
    held_out = HeldOutText(model, data_of("sentences", texts))
    scores = np.split(
        held_out.log_probabilities(), np.flatnonzero(held_out.token_ids == 3)[:-1] + 1
    )
    for text, score in zip(texts, scores, strict=True):
        assert len(score) == len(text) + 1
        assert score.sum() == pytest.approx(model.score([text])[0].log_probability, abs=1e-4)


def test_no_more_are_judged_than_asked_for():
    for unit in ("stream", "sentences"):
        held_out = HeldOutText(model_of(unit), data_of(unit), most=50)
        assert 40 <= len(held_out.token_ids) <= 50
        assert len(held_out.log_probabilities()) == len(held_out.token_ids)


@pytest.mark.parametrize("unit", ["stream", "sentences"])
def test_data_of_the_other_kind_is_refused(unit):
    other = {"stream": "sentences", "sentences": "stream"}[unit]
    with pytest.raises(TypeError, match=f"unit '{unit}', the data is a .*; give a"):
        fit_language_model(model_of(unit), data_of(other), data_of(unit))


def test_what_is_asked_for_reaches_the_training(monkeypatch, tmp_path):
    told = []
    monkeypatch.setattr(
        "seqkit.tasks.language_modeling.training.train_core",
        lambda trained, batches, **rest: told.append((trained, batches, rest)),
    )
    asked = {"patience": 2, "checkpoints": tmp_path, "resume": True, "log_dir": tmp_path / "logs"}
    more = {"epochs": 50, "max_steps": 40, "clip_norm": 0.25, "seed": 7, "fingerprint": {"a": 1}}
    for texts in (TEXTS, TEXTS[1:]):
        model, data, judged = model_of("stream"), data_of("stream", texts), data_of("stream")
        fit_language_model(model, data, judged, batch_size=6, window=10, **more, **asked)
    (trained, batches, rest), (_, _, other) = told
    assert (batches.batch_size, batches.window, batches._seed) == (6, 10, 7)
    assert trained.core is not None and trained.optimizer.global_clipnorm == 0.25
    assert rest["epochs"] == round(40 / len(batches)) < 50 and rest.items() >= asked.items()
    # A run that was interrupted is not gone on from with other data.
    assert rest["fingerprint"]["a"] == 1 and rest["fingerprint"] != other["fingerprint"]


def test_texts_that_are_too_long_are_left_out_and_told(monkeypatch, capsys):
    monkeypatch.setattr(
        "seqkit.tasks.language_modeling.training.train_core", lambda *given, **rest: None
    )
    model = model_of("sentences")
    texts = ["abc"] * 5 + ["a" * (model.max_length + 1)] * 2
    fit_language_model(model, data_of("sentences", texts), data_of("sentences", ["abc"]))
    assert f"2 texts have more than {model.max_length} tokens" in capsys.readouterr().out


def test_products_are_those_of_the_layer_again_after_training(monkeypatch):
    model = model_of("stream")
    stack = model.core.get_layer("recurrent")
    monkeypatch.setattr(
        "seqkit.tasks.language_modeling.training.fast_product_dtype", lambda: "bfloat16"
    )
    with fast_products(model.core):
        assert stack.product_dtype == "bfloat16"
        low = CarriedState(model.core, 1)
        low({"token_ids": np.array([[4, 5]]), "begins": np.array([True])})
    assert stack.product_dtype is None
