"""Rows of one shape on disk: computed once, with progress, gone on with after an interruption."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np


class ArrayStore:
    """Rows of one shape and dtype in a `.npy` file, read from disk as they are asked for.

    Args:
        path: a `.npy` file, as `fill` writes it.

    Attributes:
        shape: of one row.
        dtype: of the rows.

    Raises:
        ValueError: the file is not there, or is no whole `.npy` file.

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
            raise ValueError(f"path is {str(path)!r}, no array to read: {error}") from error
        self.shape: tuple[int, ...] = self._rows.shape[1:]
        self.dtype: np.dtype[Any] = self._rows.dtype

    def __len__(self) -> int:
        """Gives the number of rows."""
        return len(self._rows)

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Reads rows.

        Args:
            rows: `<int>[n]`, or whatever indexes the first axis of an array.

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

        How far it got is written beside the file, in `<path>.json`, after each chunk: a run that
        was interrupted is gone on with. With other keys or settings, or where the file has been
        cut or overwritten, it is made anew.

        Args:
            path: the file, its name ending in `.npy`; its directory is made.
            keys: what identifies each row, such as the SHA-256 of what it is computed from.
            shape: of one row.
            dtype: of the rows.
            compute: from some positions in `keys` to their rows, `[n, *shape]` of `dtype`.
            settings: what else the rows depend on, such as the encoder and its weights.
            chunk: how many rows are computed together.
            progress: called with the rows that are there and all rows, after each chunk.

        Returns:
            The store, of as many rows as there are keys.

        Raises:
            ValueError: the name ends otherwise, `chunk` is less than 1, or `compute` gives another
                shape or dtype.
            OSError: the rows cannot be written, for instance because the disk is full; what was
                written before is gone on with.
        """
        target = Path(path)
        if target.suffix != ".npy":
            raise ValueError(f"path is {str(path)!r}; its name must end in .npy")
        if chunk < 1:
            raise ValueError(f"chunk must be at least 1, got {chunk}")
        header = _header((len(keys), *shape), np.dtype(dtype))
        row_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        told = {"settings": settings, "keys": _digest(keys), "header": header.hex()}
        total = len(header) + len(keys) * row_bytes
        done = _rows_done(target, told, header, row_bytes)
        if done is None:
            with _told_errors(target, total):
                _write_progress(target, told, 0)
                target.write_bytes(header)
        for start in range(done or 0, len(keys), chunk):
            rows = range(start, min(start + chunk, len(keys)))
            values = _checked(compute(rows), (len(rows), *shape), np.dtype(dtype))
            with _told_errors(target, total):
                _write_rows(target, values, len(header) + start * row_bytes)
                _write_progress(target, told, rows.stop)
            if progress is not None:
                progress(rows.stop, len(keys))
        return cls(target)


@contextlib.contextmanager
def _told_errors(target: Path, total: int) -> Iterator[None]:
    """Says what to do where writing fails."""
    try:
        yield
    except OSError as error:
        raise OSError(
            error.errno,
            f"{error.strerror}; all rows take {total / 1e6:.1f} MB: make room or choose another "
            "path, and run again to go on from the rows that are there",
            str(target),
        ) from error


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(keys)).encode()).hexdigest()


def _header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    """The first bytes of the `.npy` file."""
    buffer = io.BytesIO()
    description = np.lib.format.dtype_to_descr(dtype)
    np.lib.format.write_array_header_1_0(
        buffer, {"descr": description, "fortran_order": False, "shape": shape}
    )
    return buffer.getvalue()


def _rows_done(target: Path, told: dict[str, str], header: bytes, row_bytes: int) -> int | None:
    """How many rows of these are in the file; None where it must be made anew."""
    try:
        state = json.loads(_progress_file(target).read_text("utf-8"))
        done = int(state.pop("done"))
        with target.open("rb") as file:
            begins_well = file.read(len(header)) == header
    except (FileNotFoundError, ValueError, KeyError, AttributeError, TypeError):
        return None
    whole = target.stat().st_size >= len(header) + done * row_bytes
    return done if state == told and begins_well and whole and done >= 0 else None


def _checked(values: np.ndarray, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    if values.shape != shape or values.dtype != dtype:
        raise ValueError(
            f"compute gave {values.dtype}{list(values.shape)}, expected {dtype}{list(shape)}"
        )
    return np.ascontiguousarray(values)


def _write_rows(target: Path, values: np.ndarray, position: int) -> None:
    # Written, not mapped: a full disk is then an error, and not the end of the process.
    with target.open("r+b") as file:
        file.seek(position)
        file.write(values.data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _progress_file(target: Path) -> Path:
    return target.with_name(f"{target.name}.json")


def _write_progress(target: Path, told: dict[str, str], done: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{os.getpid()}.{target.name}.json")
    try:
        aside.write_text(json.dumps({**told, "done": done}), "utf-8")
        aside.replace(_progress_file(target))
    finally:
        aside.unlink(missing_ok=True)
