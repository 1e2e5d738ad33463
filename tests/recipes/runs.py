"""Runs of a recipe: as its command line does, and stopped in the midst of the second epoch."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from signal import Signals
from typing import Any

from seqkit.recipe.command_line import run_recipe
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


def resumed(
    recipe: Any, publisher: str, data: str, path: Path, config: Any, monkeypatch: Any
) -> Any:
    """Interrupts a recipe's training in its second epoch, in this process, and goes on with it.

    Args:
        recipe: its module.
        publisher: the name of what exports, which is left out: it takes longer than the training.
        data: what to train on.
        path: where the model would be exported to.
        config: what it is trained with.
        monkeypatch: pytest's.

    Returns:
        The model.
    """
    published = []
    monkeypatch.setattr(recipe, publisher, lambda *given, **more: published.append(given))

    def interrupted(self: Any, batch: int, logs: Any = None) -> None:
        if self.history and batch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TrainingState, "on_train_batch_end", interrupted)
        try:
            recipe.train(data, path, config=config)
        except KeyboardInterrupt:
            assert not published and (path / ".training").exists()
        else:
            raise AssertionError("nothing was interrupted: are there two epochs of two batches?")
    model = recipe.train(data, path, config=config, resume=True)
    assert published and not (path / ".training").exists()
    return model


def printed_by(train: Any, arguments: Sequence[Any]) -> tuple[Any, str]:
    """Runs a recipe in this process as its command line would.

    Args:
        train: the recipe's function.
        arguments: of its command line.

    Returns:
        The model, and what was printed.
    """
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        model = run_recipe(train, [str(argument) for argument in arguments])
    return model, printed.getvalue()
