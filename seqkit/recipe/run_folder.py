"""The folder that a run writes to: held by one run, and asked for what an earlier one left."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from seqkit.export.artefact import check_target
from seqkit.files.given import writable_directory
from seqkit.files.lock import hold
from seqkit.training import state_file

# Below the directory of an export: the state of a run that has not ended.
STATE = ".training"


@contextlib.contextmanager
def open_run_folder(
    export_path: str | os.PathLike[str] | None,
    log_dir: str | os.PathLike[str] | None,
    *,
    resume: bool,
    restart: bool,
) -> Iterator[Path | None]:
    """Makes sure, before any work, that a run may write to its directories, and holds them.

    Args:
        export_path: the directory of the export; None where nothing is written.
        log_dir: directory for TensorBoard, or None.
        resume: whether the run continues what an earlier one left.
        restart: whether it may delete what an earlier one left.

    Yields:
        The absolute path of the directory, or None.

    Raises:
        ValueError: the directory cannot be written to, another run holds it, or it has the state
            of an interrupted run and neither `resume` nor `restart` says what shall become of it.
        ExportError: see `seqkit.export.artefact.check_target`.
    """
    if log_dir is not None:
        writable_directory(log_dir, "log_dir")
    if export_path is None:
        if resume:
            raise ValueError(
                "resume=True without export_path: give the export_path of the interrupted run"
            )
        yield None
        return
    is_new = not os.path.lexists(export_path)
    root = check_target(export_path)
    shown = f"export_path={os.fspath(export_path)!r}"
    try:
        with hold_state(root / STATE, shown, resume=resume, restart=restart):
            yield root
    finally:
        if is_new:
            with contextlib.suppress(OSError):  # Something was written: it stays.
                root.rmdir()


@contextlib.contextmanager
def hold_state(directory: Path, shown: str, *, resume: bool, restart: bool) -> Iterator[None]:
    """Keeps all other runs from a directory that holds the state of a run.

    Args:
        directory: the directory; a lock lies beside it.
        shown: what the user gave, for messages.
        resume: whether the run continues what an earlier one left.
        restart: whether it may delete what an earlier one left.

    Raises:
        ValueError: as `open_run_folder`.
    """
    if resume and restart:
        raise ValueError("resume=True and restart=True exclude each other: give one of them")
    for place in (directory.parent, directory):
        if os.path.lexists(place):
            writable_directory(place, "checkpoints")
    with hold(directory.with_name(f"{directory.name}.lock"), shown):
        states = state_file.describe(directory)
        if resume and not states:
            print(f"{shown} has no finished epoch to continue from: training begins anew")
        elif states and not (resume or restart):
            raise ValueError(
                f"{shown} has what an interrupted run left ({', '.join(states)}): give resume=True "
                "to continue it, or restart=True to delete it and begin anew"
            )
        yield
