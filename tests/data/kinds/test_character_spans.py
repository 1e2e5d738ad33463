from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.kinds import character_spans
from seqkit.text import Normalizer, WordTokenizer

TAGGED = ("tokens", "tags")
TEXT = "Ada LOVELACE's \U0001f600 café, Seoul."
TOKENS = ["Ada", "LOVELACE's", "\U0001f600", "café", ",", "Seoul", "."]


def written(path: Path, *rows: dict) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def read(*rows: dict, **arguments) -> data.Dataset:
    return data.read(list(rows), columns=TAGGED, **arguments)


def test_tokens_are_the_texts_own_characters(tmp_path: Path):
    spans = [
        {"start": 23, "end": 28, "label": "LOC", "id": 7},
        {"start": 0, "end": 14, "label": "P"},
    ]
    path = written(tmp_path / "a.jsonl", {"text": TEXT, "spans": spans}, {"text": "x", "spans": []})
    rows = data.read(path, columns=TAGGED)
    assert rows.to_list("tokens") == [TOKENS, ["x"]]
    assert rows.to_list("tags") == [["B-P", "I-P", "O", "O", "O", "B-LOC", "O"], ["O"]]
    assert rows.lines.tolist() == [1, 2]


@pytest.mark.parametrize("key", ["entities", "label", "labels", "Spans"])
def test_other_keys_and_spans_as_lists(tmp_path: Path, key: str):
    path = written(tmp_path / "a.jsonl", {"id": 1, "text": TEXT, key: [[17, 21, "X"]]})
    assert data.read(path, columns=TAGGED).to_list("tags")[0][3] == "B-X"


def test_names_choose_text_and_spans(tmp_path: Path):
    row = {"tokens": ["no"], "tags": ["O"], "body": "a b", "marks": [[2, 3, "X"]]}
    path = written(tmp_path / "a.jsonl", row)
    assert data.read(path, columns=TAGGED).to_list("tokens") == [["no"]]
    rows = data.read(path, columns=TAGGED, names={"text": "body", "spans": "marks"})
    assert rows.to_list("tokens") == [["a", "b"]]
    assert rows.to_list("tags") == [["O", "B-X"]]


def test_frames_tables_and_mappings_have_spans_too():
    columns = {"text": ["a b", "c"], "spans": [[[2, 3, "X"]], []]}
    named = [[{"start": 2, "end": 3, "label": "X"}], []]
    for source in (
        columns,
        pd.DataFrame(columns),
        pa.table({"text": ["a b", "c"], "spans": named}),
    ):
        rows = data.read(source, columns=TAGGED)
        assert rows.to_list("tags") == [["O", "B-X"], ["O"]]


def test_neighbours_and_white_space_at_the_ends():
    rows = read({"text": " a b  c d", "spans": [[0, 3, "X"], [3, 6, "X"], [5, 9, "Y"]][:2]})
    assert rows.to_list("tags") == [["B-X", "B-X", "O", "O"]]


def test_texts_without_tokens_are_passed_over(tmp_path: Path):
    blank = {"text": " \n", "spans": []}
    path = written(tmp_path / "a.jsonl", blank, {"text": "a", "spans": []}, blank)
    rows = data.read(path, columns=TAGGED)
    assert (rows.to_list("tokens"), rows.lines.tolist()) == ([["a"]], [2])


def test_a_cut_token_is_refused_or_taken_whole():
    row = {"text": "in Seoul-si now", "spans": [[4, 7, "LOC"]]}
    with pytest.raises(DataError, match=r"row 0: the span 'eou' \(4 to 7, LOC\) cuts .*'Seoul'.*"
                       "misaligned='widen'"):  # fmt: skip
        read(row)
    assert read(row, misaligned="widen").to_list("tags") == [["O", "B-LOC", "O", "O", "O"]]
    ends = {"text": "abc def ghi", "spans": [[1, 9, "X"]]}
    with pytest.raises(DataError, match=r"cuts the token\(s\) 'abc', 'ghi'"):
        read(ends)
    assert read(ends, misaligned="widen").to_list("tags") == [["B-X", "I-X", "I-X"]]


def test_another_tokenizer():
    halves = WordTokenizer(Normalizer("NFKC"))
    rows = read({"text": "½ cup", "spans": [[0, 1, "X"]]}, tokenizer=halves)
    assert rows.to_list("tokens") == [["½", "cup"]]
    assert rows.to_list("tags") == [["B-X", "O"]]


def test_decomposed_characters_keep_their_places():
    text = "cafe\u0301 한글"
    rows = read({"text": text, "spans": [[0, 5, "X"], [6, 8, "Y"]]})
    assert rows.to_list("tokens") == [["cafe\u0301", "한글"]]
    assert rows.to_list("tags") == [["B-X", "B-Y"]]


def test_texts_go_to_the_tokenizer_in_parts(monkeypatch):
    rows = [{"text": f"a b{i}", "spans": [[2, 3 + len(str(i)), "X"]]} for i in range(20)]
    whole = read(*rows)
    monkeypatch.setattr(character_spans, "_TEXTS", 3)
    assert read(*rows).sha256 == whole.sha256
    monkeypatch.setattr(character_spans, "_CHARACTERS", 5)
    assert read(*rows).sha256 == whole.sha256
    assert whole.to_list("tokens")[19] == ["a", "b19"]


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([[0, 99, "X"]], r"\[0, 99, 'X'\] lies outside the text's 29 characters.*code points"),
        ([[3, 3, "X"]], "is empty"),
        ([[-1, 3, "X"]], "lies outside"),
        ([[0, 3, "X"], [0, 3, "X"]], "overlap"),
        ([[0, 14, "X"], [4, 14, "Y"]], r"'LOVELACE\\'s'|LOVELACE.*overlap"),
        ([[3, 4, "X"]], r"the span ' ' \(3 to 4, X\) holds no token"),
        ([[0, 3]], "is not a span"),
        ([[0, 3, ""]], "is not a span"),
        ([["0", 3, "X"]], "is not a span"),
        ([[True, 3, "X"]], "is not a span"),
        ([{"start": 0, "label": "X"}], "is not a span"),
        ("x", r"spans is 'x', not a list.*\[\] where"),
        (None, "spans is None"),
    ],
)
def test_a_wrong_span_is_named(tmp_path: Path, spans, words: str):
    path = written(tmp_path / "a.jsonl", {"text": "a", "spans": []}, {"text": TEXT, "spans": spans})
    with pytest.raises(DataError, match=rf"a\.jsonl, line 2: .*(?:{words})"):
        data.read(path, columns=TAGGED)


def test_widened_spans_may_not_share_a_token():
    row = {"text": "abcdef", "spans": [[0, 2, "X"], [3, 5, "Y"]]}
    with pytest.raises(DataError, match="share the token 'abcdef'"):
        read(row, misaligned="widen")


def test_wrong_arguments():
    with pytest.raises(ValueError, match="misaligned='cut' must be 'error' or 'widen'"):
        read({"text": "a", "spans": []}, misaligned="cut")
    with pytest.raises(DataError, match=r"no column for 'tokens'.*'text'"):
        read({"text": "a"})
