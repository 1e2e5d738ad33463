"""Parquet files and Arrow tables, as raw rows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from seqkit.data.class_names import ClassNames, name_classes, names_in_schema
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.packing import BROKEN, PACKINGS, unpack
from seqkit.data.raw_rows import RawRows, name_rows
from seqkit.data.request import Request

_ROWS = 16_384
# Images weigh a thousand times as much as texts.
_MEDIA_ROWS = 128


def read_parquet(path: Path, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a Parquet file, a few thousand at a time; messages count them from 1."""
    with tempfile.TemporaryFile() as unpacked:
        try:
            if path.suffix.lower() in PACKINGS:
                with path.open("rb") as packed:
                    shutil.copyfileobj(unpack(packed, path), unpacked)
                file = pq.ParquetFile(pa.PythonFile(unpacked, "r"))
            else:
                file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, *BROKEN) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise DataError(
                f"{path}: cannot be read as Parquet ({error}). If it is something else, say so "
                "with format=…."
            ) from None
        available = file.schema_arrow.names
        positions = request.find(available, str(path))
        picked = {name: available[position] for name, position in positions.items()}
        size = _MEDIA_ROWS if request.kind.media else _ROWS
        batches = file.iter_batches(batch_size=size, columns=list(picked.values()))
        classes = names_in_schema(file.schema_arrow)
        yield from name_batches(batches, picked, classes, str(path), first=1)


def read_table(table: pa.Table | pa.RecordBatch, request: Request, place: str) -> Iterator[RawRows]:
    """Yields the rows of an Arrow table, which `place` names; messages count them from 0."""
    positions = request.find(table.schema.names, place)
    table = pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table
    picked = {name: table.schema.names[position] for name, position in positions.items()}
    chosen = table.select(list(positions.values())).rename_columns(list(positions))
    stated = names_in_schema(table.schema)
    classes = {name: stated[column] for name, column in picked.items() if column in stated}
    batches = chosen.to_batches(max_chunksize=_ROWS)
    yield from name_batches(batches, {name: name for name in picked}, classes, place, first=0)


def name_batches(
    batches: Iterable[pa.RecordBatch],
    picked: Mapping[str, str],
    classes: ClassNames,
    place: str,
    first: int,
) -> Iterator[RawRows]:
    """Yields record batches, of whose columns some are picked by their names.

    The batches' own column names tell the names of classes. In a message a row is `place` and its
    number; that of the first is given.
    """
    names = {name: classes[column] for name, column in picked.items() if column in classes}
    for batch in batches:
        columns = {name: batch.column(column) for name, column in picked.items()}
        yield name_classes(RawRows(columns, name_rows(place, first)), names)
        first += batch.num_rows


PARQUET = Format(
    "parquet",
    kinds=("labels", "tags", "pairs", "captions"),
    read=read_parquet,
    suffixes=(".parquet", ".pq"),
    newline=None,
)
