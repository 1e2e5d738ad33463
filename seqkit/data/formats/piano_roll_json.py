"""Piano rolls in JSON: pieces as lists of frames, in one list or by part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import canonical_encoding
from seqkit.data.part_names import PARTS
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request


def read_piano_roll_json(path: Path, request: Request) -> Iterator[RawRows]:
    """Yields the pieces of a file, those of one part at a time.

    The file holds a list of pieces, or one piece, or an object with lists of pieces as `train`,
    `valid` (or `validation`) and `test`. A column `part` names the part, empty where none is told.
    """
    content = path.read_bytes()
    known = canonical_encoding(request.encoding)
    # Of bytes JSON itself tells the forms of Unicode.
    encoding = json.detect_encoding(content) if known == "utf-8-sig" else known
    try:
        whole = json.loads(content.decode(encoding))
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: byte {error.start} is not {encoding.removesuffix('-sig').upper()}; save it "
            "as UTF-8, or read it with encoding=…."
        ) from error
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}, line {error.lineno}: this is not JSON ({error.msg}); give lists of pitches."
        ) from error
    yield from pieces_by_part(whole, str(path))


def pieces_by_part(content: Any, place: str) -> Iterator[RawRows]:
    """Yields the pieces that a file, or something in memory, holds, as `read_piano_roll_json`."""
    if not isinstance(content, Mapping):
        yield _pieces(content, "", place)
        return
    seen = set()
    for name, pieces in content.items():
        part = PARTS.get(str(name).strip().casefold())
        if part is None or part in seen:
            what = "names no part" if part is None else f"is a second {part}"
            raise DataError(
                f"{place}: {shown(name)} {what}; give lists of pieces as train, valid and test."
            )
        seen.add(part)
        yield _pieces(pieces, part, f"{place}, {name}")


def is_list(value: Any) -> bool:
    """Whether something is a list of frames or of pitches."""
    return isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, (str, bytes))


def _pieces(content: Any, part: str, place: str) -> RawRows:
    """The pieces of a list of them, or of one."""
    if not isinstance(content, Iterable) or isinstance(content, (str, bytes)):
        raise DataError(f"{place} is {shown(content)}; give a list of pieces.")
    pieces = list(content)
    if pieces and all(is_list(f) and all(not is_list(p) for p in f) for f in pieces):
        pieces = [pieces]
    if not pieces:
        raise DataError(f"{place} holds no piece.")
    columns = {"frames": pieces, "part": [part] * len(pieces)}
    return RawRows(columns, lambda number: f"{place}: piece {number}")


PIANO_ROLLS = Format(
    "piano rolls",
    kinds=("pieces",),
    read=read_piano_roll_json,
    suffixes_by_kind={"pieces": (".json",)},
    columns=("frames",),
    newline=None,
)
