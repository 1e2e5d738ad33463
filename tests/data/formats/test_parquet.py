from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats import parquet


def table(**columns) -> pa.Table:
    return pa.table(columns)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_in_parts(tmp_path: Path, monkeypatch, packed: bool):
    monkeypatch.setattr(parquet, "_ROWS", 10)
    path = tmp_path / ("a.parquet.gz" if packed else "a.parquet")
    plain = tmp_path / "plain"
    texts = [f"text {i}" for i in range(35)]
    pq.write_table(table(id=range(35), sentence=texts, label=[i % 2 for i in range(35)]), plain)
    path.write_bytes(gzip.compress(plain.read_bytes()) if packed else plain.read_bytes())
    rows = data.read(path)
    assert rows.to_list("text") == texts
    assert rows.to_list("label") == [str(i % 2) for i in range(35)]
    assert rows["text"].num_chunks >= 4
    assert rows.lines is None
    assert rows.name == "a"
    assert rows.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_table_in_memory(monkeypatch):
    monkeypatch.setattr(parquet, "_ROWS", 10)
    source = table(label=[["a"], []] * 20, text=pa.array(["x", ""] * 20, pa.large_string()))
    rows = data.read(source)
    assert rows.to_list("label") == [["a"], []] * 20
    assert rows.to_list("text") == ["x", ""] * 20
    assert data.read(source.to_batches()[0]).to_list("text") == ["x", ""] * 20


def test_a_wrong_row_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(parquet, "_ROWS", 10)
    wrong = table(text=["x"] * 12 + [None], label=["y"] * 13)
    path = tmp_path / "a.parquet"
    pq.write_table(wrong, path)
    with pytest.raises(DataError, match=r"a\.parquet, row 13: text is missing"):
        data.read(path)
    with pytest.raises(DataError, match="Arrow table, row 12: text is missing"):
        data.read(wrong)


@pytest.mark.parametrize(("suffix", "content"), [("", b"text,label\na,b\n"), (".gz", b"abc")])
def test_something_else_is_refused(tmp_path: Path, suffix: str, content: bytes):
    path = tmp_path / f"a.parquet{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be read as Parquet.*format="):
        data.read(path)


def test_a_missing_column_is_named(tmp_path: Path):
    path = tmp_path / "a.parquet"
    pq.write_table(table(blurb=["x"], label=["y"]), path)
    with pytest.raises(DataError, match=r"no column for 'text'.*'blurb', 'label'"):
        data.read(path)
    assert data.read(path, names={"text": "blurb"}).to_list("text") == ["x"]
