"""Runs of a recipe and of what it exports: by its command line, without export, stopped, served."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import Signals
from types import SimpleNamespace
from typing import Any

import pytest

from seqkit.recipe.recipe import Recipe
from seqkit.training import TrainingState
from tests.clean_processes import run_clean

ROOT = Path(__file__).parents[2]

# The run waits there for the signal: were it to go on, a test that is kept waiting by the machine
# would send the signal when all is over.
_HELD = """
import runpy, signal, sys, time
from seqkit.training import loop

class Held(loop.TrainingState):
    def on_train_batch_end(self, batch, logs=None):
        if self.history and batch == 1:
            print("\\nheld", flush=True)
            time.sleep(900)  # only so that a broken test ends

loop.TrainingState = Held
# Where a shell runs the tests in the background, it has them ignore this signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
module = sys.argv.pop(1)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""

_SERVE = """
import json, pickle, sys
sys.modules.update(dict.fromkeys(["seqkit", "recipes", "keras"]))
import tensorflow as tf
# To optimise a graph takes longer than to run it; it was verified with all that servers do.
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
model = tf.saved_model.load(sys.argv[1])
def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value
def ask(name, inputs):
    signature = model.signatures[name]
    specs = signature.structured_input_signature[1]
    found = signature(**{k: tf.constant(v, specs[k].dtype) for k, v in inputs.items()})
    return {key: plain(value.numpy().tolist()) for key, value in found.items()}
given = pickle.load(sys.stdin.buffer)
answers = {name: ask(name, inputs) for name, inputs in given.items()}
"""


def stopped(module: str, arguments: Sequence[str], how: Signals) -> tuple[int, str]:
    """Runs a recipe and sends it a signal after the second batch of the second epoch.

    By then weights differ from those of the state on disk, which is that of the first epoch.

    Args:
        module: the recipe, such as `recipes.sentiment`.
        arguments: of its command line.
        how: the signal.

    Returns:
        The exit status and what was printed.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", _HELD, module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    printed = []
    for line in process.stdout:
        printed.append(line)
        if line == "held\n":
            break
    assert printed[-1:] == ["held\n"], "".join(printed)
    os.kill(process.pid, how)
    printed.append(process.communicate()[0])
    return process.returncode, "".join(printed)


def without_publishing(recipe: Recipe, published: list[Any] | None = None) -> Recipe:
    """A recipe that does everything but export, which takes longer than a small training.

    Args:
        recipe: the recipe.
        published: gets each outcome that would be exported.

    Returns:
        The recipe; its `train` and `fine_tune` do the same otherwise.
    """
    kept = [] if published is None else published
    return dataclasses.replace(recipe, publish=lambda outcome, *_, **more: kept.append(outcome))


def without_scores(recipe: Recipe, published: list[Any] | None = None) -> Recipe:
    """A recipe that trains, but does not score, export and show answers: each is a graph more.

    What training made a model forget is not measured either.

    Args:
        recipe: the recipe.
        published: gets each outcome that would be exported.

    Returns:
        The recipe; its `train` and `fine_tune` give the same model.
    """
    nothing = SimpleNamespace(lines=[], scores=None, baselines=None, comparison=None)
    return dataclasses.replace(
        without_publishing(recipe, published),
        score=lambda *_: nothing,
        measure=lambda *_: ("score", 0.0),
        show=lambda *_: [],
    )


def resumed(
    recipe: Recipe, data: Any, path: Path, config: Any, monkeypatch: Any, *, refused: Any
) -> Any:
    """Interrupts a recipe's training in its second epoch, in this process, and resumes it.

    Args:
        recipe: the recipe; nothing is exported.
        data: what to train on.
        path: where the model would be exported to.
        config: settings of the training.
        monkeypatch: pytest's.
        refused: settings with another learning rate, which the run must not be resumed with.

    Returns:
        The model.
    """
    published: list[Any] = []
    recipe = without_scores(recipe, published)

    def interrupt(self: Any, batch: int, logs: Any = None) -> None:
        if self.history and batch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TrainingState, "on_train_batch_end", interrupt)
        try:
            recipe.train(data, path, config=config)
        except KeyboardInterrupt:
            assert not published and (path / ".training").exists()
        else:
            raise AssertionError("nothing was interrupted: are there two epochs of two batches?")
    with pytest.raises(ValueError, match="written with other learning_rate"):
        recipe.train(data, path, config=refused, resume=True)
    model = recipe.train(data, path, config=config, resume=True)
    assert published and not (path / ".training").exists()
    return model


def printed_by(recipe: Recipe, arguments: Sequence[Any]) -> tuple[Any, str]:
    """Runs a recipe in this process as its command line would.

    Args:
        recipe: the recipe.
        arguments: of its command line.

    Returns:
        The model, and what was printed.
    """
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        model = recipe.run([str(argument) for argument in arguments])
    return model, printed.getvalue()


def ask_served(
    path: Path, questions: Mapping[str, Mapping[str, Any]], more: str = ""
) -> dict[str, Any]:
    """Asks the signatures of an artefact in a process that cannot import seqkit, recipes or Keras.

    Args:
        path: the artefact, in its first version.
        questions: the inputs of each signature that is asked, by its name.
        more: a program that goes on from there, and may add to `answers`.

    Returns:
        What each signature answered, as lists.
    """
    program = f"{_SERVE}{more}\nprint(json.dumps(answers))"
    served = run_clean(["-c", program, path / "serving" / "1"], given=pickle.dumps(questions))
    assert served.returncode == 0, served.stderr.decode()
    answers: dict[str, Any] = json.loads(served.stdout.splitlines()[-1])
    return answers
