"""Spreadsheets, and what they save as text."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import openpyxl
import pytest

from seqkit import data
from seqkit.data.errors import DataError

HEAD = ["id", "review", "rating"]
ROWS = [[1, "good, so", 5], [2, 'the "bad" one\nof two lines', 1.0], [3, 1984, True]]
EXPECTED = ["good, so", 'the "bad" one\nof two lines', "1984"]


def workbook(path: Path, **sheets: list[list]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_sheet(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", Sheet1=[[], HEAD, *ROWS[:2], [None, "", None], ROWS[2]])
    rows = data.read(path)
    assert rows.to_list("text") == EXPECTED
    assert rows.to_list("label") == ["5", "1", "TRUE"]
    assert rows.lines.tolist() == [3, 4, 6] and rows.name == "a"
    (tmp_path / "b.xlsx.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert data.read(tmp_path / "b.xlsx.gz").to_list("text") == EXPECTED
    pairs = workbook(tmp_path / "p.xlsx", Sheet1=[["source", "target"], ["Hello.", "Hallo."]])
    assert data.read(pairs, columns=("source", "target")).to_list("target") == ["Hallo."]


def test_the_sheet_that_has_the_columns(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", Notes=[["by me"]], Data=[HEAD, *ROWS], Empty=[])
    assert data.read(path).to_list("text") == EXPECTED
    both = workbook(tmp_path / "b.xlsx", One=[HEAD, *ROWS], Two=[HEAD, *ROWS])
    with pytest.raises(DataError, match=r"2 sheets could hold the rows: \['One', 'Two'\]"):
        data.read(both)


def test_a_sheet_without_names(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", Sheet1=ROWS)
    with pytest.raises(
        DataError, match=r"sheet 'Sheet1', row 1: no column for 'text' .*names={"
    ) as e:
        data.read(path)
    assert "Without a row of names: names={'text': 0, 'label': 1}." in str(e.value)
    rows = data.read(path, names={"text": 1, "label": 0})
    assert (rows.to_list("text"), rows.to_list("label")) == (EXPECTED, ["1", "2", "3"])


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_text("text,label\na,x\n")
    with pytest.raises(DataError, match=r"a\.xlsx: cannot be read as a spreadsheet"):
        data.read(path)
    with pytest.raises(DataError, match="no rows"):
        data.read(workbook(path, Sheet1=[[]]))
    workbook(path, Sheet1=[HEAD, [1, "good", None]])
    with pytest.raises(DataError, match=r"a\.xlsx, sheet 'Sheet1', line 2: label is empty"):
        data.read(path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ImportError, match=r"needs openpyxl: pip install openpyxl\. Or save .* CSV"):
        data.read(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.xls", "save it as .xlsx"), ("a.ods", "as CSV"), ("a.rar", "unpack it"), ("a.pdf", ".txt")],
)
def test_other_files_are_refused_by_name(tmp_path: Path, name: str, words: str):
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(ValueError, match=rf"{name[1:]} files are not read; .*{words}"):
        data.read(tmp_path / name)


SEMICOLONS = 'id;review;rating\r\n1;"good, so";5\r\n2;"the ""bad"" one\nof two lines";1\r\n'


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (SEMICOLONS, "utf-8-sig"),
        (SEMICOLONS, "utf-8"),
        ("sep=;\r\n" + SEMICOLONS, "utf-8-sig"),
        (SEMICOLONS.replace(";", "\t"), "utf-16"),
        ("sep=\t\r\n" + SEMICOLONS.replace(";", "\t"), "utf-16"),
    ],
)
def test_what_spreadsheets_save(tmp_path: Path, content: str, encoding: str):
    # "Unicode text" is called .txt.
    path = tmp_path / ("a.txt" if content.startswith("id\t") else "a.csv")
    path.write_bytes(content.encode(encoding))
    rows = data.read(path)
    assert rows.to_list("text") == EXPECTED[:2] and rows.to_list("label") == ["5", "1"]
    begins = 3 if content.startswith("sep=") else 2
    assert rows.lines.tolist() == [begins, begins + 1]


def test_an_old_encoding_is_proposed(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes("text;label\r\n„schön“ – 5 €;gut\r\n".encode("cp1252"))
    with pytest.raises(DataError, match=r"line 2: byte 0x84 .*encoding='cp1252' \('„schön“ – 5 €"):
        data.read(path)
    assert data.read(path, encoding="cp1252").to_list("text") == ["„schön“ – 5 €"]


def test_positions_beyond_the_first_row(tmp_path: Path):
    # The first row of what was typed by hand is often the shortest.
    path = workbook(tmp_path / "a.xlsx", Notes=[["by me"]], Sheet1=[["good", 5], ["bad", 1, "x"]])
    rows = data.read(path, names={"text": 0, "label": 1})
    assert (rows.to_list("text"), rows.to_list("label")) == (["good", "bad"], ["5", "1"])
    with pytest.raises(DataError, match=r"sheet 'Sheet1', line 1: label is empty"):
        data.read(path, names={"text": 0, "label": 2})
    ragged = workbook(tmp_path / "b.xlsx", Sheet1=[["good"], ["bad", "", "x"]])
    texts = data.read(ragged, columns=("text",), names={"text": 0})
    assert texts.to_list("text") == ["good", "bad"]
    with pytest.raises(
        DataError, match=r"asks for column 3 \(counted from 0\), but the sheet has 3"
    ):
        data.read(ragged, names={"text": 0, "label": 3})
