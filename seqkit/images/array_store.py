"""Rows of one shape on disk, computed once; an interrupted computation can be resumed."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.files.lock import hold
from seqkit.files.whole import explain_errors, write_aside


class ArrayStore:
    """Rows of one shape and dtype in a `.npy` file, read from disk when they are indexed.

    Args:
        path: a `.npy` file, as `fill` writes it.

    Attributes:
        shape: of one row.
        dtype: of the rows.

    Raises:
        ValueError: the file does not exist or is not a complete `.npy` file.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "squares.npy"
        >>> def squares(rows):
        ...     return np.array([[row * row] for row in rows], np.float32)
        >>> store = ArrayStore.fill(path, ["a", "b", "c"], (1,), np.float32, squares, "squares")
        >>> len(store), store[[2, 0]].tolist()
        (3, [[4.0], [0.0]])
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        try:
            self._rows = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ValueError(f"path is {str(path)!r}, not a readable array: {error}") from error
        self.shape: tuple[int, ...] = self._rows.shape[1:]
        self.dtype: np.dtype[Any] = self._rows.dtype

    def __len__(self) -> int:
        """Gives the number of rows."""
        return len(self._rows)

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Reads rows.

        Args:
            rows: `<int>[n]`, or any other index of the first axis of an array.

        Returns:
            `[n, *shape]`, in memory.
        """
        return np.array(self._rows[rows])

    @classmethod
    def fill(
        cls,
        path: str | os.PathLike[str],
        keys: Sequence[str],
        shape: Sequence[int],
        dtype: Any,
        compute: Callable[[Sequence[int]], np.ndarray],
        settings: str,
        *,
        chunk: int = 64,
        progress: Callable[[int, int], None] | None = None,
    ) -> ArrayStore:
        """Computes the rows that are not on disk yet, and opens the store.

        Rows are written to `<path>.part`, which gets its name when it is whole: a process that
        reads an earlier file goes on reading that. The number of rows done is written beside it
        after each chunk, so that an interrupted run can be resumed. With other keys or settings,
        or if the file has been truncated or overwritten, it is computed again.

        Args:
            path: the file, its name ending in `.npy`; its directory is created.
            keys: an identifier of each row, such as the SHA-256 of its source.
            shape: of one row.
            dtype: of the rows.
            compute: from positions in `keys` to their rows, `[n, *shape]` of `dtype`.
            settings: what else the rows depend on, such as the encoder and its weights.
            chunk: how many rows to compute together.
            progress: called after each chunk with the number of rows done and of all rows.

        Returns:
            The store, with a row for each key.

        Raises:
            ValueError: the name has another ending, `chunk` is less than 1, `compute` returns
                another shape or dtype, or another process is computing them.
            OSError: the rows cannot be written, for instance because the disk is full; the next
                run continues after those already written.
        """
        target = Path(path)
        if target.suffix != ".npy":
            raise ValueError(f"path is {str(path)!r}; its name must end in .npy")
        if chunk < 1:
            raise ValueError(f"chunk must be at least 1, got {chunk}")
        header = _header((len(keys), *shape), np.dtype(dtype))
        row_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        contents = {"settings": settings, "keys": _digest(keys), "header": header.hex()}
        if _rows_done(target, contents, header, row_bytes) == len(keys):
            return cls(target)
        with hold(target.with_name(f"{target.name}.lock"), f"path={str(path)!r}"):
            # Aside, and never into the file itself: another process may be reading that.
            _progress_file(target).unlink(missing_ok=True)
            target.unlink(missing_ok=True)
            part = target.with_name(f"{target.name}.part")
            rows_done = _rows_done(part, contents, header, row_bytes)
            explained = functools.partial(
                explain_errors,
                target,
                len(header) + len(keys) * row_bytes,
                "all rows",
                "make room or choose another path, and run again to continue after the rows "
                "already written",
            )
            if rows_done is None:
                with explained():
                    _write_progress(part, contents, 0)
                    part.write_bytes(header)
            for start in range(rows_done or 0, len(keys), chunk):
                rows = range(start, min(start + chunk, len(keys)))
                values = _check_rows(compute(rows), (len(rows), *shape), np.dtype(dtype))
                with explained():
                    _write_rows(part, values, len(header) + start * row_bytes)
                    _write_progress(part, contents, rows.stop)
                if progress is not None:
                    progress(rows.stop, len(keys))
            part.replace(target)
            # Afterwards: it says what is in the file, which no other file may be taken for.
            _progress_file(part).replace(_progress_file(target))
        return cls(target)


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(keys)).encode()).hexdigest()


def _header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    """Gives the first bytes of the `.npy` file."""
    buffer = io.BytesIO()
    description = np.lib.format.dtype_to_descr(dtype)
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": description, "fortran_order": False, "shape": shape}
    )
    return buffer.getvalue()


def _rows_done(target: Path, contents: dict[str, str], header: bytes, row_bytes: int) -> int | None:
    """Gives the number of these rows in the file; None if it must be computed again."""
    try:
        state = json.loads(_progress_file(target).read_text("utf-8"))
        done = int(state.pop("done"))
        with target.open("rb") as file:
            begins_well = file.read(len(header)) == header
    except (FileNotFoundError, ValueError, KeyError, AttributeError, TypeError):
        return None
    whole = target.stat().st_size >= len(header) + done * row_bytes
    return done if state == contents and begins_well and whole and done >= 0 else None


def _check_rows(values: np.ndarray, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    if values.shape != shape or values.dtype != dtype:
        raise ValueError(
            f"compute returned {values.dtype}{list(values.shape)}, expected {dtype}{list(shape)}"
        )
    return np.ascontiguousarray(values)


def _write_rows(target: Path, values: np.ndarray, position: int) -> None:
    # Written, not mapped: a full disk is then an error and does not kill the process.
    with target.open("r+b") as file:
        file.seek(position)
        file.write(values.data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _progress_file(target: Path) -> Path:
    return target.with_name(f"{target.name}.json")


def _write_progress(target: Path, contents: dict[str, str], done: int) -> None:
    with write_aside(_progress_file(target)) as aside:
        aside.write_text(json.dumps({**contents, "done": done}), "utf-8")
