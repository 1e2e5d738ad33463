"""Measures how long a process takes from its start to its first answer, in Python and in C."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.rounds import ROOT, environment

_SOURCE = ROOT / "tests" / "export" / "serve.c"
_PYTHON = str(Path(__file__).parent / "peers" / "first_answer.py")


def time_of_first_answers(
    directory: Path, tensors: Sequence[str], text: str, *, rounds: int, threads: int
) -> dict[str, list[dict[str, float]]]:
    """Starts processes in turn and waits for the first line that each prints.

    Args:
        directory: holds the SavedModels `recipe` and `plain_keras`.
        tensors: names of the input and the outputs of `recipe` in its graph, for the C program.
        text: what is answered.
        rounds: how often each is started, after a start that does not count.
        threads: how many threads each may use.

    Returns:
        Seconds of each start, by who is started.
    """
    recipe, keras = (str(directory / name) for name in ("recipe", "plain_keras"))
    commands: dict[str, list[str]] = {
        "seqkit's SavedModel, plain TensorFlow in Python": [sys.executable, _PYTHON, recipe, text],
        "plain Keras's SavedModel, the same": [sys.executable, _PYTHON, keras, text],
    }
    program = compile_server(directory)
    if program is not None:
        command = [str(program), recipe, *tensors, "--", text]
        commands["seqkit's SavedModel, TensorFlow's C library"] = command
    seconds: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = _seconds(command, threads)
            print(f"start {number} of {rounds}, {name}: {taken:.2f} s", flush=True)
            if number:  # The first one reads files that the system has not seen yet.
                seconds[name].append({"seconds": taken})
    return seconds


def compile_server(directory: Path) -> Path | None:
    """Compiles the C program that answers with TensorFlow's C library.

    Args:
        directory: where to put it.

    Returns:
        The program, or None where there is no compiler.
    """
    compiler = shutil.which("gcc")
    if compiler is None or not _SOURCE.exists():
        print("no gcc: not started from C")
        return None
    import tensorflow as tf

    library = Path(tf.__file__).parent
    program = directory / "serve"
    subprocess.run(
        [
            *(compiler, "-O2", _SOURCE, "-o", program, "-isystem", library / "include"),
            *("-L", library, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"),
            f"-Wl,-rpath,{library}",
        ],
        check=True,
    )
    return program


def _seconds(command: Sequence[str], threads: int) -> float:
    start = time.perf_counter()
    with subprocess.Popen(
        command,
        env=environment(threads),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        taken = time.perf_counter() - start
        process.stdout.read()
    if not first:
        raise RuntimeError(f"{command[0]} answered nothing; run it by hand: {command}")
    return taken
