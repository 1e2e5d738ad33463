"""An environment with Keras and JAX alone, for tests where TensorFlow is not installed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).resolve().parents[1]
CACHE = REPOSITORY / ".cache"
CONSTRAINTS = REPOSITORY / "constraints.txt"
# What Keras and JAX require is installed already, and linked: to install it anew takes a minute.
LINKED = ("keras", "scipy")
INSTALLED = ["jax>=0.10,<0.11", "jaxlib>=0.10,<0.11", "opt_einsum"]


def run_on_jax(program: Path, *arguments: str) -> str:
    """Runs a program that may import `seqkit` and `tests`, and gives what it prints.

    Skips the test where the environment cannot be made, but not in CI.
    """
    return _run(
        [str(_python()), str(program), *arguments],
        PYTHONPATH=str(REPOSITORY),
        KERAS_BACKEND="jax",
        JAX_PLATFORMS="cpu",
        # What is compiled here runs once: to compile it well takes longer than it is run.
        XLA_FLAGS="--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
        # JAX compiles a loop anew at each call; what is compiled already is found by its content.
        JAX_COMPILATION_CACHE_DIR=str(CACHE / f"jax-compiled-{program.parent.name}"),
        JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0",
        JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES="-1",
    )


def _python() -> Path:
    """Gives the environment's Python; it is made once and kept in the cache."""
    constraints = CONSTRAINTS.read_bytes() if CONSTRAINTS.exists() else b""
    wanted = hashlib.sha256(
        repr((LINKED, INSTALLED, sys.version)).encode() + constraints
    ).hexdigest()
    CACHE.mkdir(exist_ok=True)
    environment = CACHE / "jax-venv"
    mark = environment / "made-for"
    with open(CACHE / "jax-venv.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists() or mark.read_text() != wanted:
            shutil.rmtree(environment, ignore_errors=True)
            try:
                _install(environment)
            except AssertionError as error:
                if os.environ.get("CI"):
                    raise
                pytest.skip(f"Keras and JAX could not be installed: {error}")
            mark.write_text(wanted)
    return environment / "bin" / "python"


def _install(environment: Path) -> None:
    """Makes an environment aside and moves it into place when it is complete."""
    aside = environment.with_name(f"{environment.name}.{os.getpid()}")
    python = aside / "bin" / "python"
    try:
        _run([sys.executable, "-m", "venv", "--without-pip", str(aside)])
        [packages] = aside.glob("lib/python*/site-packages")
        for path in _files_of(LINKED):
            (packages / path.name).symlink_to(path)
        _run(
            [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
            # Else it might put another version in the place of one that is linked.
            + ["--no-deps"]
            + (["-c", str(CONSTRAINTS)] if CONSTRAINTS.exists() else [])
            + INSTALLED
        )
        aside.rename(environment)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _files_of(names: Iterable[str]) -> set[Path]:
    """Finds the folders and modules of installed packages and of all that they require."""
    files, seen, waiting = set(), set(), list(names)
    while waiting:
        package = distribution(waiting.pop())
        if package.name in seen:
            continue
        seen.add(package.name)
        tops = {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}
        files |= {Path(str(package.locate_file(top))) for top in tops}
        for needed in map(Requirement, package.requires or ()):
            if not needed.marker or needed.marker.evaluate({"extra": ""}):
                waiting.append(needed.name)
    return files


def _run(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=CACHE,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
