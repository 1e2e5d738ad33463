"""Verification finds what is missing, changed or answered differently."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from seqkit.export import layout, manifest, verify
from seqkit.export.card import dump
from seqkit.export.clean_process import check, check_signature, compare, forbid
from seqkit.export.golden import encode
from seqkit.export.verify import CLEAN_PROCESS

ROOT = Path(__file__).parents[2]
TOLERANCE = {"absolute": 1e-4, "relative": 1e-5}
_STARTED = sys.modules["seqkit.export.verify"]._run


@pytest.fixture(autouse=True)
def started_anew(monkeypatch):
    """Here the clean process is started as users have it, and not forked."""
    monkeypatch.setattr(sys.modules["seqkit.export.verify"], "_run", _STARTED)


@pytest.fixture
def copied(exported, tmp_path):
    return shutil.copytree(exported.path, tmp_path / "copied")


def messages(path):
    return [str(problem) for problem in verify(path).problems]


def record_again(root, name):
    """Makes the card and the list of files agree with a changed file."""
    card = json.loads((root / "card.json").read_text())
    card["files"] |= layout.file_facts(root, [root / name])
    (root / "card.json").write_text(dump(card))
    manifest.write(root, 1)


def test_an_export_is_verified_anywhere(copied, monkeypatch):
    """Elsewhere, by a relative path, with a server's own warm-up file, and again and again."""
    (copied / "serving/1/assets.extra/tf_serving_warmup_requests").write_bytes(b"")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.chdir(copied.parent)
    result = verify("copied")
    assert result.ok, result.problems
    assert result.version == 1
    assert result.rows == {"serving_default": 5, "classes": 1}
    assert result.greatest_difference < 1e-6
    assert result.tensorflow == tf.__version__
    assert "verified, version 1" in result.lines()[0]


def test_other_answers_are_named_by_signature_output_and_row(copied, monkeypatch):
    """In this process; that the clean one tells what is wrong is tested by a refused export."""

    def answers(serving, golden, timeout):
        return json.loads(json.dumps(check(str(serving), json.loads(golden.read_text()))))

    monkeypatch.setattr(sys.modules["seqkit.export.verify"], "_answers", answers)
    golden = json.loads((copied / "golden.json").read_text())
    outputs = golden["signatures"]["serving_default"]["outputs"]
    outputs["label"]["values"][1] = "other"
    outputs["scores"]["values"][2][1] += 0.001
    outputs["confidence"]["values"][0] += 0.00005
    golden["signatures"]["classes"]["outputs"]["label"]["values"].reverse()
    golden["signatures"]["missing"] = {"inputs": {}, "outputs": {}}
    (copied / "golden.json").write_text(dump(golden))
    record_again(copied, "golden.json")
    result = verify(copied)
    assert not result.ok
    found = [str(problem).split(": ")[0] for problem in result.problems]
    assert found == [
        "classes/label, row 0",
        "classes/label, row 2",
        "missing",
        "serving_default/label, row 1",
        "serving_default/scores, row 2",
    ]
    assert "expected b'other', got b'good" in str(result.problems[3])
    assert len(result.lines()) == 6


def flip_weight(root):
    path = root / "serving/1/variables/variables.data-00000-of-00001"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def cut_weights(root):
    os.truncate(root / "serving/1/variables/variables.data-00000-of-00001", 100)


def add_file(root):
    (root / "serving/1/assets/more.txt").parent.mkdir(exist_ok=True)
    (root / "serving/1/assets/more.txt").write_text("")


def spoil_card(root):
    (root / "card.json").write_text('{"files": 3}')


def better_figure(root):
    card = json.loads((root / "card.json").read_text())
    card["scores"]["accuracy"]["model"] = 0.99
    (root / "card.json").write_text(dump(card))


def nicer_page(root):
    page = (root / "card.md").read_text(encoding="utf-8")
    (root / "card.md").write_text(page.replace("0.98", "0.99"), encoding="utf-8")


MANIFEST = "serving/1/assets.extra/manifest.json"


def shorter_list(root):
    listed = json.loads((root / MANIFEST).read_text())
    del listed["files"]["card.md"]
    (root / MANIFEST).write_text(dump(listed))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (better_figure, ["card.json is not the file that was exported"]),
        (nicer_page, ["card.md is not the file that was exported"]),
        (shorter_list, ["card.md is not listed"]),
        (lambda root: (root / MANIFEST).unlink(), [f"{MANIFEST} is missing"]),
        (
            lambda root: (root / MANIFEST).write_text("[" * 200_000),
            [f"{MANIFEST} cannot be read: ValueError: it is nested too deeply"],
        ),
        (
            lambda root: (root / "card.json").write_text("[" * 200_000),
            ["card.json cannot be read: ValueError: it is nested too deeply"],
        ),
        (flip_weight, ["serving/1/variables/variables.data-00000-of-00001 is not the file that"]),
        (cut_weights, ["serving/1/variables/variables.data-00000-of-00001 has 100 bytes; "]),
        (add_file, ["serving/1/assets/more.txt was not exported"]),
        (spoil_card, ["card.json cannot be read: KeyError"]),
        (lambda root: (root / "card.json").unlink(), ["card.json is missing"]),
        (lambda root: (root / "card.md").unlink(), ["card.md is missing"]),
        (lambda root: (root / "golden.json").unlink(), ["golden.json is missing"]),
        (lambda root: (root / "model.keras").write_bytes(b""), ["model.keras has 0 bytes; "]),
        (lambda root: shutil.rmtree(root / "serving"), ["serving/ holds no version"]),
        (
            lambda root: (root / "serving/2").mkdir(),
            [
                "serving/2 is the newest version, but card.json describes 1: "
                "an export was interrupted"
            ],
        ),
    ],
)
def test_damaged_files_are_found_and_not_loaded(copied, damage, expected, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("it was loaded"))
    damage(copied)
    found = messages(copied)
    assert len(found) == len(expected)
    for message, start in zip(found, expected, strict=True):
        assert message.startswith(start)


def test_every_byte_of_every_file_counts(copied, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("it was loaded"))
    rng = np.random.default_rng(0)
    files = [path for path in layout.files_below(copied) if path.name != "lock"]
    assert len(files) >= 12
    for path in files:
        whole = path.read_bytes()
        for place in rng.integers(0, len(whole), 20):
            changed = whole[place] ^ rng.integers(1, 256)
            path.write_bytes(whole[:place] + bytes([changed]) + whole[place + 1 :])
            assert not verify(copied).ok, (path, place, changed)
        path.write_bytes(whole)


def test_an_export_of_the_first_format_is_verified_by_its_card(copied, monkeypatch):
    """It has no list of its own."""
    module = sys.modules["seqkit.export.verify"]
    monkeypatch.setattr(module, "_answers", lambda *_: {"problems": []})
    (copied / MANIFEST).unlink()
    card = json.loads((copied / "card.json").read_text())
    (copied / "card.json").write_text(dump(card | {"format": "seqkit-artefact/1"}))
    result = verify(copied)
    assert result.ok, result.problems
    flip_weight(copied)
    assert len(messages(copied)) == 1


def test_an_unset_variable_is_not_the_current_folder():
    with pytest.raises(ValueError, match="path='' is empty"):
        verify("")


def test_no_directory_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="is not a directory"):
        verify(tmp_path / "nothing")


def test_a_process_that_hangs_is_given_up(exported):
    result = verify(exported.path, timeout=0.01)
    assert [str(problem) for problem in result.problems] == [
        "the served model gave no answer within 0.01 s"
    ]


def test_the_clean_process_wants_no_gpu(tmp_path):
    (tmp_path / "request.json").write_text("{}")
    ended = subprocess.run(
        [sys.executable, "-I", CLEAN_PROCESS, tmp_path / "request.json", tmp_path / "result.json"],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "CUDA_VISIBLE_DEVICES must be empty" in ended.stderr


def test_what_does_not_load_is_told(tmp_path):
    result = check(str(tmp_path), {"signatures": {"a": {}}, "tolerance": TOLERANCE})
    ((signature, output, row, message),) = result["problems"]
    assert (signature, output, row) == (None, None, None)
    assert message.startswith("does not load: OSError: SavedModel file does not exist")


@pytest.mark.parametrize("name", ["seqkit", "keras"])
def test_the_clean_process_cannot_import(name):
    code = (
        "import runpy, sys\n"
        f"sys.path.append({str(ROOT)!r})\n"
        f"runpy.run_path({str(CLEAN_PROCESS)!r})['forbid']()\n"
        f"import {name}\n"
    )
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False
    )
    assert f"ModuleNotFoundError: import of {name} halted" in ended.stderr


def test_a_process_that_is_not_clean_is_refused():
    with pytest.raises(SystemExit, match="seqkit is imported already"):
        forbid()


@pytest.mark.parametrize(
    ("got", "expected", "problems"),
    [
        ([0.5, 0.25], [0.50009, 0.25], []),
        ([0.5, 0.25], [0.5, 0.2502], [("x", 1, "expected 0.2502, got 0.25")]),
        ([20000.0], [20000.1], []),
        ([20000.0], [20001.0], [("x", 0, "expected 20001.0, got 20000.0")]),
        ([np.nan, np.inf, -np.inf], [np.nan, np.inf, -np.inf], []),
        ([np.nan], [0.5], [("x", 0, "expected 0.5, got nan")]),
        ([0.5], [np.nan], [("x", 0, "expected nan, got 0.5")]),
        ([np.inf], [-np.inf], [("x", 0, "expected -inf, got inf")]),
        ([1e30], [np.inf], [("x", 0, "expected inf, got 1e+30")]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 5]], [("x", 1, "expected 5, got 4")]),
        ([True], [False], [("x", 0, "expected False, got True")]),
        (["a", "b\0"], ["a", "b"], [("x", 1, r"expected b'b', got b'b\x00'")]),
        ("a", "b", [("x", None, "expected b'b', got b'a'")]),
        (3, 4, [("x", None, "expected 4, got 3")]),
        ([1.0], [1], [("x", None, "expected int32, got float32")]),
        ([1, 2], [1], [("x", None, "expected shape [1], got [2]")]),
        (tf.zeros([0, 2]), tf.zeros([0, 2]), []),
    ],
)
def test_compared_values(got, expected, problems):
    encoded = json.loads(dump(encode(tf.constant(expected))))
    if isinstance(expected, list) and isinstance(expected[0], float):
        # As float64 and beyond what float32 tells apart, to test the tolerance itself.
        encoded = json.loads(dump(encode(tf.constant(expected, tf.float64))))
        got = tf.constant(got, tf.float64)
    found, _ = compare("x", tf.constant(got), encoded, TOLERANCE)
    assert found == problems


def test_many_differences_are_summed_up():
    found, greatest = compare("x", tf.zeros([100]), encode(tf.ones([100])), TOLERANCE)
    assert len(found) == 6
    assert found[-1] == ("x", None, "95 more values differ")
    assert greatest == 1.0


def check_function(function, spec, **inputs):
    """Checks a function against its own answers."""
    concrete = tf.function(function, input_signature=[spec]).get_concrete_function()

    class Served:
        structured_input_signature = ((), {"text": spec})
        structured_outputs = concrete.structured_outputs

        def __call__(self, text):
            return concrete(text)

    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    golden = {
        "inputs": {key: encode(value) for key, value in tensors.items()},
        "outputs": {key: encode(value) for key, value in Served()(**tensors).items()},
    }
    return check_signature(Served(), golden, TOLERANCE)[0]


BATCH = tf.TensorSpec([None], tf.string, "text")


def test_an_empty_batch_is_tried():
    def fails(text):
        with tf.control_dependencies([tf.debugging.assert_positive(tf.size(text), "none given")]):
            return {"label": tf.identity(text)}

    ((output, row, message),) = check_function(fails, BATCH, text=["a", "b"])
    assert (output, row) == (None, None)
    assert message.startswith("an empty batch fails: InvalidArgumentError")


def test_an_empty_batch_has_no_answers():
    def invents(text):
        return {"label": tf.cond(tf.size(text) > 0, lambda: text, lambda: tf.constant(["a"]))}

    assert check_function(invents, BATCH, text=["a", "b"]) == [
        ("label", None, "an empty batch is answered with 1 rows")
    ]


def test_without_a_batch_there_is_no_empty_one():
    spec = tf.TensorSpec([], tf.string, "text")
    assert check_function(lambda text: {"label": text + "!"}, spec, text="a") == []
