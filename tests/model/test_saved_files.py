"""Files of every format are read: one small file of each kind is kept, with its answers.

Those of format 1 were written by the last version without format numbers, commit aca9739. Whoever
raises `FORMAT` keeps files of the format before: `format_<n>/<kind>.keras`, each saved by the
version before, and in `answers.json` what each signature answered, as `golden.json` has it.
"""

from __future__ import annotations

import functools
import json
import zipfile
from pathlib import Path

import pytest
import tensorflow as tf

import seqkit
from seqkit.export.clean_process import compare, to_tensor
from seqkit.model.keras_file import FORMAT
from tests.contract_cases import servable_cases

SAVED = Path(__file__).with_name("saved_files")
CLASSES = {
    "frame_model": "FrameModel",
    "image_captioner": "ImageCaptioner",
    "language_model": "LanguageModel",
    "text_classifier": "TextClassifier",
    "token_tagger": "TokenTagger",
    "translator": "Translator",
}
# Outputs that came later.
LATER = {"error", "unknown_rate", "unknown_token_rate"}
NOTHING = tf.constant([], tf.string)
FORMATS = [f"format_{number}" for number in range(1, FORMAT)]
TOLERANCE = {"absolute": 1e-5, "relative": 1e-5}
# What is recorded is from graphs: to trace those of every file anew takes longer than the answers.
pytestmark = pytest.mark.usefixtures("eagerly")


def load(kind: str, path: Path):
    return getattr(seqkit, CLASSES[kind]).load(path)


@functools.cache
def kept(folder: str, kind: str):
    return load(kind, SAVED / folder / f"{kind}.keras")


def answers(folder: str, kind: str):
    return json.loads((SAVED / folder / "answers.json").read_text(encoding="utf-8"))[kind]


def check_answers(model, recorded) -> None:
    functions = model.signatures()
    for name, golden in recorded.items():
        inputs = {key: to_tensor(value) for key, value in golden["inputs"].items()}
        outputs = functions[name](**inputs)
        added = {key: outputs[key] for key in set(outputs) - set(golden["outputs"])}
        assert set(added) <= LATER and set(outputs) >= set(golden["outputs"]), name
        # An error is empty where nothing is wrong; without the words that training saw, the share
        # of words is that of tokens.
        assert not any(text for text in added.get("error", NOTHING).numpy().ravel()), name
        if "unknown_token_rate" in added:
            rates = (added["unknown_token_rate"], outputs["unknown_rate"])
            assert rates[0].numpy().tolist() == rates[1].numpy().tolist(), name
        for key, expected in golden["outputs"].items():
            problems, _ = compare(key, outputs[key], expected, TOLERANCE)
            assert not problems, (name, problems)


def test_a_file_of_each_kind_is_kept_in_each_earlier_format():
    assert {case.name.split("_")[0] for case in servable_cases()} == set(CLASSES.values())
    assert {path.name for path in SAVED.iterdir()} == set(FORMATS)
    for folder in FORMATS:
        assert {path.stem for path in (SAVED / folder).glob("*.keras")} == set(CLASSES)


@pytest.mark.parametrize("folder", FORMATS)
@pytest.mark.parametrize("kind", CLASSES)
def test_an_earlier_file_answers_as_recorded(folder, kind):
    recorded = answers(folder, kind)
    model = kept(folder, kind)
    assert set(recorded) == set(model.signatures())
    check_answers(model, recorded)


@pytest.mark.parametrize("kind", CLASSES)
def test_a_file_saved_today_has_its_format_and_answers_the_same(kind, tmp_path):
    model = kept(FORMATS[-1], kind)
    path = tmp_path / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        header = json.loads(archive.read("seqkit.json"))
    assert (header["format"], header["task"]) == (FORMAT, model.task)
    recorded = answers(FORMATS[-1], kind)
    check_answers(load(kind, path), {"serving_default": recorded["serving_default"]})
