"""A run holds its folder, asks what becomes of an earlier state, and refuses before any work."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqkit.evaluation.outcome import Scored
from seqkit.recipe.recipe import Recipe
from seqkit.recipe.settings import Settings
from seqkit.training import state_file

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from pathlib import Path
from seqkit.files.lock import hold
with hold(Path(sys.argv[1]), "it"):
    print("held", flush=True)
    sys.stdin.read()
"""


class Config(Settings):
    """Settings.

    Attributes:
        image_dir: a folder.
        seed: a seed.
    """

    image_dir: str | None = None
    seed: int = 0


class Part(list):
    """A part of the data."""

    def content_sha256(self) -> str:
        return repr(self)

    def lines(self) -> list[str]:
        return []


class Model:
    """A model of one weight."""

    settings = adjustable = ()

    @dataclasses.dataclass
    class Network:
        pass

    def __init__(self, weight: float = 0.0) -> None:
        self.network = self.Network()
        self.core = self
        self.weight = weight

    def get_weights(self) -> list[np.ndarray]:
        return [np.array(self.weight)]


class Steps:
    """A recipe that notes its steps and does nothing else."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.runs: list[Any] = []
        self.recipe = Recipe(
            data="Data.",
            defaults=Config(),
            fine_tuning=Config(),
            load=lambda path: Model(float(Path(path, "model.keras").read_text())),
            read=self.read,
            check=lambda **parts: Part(),
            build=lambda train, config: Model(),
            grow=lambda old, train, config: Model(old.weight),
            fit=self.fit,
            score=lambda model, parts: Scored({}, {}, []),
            measure=lambda model, rows: ("accuracy", 0.0),
            publish=lambda *_, **__: self.done.append("published"),
            show=lambda *_: [],
            sample=dict,
        )

    def read(self, *_: Any) -> dict[str, Part]:
        self.done.append("read")
        return {part: Part([part]) for part in ("train", "validation", "test")}

    def fit(self, model, train, validation, config, run, new) -> list[dict[str, float]]:
        self.done.append("fitted")
        self.runs.append(run)
        return []


@pytest.fixture
def steps() -> Steps:
    return Steps()


def leave_state(folder: Path, epochs: int = 2) -> None:
    """What a run leaves that is killed after some epochs."""
    history = [{"val_loss": 1.0}] * epochs
    state_file.write(folder, state_file.SavedState({}, history, 0, [], []))


@pytest.fixture
def held(tmp_path):
    """Another process that trains into the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path / "out" / ".training.lock"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_run_is_refused_before_any_work_and_a_dead_one_is_not_waited_for(
    steps, held, tmp_path, capsys
):
    leave_state(tmp_path / "out" / ".training")
    for options in ({}, {"resume": True}, {"restart": True}):
        with pytest.raises(ValueError, match=rf"in use: held by process {held.pid} on .* since 2"):
            steps.recipe.train([], tmp_path / "out", **options)
    with pytest.raises(SystemExit):
        steps.recipe.run(["--data", "a.csv", "--export-path", str(tmp_path / "out")])
    assert f"--export-path='{tmp_path}/out' is in use: held by" in capsys.readouterr().err
    assert steps.done == [] and (tmp_path / "out" / ".training" / "state.npz").exists()
    held.kill()
    held.wait()
    steps.recipe.train([], tmp_path / "out", resume=True)
    assert steps.done == ["read", "fitted", "published"]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_run_holds_its_folder_until_it_has_exported(steps, tmp_path):
    other = Steps()

    def publish(*_: Any, **__: Any) -> None:
        with pytest.raises(ValueError, match="is in use: held by process"):
            other.recipe.train([], tmp_path)

    recipe = dataclasses.replace(steps.recipe, publish=publish)
    recipe.train([], tmp_path)
    assert other.done == []
    other.recipe.train([], tmp_path)
    assert other.done == ["read", "fitted", "published"]


def test_so_does_training_without_export(steps, tmp_path):
    other = Steps()

    def score(*_: Any) -> Scored:
        with pytest.raises(ValueError, match=r"checkpoints=.* is in use: held by process"):
            other.recipe.train_and_score(parts, Config(), checkpoints=tmp_path / "state")
        return Scored({}, {}, [])

    parts = steps.read()
    recipe = dataclasses.replace(steps.recipe, score=score)
    recipe.train_and_score(parts, Config(), checkpoints=tmp_path / "state")
    assert other.done == [] and list(tmp_path.iterdir()) == []


def test_an_earlier_state_is_told_and_not_thrown_away(steps, tmp_path, capsys):
    out = tmp_path / "out"
    (out / "model.keras").parent.mkdir()
    leave_state(out / ".training" / "describer", 1)
    leave_state(out / ".training" / "whole")
    told = (
        f"export_path='{out}' has what an interrupted run left (1 finished epoch of stage "
        "'describer', 2 finished epochs of stage 'whole'): give resume=True to continue it, or "
        "restart=True to delete it and begin anew"
    )
    with pytest.raises(ValueError, match=re.escape(told)):
        steps.recipe.train([], out)
    with pytest.raises(SystemExit) as ended:
        steps.recipe.run(["--data", "a.csv", "--export-path", str(out)])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "give --resume to continue it, or --restart to delete" in error
    assert error.startswith(f"error: --export-path='{out}' has what")
    with pytest.raises(ValueError, match=r"checkpoints=.* has what an interrupted run left"):
        steps.recipe.train_and_score({}, Config(), checkpoints=out / ".training")
    assert steps.done == [] and len(list(out.rglob("state.npz"))) == 2


@pytest.mark.parametrize("how", ["resume", "restart"])
def test_what_shall_become_of_it_is_said(steps, tmp_path, how):
    leave_state(tmp_path / ".training")
    steps.recipe.train([], tmp_path, **{how: True})
    assert [run.resume for run in steps.runs] == [how == "resume"]
    leave_state(tmp_path / ".training")
    steps.recipe.run(["--data", "a.csv", "--export-path", str(tmp_path), f"--{how}"])
    assert [run.resume for run in steps.runs] == [how == "resume"] * 2


def test_both_exclude_each_other(steps, tmp_path):
    with pytest.raises(ValueError, match="resume=True and restart=True exclude each other"):
        steps.recipe.train([], tmp_path, resume=True, restart=True)


def test_where_nothing_was_finished_a_run_begins_and_says_so(steps, tmp_path, capsys):
    (tmp_path / ".training" / "images").mkdir(parents=True)  # A captioner was stopped early.
    steps.recipe.train([], tmp_path)
    assert "continue" not in capsys.readouterr().out
    steps.recipe.train([], tmp_path, resume=True)
    assert "has no finished epoch to continue from: training begins anew" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"export_path": ""}, r"export_path='' is empty \(an unset variable\?\): give a path"),
        ({"resume": True}, "resume=True without export_path: give the export_path of the"),
        ({"log_dir": ""}, "log_dir='' is empty"),
        ({"log_dir": "/proc/logs"}, "log_dir='/proc/logs' cannot be made: "),
        ({"export_path": "/proc/out"}, "export_path='/proc/out' cannot be made: "),
        ({"export_path": "n" * 300}, "export_path='n*' cannot be made: File name too long"),
    ],
)
def test_what_cannot_end_well_is_refused_before_any_work(
    steps, tmp_path, monkeypatch, arguments, told, capsys
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=told):
        steps.recipe.train([], **arguments)
    flags = [
        f"--{name.replace('_', '-')}" if value is True else f"--{name.replace('_', '-')}={value}"
        for name, value in arguments.items()
    ]
    with pytest.raises(SystemExit) as ended:
        steps.recipe.run(["--data", "a.csv", *flags])
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: --{next(iter(arguments)).replace('_', '-')}")
    assert steps.done == [] and list(tmp_path.iterdir()) == []


def test_an_empty_path_is_not_the_models_own(steps, tmp_path, monkeypatch):
    (tmp_path / "model.keras").write_text("1")
    (tmp_path / "card.json").write_text('{"format": "seqkit-artefact/1"}')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="model_path='' is empty"):
        steps.recipe.fine_tune("", [])
    with pytest.raises(ValueError, match="export_path='' is empty"):
        steps.recipe.fine_tune(tmp_path, [], "")
    with pytest.raises(ValueError, match="checkpoints='' is empty"):
        steps.recipe.train_and_score({}, Config(), checkpoints="")
    assert steps.done == []
    steps.recipe.fine_tune(tmp_path, [])
    assert steps.done == ["read", "fitted", "published"]


@pytest.mark.parametrize("name", ["data", "validation", "test", "image_dir"])
def test_an_empty_text_is_no_value(steps, tmp_path, name, capsys):
    given: dict[str, Any] = {"data": "a.csv", name: ""}
    if name == "image_dir":
        given = {"data": "a.csv", "config": Config(image_dir="")}
    told = rf"{name}='' is empty \(an unset variable\?\): leave it out, or give a value"
    with pytest.raises(ValueError, match=told):
        steps.recipe.train(export_path=tmp_path / "out", **given)
    with pytest.raises(ValueError, match=told):
        steps.recipe.fine_tune(tmp_path, **given)
    with pytest.raises(SystemExit) as ended:
        steps.recipe.run(["--data", "a.csv", f"--{name.replace('_', '-')}", ""])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"error: --{name.replace('_', '-')}='' is empty")
    assert steps.done == [] and list(tmp_path.iterdir()) == []


def test_a_folder_made_for_a_run_that_fails_at_once_is_gone(steps, tmp_path):
    def read(*_: Any) -> Any:
        raise ValueError("line 3")

    recipe = dataclasses.replace(steps.recipe, read=read)
    with pytest.raises(ValueError, match="line 3"):
        recipe.train([], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_resumed_run_begins_from_the_same_model(steps, tmp_path):
    for name, weight in (("a", 1), ("b", 2), ("c", 1)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.keras").write_text(str(weight))
        steps.recipe.fine_tune(tmp_path / name, [], tmp_path / "out")
    steps.recipe.train([], tmp_path / "out")
    a, b, c, new = (run.fingerprint["model"] for run in steps.runs)
    assert a == c and len({a, b, new}) == 3
