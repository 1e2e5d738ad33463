"""A lock on a folder: one process holds it, and everyone else is told which."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: there, nothing keeps two processes out of one folder.
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def hold(path: Path, held: str) -> Iterator[None]:
    """Holds a lock as long as a block lasts; the system gives it back if the process dies.

    Args:
        path: the lock's file; its folder is made where it is missing. It is removed afterwards.
        held: what the lock guards, in the words of the one who asks for it.

    Raises:
        ValueError: another process holds it; the message says which, on what machine, since when.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> with hold(folder / "lock", "the folder"):
        ...     print([path.name for path in folder.iterdir()])
        ['lock']
        >>> list(folder.iterdir())
        []
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _acquire(path, held)
    try:
        holder = {
            "process": os.getpid(),
            "host": platform.node(),
            "since": datetime.datetime.now().astimezone().isoformat(" ", "seconds"),
        }
        file.truncate(0)  # What a process wrote that died.
        file.write(json.dumps(holder))
        file.flush()
        yield
    finally:
        path.unlink(missing_ok=True)  # Before it is given back: then it is still ours.
        file.close()


@contextlib.contextmanager
def wait_for(path: Path) -> Iterator[None]:
    """Waits until no other process holds a lock, then holds it as long as a block lasts.

    Args:
        path: the lock's file; it stays.
    """
    with path.open("a") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _acquire(path: Path, held: str) -> IO[str]:
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with file:
                file.seek(0)
                raise ValueError(f"{held} is in use: {_describe(file.read())}") from None
        except BaseException:
            file.close()
            raise
        # Between opening and locking, the file may have been removed by the one who held it: a
        # lock on a file without a name excludes nobody.
        if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
        file.close()


def _describe(content: str) -> str:
    """Says who holds a lock, from what its file has."""
    try:
        holder = json.loads(content)
        who = f"process {holder['process']} on {holder['host']} since {holder['since']}"
    except (ValueError, KeyError, TypeError):  # It has the lock, and has not written yet.
        who = "another process since just now"
    return f"held by {who}; wait until it ends, or choose another folder"
