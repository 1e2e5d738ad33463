"""How a command ends that cannot go on: one line and an exit code, from one table."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import typing
from collections.abc import Callable, Collection, Iterator

from seqkit.export.errors import ExportError
from seqkit.files.whole import NO_ROOM, system_error

WRONG_INPUT, FAILED, INTERRUPTED = 2, 1, 130


class Ending(typing.NamedTuple):
    """A row of the table.

    Attributes:
        fits: whether an error is of this kind.
        code: the exit code.
        say: what to tell of it.
    """

    fits: Callable[[BaseException], bool]
    code: int
    say: Callable[[BaseException], str]


def _of_system(error: BaseException) -> str:
    """What the operating system refused, and where."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


# The first row that fits counts. What fits none is a fault of the program: its traceback is shown.
ENDINGS = (
    Ending(lambda error: isinstance(error, ExportError), FAILED, str),
    Ending(lambda error: system_error(error) in NO_ROOM, FAILED, _of_system),
    Ending(
        lambda error: isinstance(error, MemoryError),
        FAILED,
        lambda error: f"not enough memory: {error}" if str(error) else "not enough memory",
    ),
    Ending(lambda error: isinstance(error, ValueError), WRONG_INPUT, str),
    Ending(
        lambda error: isinstance(error, OSError) or system_error(error) is not None,
        WRONG_INPUT,
        _of_system,
    ),
)


@contextlib.contextmanager
def short_errors(interrupted: str, flags: Collection[str] = ()) -> Iterator[None]:
    """Tells what a user can mend in a line, and ends the process with a code that says which.

    With `SEQKIT_TRACEBACK=1` in the environment errors keep their traceback.

    Args:
        interrupted: what to say after Ctrl-C.
        flags: names of arguments that are flags of this command.

    Raises:
        SystemExit: in place of an error that a row of `ENDINGS` fits.
    """
    try:
        yield
    except KeyboardInterrupt:
        _end(interrupted, INTERRUPTED)
    except Exception as error:
        row = next((row for row in ENDINGS if row.fits(error)), None)
        if row is None or os.environ.get("SEQKIT_TRACEBACK"):
            raise
        told = "; ".join([row.say(error), *getattr(error, "__notes__", ())])
        _end(f"error: {in_flags(' '.join(told.split()), flags)}", row.code)


def in_flags(message: str, names: Collection[str]) -> str:
    """Says in a message what to type on the command line, in place of arguments in Python.

    Args:
        message: names arguments, such as `resume=True`.
        names: the arguments that are flags.

    Returns:
        The message with flags. A name without an underscore is a word like any other unless a
        value follows.

    Example:
        >>> in_flags("give resume=True, or another export_path", ["resume", "export_path"])
        'give --resume, or another --export-path'
        >>> in_flags("copy=False, size='9': a copy", ["copy", "size"])
        "--no-copy, --size='9': a copy"
    """
    if not names:
        return message

    def flag(match: re.Match[str]) -> str:
        name, value = match[1].replace("_", "-"), match[2]
        if value in ("=True", "=False"):
            return f"--{name}" if value == "=True" else f"--no-{name}"
        return f"--{name}{value}" if value or "_" in match[1] else match[0]

    known = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    # Not within a path, a quoted value or a longer name.
    return re.sub(rf"(?<![\w./'\"-])({known})(=True\b|=False\b|=|(?![\w/]|\.\w))", flag, message)


def _end(message: str, code: int) -> typing.NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(code)
