"""Piano rolls: pieces of music as frames, each frame the pitches that sound in it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.data.dataset import Dataset, content_sha256
from seqkit.data.errors import DataError, shown
from seqkit.data.parts import PARTS, complete_parts

NUM_PITCHES = 128
# A voice that is silent, in files that have one place for each voice.
SILENT_VOICE = -1
_SILENCE, _AND = "-", "+"

# The pitches of a frame from low to high, and the frames of a piece.
Frame = tuple[int, ...]
Piece = list[Frame]


def read_piano_rolls(
    train: Any,
    validation: Any = None,
    test: Any = None,
    *,
    fraction: float = 0.1,
    seed: int = 0,
    license: str | None = None,
) -> dict[str, Dataset]:
    """Reads pieces as three parts; what is not given is split from the first.

    A frame is a list of MIDI pitches, from 0 to 127, in any order; a silent one is empty, and -1
    stands for a voice that is silent. A piece is a list of frames that last equally long.

    Args:
        train: a JSON file, or what it would hold: a list of pieces, or an object with such lists
            as `train`, `valid` (or `validation`) and `test`; or a folder of JSON files, each of
            them one piece or a list of pieces, a file named after a part all of that part.
        validation: another source, or None for what `train` has of it, or else a part split off.
        test: the same.
        fraction: share of the pieces that a part split off gets; equal pieces stay together.
        seed: seed of the split.
        license: the licence of the data, for reports.

    Returns:
        `train`, `validation` and `test`, each with the column `frames`; `pieces_of` gives the
        pitches again.

    Raises:
        DataError: a file is no JSON, or a piece, frame or pitch cannot be used; it is named.
        FileNotFoundError: there is no such file.
        ValueError: there are too few pieces to split.

    Example:
        >>> scale = [[60], [62], [64, 48], []]
        >>> known = {"train": [scale, scale[:2]], "valid": [scale[1:]]}
        >>> parts = read_piano_rolls(known, test=[scale])
        >>> {part: len(pieces) for part, pieces in parts.items()}
        {'train': 2, 'validation': 1, 'test': 1}
        >>> pieces_of(parts["test"])
        [[(60,), (62,), (48, 64), ()]]
    """
    found = _read(train, license)
    parts = {part: dataset for part, dataset in found.items() if part}
    if "" in found:
        if "train" in parts:
            raise DataError(
                f"{found[''].source} has files of the part 'train' and others that are of no part; "
                "name them all after their parts, or none."
            )
        parts["train"] = found[""]
    if "train" not in parts:
        raise DataError(f"{_shown_source(train)} has no part 'train'; it has {sorted(parts)}.")
    for part, source in (("validation", validation), ("test", test)):
        if source is not None:
            given = _read(source, license)
            if part not in given and list(given) != [""]:
                raise DataError(f"{_shown_source(source)} has no part {part!r}: {sorted(given)}.")
            parts[part] = given.get(part, given.get("", parts["train"]))
    return complete_parts(parts, fraction, seed)


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
        DataError: it has no frame, a frame is no list, or a pitch is none of 0 to 127.

    Example:
        >>> check_piece([[64, 60], [], [60, -1]], "piece 0")
        [(60, 64), (), (60,)]
    """
    if not _is_list(piece):
        raise DataError(
            f"{where} is {shown(piece)}; give a list of frames, each a list of pitches."
        )
    if not len(piece):
        raise DataError(f"{where} has no frames; leave it out.")
    return [_check_frame(frame, where, number) for number, frame in enumerate(piece)]


def _check_frame(frame: Any, where: str, number: int) -> Frame:
    if not _is_list(frame):
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


def _read(source: Any, license: str | None) -> dict[str, Dataset]:
    """The pieces of a source by their part, `""` where it tells none."""
    if not isinstance(source, (str, os.PathLike)):
        name = f"{type(source).__name__} of {len(source):,}" if hasattr(source, "__len__") else ""
        name = name or type(source).__name__
        found = _parts(source, name)
        return {part: _dataset(pieces, name, name, None, license) for part, pieces in found.items()}
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(
            f"{str(path)!r}: there is no such file or folder (looked in {Path.cwd()})."
        )
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path} holds no .json file.")
    digest = hashlib.sha256()
    pieces: dict[str, list[Piece]] = {}
    for file in files:
        content = file.read_bytes()
        digest.update(content)
        named = PARTS.get(file.stem.casefold(), "") if path.is_dir() else ""
        for part, some in _parts(_json(content, file), str(file)).items():
            pieces.setdefault(part or named, []).extend(some)
    return {
        part: _dataset(some, path.stem, str(path), digest.hexdigest(), license)
        for part, some in pieces.items()
    }


def _json(content: bytes, file: Path) -> Any:
    try:
        return json.loads(content)
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: byte {error.start} is no UTF-8; save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise DataError(
            f"{file}, line {error.lineno}: this is no JSON ({error.msg}); give lists of pitches."
        ) from error


def _parts(content: Any, where: str) -> dict[str, list[Piece]]:
    """Checked pieces by part."""
    if not isinstance(content, Mapping):
        return {"": _pieces(content, where)}
    found: dict[str, list[Piece]] = {}
    for name, pieces in content.items():
        part = PARTS.get(str(name).strip().casefold())
        if part is None or part in found:
            what = "names no part" if part is None else f"is a second {part}"
            raise DataError(
                f"{where}: {shown(name)} {what}; give lists of pieces as train, valid and test."
            )
        found[part] = _pieces(pieces, f"{where}, {name}")
    return found


def _pieces(content: Any, where: str) -> list[Piece]:
    """Checked pieces of a list of them, or of one."""
    if not isinstance(content, Iterable) or isinstance(content, (str, bytes)):
        raise DataError(f"{where} is {shown(content)}; give a list of pieces.")
    listed = list(content)
    if listed and all(_is_list(f) and all(not _is_list(p) for p in f) for f in listed):
        listed = [listed]
    if not listed:
        raise DataError(f"{where} holds no piece.")
    return [check_piece(piece, f"{where}: piece {n}") for n, piece in enumerate(listed)]


def _is_list(value: Any) -> bool:
    return isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, (str, bytes))


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


def _shown_source(source: Any) -> str:
    return str(source) if isinstance(source, (str, os.PathLike)) else type(source).__name__
