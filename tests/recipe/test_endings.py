"""A command that cannot go on ends with a line and a code, from one table."""

from __future__ import annotations

import errno
import os

import pytest

from seqkit.export.errors import ExportError
from seqkit.recipe.endings import in_flags, short_errors


class OfTensorFlow(Exception):
    """Stands for an error of a library that has the words of the system in its message."""


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 130, "stopped"),
        (ExportError("refused:\n  a"), 1, "error: refused: a"),
        (ValueError("row 3\n is wrong"), 2, "error: row 3 is wrong"),
        (MemoryError("8.00 GiB"), 1, "error: not enough memory: 8.00 GiB"),
        (MemoryError(), 1, "error: not enough memory"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS), "a"), 2, "error: Read-only file system: a"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "n"), 2, "error: File name too long: n"),
        (OSError(errno.ENOSPC, "No space left on device; 3 MB", "a"), 1,
         "error: No space left on device; 3 MB: a"),
        (OSError(errno.EIO, "Input/output error"), 2, "error: Input/output error"),
        (OSError(errno.ELOOP, "Too many levels", "a"), 2, "error: Too many levels: a"),
        (NotADirectoryError(20, "Not a directory", "a/b"), 2, "error: Not a directory: a/b"),
        (TimeoutError("no answer"), 2, "error: no answer"),
        (OfTensorFlow("a/b; No space left on device"), 1, "error: a/b; No space left on device"),
        (OfTensorFlow("a/b; Permission denied"), 2, "error: a/b; Permission denied"),
    ],
    ids=repr,
)  # fmt: skip
def test_what_a_user_can_mend_is_a_line(error, code, line, capsys):
    with pytest.raises(SystemExit) as ended, short_errors("stopped"):
        raise error
    assert ended.value.code == code
    assert capsys.readouterr().err == line + "\n"


@pytest.mark.parametrize("error", [KeyError("bug"), TypeError("bug"), OfTensorFlow("bug")])
def test_a_fault_of_the_program_keeps_its_traceback(error):
    with pytest.raises(type(error)), short_errors("stopped"):
        raise error


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("give resume=True or restart=True", "give --resume or --restart"),
        ("export_path='a b' is a file", "--export-path='a b' is a file"),
        ("give another export_path", "give another --export-path"),
        ("resume: data.csv, line 3", "resume: data.csv, line 3"),
        ("/tmp/export_path/state.npz, 'resume=True'", "/tmp/export_path/state.npz, 'resume=True'"),
        ("no_export_path=3, data_resume=4", "no_export_path=3, data_resume=4"),
        ("copy=False", "--no-copy"),
        ("resume=Trueish", "--resume=Trueish"),
    ],
)
def test_arguments_are_flags_on_the_command_line(message, expected):
    assert in_flags(message, {"resume", "restart", "export_path", "data", "copy"}) == expected
    assert in_flags(message, ()) == message
