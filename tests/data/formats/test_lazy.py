"""Tables that are not in memory yet are brought there."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from seqkit import data

COLUMNS = {"text": ["good", "bad"], "label": ["x", "y"]}


class LazyFrame:
    """Like Polars': its columns have names, but no values until it is collected."""

    columns = tuple(COLUMNS)

    def collect_schema(self) -> dict:
        return dict.fromkeys(self.columns, str)

    def __getitem__(self, key: object):
        raise TypeError("'LazyFrame' object is not subscriptable (aside from slicing)")

    def collect(self) -> pd.DataFrame:
        return pd.DataFrame(COLUMNS)


class DaskFrame:
    """Like Dask's."""

    columns = pd.Index(COLUMNS)

    def __getitem__(self, key: object):
        return self

    def compute(self) -> pd.DataFrame:
        return pd.DataFrame(COLUMNS)


class SparkFrame:
    """Like Spark's."""

    columns = tuple(COLUMNS)
    rdd = None

    def __getitem__(self, key: object):
        return self

    def toPandas(self) -> pd.DataFrame:
        return pd.DataFrame(COLUMNS)


class Relation:
    """Like DuckDB's: a query that gives batches."""

    columns = tuple(COLUMNS)

    def __arrow_c_stream__(self, requested_schema: object = None):
        return pa.table(COLUMNS).__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("kind", [LazyFrame, DaskFrame, SparkFrame, Relation])
def test_frames(kind: type):
    assert data.read(kind()).to_list("text") == ["good", "bad"]


def test_a_query_that_gives_queries_for_columns(monkeypatch):
    class Query(Relation):
        def __getitem__(self, key: object):
            return self

    monkeypatch.setattr(Query, "__module__", "_duckdb")
    assert data.read(Query()).to_list("text") == ["good", "bad"]


def test_arrow(tmp_path):
    table = pa.table(COLUMNS)
    pq.write_table(table, tmp_path / "a.parquet")
    folder = ds.dataset(tmp_path)
    for source in (table.to_reader(), folder, folder.scanner(), ds.dataset(table)):
        assert data.read(source).to_list("label") == ["x", "y"]
