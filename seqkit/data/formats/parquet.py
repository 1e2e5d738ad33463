"""Parquet files and Arrow tables, as a stream of chunks."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from seqkit.data import columns
from seqkit.data.errors import DataError
from seqkit.data.raw_rows import RawRows

_ROWS = 16_384
# Images weigh a thousand times as much as texts.
_IMAGE_ROWS = 128


def read_parquet(
    path: Path, wanted: Sequence[str], names: Mapping[str, str | int] | None
) -> Iterator[RawRows]:
    """Yields the rows of a Parquet file, a few thousand at a time.

    Args:
        path: The file; a `.gz` is unpacked into a temporary file first.
        wanted: Standard names of the columns to read.
        names: Standard name to column name, or None.

    Yields:
        Chunks without lines; a message names the row, counted from 1.

    Raises:
        DataError: The file is not Parquet, or a column is missing.
    """
    with tempfile.TemporaryFile() as unpacked:
        try:
            if path.suffix.lower() == ".gz":
                with gzip.open(path) as packed:
                    shutil.copyfileobj(packed, unpacked)
                file = pq.ParquetFile(pa.PythonFile(unpacked, "r"))
            else:
                file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, gzip.BadGzipFile, EOFError) as error:
            raise DataError(
                f"{path}: cannot be read as Parquet ({error}). If it is something else, say so "
                "with format=…."
            ) from None
        available = file.schema_arrow.names
        found = columns.resolve_raw(available, wanted, names, str(path))
        picked = {name: available[position] for name, position in found.items()}
        size = _IMAGE_ROWS if columns.is_captioned(wanted) else _ROWS
        batches = file.iter_batches(batch_size=size, columns=list(picked.values()))
        yield from arrow_chunks(batches, picked, f"{path}, row ", first=1)


def read_table(
    table: pa.Table | pa.RecordBatch,
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
) -> Iterator[RawRows]:
    """Yields the rows of an Arrow table.

    Args:
        table: The table.
        wanted: Standard names of the columns to read.
        names: Standard name to column name, or None.
        place: Words that name the table in a message.

    Yields:
        Chunks without lines; a message names the row, counted from 0.

    Raises:
        DataError: A column is missing.
    """
    found = columns.resolve_raw(table.schema.names, wanted, names, place)
    table = pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table
    picked = table.select(list(found.values())).rename_columns(list(found))
    batches = picked.to_batches(max_chunksize=_ROWS)
    yield from arrow_chunks(batches, {name: name for name in found}, f"{place}, row ", first=0)


def arrow_chunks(
    batches: Iterable[pa.RecordBatch], picked: Mapping[str, str], place: str, first: int
) -> Iterator[RawRows]:
    """Yields record batches as chunks.

    Args:
        batches: The rows.
        picked: Standard name to the column's name in the batches.
        place: Words before the row number in a message.
        first: The number of the first row.

    Yields:
        One chunk a batch.
    """
    for batch in batches:
        start = first

        def words(row: int, start: int = start) -> str:
            return f"{place}{start + row}"

        yield RawRows({name: batch.column(column) for name, column in picked.items()}, words)
        first += batch.num_rows
