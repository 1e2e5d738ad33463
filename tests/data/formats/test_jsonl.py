from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats import jsonl


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
    monkeypatch.setattr(jsonl, "MOST_ROWS", 7)
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


def test_a_json_array_is_told_from_json_lines(tmp_path: Path):
    path = written(tmp_path / "a.json", "[", '{"text": "a", "label": "x"}', "]")
    with pytest.raises(DataError, match=r"line 1.*JSON array"):
        data.read(path)


def test_a_change_of_kind_between_chunks_is_refused(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(jsonl, "MOST_ROWS", 2)
    one, several = '{"text": "a", "label": "x"}', '{"text": "a", "label": ["x"]}'
    with pytest.raises(DataError, match="line 3: from here on label is list"):
        data.read(written(tmp_path / "a.jsonl", one, one, several))
