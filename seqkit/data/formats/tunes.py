"""Tunes in ABC notation, each a text of its own."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.arguments import shown
from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request

_SUFFIX = ".abc"
# A note before the bar line of a repeat, as in d:|, is no field.
_FIELD = re.compile(r"[A-Za-z+]:(?![|:])")
# Fields of a file that say how its tunes are played, and the directive that does.
_OF_ALL_TUNES = re.compile(r"[LMUmI]:")
_TITLES = ("X:", "T:")
_DIRECTIVE = re.compile(r"%%(?=propagate-accidentals\b)")
# What a note or a rest begins with, outside of what stands between quotes.
_NOTE = re.compile(r"[A-Ga-gzxZX]")
_QUOTED = re.compile(r'"[^"]*"|![^!]*!|\[[A-Za-z]:[^\]]*\]')


def read_tunes(
    source: str | os.PathLike[str],
    *,
    encoding: str = "utf-8",
    name: str | None = None,
    license: str | None = None,
) -> Dataset:
    r"""Reads tunes in ABC notation as texts.

    A tune begins with its number (`X:`), has a key (`K:`) at the end of its header, then music, and
    ends before a blank line or the next number. Fields before the first tune that say how tunes are
    played (`L:`, `M:`, `U:`, `m:` and `I:`) are put into each tune, after its title, as ABC 2.1
    (section 3.1.17) asks of who takes tunes from a file; its own come after them and count. What
    else stands before the first tune, or between tunes, belongs to none. Comments (`%`) and
    directives for printing (`%%`) are left out.

    Args:
        source: An `.abc` file with any number of tunes, or a folder of such files, which may lie in
            folders in it.
        encoding: Character encoding of the files.
        name: A name for reports; None takes the file's.
        license: The licence of the data, for reports.

    Returns:
        A data set with the column `text`, a tune in each row, its lines ended by `\n`.

    Raises:
        DataError: A tune has no key or no music, or there is none; file and line are named.
        FileNotFoundError: There is no such file or folder.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "two.abc")
        ...     _ = path.write_text("X:1\nK:C\nCDE|\n\nX:2\nT:Two\nK:G\nGAB c|\n")
        ...     tunes = read_tunes(path)
        >>> tunes.to_list("text"), tunes.lines.tolist()
        (['X:1\nK:C\nCDE|\n', 'X:2\nT:Two\nK:G\nGAB c|\n'], [1, 5])
    """
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(
            f"source={str(path)!r}: there is no such file or folder (looked in {Path.cwd()})."
        )
    files = sorted(path.rglob(f"*{_SUFFIX}")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    texts: list[str] = []
    lines: list[int] = []
    for file in files:
        digest.update(file.read_bytes())
        with TextFile(file, encoding, "") as opened:
            for line, (tune,) in _tunes(opened):
                texts.append(tune)
                lines.append(line)
    if not texts:
        raise DataError(f"{path} holds no tune; each begins with its number, X:1.")
    return Dataset(
        {"text": pa.chunked_array([texts], pa.string())},
        name=name or path.stem,
        source=str(path),
        sha256=digest.hexdigest(),
        license=license,
        lines=np.array(lines, np.int32),
    )


def is_tunes(source: Any) -> bool:
    """Whether a source is in ABC notation: a file, or a folder with such files and no JSON.

    Args:
        source: Anything.

    Returns:
        Whether `read_tunes` takes it, if it is there.

    Example:
        >>> is_tunes("reels.abc"), is_tunes("chorales.json"), is_tunes([[[60]]])
        (True, False, False)
    """
    if not isinstance(source, (str, os.PathLike)):
        return False
    path = Path(source)
    return path.suffix == _SUFFIX or (
        path.is_dir() and any(path.rglob(f"*{_SUFFIX}")) and not any(path.glob("*.json"))
    )


def read_abc(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the tunes of a file, each a text, with the line at which it begins."""
    return gather_rows(_tunes(file), request.columns, file.path)


def _tunes(file: TextFile) -> Iterator[tuple[int, tuple[str]]]:
    """Yields the tunes of a file, each with the line of its number."""
    tune: list[str] = []
    of_all: list[str] = []
    begun = 0
    # An end is a blank line, so that the last tune ends as the others do.
    for number, given in enumerate(itertools.chain(file, [""]), 1):
        given = given.lstrip("\ufeff").strip("\r\n")
        line = _DIRECTIVE.sub("I:", given)
        line = re.sub(r"(^|(?<=\s))%.*", "", line).rstrip()
        if tune and (not given.strip() or line.startswith("X:")):
            head = next((at for at, text in enumerate(tune) if text[:2] not in _TITLES), len(tune))
            tune[head:head] = of_all
            yield begun, (_check_tune(tune, f"{file.path}, line {begun}"),)
            tune = []
        if line.startswith("X:"):
            begun = number
            tune = [line]
        elif line and tune:
            tune.append(line)
        elif line and not begun and _OF_ALL_TUNES.match(line):
            of_all.append(line)


def _check_tune(tune: list[str], where: str) -> str:
    """A tune as one text, if it has a key and music."""
    key = next((place for place, line in enumerate(tune) if line.startswith("K:")), None)
    if key is None:
        raise DataError(
            f"{where}: the tune {shown(tune[0])} has no key; its header ends with one, K:C."
        )
    music = [line for line in tune[key + 1 :] if not _FIELD.match(line)]
    if not any(_NOTE.search(_QUOTED.sub("", line)) for line in music):
        raise DataError(f"{where}: the tune {shown(tune[0])} has no notes after its key.")
    return "".join(f"{line}\n" for line in tune)


ABC = Format(
    "abc",
    kinds=("labels",),
    read=read_abc,
    suffixes_by_kind={"labels": (_SUFFIX,)},
    columns=("text",),
    newline="",
)
