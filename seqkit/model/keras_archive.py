"""The zip archive that a `.keras` file is, opened only where it is whole and of a sane size."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

_WEIGHTS = "model.weights.h5"
# A zip archive or an HDF5 file may claim to hold a thousand times its size. Nothing that Keras or
# seqkit writes is large and shrinks to a hundredth: what does was made to fill the memory.
_LARGE = 16 << 20
_MOST_EXPANSION = 100


@contextlib.contextmanager
def open_checked(file: Path) -> Iterator[zipfile.ZipFile]:
    """Opens the archive of a Keras file, after a look at its sizes and checksums.

    Args:
        file: the file.

    Yields:
        The archive. A `ValueError` of the block is taken for damage of the file, too.

    Raises:
        ValueError: the file is damaged or no Keras file, or unpacks to what no model does.
        OSError: the file cannot be opened.
    """
    file.open("rb").close()  # What fails from here on is the fault of what is in the file.
    try:
        with zipfile.ZipFile(file) as archive:
            _check_sizes(archive, file)
            if (broken := archive.testzip()) is not None:
                raise ValueError(f"the checksum of its entry {broken!r} is wrong")
            if "config.json" not in archive.namelist():
                raise ValueError("it has no entry 'config.json'")
            if _WEIGHTS in archive.namelist():
                _check_weights(archive)
            yield archive
    except MemoryError:
        raise
    except Exception as error:
        raise ValueError(f"{file} {_what_is_wrong(file, error)}") from error


def _what_is_wrong(file: Path, error: Exception) -> str:
    """Says what a file is that cannot be read, by how it begins."""
    with file.open("rb") as opened:
        start = opened.read(64)
    if start.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer in place of the model: `git lfs pull` fetches it"
    if not start.startswith(b"PK"):
        kind = "empty" if not start else "no Keras file"
        kind = "an HDF5 file of older programs" if start.startswith(b"\x89HDF") else kind
        return f"is {kind} ({error}): give a file that seqkit wrote"
    return f"is damaged ({error}): copy it again from where it is whole, or train again"


def _check_sizes(archive: zipfile.ZipFile, file: Path) -> None:
    """Refuses, before anything is unpacked, an archive whose content would fill the memory."""
    entries = archive.infolist()
    sizes = [(repr(entry.filename), entry.file_size, entry.compress_size) for entry in entries]
    whole = sum(entry.file_size for entry in entries)
    for name, unpacked, packed in [*sizes, ("all of it", whole, file.stat().st_size)]:
        _refuse_expansion(name, unpacked, packed)


def _check_weights(archive: zipfile.ZipFile) -> None:
    """Refuses weights that are not in the file: elsewhere on the disk, or nowhere and large."""
    with archive.open(_WEIGHTS) as opened, h5py.File(opened, "r") as weights:
        total = 0

        def visit(group: Any) -> None:
            nonlocal total
            for name in group:
                link = group.get(name, getlink=True)
                if not isinstance(link, h5py.HardLink):
                    raise ValueError(f"its weights {name!r} are a link")
                item = group[name]
                if isinstance(item, h5py.Group):
                    visit(item)
                elif item.is_virtual or item.external:
                    raise ValueError(f"its weights {name!r} lie in other files")
                else:
                    total += item.nbytes

        visit(weights)
    _refuse_expansion(repr(_WEIGHTS), total, archive.getinfo(_WEIGHTS).file_size)


def _refuse_expansion(name: str, unpacked: int, packed: int) -> None:
    if unpacked > _LARGE and unpacked > _MOST_EXPANSION * packed:
        raise ValueError(
            f"{name} unpacks from {packed / 1e6:.1f} MB to {unpacked / 1e6:,.0f} MB, which no "
            "model does"
        )
