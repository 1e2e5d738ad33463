"""The tagging recipe, whole: from a file to a served model, interrupted and continued."""

import json
import signal

import numpy as np
import pytest

from recipes import tagging
from recipes.samples.python_names import python_names
from tests.recipes.artefact_contract import check_artefact
from tests.recipes.runs import ask_served, stopped, without_scores

pytestmark = pytest.mark.slow

SMALL = {
    "hidden_dim": 12,
    "embedding_dim": 12,
    "character_filters": 8,
    "affix_dim": 4,
    "affix_buckets": 256,
}
TRAINING = {"epochs": 4, "learning_rate": 1e-2}
TINY = tagging.Config(**SMALL, **TRAINING)
FLAGS = [f"--{key.replace('_', '-')}={value}" for key, value in (SMALL | TRAINING).items()]


def write_conll(path, rows):
    lines = ["\n".join(f"{t}\t{g}" for t, g in zip(*row, strict=True)) + "\n" for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sample():
    return python_names(8)["train"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory, sample):
    """A small model of names, trained once for this module."""
    folder = tmp_path_factory.mktemp("models")
    data = write_conll(folder / "names.conll", sample[:500])
    model = tagging.train(data, folder / "names", config=TINY)
    return model, folder / "names"


def test_train_writes_a_whole_artefact(exported):
    _, path = exported
    headings = ("Worst sentences", "Confusion matrix", "Most frequent unknown words", "Data checks")
    check_artefact("tagging", path, {"hidden_dim": 12}, headings)


def test_a_process_without_seqkit_gives_the_same_tags(exported, sample):
    model, path = exported
    texts = [" ".join(tokens) for tokens, _ in sample[:30]] + ["", "새 wörds 👍🏽"]
    tokens = [tokens[:5] + [""] * (5 - len(tokens)) for tokens, _ in sample[:30]]
    asked = {"serving_default": {"text": texts}, "tokens": {"tokens": tokens}}
    of_texts, of_words = ask_served(path, asked).values()
    for key in ("tokens", "tags"):
        answers = [list(getattr(answer, key)) for answer in model.tag(texts)]
        assert [[item for item in row if item] for row in of_texts[key]] == answers
    expected = model.tag([[token for token in row if token] for row in tokens])
    assert [[t for t in row if t] for row in of_words["tags"]] == [list(a.tags) for a in expected]


@pytest.mark.score
def test_fine_tune_goes_on_and_learns_new_tags_and_words(exported, sample, tmp_path):
    _, path = exported
    rows = sample[:100]
    rows += [(["zyxxy", "=", str(i)], ["magic", "O", "O"]) for i in range(60)]
    config = tagging.Config(**SMALL, epochs=8, patience=8, learning_rate=2e-2)
    recipe = without_scores(tagging.recipe)
    model = recipe.fine_tune(path, rows, tmp_path / "tuned", config=config)
    assert "magic" in model.tags and "zyxxy" in model.encoder.vocabulary
    assert model.tag([["zyxxy", "=", "77"]])[0].tags == ("magic", "O", "O")


@pytest.mark.score
def test_spans_are_read_trained_and_scored(tmp_path, capsys):
    rows = [
        {
            "text": f"Meet {name} Smith at noon {i}.",
            "spans": [{"start": 5, "end": 11 + len(name), "label": "PER"}],
        }
        for i, name in enumerate(["Ann", "Bob", "Cleo", "Dan"] * 40)
    ]
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    model = tagging.train(path, config=TINY.replace(epochs=6))
    assert "span F1 on" in capsys.readouterr().out
    [span] = model.tag(["Meet Bob Smith at noon 7."])[0].spans
    assert (span.label, span.text, span.start_character) == ("PER", "Bob Smith", 5)


def test_a_run_that_was_killed_ends_with_the_same_bits(exported, tmp_path):
    whole, path = exported
    data = path.parent / "names.conll"
    arguments = [*FLAGS, "--data", str(data), "--export-path", str(tmp_path / "parts")]
    status, _ = stopped("recipes.tagging", arguments, signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert not (tmp_path / "parts" / "model.keras").exists()
    assert (tmp_path / "parts" / ".training").exists()
    recipe = without_scores(tagging.recipe)
    resumed = recipe.train(str(data), tmp_path / "parts", config=TINY, resume=True)
    for found, value in zip(resumed.core.get_weights(), whole.core.get_weights(), strict=True):
        np.testing.assert_array_equal(found, value)
