"""The tagging recipe, whole: from a file to a served model, interrupted and continued."""

import dataclasses
import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from recipes import tagging
from recipes.samples.python_names import python_names
from tests.recipes.artefact_contract import check_artefact
from tests.recipes.runs import ROOT, ask_served, stopped

pytestmark = pytest.mark.slow

SMALL = {
    "hidden_dim": 12,
    "embedding_dim": 12,
    "character_filters": 8,
    "affix_dim": 4,
    "affix_buckets": 256,
}
TINY = tagging.Config(**SMALL, epochs=4, learning_rate=1e-2)
FLAGS = [f"--{key.replace('_', '-')}={value}" for key, value in SMALL.items()]


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
    model = tagging.fine_tune(path, rows, tmp_path / "tuned", config=config)
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


def test_a_run_that_was_killed_ends_with_the_same_bits(tmp_path, sample):
    data = write_conll(tmp_path / "names.conll", sample[:300])
    config = tagging.Config(**SMALL, epochs=3)
    # Export is tried above, and takes longer than these epochs.
    recipe = dataclasses.replace(tagging.recipe, publish=lambda *given, **more: None)
    whole = recipe.train(data, config=config)
    arguments = ("--data", data, "--export-path", tmp_path / "parts", "--epochs", 3)
    status, _ = stopped("recipes.tagging", [*FLAGS, *map(str, arguments)], signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert not (tmp_path / "parts" / "model.keras").exists()
    assert (tmp_path / "parts" / ".training").exists()
    resumed = recipe.train(str(data), tmp_path / "parts", config=config, resume=True)
    for found, value in zip(resumed.core.get_weights(), whole.core.get_weights(), strict=True):
        np.testing.assert_array_equal(found, value)


def test_bad_data_end_in_one_line_that_names_the_place(tmp_path):
    path = tmp_path / "bad.conll"
    path.write_text("Ann\tB-PER\nSmith\tI-PER\n\nin\tO\nParis\tI-LOC\n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "recipes.tagging", "--data", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert "bad.conll, line 5" in last
