"""Packed files: what they are without their packing, and their bytes unpacked."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa

from seqkit.arguments import shown
from seqkit.data.errors import DataError

PACKINGS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "Zstandard", ".zip": "zip"}
# What reading packed bytes raises where they are damaged; an `OSError` of the disk has a number.
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
# What systems add to archives without being asked.
_ADDED = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
# What people put beside data to describe them.
_ABOUT = re.compile(
    r"(read_?me|licen[cs]e|copying|copyright|notice|change(s|log)|citation|credits|authors|terms)"
    r"\b.*|.*\.(md|rst|pdf|html?|docx?|odt|rtf|py|ipynb|bib|cff|url)",
    re.IGNORECASE,
)


def plain_path(path: Path) -> Path:
    """The path without its packing; a name inside a zip archive tells where the outer does not.

    Example:
        >>> plain_path(Path("data/train.csv.gz")), plain_path(Path("train.csv"))
        (PosixPath('data/train.csv'), PosixPath('train.csv'))
    """
    if path.suffix.lower() not in PACKINGS:
        return path
    plain = path.with_suffix("")
    if path.suffix.lower() != ".zip" or plain.suffix or not path.is_file():
        return plain
    try:
        with zipfile.ZipFile(path) as archive:
            return plain.with_name(Path(_member(archive, path)).name)
    except zipfile.BadZipFile as error:
        raise broken(path, "at its end", error) from None


def unpack(file: Any, path: Path) -> Any:
    """The bytes themselves of a file that may be packed, as its name tells.

    Args:
        file: The file opened for reading, as bytes.
        path: Its path.

    Raises:
        DataError: It is an archive of several files, or locked by a password, or damaged.
    """
    match path.suffix.lower():
        case ".gz":
            return gzip.GzipFile(fileobj=file)
        case ".bz2":
            return bz2.BZ2File(file)
        case ".xz":
            return lzma.LZMAFile(file)
        case ".zst":
            return pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")
        case ".zip":
            try:
                archive = zipfile.ZipFile(path)
                return archive.open(_member(archive, path))
            except zipfile.BadZipFile as error:
                raise broken(path, "at its end", error) from None
            except (RuntimeError, NotImplementedError) as error:
                raise DataError(
                    f"{path}: cannot be unpacked here ({error}). Unpack it, and give the file."
                ) from None
    return file


def broken(path: Path, where: str, error: Exception) -> Exception:
    """The error for packing that cannot be undone; a fault of the disk stays what it is."""
    if getattr(error, "errno", None) is not None or path.suffix.lower() not in PACKINGS:
        return error
    suffix = path.suffix.lower()
    return DataError(
        f"{path}, {where}: broken {PACKINGS[suffix]} data ({error}). Get the file again, or drop "
        f"{suffix} from its name if it is not packed."
    )


def _tells_about(name: str) -> bool:
    """Whether a file is there for readers, not for programs."""
    return name.startswith(".") or _ABOUT.fullmatch(name) is not None


def _member(archive: zipfile.ZipFile, path: Path) -> str:
    """The name of the only file in an archive, beside those that tell about it."""
    names = [
        info.filename
        for info in archive.infolist()
        if not info.is_dir() and not set(Path(info.filename).parts) & set(_ADDED)
    ]
    data = [name for name in names if not _tells_about(Path(name).name)]
    if len(data) == 1:
        return data[0]
    names = data or names
    if len(names) != 1:
        raise DataError(
            f"{path}: an archive of {len(names)} files: {shown(names, 200)}. Unpack it, and give "
            "the file or the folder that is meant."
        )
    return names[0]
