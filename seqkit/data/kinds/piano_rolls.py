"""Pieces of music as piano rolls: frames, each frame the pitches that sound in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.arguments import shown
from seqkit.data.dataset import Dataset, content_sha256
from seqkit.data.errors import DataError
from seqkit.data.formats.piano_roll_json import PIANO_ROLLS, is_list, pieces_by_part
from seqkit.data.formats.text_file import canonical_encoding
from seqkit.data.kinds.kind import Kind, Words
from seqkit.data.part_names import PARTS
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

NUM_PITCHES = 128
# A voice that is silent, in files that have one place for each voice.
SILENT_VOICE = -1
_SILENCE, _AND = "-", "+"

# The pitches of a frame from low to high, and the frames of a piece.
Frame = tuple[int, ...]
Piece = list[Frame]


def read_pieces(source: Any, license: str | None, encoding: str) -> dict[str, Dataset]:
    """Reads a source of `read_piano_rolls` by part, `""` for pieces of no part."""
    pieces: dict[str, list[Piece]] = {}
    if not isinstance(source, (str, os.PathLike)):
        kind = type(source).__name__
        name = f"{kind} of {len(source):,}" if hasattr(source, "__len__") else kind
        _add_pieces(pieces, pieces_by_part(source, name))
        return {part: _dataset(some, name, name, None, license) for part, some in pieces.items()}
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(
            f"{str(path)!r}: there is no such file or folder (looked in {Path.cwd()})."
        )
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path} holds no .json file.")
    request = Request(PIECES, PIECES.columns, encoding=canonical_encoding(encoding))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
        named = PARTS.get(file.stem.casefold(), "") if path.is_dir() else ""
        _add_pieces(pieces, PIANO_ROLLS.read(file, request), named)
    return {
        part: _dataset(some, path.stem, str(path), digest.hexdigest(), license)
        for part, some in pieces.items()
    }


def _add_pieces(
    pieces: dict[str, list[Piece]], batches: Iterable[RawRows], otherwise: str = ""
) -> None:
    """Checks pieces and adds them to those of their part, or of another where none is told."""
    for rows in batches:
        for number, piece in enumerate(rows.columns["frames"]):
            part = str(rows.columns["part"][number]) or otherwise
            pieces.setdefault(part, []).append(check_piece(piece, rows.place(number)))


def pieces_of(dataset: Dataset) -> list[Piece]:
    """The pitches of each frame of each piece.

    Args:
        dataset: as `read_piano_rolls` gives it.

    Returns:
        Pieces in order, each a list of frames, each a tuple of pitches from low to high.

    Raises:
        ValueError: the data set holds something else.
    """
    if "frames" not in dataset:
        raise ValueError(f"{dataset!r} has no frames; read it with read_piano_rolls")
    return [[_pitches(frame) for frame in piece] for piece in dataset.to_list("frames")]


def check_piece(piece: Any, where: str) -> Piece:
    """Makes sure that something is a piece.

    Args:
        piece: a list of lists of pitches.
        where: how errors name it.

    Returns:
        Its frames, the pitches of each from low to high, each once.

    Raises:
        DataError: it has no frame, a frame is not a list, or a pitch is not one of 0 to 127.

    Example:
        >>> check_piece([[64, 60], [], [60, -1]], "piece 0")
        [(60, 64), (), (60,)]
    """
    if not is_list(piece):
        raise DataError(
            f"{where} is {shown(piece)}; give a list of frames, each a list of pitches."
        )
    if not len(piece):
        raise DataError(f"{where} has no frames; leave it out.")
    return [_check_frame(frame, where, number) for number, frame in enumerate(piece)]


def _check_frame(frame: Any, where: str, number: int) -> Frame:
    if not is_list(frame):
        raise DataError(
            f"{where}, frame {number} is {shown(frame)}; give a list of pitches, [] for silence."
        )
    pitches = set()
    for pitch in frame:
        whole = isinstance(pitch, (int, np.integer)) and not isinstance(pitch, bool)
        if not whole or not SILENT_VOICE <= pitch < NUM_PITCHES:
            raise DataError(
                f"{where}, frame {number} has the pitch {shown(pitch)}; MIDI has whole numbers "
                f"from 0 to {NUM_PITCHES - 1}, 60 is middle C, and {SILENT_VOICE} a silent voice."
            )
        pitches.add(int(pitch))
    return tuple(sorted(pitches - {SILENT_VOICE}))


def _dataset(
    pieces: Sequence[Piece], name: str, source: str, sha256: str | None, license: str | None
) -> Dataset:
    """Frames as words, so that all that is done with rows of words can be done with pieces."""
    words = [[_word(frame) for frame in piece] for piece in pieces]
    columns = {"frames": pa.chunked_array([pa.array(words, pa.list_(pa.string()))])}
    digest = sha256 or content_sha256(columns)
    return Dataset(columns, name=name, source=source, sha256=digest, license=license)


@cache
def _word(frame: Frame) -> str:
    return _AND.join(map(str, frame)) or _SILENCE


@cache
def _pitches(word: str) -> Frame:
    return () if word == _SILENCE else tuple(map(int, word.split(_AND)))


PIECES = Kind(
    name="pieces",
    columns=("frames",),
    content="frames",
    words=Words(
        "{rows:,} pieces, {tokens:,} frames, {duplicates:,} duplicates", "frames of a piece"
    ),
    needed=("frames",),
)
