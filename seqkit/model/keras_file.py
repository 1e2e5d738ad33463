"""One `.keras` file for a whole model: Keras's core, and beside it what its shell is made of."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras


def write_keras_file(
    path: str | os.PathLike[str], core: keras.Model, task: str, shell: Mapping[str, Any]
) -> None:
    """Writes a core and the configuration of its shell; aside first, then renamed.

    A Keras file is a zip archive: whoever loads it with Keras alone gets the core.

    Args:
        path: the file, its name ending in `.keras`.
        core: the model.
        task: what the shell does, such as `text classifier`; `read_keras_file` asks for it.
        shell: JSON-able values.

    Raises:
        ValueError: the name ends otherwise.
    """
    target = Path(path)
    if target.suffix != ".keras":
        raise ValueError(f"path is {str(path)!r}; its name must end in .keras")
    aside = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        core.save(aside)
        with zipfile.ZipFile(aside, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_entry(task), json.dumps(shell, ensure_ascii=False))
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def read_keras_file(path: str | os.PathLike[str], task: str) -> tuple[keras.Model, dict[str, Any]]:
    """Reads what `write_keras_file` wrote.

    Args:
        path: the file, or the directory of an artefact that holds `model.keras`.
        task: what the shell must do.

    Returns:
        The core and the configuration of the shell.

    Raises:
        ValueError: the file is not there, or holds a model for another task.
    """
    file = Path(path) / "model.keras" if Path(path).is_dir() else Path(path)
    if not file.is_file():
        raise ValueError(f"path is {str(path)!r}, but there is no file {file}")
    with zipfile.ZipFile(file) as archive:
        if _entry(task) not in archive.namelist():
            raise ValueError(f"{file} holds no {task}; was it saved by one?")
        shell = json.loads(archive.read(_entry(task)))
    return keras.models.load_model(file, compile=False), shell


def _entry(task: str) -> str:
    return f"{task.replace(' ', '_')}.json"
