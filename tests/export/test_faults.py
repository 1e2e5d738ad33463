"""A small part of what `benchmarks.faults` does, and faults that it must count."""

import itertools
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from benchmarks import faults, run_faults, served_faults


def test_every_damage_of_an_export_is_found(exported, capsys):
    assert faults.damage(exported.path) == 0
    told = capsys.readouterr().out
    count = int(told.split(": ")[1].split()[0].replace(",", ""))
    files = [file for file in exported.path.rglob("*") if file.is_file()]
    # Twenty ways for each file but the lock of runs; an empty file cannot be cut.
    assert count > 15 * (len(files) - 1)


def test_damage_that_is_not_found_is_counted(exported, monkeypatch, capsys):
    class Blind:
        ok = True

    monkeypatch.setattr(faults, "verify", lambda path: Blind())
    assert faults.damage(exported.path) > 100
    assert "flipped bit 1 is not found" in capsys.readouterr().out


def test_hostile_rows_leave_golden_rows_alone(exported):
    assert faults.hostile(exported.path, inputs=100) == 0


def test_a_row_that_changes_with_its_neighbours_is_counted():
    alone = {"score": np.array([[1.0], [2.0]])}
    beside = {"score": np.array([[1.0, 0.0], [2.5, 0.0], [np.nan, 0.0]])}
    assert list(served_faults._differences(alone, beside, 2)) == [
        "score is not a number",
        "score of golden rows depends on the rows beside them",
    ]


def test_huge_strings_are_answered_and_measured(exported, monkeypatch, capsys):
    real = served_faults._seconds_and_memory
    # How busy the machine is decides no test.
    monkeypatch.setattr(served_faults, "_seconds_and_memory", lambda *i: (0.0, real(*i)[1]))
    assert faults.long(exported.path, characters=20_000, words=2_000) == 0
    told = capsys.readouterr().out
    assert re.search(r"serving_default, text of 20,000 characters: \d+\.\d\d s, \d+ MB", told)
    assert re.search(r"serving_default, text of 2,000 words: .*; twice as many: \d", told)
    assert "6 tried, 0 faults" in told


def test_time_and_memory_that_grow_faster_than_the_text_are_counted(exported, monkeypatch, capsys):
    answers = iter([(1.0, 1e9), (1.0, 1e9), (2.6, 2e9), (1.0, 1e9), (1.0, 1e9), (2.0, 2.6e9)])
    monkeypatch.setattr(served_faults, "_seconds_and_memory", lambda *_: next(answers))
    assert faults.long(exported.path) == 2
    told = capsys.readouterr().out
    assert "1,000,000 characters: time grows 2.6 times" in told
    assert "100,000 words: memory grows 2.6 times" in told


def test_threads_are_answered_as_one_is(exported, capsys):
    assert faults.threads(exported.path, number=3, seconds=0.3) == 0
    count = int(capsys.readouterr().out.split(": ")[1].split()[0].replace(",", ""))
    assert count >= 3


def test_an_answer_that_changes_is_counted(exported, monkeypatch):
    real, asked = served_faults._answer, []

    def answer(*request):
        asked.append(request)
        answers = real(*request)
        # As a thread would see what another thread is answered.
        return {**answers, "confidence": answers["confidence"] + (len(asked) > 16)}

    monkeypatch.setattr(served_faults, "_answer", answer)
    assert faults.threads(exported.path, number=2, seconds=0.1) > 0


def test_memory_is_watched(exported, monkeypatch, capsys):
    seconds = itertools.count()
    clock = types.SimpleNamespace(perf_counter=lambda: next(seconds))
    monkeypatch.setattr(served_faults, "time", clock)
    assert faults.growth(exported.path, minutes=0.5, most_mb=10_000) == 0
    held = itertools.count(10**9, 4 * 10**6)  # 4 MB more with each of ten calls
    monkeypatch.setattr(served_faults, "_memory", lambda _: next(held))
    assert faults.growth(exported.path, minutes=0.5) == 1
    told = capsys.readouterr().out
    assert "highest memory of each third: 1032, 1072, 1112 MB" in told
    assert "memory grew by 40 MB" in told


def test_same_weights_are_told_by_recipe(monkeypatch, capsys):
    digests = iter("aaaabbccdeff")
    monkeypatch.setattr(run_faults, "_digest_in_process", lambda *_: next(digests))
    assert faults.same_weights(("music", "tagging", "dialogue")) == 1
    table = capsys.readouterr().out
    assert "| music | the same bits | the same bits | the same bits |" in table
    assert "| tagging | the same bits | the same bits | other bits |" in table
    assert "dialogue: two runs with threads=1 differ" in table


def test_a_full_disk_must_be_told_in_a_line_and_change_nothing(exported, tmp_path, monkeypatch):
    class Checked:
        problems = ()

    monkeypatch.setattr(run_faults, "_weights", lambda root: [])
    monkeypatch.setattr(run_faults, "verify", lambda path: Checked())
    model = shutil.copytree(exported.path, tmp_path / "model")

    def wrong(*lines, code=1):
        run = subprocess.CompletedProcess([], code, stderr="\n".join(lines).encode())
        return list(run_faults._wrong_after(run, model, exported.path))

    full = "error: No space left on device; weights take 3.0 MB: state.npz"
    remark = "E0000 00:00:1.2 17004 cuda_platform.cc:52] failed call to cuInit"
    assert wrong(remark, full) == []
    assert "1 and 2 lines" in wrong("Traceback (most recent call last):", full)[0]
    assert "does not say that the disk is full" in wrong("error: something")[0]
    (model / "serving" / "2").mkdir()
    (model / "serving" / "2" / "part").touch()
    assert "serving/2/part is left over" in wrong(full)


def test_where_no_disk_can_be_mounted_that_is_said(monkeypatch, capsys):
    def run(command, **_):
        if command[0] == "mount":
            raise subprocess.CalledProcessError(
                32, command, stderr="must be superuser to use mount"
            )

    monkeypatch.setattr(run_faults.subprocess, "run", run)
    assert faults.full_disk("sentiment") == 0
    assert "skipped, as no tmpfs can be mounted here: must be superuser" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "", []),
        ("(root / 'weights').write_text('')", "", ["kill 1 of 2, after", "kill 2 of 2, after"]),
        ("", "(root / 'weights').write_text(str(resumed))", ["before kill 3: it ends with other"]),
        ("", "resumed and (root / 'part').touch()", ["before kill 3: part is left over"]),
    ],
)
def test_what_kills_leave_is_counted(monkeypatch, capsys, before, after, told):
    def begin(_, command):
        """The run up to where it is killed."""
        root = Path(command[0])
        root.mkdir(exist_ok=True)
        exec(before, {"root": root})
        return False

    def run(command, **_):
        """The whole run."""
        begin(0, command)
        root = Path(command[0])
        (root / "weights").write_text("1")
        exec(after, {"root": root, "resumed": "--resume" in command})

    monkeypatch.setattr(run_faults, "_command", lambda *_: [])
    monkeypatch.setattr(run_faults, "_ended_within", begin)
    monkeypatch.setattr(run_faults.subprocess, "run", run)
    monkeypatch.setattr(run_faults, "_weights", lambda root: [(root / "weights").read_text()])
    checked = types.SimpleNamespace(problems=["weights are not whole"])
    monkeypatch.setattr(run_faults, "verify", lambda path: checked)
    assert run_faults.kill("sentiment", moments=2) == len(told)
    *_, last = capsys.readouterr().out.split(f"kill, sentiment: 2 tried, {len(told)} faults\n")
    for line, start in zip(filter(None, last.split("\n")), told, strict=True):
        assert line.startswith(start)


def test_a_run_is_killed_if_it_does_not_end_before():
    def program(text):
        return [sys.executable, "-c", text]

    assert not run_faults._ended_within(0.1, program("import time; time.sleep(600)"))
    assert run_faults._ended_within(600, program(""))
    with pytest.raises(RuntimeError, match="ended by itself with 3"):
        run_faults._ended_within(600, program("exit(3)"))


def test_a_sample_is_cut_small():
    recipe = run_faults.cut("language_model", 100)
    assert {part: len(rows) for part, rows in recipe.sample().items()} == dict.fromkeys(
        ("train", "validation", "test"), 2
    )
    assert "recipes.language_model" in recipe.build.__module__
