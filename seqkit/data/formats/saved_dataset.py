"""Arrow files, and folders that `save_to_disk` of Hugging Face's `datasets` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from seqkit.arguments import shown
from seqkit.data.class_names import names_in_features, names_in_schema
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.packing import BROKEN, PACKINGS, broken, unpack
from seqkit.data.formats.parquet import name_batches
from seqkit.data.part_names import PARTS
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

_STATE, _PARTS, _INFO = "state.json", "dataset_dict.json", "dataset_info.json"
_KINDS = ("labels", "tags", "pairs", "captions")
# What the file format of Arrow begins with; streams have no such mark.
_FILE_MARK = b"ARROW1"


def is_saved_dataset(folder: Path) -> bool:
    """Whether `save_to_disk` wrote a folder: a `Dataset`, or a `DatasetDict` with its parts."""
    return (folder / _STATE).is_file() or is_saved_parts(folder)


def is_saved_parts(folder: Path) -> bool:
    """Whether `save_to_disk` of a `DatasetDict` wrote a folder."""
    return (folder / _PARTS).is_file()


def read_saved_dataset(folder: Path, request: Request) -> Iterator[RawRows]:
    """Yields the rows of the files that a folder's state lists, in their order.

    The names of classes are those that `dataset_info.json` states.

    Raises:
        DataError: It holds several parts, or a file is missing or damaged.
    """
    if is_saved_parts(folder):
        parts = _json(folder / _PARTS).get("splits") or []
        known = next((part for part in parts if str(part).casefold() in PARTS), "train")
        raise DataError(
            f"{folder} has the parts {', '.join(map(repr, parts))}: give one of them, such as "
            f"{str(folder / str(known))!r}."
        )
    state = _json(folder / _STATE)
    if state.get("_indices_data_files"):
        raise DataError(
            f"{folder}: {_STATE} lists an index of rows, as old versions of datasets wrote it. "
            "Load and save it once more with a newer version."
        )
    files = [folder / str(file.get("filename")) for file in state.get("_data_files") or []]
    if not files:
        raise DataError(f"{folder}: {_STATE} lists no data files. Save the data set once more.")
    first = 1
    for file in files:
        for rows, size in _read_file(file, request, str(folder), first):
            first += size
            yield rows


def read_arrow(path: Path, request: Request) -> Iterator[RawRows]:
    """Yields the rows of an Arrow file, a few thousand at a time; messages count them from 1."""
    for rows, _ in _read_file(path, request, str(path), 1):
        yield rows


def _read_file(
    path: Path, request: Request, place: str, first: int
) -> Iterator[tuple[RawRows, int]]:
    """Yields rows, and how many they are; `place` and the number of each name it in a message."""
    if not path.is_file():
        raise DataError(f"{place}: there is no file {path.name!r}. Copy the whole folder.")
    try:
        with _open_unpacked(path) as file:
            mark = file.read(len(_FILE_MARK))
            file.seek(0)
            if mark == _FILE_MARK:
                reader: Any = pa.ipc.open_file(file)
                batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
            else:
                reader = batches = pa.ipc.open_stream(file)
            available = reader.schema.names
            positions = request.find(available, place)
            picked = {name: available[position] for name, position in positions.items()}
            info = path.with_name(_INFO)
            stated = names_in_features(_json(info).get("features")) if info.is_file() else {}
            classes = {**names_in_schema(reader.schema), **stated}
            for batch in batches:
                (rows,) = name_batches([batch], picked, classes, place, first)
                first += batch.num_rows
                yield rows, batch.num_rows
    except pa.ArrowInvalid as error:
        raise DataError(
            f"{path}: cannot be read as Arrow ({error}). Save it once more, or get it again."
        ) from None


def _open_unpacked(path: Path) -> Any:
    """A file of Arrow, in memory where it is packed."""
    if path.suffix.lower() not in PACKINGS:
        return pa.OSFile(str(path))
    try:
        with path.open("rb") as packed:
            return pa.BufferReader(unpack(packed, path).read())
    except BROKEN as error:
        raise broken(path, "after byte 0", error) from error


def _json(path: Path) -> dict[str, Any]:
    """The object that a file of JSON holds."""
    try:
        whole = json.loads(path.read_bytes())
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error}). Save the data set once more.") from None
    if not isinstance(whole, dict):
        raise DataError(f"{path}: {shown(whole)} is no object. Save the data set once more.")
    return whole


ARROW = Format(
    "arrow",
    kinds=_KINDS,
    read=read_arrow,
    suffixes=(".arrow", ".feather", ".ipc"),
    newline=None,
)
SAVED_DATASET = Format(
    "saved data set",
    kinds=_KINDS,
    read=read_saved_dataset,
    newline=None,
    folder=True,
    recognize_folder=is_saved_dataset,
)
