"""An export is put in place whole and verified, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.export import ExportError, Problem, VerifyResult, verify, write
from seqkit.export.artefact import check_target

artefact_module = sys.modules["seqkit.export.artefact"]
# `seqkit.export.verify` is the function; the module of that name is here.
verify_module = sys.modules["seqkit.export.verify"]


def save_quickly(servable, directory):
    (directory / "variables").mkdir(parents=True)
    (directory / "variables/variables.index").write_bytes(os.urandom(8))
    (directory / "saved_model.pb").write_bytes(os.urandom(8))
    return {"tags": ["serve"], "signatures": {}}


@pytest.fixture
def quick(monkeypatch):
    """Leaves out TensorFlow's part, which takes seconds; the files are checked all the same."""
    monkeypatch.setattr(artefact_module.saved_model, "save", save_quickly)
    monkeypatch.setattr(artefact_module.goldens, "answer", lambda *a: {"signatures": {}})
    monkeypatch.setattr(verify_module, "_answers", lambda *a: {"problems": [], "rows": {}})


@pytest.fixture
def export(stand_in, golden, card):
    def export(path, servable=stand_in, **arguments):
        given = {"golden": golden, "card": card, "report": "<!doctype html>"} | arguments
        return write(servable, path, **given)

    return export


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".seqkit" not in path.parts
    }


class FailsOnNone:
    """Serves a batch of texts, but not an empty one."""

    def __init__(self, original):
        self.original = original

    def __getattr__(self, name):
        return getattr(self.original, name)

    def signatures(self):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
        def serving_default(text):
            with tf.control_dependencies([tf.debugging.assert_positive(tf.size(text), "none")]):
                return {"label": tf.identity(text)}

        return {"serving_default": serving_default}


def test_what_lies_in_an_export(exported, golden):
    assert sorted(path.name for path in exported.path.iterdir()) == [
        ".seqkit",
        "card.json",
        "card.md",
        "golden.json",
        "model.keras",
        "report.html",
        "serving",
        "signatures.json",
    ]
    assert [path.name for path in (exported.path / ".seqkit").iterdir()] == ["lock"]
    assert exported.verified.ok
    assert exported.version == 1
    assert exported.serving == exported.path / "serving/1"
    assert exported.report.read_text().startswith("<!doctype html>")
    for file in exported.path.rglob("*.json"):
        json.loads(file.read_text(), parse_constant=pytest.fail)
    outside = (exported.path / "signatures.json").read_text()
    assert outside == (exported.serving / "assets.extra/signatures.json").read_text()


def test_training_goes_on_from_the_keras_file(exported, stand_in):
    loaded = keras.saving.load_model(exported.model)
    ids = np.array([[2, 3, 0]])
    np.testing.assert_array_equal(loaded(ids), stand_in.core(ids))


def test_served_answers_are_those_of_this_process(exported, stand_in, golden):
    served = tf.saved_model.load(str(exported.serving))
    text = tf.constant(golden["serving_default"]["text"])
    expected = stand_in.signatures()["serving_default"](text=text)
    answered = served.signatures["serving_default"](text=text)
    assert answered["label"].numpy().tolist() == expected["label"].numpy().tolist()
    np.testing.assert_allclose(answered["scores"], expected["scores"], atol=1e-6)


def test_further_files_are_put_in_place_and_verified_with_the_others(export, quick, tmp_path):
    export(tmp_path, files={"sample.abc": b"X:1", "sample.mid": b"MThd"})
    assert (tmp_path / "sample.mid").read_bytes() == b"MThd"
    assert verify(tmp_path).ok
    (tmp_path / "sample.mid").write_bytes(b"MThe")
    [problem] = verify(tmp_path).problems
    assert "sample.mid is not the file that was exported" in str(problem)
    # The next version has a tune alone: what is left of the version before would be a lie.
    export(tmp_path, files={"sample.abc": b"X:2"})
    assert (tmp_path / "sample.abc").read_bytes() == b"X:2"
    assert not (tmp_path / "sample.mid").exists()
    assert verify(tmp_path).ok
    (tmp_path / "sample.abc").unlink()
    [problem] = verify(tmp_path).problems
    assert "sample.abc is missing" in str(problem)


@pytest.mark.parametrize("name", ["card.json", "serving", "a/b", "../a", ".training", ""])
def test_further_files_have_plain_names_of_their_own(export, quick, tmp_path, name):
    with pytest.raises(ValueError, match="give a plain name that no file of every artefact has"):
        export(tmp_path, files={name: b""})
    assert list(tmp_path.iterdir()) == []


def test_versions_count_up_beside_what_is_not_ours(export, quick, tmp_path):
    (tmp_path / ".training").mkdir()
    (tmp_path / ".training/checkpoint").write_text("state")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "serving/7").mkdir(parents=True)
    (tmp_path / "serving/tmp").mkdir()
    assert export(tmp_path).version == 8
    assert export(tmp_path).version == 9
    assert sorted(p.name for p in (tmp_path / "serving").iterdir()) == ["7", "8", "9", "tmp"]
    assert (tmp_path / ".training/checkpoint").read_text() == "state"
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_old_versions_go_only_when_asked(export, quick, tmp_path):
    for _ in range(3):
        export(tmp_path)
    assert export(tmp_path, keep=2).version == 4
    assert sorted(p.name for p in (tmp_path / "serving").iterdir()) == ["3", "4"]
    assert verify(tmp_path).ok


def test_a_number_is_not_given_twice(export, quick, tmp_path):
    export(tmp_path)
    (tmp_path / "serving/1").rename(tmp_path / "gone")
    assert export(tmp_path).version == 2


def test_a_relative_path(export, quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written = export("models/reviews")
    assert written.path == tmp_path / "models/reviews"


def test_a_refused_export_leaves_the_previous_one(exported, export, stand_in, tmp_path):
    """With the clean process and a model that really fails there."""
    shutil.copytree(exported.path, tmp_path, dirs_exist_ok=True)
    before = contents(tmp_path)
    with pytest.raises(ExportError) as refused:
        export(tmp_path, FailsOnNone(stand_in), golden={"serving_default": {"text": ["a"]}})
    message = str(refused.value)
    assert "serving_default: an empty batch fails: InvalidArgumentError" in message
    assert f"the refused files are kept in {tmp_path}/.seqkit/failed" in message
    assert contents(tmp_path) == before
    kept = tmp_path / ".seqkit/failed"
    assert (kept / "serving/2/saved_model.pb").is_file()
    assert [p.name for p in sorted((tmp_path / ".seqkit").iterdir())] == ["failed", "lock"]


def test_many_differences_are_summed_up(export, quick, tmp_path, monkeypatch):
    problems = tuple(Problem(f"wrong {n}") for n in range(12))
    monkeypatch.setattr(artefact_module, "verify", lambda path: VerifyResult(path, 1, problems))
    with pytest.raises(ExportError, match=r"wrong 9\n  and 2 more\n"):
        export(tmp_path)
    assert contents(tmp_path) == {}


def test_the_refused_files_go_with_the_next_success(export, quick, tmp_path):
    (tmp_path / ".seqkit/failed").mkdir(parents=True)
    (tmp_path / ".seqkit/export-left-by-a-killed-process").mkdir()
    export(tmp_path)
    assert [path.name for path in (tmp_path / ".seqkit").iterdir()] == ["lock"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError])
def test_a_failure_before_the_end_changes_nothing(export, quick, tmp_path, monkeypatch, kind):
    export(tmp_path)
    before = contents(tmp_path)

    def fail(directory):
        raise kind

    monkeypatch.setattr(artefact_module, "_flush", fail)
    with pytest.raises(kind):
        export(tmp_path)
    assert contents(tmp_path) == before
    assert [path.name for path in (tmp_path / ".seqkit").iterdir()] == ["lock"]


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


def test_stopped_at_any_step_each_file_is_whole_and_the_next_export_heals(
    export, quick, tmp_path, monkeypatch
):
    """The steps are counted while they run, so that a new one is stopped at, too."""
    new_report = "<!doctype html><p>new"
    steps, done = 0, False
    while not done:
        root = tmp_path / str(steps)
        export(root)
        before = contents(root)
        left = steps

        def stop_after(action):
            def stopping(*arguments):
                nonlocal left
                if left == 0:
                    raise Killed
                left -= 1
                return action(*arguments)

            return stopping

        with monkeypatch.context() as context:
            context.setattr(artefact_module.os, "rename", stop_after(os.rename))
            context.setattr(artefact_module.os, "replace", stop_after(os.replace))
            context.setattr(artefact_module.shutil, "rmtree", lambda *a, **k: None)
            try:
                export(root, report=new_report)
                done = True
            except Killed:
                pass
        after = contents(root)
        # The files of the first version are as they were, or replaced by whole new ones.
        assert before.keys() <= after.keys()
        assert all(after[name] == before[name] for name in before if name.startswith("serving/1"))
        assert after["report.html"] in (before["report.html"], new_report.encode())
        found = verify(root)
        if steps == 0:
            assert found.ok and found.version == 1 and after == before
        elif not done:
            assert "serving/2 is the newest version, but card.json describes 1" in str(
                found.problems
            )
        assert export(root).version == (2 if steps == 0 else 3)
        assert verify(root).ok
        assert [path.name for path in (root / ".seqkit").iterdir()] == ["lock"]
        steps += 1
    assert steps == 1 + 1 + 6  # Nothing, the served version, six files.


def test_exports_at_once_take_turns(make_stand_in, export, quick, tmp_path):
    versions, errors = [], []

    def run(servable):
        try:
            versions.append(export(tmp_path, servable).version)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[make_stand_in()]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(versions) == [1, 2, 3]
    assert verify(tmp_path).ok


def test_files_of_something_else_are_not_replaced(export, tmp_path):
    (tmp_path / "model.keras").write_text("mine")
    with pytest.raises(ExportError, match=r"holds model\.keras, which no export wrote"):
        export(tmp_path)
    assert (tmp_path / "model.keras").read_text() == "mine"
    (tmp_path / "card.json").write_text('{"format": "another"}')
    with pytest.raises(ExportError, match=r"holds model\.keras, card\.json"):
        export(tmp_path)


def test_a_file_is_no_place_for_an_export(export, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"export_path='.*file' is a file: give a directory"):
        export(tmp_path / "file")
    with pytest.raises(ValueError, match="is a file"):
        check_target(tmp_path / "file/below")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"keep": 0}, ValueError, "keep=0"),
        ({"card": {"files": {}}}, ValueError, r"card has \['files'\]"),
        ({"card": {"seed": object()}}, TypeError, r"card\['seed'\] is a object"),
    ],
)
def test_wrong_arguments_fail_before_anything_is_written(
    export, tmp_path, arguments, error, message
):
    with pytest.raises(error, match=message):
        export(tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()
