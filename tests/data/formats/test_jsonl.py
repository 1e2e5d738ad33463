from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats import objects


def written(path: Path, *lines: str) -> Path:
    path.write_bytes("\n".join(lines).encode())
    return path


def test_rows_with_other_keys_and_blank_lines(tmp_path: Path):
    path = written(
        tmp_path / "a.jsonl",
        '{"id": 1, "review": "a\\nb", "sentiment": "x"}',
        "",
        '{"sentiment": 1, "review": "\\u0000"}\r',
        "",
    )
    rows = data.read(path)
    assert rows.to_list("text") == ["a\nb", "\0"]
    assert rows.to_list("label") == ["x", "1"]
    assert rows.lines.tolist() == [1, 3]


def test_packed_and_several_labels(tmp_path: Path):
    path = tmp_path / "a.jsonl.gz"
    lines = [{"text": "a", "label": ["x", "y"]}, {"text": "b", "label": []}]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    assert data.read(path).to_list("label") == [["x", "y"], []]


def test_more_rows_than_one_chunk_holds(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(objects, "MOST_ROWS", 7)
    lines = [json.dumps({"text": f"{i}", "label": i}) for i in range(50)]
    rows = data.read(written(tmp_path / "a.jsonl", *lines))
    assert rows.to_list("text") == [str(i) for i in range(50)]
    assert rows["text"].num_chunks == 8
    assert rows.lines.tolist() == list(range(1, 51))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"text": "a", "label": }', "column 24: not JSON"),
        ('{"text": "a"', "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ('{"text": "a"}', "no key 'label'"),
        ('{"text": 5, "label": "x"}', r"text is 5 \(int\)"),
        ('{"text": "a", "label": null}', "label is missing"),
        ('{"text": "\\ud800", "label": "x"}', r"lone surrogate U\+D800"),
        ('{"text": "a", "label": ["x"]}', "other rows have single labels"),
        ('{"text": "a", "label": 0.5}', r"0\.5 \(float\)"),
        ('{"text": "a\0", "label": "x"}', "NUL"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, words: str):
    path = written(tmp_path / "a.jsonl", '{"text": "a", "label": "x"}', "", line)
    with pytest.raises(DataError, match=rf"a\.jsonl, line 3.*{words}"):
        data.read(path)


ROWS = [{"text": "a\n]", "label": "x"}, {"text": "b", "label": "y"}, {"text": "c", "label": "x"}]
TAGGED = [{"tokens": ["a", "b"], "tags": ["X", "Y"]}, {"tokens": ["c"], "tags": ["X"]}]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        " \n[" + ",\n".join(map(json.dumps, ROWS)) + "]\n",
        json.dumps({"version": 1, "data": ROWS}),
        json.dumps({"rows": ROWS, "count": 3}, indent=1),
        pd.DataFrame(ROWS).to_json(),
        pd.DataFrame(ROWS).to_json(orient="records"),
        pd.DataFrame(ROWS).to_json(orient="table"),
        pd.DataFrame(ROWS).to_json(orient="records", lines=True),
        json.dumps({"text": [row["text"] for row in ROWS], "label": ["x", "y", "x"]}),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.jsonl"])
def test_a_file_that_is_one_value(tmp_path: Path, name: str, content: str):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
    rows = data.read(path)
    assert (rows.to_list("text"), rows.to_list("label")) == (["a\n]", "b", "c"], ["x", "y", "x"])


def test_the_lines_of_an_array(tmp_path: Path):
    assert data.read(written(tmp_path / "a.json", json.dumps(ROWS, indent=2))).lines.tolist() == [
        2,
        6,
        10,
    ]
    path = written(tmp_path / "b.json", "[", '{"text": "a", "label": "x"},', '{"text": "b"}', "]")
    with pytest.raises(DataError, match=r"b\.json, line 3: no key 'label'"):
        data.read(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[{"text": "a", "label": "x"}\n{"text": "b"}]', r"line 2: not JSON \(Expecting ',' or"),
        ('[{"text": "a", "label": "x"},\n]', r"line 2: not JSON .*format='jsonl'"),
        ('[{"text": "a", "label": "x"}', r"line 1: not JSON"),
        ("[]\n[]", "line 2: not JSON .Extra data"),
        ("[]", "no rows"),
        ("[5]", "line 1: 5 is not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": 5}', "no column for 'text'"),
        ('{\n"a": 5}', "neither an array of objects"),
        ('{\n"text": ["a"], "label": ["x", "y"]}', "neither an array of objects"),
        ('{\n"text": "a",, }', "line 2, column 13: not JSON"),
    ],
)
def test_a_value_that_cannot_be_used(tmp_path: Path, content: str, words: str):
    with pytest.raises(DataError, match=words):
        data.read(written(tmp_path / "a.json", content))


def test_rows_of_lists_are_told_from_columns(tmp_path: Path):
    columns = ("tokens", "tags")
    by_column = {key: [row[key] for row in TAGGED] for key in columns}
    for content in (
        "\n".join(map(json.dumps, TAGGED)),
        json.dumps(TAGGED[0]),
        json.dumps(TAGGED),
        json.dumps(by_column),
    ):
        rows = data.read(written(tmp_path / "a.json", content), columns=columns)
        assert rows.to_list("tokens")[0] == ["a", "b"] and rows.to_list("tags")[0] == ["X", "Y"]


def test_a_change_of_kind_between_chunks_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(objects, "MOST_ROWS", 2)
    one, several = '{"text": "a", "label": "x"}', '{"text": "a", "label": ["x"]}'
    with pytest.raises(DataError, match="line 3: from here on label is list"):
        data.read(written(tmp_path / "a.jsonl", one, one, several))
