"""The recipe of language models, whole: from a text to a served model, interrupted and resumed."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from recipes import language_model
from recipes.language_model import Config
from seqkit.data import TextStream
from seqkit.recipe.command_line import run_recipe
from tests.recipes.runs import resumed

pytestmark = pytest.mark.slow

SMALL = Config(
    embedding_dim=8,
    hidden_dim=32,
    dropout=0.0,
    window=20,
    batch_size=8,
    epochs=4,
    learning_rate=2e-2,
    validation_fraction=0.1,
)
VERSE = "the cat sat on the mat\nthe dog lay on the log\nthe bird sang in the tree\n"
TEXT = VERSE * 60

SERVE = """
import json, sys
sys.modules["seqkit"] = sys.modules["keras"] = None
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
ask = model.signatures
answers = {}
found = ask["serving_default"](
    prompt=tf.constant(["the c", ""]), length=tf.constant(9), temperature=tf.constant(0.5),
    top_k=tf.constant(0), top_p=tf.constant(1.0), seed=tf.constant(3, tf.int64),
)
answers["texts"] = [text.decode() for text in found["text"].numpy()]
found = ask["scores"](text=tf.constant(["the cat", "tac eht"]))
answers["scores"] = found["log_probability"].numpy().tolist()
answers["tokens"] = found["tokens"].numpy().tolist()
found = ask["complete"](prefix=tf.constant(["the ca"]))
answers["completions"] = [text.decode() for text in found["completions"].numpy()[0]]
# Letter by letter, with the state handed on.
names = ask["vocabulary"]()["token"].numpy().tolist()
width = ask["step"].structured_input_signature[1]["state"].shape[1]
state, total = tf.zeros([1, width]), 0.0
for token, following in zip(["", *"the ca"], "the cat"):
    found = ask["step"](token=tf.constant([token]), state=state)
    state = found["state"]
    total += float(tf.math.log(found["probabilities"][0, names.index(following.encode())]))
answers["by_steps"] = total
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def text_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "verses.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exported(text_file, tmp_path_factory):
    root = tmp_path_factory.mktemp("models") / "verses"
    return root, language_model.train(str(text_file), root, config=SMALL)


def test_it_learns_and_says_so_beside_n_grams(exported):
    root, model = exported
    card = json.loads((root / "card.json").read_text("utf-8"))
    score = card["scores"]["nats per character"]
    assert score["model"] < 1.0 and "gram, Witten-Bell" in card["baseline"]
    assert card["data"]["train"]["characters"] > card["data"]["test"]["characters"]
    likely, unlikely = model.score(["the cat", "the xqz"])
    assert likely.log_probability > unlikely.log_probability


def test_the_saved_model_answers_alone_as_the_model_does(exported):
    root, model = exported
    told = subprocess.run(
        [sys.executable, "-c", SERVE, str(root / "serving" / "1")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    answers = json.loads(told.splitlines()[-1])
    assert answers["texts"] == model.generate(["the c", ""], 9, temperature=0.5, seed=3)
    scores = model.score(["the cat", "tac eht"])
    np.testing.assert_allclose(answers["scores"], [s.log_probability for s in scores], rtol=1e-4)
    assert answers["tokens"] == [7, 7]
    assert answers["by_steps"] == pytest.approx(answers["scores"][0], rel=1e-4)
    assert "the cat" in answers["completions"]


def test_fine_tuning_goes_on_and_learns_new_letters(exported, tmp_path):
    root, model = exported
    more = tmp_path / "more.txt"
    more.write_text("the zebu ate 7 figs\n" * 100, encoding="utf-8")
    config = dataclasses.replace(SMALL, epochs=3)
    tuned = language_model.fine_tune(root, str(more), tmp_path / "tuned", config=config)
    before, after = (m.score(["the zebu ate 7 figs\n"])[0] for m in (model, tuned))
    assert after.log_probability > before.log_probability + 5
    assert before.unknown_rate > 0 and after.unknown_rate == 0
    tokens = model.encoder.vocabulary.tokens
    assert tuned.encoder.vocabulary.tokens[: len(tokens)] == tokens


def test_without_a_path_the_next_version_is_made_and_the_unit_is_the_models(exported, monkeypatch):
    root, _ = exported
    asked = []
    monkeypatch.setattr(language_model, "_run", lambda *given: asked.append(given))
    language_model.fine_tune(root, VERSE.splitlines() * 20)  # texts: sentences, for a new model
    language_model.fine_tune(root, VERSE.splitlines() * 20, root / "other")
    parts, old, path, *_ = asked[0]
    assert path == root and asked[1][2] == root / "other"
    assert old.unit == "stream" and isinstance(parts["train"], TextStream)


def test_scores_are_of_the_test_and_a_baseline_that_wins_is_told(capsys):
    turned = {"unit": "stream", "epochs": 1, "learning_rate": 1e-6, "lowercase": True}
    config = dataclasses.replace(SMALL, **turned)
    parts = language_model.read([VERSE * 40], [VERSE], [VERSE.upper()], config)
    outcome = language_model.train_and_score(parts, config)
    printed = capsys.readouterr().out
    assert outcome.scores.characters == len(VERSE)
    assert "wins: use it" in printed and outcome.scores.unknown_rate == 0
    tokens = outcome.model.encoder.vocabulary.tokens
    assert "t" in tokens and "T" not in tokens


def test_the_sample_has_its_own_settings_but_for_those_that_are_turned(monkeypatch):
    asked = []
    monkeypatch.setattr(
        language_model, "_run", lambda parts, old, path, config, *more: asked.append(config)
    )
    language_model.train()
    language_model.train(config=language_model.Config(seed=3))
    language_model.train(VERSE.splitlines() * 20)
    turned = dataclasses.replace(language_model.SAMPLE, seed=3)
    assert asked == [language_model.SAMPLE, turned, language_model.DEFAULTS]
    assert language_model.SAMPLE != language_model.DEFAULTS


def test_a_run_that_was_interrupted_ends_like_one_that_was_not(
    exported, text_file, tmp_path, monkeypatch
):
    _, whole = exported
    path = tmp_path / "m"
    publisher = "publish_language_model"
    found = resumed(language_model, str(text_file), path, SMALL, monkeypatch, publisher=publisher)
    for ours, theirs in zip(found.core.weights, whole.core.weights, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_lines_and_tables_are_sentences_of_their_own(tmp_path):
    table, lines = tmp_path / "lines.csv", tmp_path / "lines.txt"
    table.write_text("text\n" + VERSE * 20, encoding="utf-8")
    lines.write_text(VERSE * 20, encoding="utf-8")
    config = dataclasses.replace(SMALL, tokenizer="word")
    sentences = dataclasses.replace(config, unit="sentences")
    given = [(str(table), config), (str(lines), sentences), (VERSE.splitlines() * 20, sentences)]
    for source, asked in given:
        train = language_model.read(source, None, None, asked)["train"]
        assert set(train.to_list("text")) <= set(VERSE.splitlines())
    model = language_model.build(train, config)
    assert model.unit == "sentences" and model.core_config["tie_embeddings"]


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--data", "absent.txt"], "absent.txt"),
        (["--data", "x.txt", "--resume"], "export_path"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(flags, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run_recipe(language_model.train, flags)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_too_little_text_is_refused(tmp_path):
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ValueError, match="a part would be empty"):
        language_model.train(str(tmp_path / "x.txt"), config=SMALL)
