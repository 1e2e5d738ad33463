from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from seqkit import data
from seqkit.data.errors import DataError


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,label\ngood,1\n"),
        ("a.TSV", "text\tlabel\ngood\t1\n"),
        ("a.tab", "text\tlabel\ngood\t1\n"),
        ("a.txt", "text\tlabel\ngood\t1\n"),
        ("a.txt", "__label__1 good\n"),
        ("a.jsonl", '{"text": "good", "label": 1}\n'),
        ("a.ndjson", '{"text": "good", "label": 1}\n'),
    ],
)
def test_the_name_tells_the_format(tmp_path: Path, name: str, content: str):
    path = tmp_path / name
    path.write_text(content)
    rows = data.read(path)
    assert rows.to_list("text") == ["good"]
    assert rows.to_list("label") == ["1"]
    assert rows.name == "a"
    assert rows.source == str(path)
    assert rows.sha256 == hashlib.sha256(content.encode()).hexdigest()
    assert rows.lines.dtype == np.int32
    assert data.read(str(path)).to_list("text") == ["good"]


def test_the_format_given_wins(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text('{"text": "good", "label": 1}\n')
    assert data.read(path, format="jsonl").to_list("text") == ["good"]


@pytest.mark.parametrize("name", ["a.train", "a.txt", "a"])
def test_a_name_that_tells_nothing_is_refused(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_text("1 good\n")
    with pytest.raises(ValueError, match=r"does not tell its format.*format= one of 'csv'"):
        data.read(path)


def test_encodings(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes("text,label\ncafé,1\n".encode("latin-1"))
    assert data.read(path, encoding="latin-1").to_list("text") == ["café"]
    with pytest.raises(DataError, match=r"a\.csv, line 2: byte 0xe9 at offset 14 .*encoding="):
        data.read(path)
    path.write_bytes("text,label\n재미,1\n".encode("utf-16"))
    assert data.read(path, encoding="utf-16").to_list("text") == ["재미"]


def test_name_and_license_are_kept():
    rows = data.read([("a", 1)], name="mine", license="CC0")
    assert (rows.name, rows.license, rows.source) == ("mine", "CC0", "list of 1")


def test_a_data_set_is_given_back():
    rows = data.read(["a"], columns=("text",))
    assert data.read(rows, columns=("text",)) is rows
    with pytest.raises(DataError, match="no column for 'label'"):
        data.read(rows)


@pytest.mark.parametrize(
    ("source", "arguments", "error", "words"),
    [
        ("no/such.csv", {}, FileNotFoundError, "no such file"),
        (5, {}, TypeError, "source is int"),
        (b"bytes", {}, TypeError, "source is bytes"),
        ([("a", 1)], {"format": "xml"}, ValueError, "format='xml' must be one of"),
        ([("a", 1)], {"label_separator": ""}, ValueError, "label_separator=''"),
        ([("a", 1)], {"columns": "text"}, TypeError, "one string"),
        ([("a", 1)], {"names": {"body": "text"}}, ValueError, "names has 'body'"),
    ],
)
def test_wrong_arguments_are_refused(source, arguments, error, words: str):
    with pytest.raises(error, match=words):
        data.read(source, **arguments)


def test_other_columns_are_read_beside(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("author,text,label\nme,good,1\n")
    rows = data.read(path, columns=("text", "author"))
    assert rows.column_names == ("text", "author")
    assert rows.to_list("author") == ["me"]


def test_data_errors_are_value_errors():
    assert issubclass(data.DataError, ValueError)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"separator": ";"}, r"a\.jsonl: separator=';' is of no effect.* format='csv'"),
        ({"quoting": False}, r"a\.jsonl: quoting=False is of no effect"),
    ],
)
def test_options_that_a_format_does_not_follow_are_told(tmp_path: Path, options, told: str):
    rows = [{"text": "good", "label": "1"}]
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(rows[0]))
    with pytest.warns(UserWarning, match=told):
        assert data.read(path, **options).to_list("text") == ["good"]
    with pytest.warns(UserWarning, match=r"list of 1: .*no effect.* Leave it out\.$"):
        data.read(rows, **options)


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.csv", "text;label\ngood;1\n", {"separator": ";", "quoting": False}),
        ("a.tsv", "text;label\ngood;1\n", {"separator": ";", "quoting": True}),
        ("a.txt", "__label__1;good\n", {"separator": ";"}),
    ],
)
def test_options_that_a_format_follows_are_not(tmp_path: Path, name: str, content: str, options):
    path = tmp_path / name
    path.write_text(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = data.read(path, **options)
    assert (rows.to_list("text"), rows.to_list("label")) == (["good"], ["1"])
