"""The command `seqkit` and the command lines that recipes get."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from seqkit.recipe.command_line import main, run_recipe
from seqkit.recipe.settings import Settings
from seqkit.training import TrainingSettings

if TYPE_CHECKING:
    import os

    from nowhere import Source

ROOT = Path(__file__).parents[2]


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings of the example.

    Args:
        hidden_dim: Width of the encoder.
        cell: Kind of cell.
        boundaries: Where buckets end.
    """

    hidden_dim: int = 64
    cell: Literal["gru", "lstm"] = "gru"
    boundaries: tuple[int, ...] = (8, 16)

    def __post_init__(self) -> None:
        if self.hidden_dim < 1:
            raise ValueError(f"hidden_dim={self.hidden_dim}: give 1 or more")


def train(
    data: str | list[tuple[str, str]] | None = None,
    export_path: str | os.PathLike[str] | None = None,
    *,
    validation: Source | None = None,
    test: Any = None,
    config: Config = Config(hidden_dim=32),
    resume: bool = False,
) -> tuple:
    """Trains a classifier of reviews.

    Args:
        data: The training file.
        export_path: Where the model goes.
        validation: The validation file.
        test: The test file.
        config: The settings.
        resume: Go on with a stopped training.
    """
    failures: dict[str | None, BaseException] = {
        "wrong": ValueError("row 3\n  of the file is wrong"),
        "missing": FileNotFoundError(2, "No such file or directory", "missing"),
        "offline": ConnectionError("cannot be fetched"),
        "bug": KeyError("bug"),
        "stop": KeyboardInterrupt(),
    }
    if data in failures:
        raise failures[data]
    return data, export_path, validation, test, config, resume


class Own(Settings):
    """Settings.

    Attributes:
        lowercase: Whether.
        rate: How fast.
        training: How long.
    """

    lowercase: bool = True
    rate: float = 0.5
    training: TrainingSettings = TrainingSettings(min_steps=50)


OWN = Own()


def train_own(data: str | None = None, *, config: Own = OWN) -> Own:
    """Trains.

    Args:
        data: A file.
        config: The settings.
    """
    return config


def test_nothing_given_leaves_the_defaults():
    assert run_recipe(train, []) == (None, None, None, None, Config(hidden_dim=32), False)


def test_flags_that_are_given_are_the_settings_that_are_given():
    """A default that the user did not write yields to what follows from the others."""

    config = run_recipe(train_own, ["--no-lowercase", "--epochs=10", "--data", "rate"])
    assert config.given == {"lowercase", "epochs"} and not config.lowercase
    assert run_recipe(train_own, ["--rate", "0.5"]).given == {"rate"}


def test_every_parameter_and_every_field_is_a_flag():
    given = (
        "--data a.csv --validation tfds:imdb_reviews --test t.csv --export-path out --resume "
        "--hidden-dim 5 --cell lstm --boundaries 4 9"
    )
    config = Config(5, "lstm", (4, 9))
    expected = ("a.csv", "out", "tfds:imdb_reviews", "t.csv", config, True)
    assert run_recipe(train, given.split()) == expected


def test_help_shows_the_docstrings(capsys):
    with pytest.raises(SystemExit) as stopped:
        run_recipe(train, ["--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    for text in ("Trains a classifier of reviews.", "The training file.", "Width of the encoder."):
        assert text in shown
    assert "--config" not in shown
    assert "default: 32" in shown


@pytest.mark.parametrize(
    "given", [["--hidden-dim", "x"], ["--cell", "rnn"], ["--hiden-dim", "3"], ["--hidden-dim", "0"]]
)
def test_a_wrong_flag_ends_with_2(given, capsys):
    with pytest.raises(SystemExit) as stopped:
        run_recipe(train, given)
    assert stopped.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        ("wrong", 2, "error: row 3 of the file is wrong\n"),
        ("missing", 2, "error: No such file or directory: missing\n"),
        ("offline", 2, "error: cannot be fetched\n"),
        (
            "stop",
            130,
            "interrupted: the same command with --resume continues from the last finished epoch\n",
        ),
    ],
)
def test_what_a_user_can_mend_is_one_line(data, code, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        run_recipe(train, ["--data", data])
    assert stopped.value.code == code
    assert capsys.readouterr().err == message


def test_a_bug_keeps_its_traceback():
    with pytest.raises(KeyError):
        run_recipe(train, ["--data", "bug"])


def test_the_traceback_is_there_on_demand(monkeypatch):
    monkeypatch.setenv("SEQKIT_TRACEBACK", "1")
    with pytest.raises(ValueError, match="row 3"):
        run_recipe(train, ["--data", "wrong"])


def test_a_recipe_run_as_a_module_is_named_so(tmp_path):
    (tmp_path / "reviews.py").write_text(
        "from seqkit.recipe.command_line import run_recipe\n"
        "def train(data: str | None = None) -> None:\n"
        "    'Trains.'\n"
        "if __name__ == '__main__':\n"
        "    run_recipe(train)\n"
    )
    shown = subprocess.run(
        [sys.executable, "-m", "reviews", "--help"],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "usage: python -m reviews" in shown


def test_verify_names_what_is_wrong(tmp_path, capsys):
    assert main(["verify", str(tmp_path)]) == 1
    assert "card.json is missing" in capsys.readouterr().out


def test_verify_of_no_directory_is_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(tmp_path / "nothing")])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("error: path=") and error.count("\n") == 1
