"""Tells whether an exported directory is whole and still answers as it did at export."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqkit.export import layout, manifest
from seqkit.files.given import given_path

CLEAN_PROCESS = Path(__file__).with_name("clean_process.py")


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was exported.

    Attributes:
        message: what is wrong.
        signature: the signature that answers differently; None for a problem of files.
        output: the output of that signature.
        row: the row of its golden inputs, from 0.
    """

    message: str
    signature: str | None = None
    output: str | None = None
    row: int | None = None

    def __str__(self) -> str:
        place = "/".join(part for part in (self.signature, self.output) if part)
        if self.row is not None:
            place += f", row {self.row}"
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True)
class VerifyResult:
    """What `verify` found.

    Attributes:
        path: the artefact.
        version: its newest served version, None where there is none.
        problems: all that is wrong; empty for an artefact that can be served.
        rows: how many rows each signature answered.
        greatest_difference: the greatest difference of any float from its golden value.
        tensorflow: the TensorFlow that answered.
        seconds: how long it took.
    """

    path: Path
    version: int | None
    problems: tuple[Problem, ...]
    rows: Mapping[str, int] = field(default_factory=dict)
    greatest_difference: float = 0.0
    tensorflow: str | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def lines(self) -> list[str]:
        """The result as lines of plain text."""
        if not self.ok:
            return [f"{self.path}: not as exported", *(f"  {problem}" for problem in self.problems)]
        rows = ", ".join(f"{name} ({count})" for name, count in sorted(self.rows.items()))
        return [
            f"{self.path}: verified, version {self.version}",
            f"  answered as at export, by signature (rows): {rows}",
            f"  greatest difference of a number: {self.greatest_difference:.2g}",
            f"  TensorFlow {self.tensorflow} on the CPU, without seqkit, in {self.seconds:.0f} s",
        ]


def verify(path: str | os.PathLike[str], *, timeout: float = 900.0) -> VerifyResult:
    """Checks the files of an artefact, and its answers in a clean process.

    The files must be those that the manifest of the newest served version lists, with their
    SHA-256; what someone changed who also changed the manifest is not found. If they are, that
    version is loaded by an isolated Python with plain TensorFlow, without seqkit, on the CPU, and
    must answer golden.json: strings, whole numbers and truth values exactly, floats within the
    tolerance written there (1e-4, or 1e-5 of their size if that is more). Every signature
    with a free batch dimension must also answer an empty batch. A model with other files than those
    exported is not loaded, nor is one whose graph reads or writes files or runs Python.

    Args:
        path: the artefact's directory.
        timeout: seconds to wait for the process.

    Returns:
        What was found; see its `ok` and `problems`.

    Raises:
        ValueError: `path` is empty or not a directory.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as empty:
        ...     print(verify(empty).problems[0])
        card.json is missing: this is no export, or not all of one
    """
    started = time.perf_counter()
    root = given_path(path, "path")
    if not root.is_dir():
        raise ValueError(f"path={os.fspath(path)!r} is not a directory: give that of an export")
    # A relative path would mean another place to a process that changes its directory.
    root = root.resolve()
    versions = layout.versions(root)
    version = versions[-1] if versions else None
    problems = [Problem(message) for message in manifest.problems_of(root, version)]
    if problems:
        return VerifyResult(root, version, tuple(problems), seconds=time.perf_counter() - started)
    answered = _answers(root / layout.SERVING / str(version), root / layout.GOLDEN, timeout)
    return VerifyResult(
        path=root,
        version=version,
        problems=tuple(
            Problem(message, signature, output, row)
            for signature, output, row, message in answered["problems"]
        ),
        rows=answered.get("rows", {}),
        greatest_difference=answered.get("greatest_difference", 0.0),
        tensorflow=answered.get("tensorflow"),
        seconds=time.perf_counter() - started,
    )


def _answers(serving: Path, golden: Path, timeout: float) -> dict[str, Any]:
    """Runs the clean process and gives its result, or the reason why there is none."""
    with tempfile.TemporaryDirectory(prefix="seqkit-verify-") as folder:
        request, result = Path(folder, "request.json"), Path(folder, "result.json")
        request.write_text(
            json.dumps(
                {"serving": str(serving), "golden": str(golden), "import_paths": _import_paths()}
            ),
            encoding="utf-8",
        )
        try:
            process = _run([str(CLEAN_PROCESS), str(request), str(result)], timeout)
        except subprocess.TimeoutExpired:
            return _no_answer(f"the served model gave no answer within {timeout:g} s")
        if process.returncode == 0 and result.is_file():
            return json.loads(result.read_text(encoding="utf-8"))
        said = process.stderr.decode(errors="replace").strip()[-1000:]
        return _no_answer(f"the clean process ended with {process.returncode}: {said}")


def _run(arguments: list[str], timeout: float) -> subprocess.CompletedProcess[bytes]:
    """Runs an isolated Python, without a GPU."""
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    # Without cached bytecode TensorFlow takes five times as long to import.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(
        [sys.executable, "-I", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )


def _no_answer(message: str) -> dict[str, Any]:
    return {"problems": [(None, None, None, message)]}


def _import_paths() -> list[str]:
    """Where TensorFlow is installed: an isolated Python does not look into a user's own folder."""
    return [path for path in sys.path if path and Path(path, "tensorflow").is_dir()]
