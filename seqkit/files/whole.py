"""Files that are whole under their name at any time: written aside, flushed, renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Errors of the system that say there is no room for more.
NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
# What libraries that write files themselves say in words, in errors of their own.
_IN_WORDS = (*NO_ROOM, errno.EROFS, errno.EACCES, errno.ENAMETOOLONG, errno.EIO)


def system_error(error: BaseException) -> int | None:
    """The error of the operating system behind an error.

    Args:
        error: also one of TensorFlow or HDF5, which have its words in their message.

    Returns:
        Its number, as in the module `errno`; None where it is something else.

    Example:
        >>> system_error(OSError(28, "No space left on device")) == errno.ENOSPC
        True
        >>> system_error(RuntimeError("a/b; No space left on device")) == errno.ENOSPC
        True
    """
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if isinstance(error, ValueError):  # Ours; it says what it says.
        return None
    return next((number for number in _IN_WORDS if os.strerror(number) in str(error)), None)


@contextlib.contextmanager
def write_aside(path: Path) -> Iterator[Path]:
    """Gives a place to write a file to, and renames it when it is whole.

    Args:
        path: the file; one that is there is replaced at the end, or stays as it is on an error.

    Yields:
        A path in the same folder, with the same ending.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "notes.txt"
        >>> with write_aside(path) as aside:
        ...     _ = aside.write_text("all of it")
        ...     path.exists()
        False
        >>> path.read_text(), len(list(path.parent.iterdir()))
        ('all of it', 1)
    """
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield aside
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Removes what killed processes left of `write_aside`; nobody else may be writing the file.

    Args:
        path: the file that was to be written.
    """
    earlier = path.parent.glob(f"{path.name}.*")  # How states were named before.
    for leftover in [*path.parent.glob(f".*.{path.name}"), *earlier]:
        if leftover.name.removesuffix(path.name).strip(".").isdecimal() or (
            leftover.suffix.strip(".").isdecimal()
        ):
            leftover.unlink(missing_ok=True)


@contextlib.contextmanager
def explain_errors(path: Path, size: int, what: str, then: str) -> Iterator[None]:
    """Adds to an error of writing how much room was needed and was missing, and what to do.

    Args:
        path: what is written; the error names it.
        size: how many bytes are written in all.
        what: what they are, as the subject of "take 3.0 MB".
        then: what to do when there is room, and what is still whole.

    Raises:
        OSError: as the block raised it, with such a message.
    """
    try:
        yield
    except Exception as error:
        number = system_error(error)
        if number is None:
            raise
        missing = ""
        if number in NO_ROOM:
            with contextlib.suppress(OSError):
                lacking = size - shutil.disk_usage(path.parent).free
                missing = f", {lacking / 1e6:.1f} MB more than are free" if lacking > 0 else ""
        if isinstance(error, OSError) and "; " in (error.strerror or ""):
            raise  # What was being written inside has said it.
        raise OSError(
            number,
            f"{os.strerror(number)}; {what} take {size / 1e6:.1f} MB{missing}: {then}",
            str(getattr(error, "filename", None) or path),
        ) from error
