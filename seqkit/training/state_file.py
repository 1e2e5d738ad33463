"""The state of a training on disk: written whole, read only where it is undamaged."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.files.whole import explain_errors, remove_leftovers, write_aside

NAME = "state.npz"


@dataclasses.dataclass(frozen=True)
class SavedState:
    """What a training needs in order to continue after an epoch.

    Attributes:
        fingerprint: what a resumed run must share with the run it continues.
        history: figures of each epoch so far.
        best_epoch: the epoch, from 0, with the best figure.
        now: weights, random generators and optimizer after the last epoch.
        best: weights after the best epoch.
    """

    fingerprint: Mapping[str, Any]
    history: list[dict[str, float]]
    best_epoch: int | None
    now: Sequence[np.ndarray]
    best: Sequence[np.ndarray]


def write(directory: Path, state: SavedState) -> None:
    """Writes the state after an epoch in place of that of the epoch before.

    Args:
        directory: where it is kept; made where it is missing.
        state: the state.

    Raises:
        OSError: it cannot be written; the state of the epoch before is still whole.
    """
    told = {
        "fingerprint": state.fingerprint,
        "history": state.history,
        "best_epoch": state.best_epoch,
    }
    arrays = {f"now{i}": value for i, value in enumerate(state.now)}
    arrays |= {f"best{i}": value for i, value in enumerate(state.best)}
    size = sum(value.nbytes for value in arrays.values())
    done = len(state.history) - 1
    kept = f"the state after epoch {done} is whole" if done else "no earlier state was kept"
    path = directory / NAME
    with explain_errors(path, size, "weights and optimizer", f"make room; {kept}"):
        directory.mkdir(parents=True, exist_ok=True)
        with write_aside(path) as aside, aside.open("wb") as file:
            np.savez(file, told=np.array(json.dumps(told)), **arrays)  # type: ignore[arg-type]


def read(directory: Path) -> SavedState | None:
    """Reads what `write` wrote.

    Args:
        directory: where it is kept.

    Returns:
        The state; None where there is none.

    Raises:
        ValueError: the file is damaged.
    """
    path = directory / NAME
    if not path.exists():
        return None
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("it is no whole archive")
        with np.load(path, allow_pickle=False) as arrays:
            told = json.loads(str(arrays["told"]))
            names = set(arrays.files)
            now, best = (
                [arrays[f"{part}{i}"] for i in range(sum(n.startswith(part) for n in names))]
                for part in ("now", "best")
            )
        return SavedState(told["fingerprint"], told["history"], told["best_epoch"], now, best)
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, MemoryError) as error:
        raise ValueError(
            f"{path} is damaged and cannot be continued from ({error}): begin anew with "
            "restart=True"
        ) from error


def clear_leftovers(directory: Path) -> None:
    """Removes what a process left that was killed while it wrote a state."""
    remove_leftovers(directory / NAME)


def describe(directory: Path) -> list[str]:
    """Says what states lie in a directory and its folders.

    Args:
        directory: that of a run, which may have stages.

    Returns:
        A line for each; none where no epoch was finished.
    """
    lines = []
    for path in sorted(directory.rglob(NAME)):
        stage = path.parent.relative_to(directory)
        of_stage = f" of stage {stage.as_posix()!r}" if stage.parts else ""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                epochs = len(json.loads(str(arrays["told"]))["history"])
        except Exception:  # Whatever is wrong with it is told by whoever reads it.
            lines.append(f"a damaged state{of_stage}")
        else:
            lines.append(f"{epochs} finished {'epoch' if epochs == 1 else 'epochs'}{of_stage}")
    return lines
