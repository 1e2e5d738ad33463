"""Runs of a recipe: by its command line, without export, and stopped in the second epoch."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from signal import Signals
from typing import Any

from seqkit.recipe.command_line import run_recipe
from seqkit.recipe.recipe import Recipe
from seqkit.training import TrainingState

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


def resumed(
    recipe: Any,
    data: str,
    path: Path,
    config: Any,
    monkeypatch: Any,
    *,
    publisher: str | None = None,
) -> Any:
    """Interrupts a recipe's training in its second epoch, in this process, and resumes it.

    Args:
        recipe: the recipe; nothing is exported.
        data: what to train on.
        path: where the model would be exported to.
        config: settings of the training.
        monkeypatch: pytest's.
        publisher: of a recipe that is a module, the name of what exports.

    Returns:
        The model.
    """
    published: list[Any] = []
    if publisher is None:
        recipe = without_publishing(recipe, published)
    else:
        monkeypatch.setattr(recipe, publisher, lambda *given, **more: published.append(given))

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
    model = recipe.train(data, path, config=config, resume=True)
    assert published and not (path / ".training").exists()
    return model


def printed_by(recipe: Recipe | Callable[..., Any], arguments: Sequence[Any]) -> tuple[Any, str]:
    """Runs a recipe in this process as its command line would.

    Args:
        recipe: the recipe, or the `train` of one that is a module.
        arguments: of its command line.

    Returns:
        The model, and what was printed.
    """
    given = [str(argument) for argument in arguments]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        model = recipe.run(given) if isinstance(recipe, Recipe) else run_recipe(recipe, given)
    return model, printed.getvalue()
