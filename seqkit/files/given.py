"""Paths that a user gives, refused where they lead nowhere, in a line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def given_path(value: str | os.PathLike[str], name: str) -> Path:
    """A path that a user gives, which must not be empty: that would be the current folder.

    Args:
        value: the path.
        name: the argument.

    Returns:
        The path.

    Raises:
        ValueError: it is empty, as an unset variable of a shell is.

    Example:
        >>> given_path("", "export_path")
        Traceback (most recent call last):
            ...
        ValueError: export_path='' is empty (an unset variable?): give a path
    """
    shown = os.fspath(value)
    if not shown:
        raise ValueError(f"{name}={shown!r} is empty (an unset variable?): give a path")
    return Path(value)


def refuse_empty(given: Mapping[str, Any]) -> None:
    """Refuses texts that are empty, where an empty one is no value.

    Args:
        given: values by the name of the argument; what is no text is not looked at.

    Raises:
        ValueError: one is empty, as an unset variable of a shell is.

    Example:
        >>> refuse_empty({"data": "a.csv", "seed": 0, "image_dir": ""})
        Traceback (most recent call last):
            ...
        ValueError: image_dir='' is empty (an unset variable?): leave it out, or give a value
    """
    for name, value in given.items():
        if isinstance(value, str) and not value:
            raise ValueError(
                f"{name}='' is empty (an unset variable?): leave it out, or give a value"
            )


def writable_directory(value: str | os.PathLike[str], name: str) -> Path:
    """Makes a directory, or says why it cannot be written to.

    Args:
        value: the directory.
        name: the argument.

    Returns:
        Its absolute path.

    Raises:
        ValueError: it is empty, no directory, or cannot be made or written to.
    """
    path = given_path(value, name).absolute()
    shown = f"{name}={os.fspath(value)!r}"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        for place in (path, *path.parents):
            if place.is_symlink() and not place.exists():
                raise ValueError(
                    f"{shown}: {str(place)!r} is a link to {os.readlink(place)!r}, which does not "
                    "exist; make that, or remove the link"
                ) from error
        raise ValueError(f"{shown} is a file: give a directory") from error
    except (OSError, ValueError) as error:  # A name too long, with a NUL, on a read-only disk, …
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"{shown} cannot be made: {reason}") from error
    try:
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise ValueError(f"{shown} cannot be written to: {error.strerror}") from error
    return path
