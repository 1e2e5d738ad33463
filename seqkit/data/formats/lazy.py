"""Tables that are not in memory yet: they are brought there, since all rows are read."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def collect(source: Any) -> Any:
    """Brings a table into memory; what is there already, or is no table, stays what it is.

    Args:
        source: Arrow data sets, scanners and readers of batches; Polars' lazy frames; frames of
            Dask; relations of DuckDB and other queries that give Arrow's stream of batches; frames
            of Spark.

    Returns:
        A frame or an Arrow table.

    Example:
        >>> batches = pa.table({"text": ["a"]}).to_reader()
        >>> collect(batches).num_rows
        1
    """
    if isinstance(source, pa.RecordBatchReader):
        return source.read_all()
    if isinstance(source, (pa.Table, pa.RecordBatch)):
        return source
    if _is_arrow(source, "Dataset", "Scanner"):
        return source.to_table()
    if hasattr(source, "collect_schema") and hasattr(source, "collect"):
        return source.collect()
    if hasattr(source, "columns") and hasattr(source, "compute"):
        return source.compute()
    if hasattr(source, "rdd") and hasattr(source, "toPandas"):
        return source.toPandas()
    # DuckDB's relations give more of themselves where a frame gives a column.
    query = type(source).__module__.lstrip("_").startswith(("duckdb", "ibis"))
    if hasattr(source, "__arrow_c_stream__") and (query or not hasattr(source, "__getitem__")):
        return pa.RecordBatchReader.from_stream(source).read_all()
    return source


def _is_arrow(source: Any, *endings: str) -> bool:
    """Whether an object is of one of pyarrow's classes for data sets."""
    kinds = type(source).__mro__
    return any(
        kind.__module__.startswith("pyarrow") and kind.__name__.endswith(endings) for kind in kinds
    )
