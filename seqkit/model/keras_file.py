"""One `.keras` file for a whole model: Keras's core, and beside it what its shell is made of."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from seqkit.files.whole import explain_errors, write_aside
from seqkit.model.keras_archive import open_checked

# 1: no number; an entry named after the task, such as `text_classifier.json`, is the shell.
# 2: the entry `seqkit.json` has `format`, `task` and `shell`.
FORMAT = 2

_ENTRY = "seqkit.json"


def write_keras_file(
    path: str | os.PathLike[str], core: keras.Model, task: str, shell: Mapping[str, Any]
) -> None:
    """Writes a core and the configuration of its shell; aside first, then renamed.

    A Keras file is a zip archive: whoever loads it with Keras alone gets the core. An entry of
    its own says the format's number and the task, and holds the shell.

    Args:
        path: the file, its name ending in `.keras`.
        core: the model.
        task: what the shell does, such as `text classifier`; `read_keras_file` asks for it.
        shell: JSON-able values.

    Raises:
        ValueError: the name ends otherwise.
        OSError: it cannot be written; a file that was there is still whole.
    """
    target = Path(path)
    if target.suffix != ".keras":
        raise ValueError(f"path is {str(path)!r}; its name must end in .keras")
    size = sum(weight.numpy().nbytes for weight in core.weights)
    then = "make room; what was there before is whole"
    with explain_errors(target, size, "the weights", then), write_aside(target) as aside:
        core.save(aside)
        with zipfile.ZipFile(aside, "a", zipfile.ZIP_DEFLATED) as archive:
            header = {"format": FORMAT, "task": task, "shell": dict(shell)}
            archive.writestr(_ENTRY, json.dumps(header, ensure_ascii=False))


def read_keras_file(path: str | os.PathLike[str], task: str) -> tuple[keras.Model, dict[str, Any]]:
    """Reads what `write_keras_file` of this version or an earlier one wrote.

    Args:
        path: the file, or the directory of an artefact that holds `model.keras`.
        task: what the shell must do.

    Returns:
        The core and the configuration of the shell.

    Raises:
        ValueError: the file is not there, is damaged or no model, holds a model for another task,
            or was written in a format that this version does not know.
    """
    file, header = _open(path, task)
    if header["format"] > FORMAT:
        raise ValueError(
            f"{file} has format {header['format']}, but this version of seqkit reads formats up "
            f"to {FORMAT}; upgrade seqkit, or export the model again with this version"
        )
    if header["task"] != task:
        hint = f"its task is {header['task']!r}" if header["task"] else "was it saved by one?"
        raise ValueError(f"{file} holds no {task}; {hint}")
    try:
        return keras.models.load_model(file, compile=False), header["shell"]
    except MemoryError:
        raise
    except Exception as error:  # Keras has as many kinds as there are ways to be damaged.
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"{file} cannot be loaded by Keras {keras.__version__}: {first}"
        ) from error


def is_saved_as(path: str | os.PathLike[str], task: str) -> bool:
    """Whether a file holds a model for a task.

    Args:
        path: as in `read_keras_file`.
        task: the task.

    Returns:
        Whether it does.

    Raises:
        ValueError: the file is not there.
    """
    return _open(path, task)[1]["task"] == task


def _open(path: str | os.PathLike[str], task: str) -> tuple[Path, dict[str, Any]]:
    """The file, and its header."""
    file = Path(path) / "model.keras" if Path(path).is_dir() else Path(path)
    if not file.is_file():
        raise ValueError(f"path is {str(path)!r}, but there is no file {file}")
    with open_checked(file) as archive:
        return file, _read_header(archive, task)


def _read_header(archive: zipfile.ZipFile, task: str) -> dict[str, Any]:
    """Reads `format`, `task` and `shell`; the task is None where a file of format 1 lacks it."""
    names = archive.namelist()
    if _ENTRY in names:
        header = _read_json(archive, _ENTRY)
        number = header.get("format")
        if not isinstance(number, int) or not isinstance(header.get("task"), str):
            raise ValueError(f"its entry {_ENTRY!r} has no format and task")
        if number <= FORMAT and not isinstance(header.get("shell"), dict):
            raise ValueError(f"its entry {_ENTRY!r} has no shell")
        return header
    entry = f"{task.replace(' ', '_')}.json"
    if entry in names:
        return {"format": 1, "task": task, "shell": _read_json(archive, entry)}
    return {"format": 1, "task": None}


def _read_json(archive: zipfile.ZipFile, entry: str) -> dict[str, Any]:
    try:
        value = json.loads(archive.read(entry))
    except RecursionError as error:
        raise ValueError(f"its entry {entry!r} is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"its entry {entry!r} is no JSON object")
    return value
