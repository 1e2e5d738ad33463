from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from seqkit import data
from seqkit.data.errors import DataError
from seqkit.data.formats import in_memory

TEXTS = ["good", "", "fine\n\0"]
LABELS = ["1", "0", "1"]


class Frame:
    """The least a frame must have."""

    columns = ("label", "text")

    def __getitem__(self, name: str) -> list:
        return {"text": TEXTS, "label": [1, 0, 1]}[name]


@pytest.mark.parametrize(
    "source",
    [
        list(zip(TEXTS, [1, 0, 1], strict=True)),
        [list(row) for row in zip(TEXTS, LABELS, strict=True)],
        iter(list(zip(TEXTS, LABELS, strict=True))),
        [{"label": 1, "text": "good"}, {"text": "", "label": "0"}, {"text": TEXTS[2], "label": 1}],
        {"text": TEXTS, "label": [1, 0, 1]},
        {"document": np.array(TEXTS, object), "target": np.array([1, 0, 1])},
        {"text": pa.array(TEXTS), "label": pa.chunked_array([[1], [0, 1]])},
        pd.DataFrame({"text": TEXTS, "label": [1, 0, 1]}, index=[7, 7, 9]),
        pd.DataFrame({"text": TEXTS, "label": pd.Categorical(LABELS)}),
        pd.DataFrame({"text": pd.Series(TEXTS, dtype=object), "label": LABELS}),
        Frame(),
    ],
)
def test_every_kind_of_source(source):
    rows = data.read(source)
    assert rows.to_list("text") == TEXTS
    assert rows.to_list("label") == LABELS
    assert rows.lines is None
    assert rows.sha256 == data.read(list(zip(TEXTS, LABELS, strict=True))).sha256


def test_texts_alone():
    rows = data.read(TEXTS, columns=("text",))
    assert rows.to_list("text") == TEXTS
    assert rows.column_names == ("text",)


def test_several_labels():
    expected = [["a", "b"], [], ["b"]]
    rows = list(zip(TEXTS, expected, strict=True))
    assert data.read(rows).to_list("label") == expected
    assert data.read(pd.DataFrame({"text": TEXTS, "label": expected})).to_list("label") == expected
    assert (
        data.read({"text": TEXTS, "label": ["a|b", "", "b"]}, label_separator="|").to_list("label")
        == expected
    )


def test_more_rows_than_one_chunk_holds(monkeypatch):
    monkeypatch.setattr(in_memory, "_ROWS", 7)
    texts = [f"text {i}" for i in range(30)]
    frame = pd.DataFrame({"text": texts, "label": range(30)})
    for source in (list(zip(texts, range(30), strict=True)), {"text": texts, "label": range(30)}):
        rows = data.read(source)
        assert rows.to_list("text") == texts
        assert rows["text"].num_chunks == 5
    assert data.read(frame).to_list("label") == [str(i) for i in range(30)]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ([("a", "x"), ("b",)], r"list of 2, row 1: \('b',\) is not a tuple of text, label"),
        ([("a", "x"), "b"], r"row 1: 'b' .*columns=\('text',\)"),
        ([{"text": "a", "label": 1}, {"text": "b"}], "row 1: .*a mapping with 'text', 'label'"),
        ([{"text": "a", "label": 1}, ("b", 1)], "row 1: .*a mapping"),
        ([("a", "x"), (None, "x")], "row 1: text is missing"),
        ([("a", "x"), ("b", " ")], "row 1: label is empty"),
        ({"text": ["a"], "label": ["x", "y"]}, "differ in length"),
        ({"blurb": ["a"], "label": ["x"]}, "no column for 'text'"),
        ([], "no rows"),
        ({"text": [], "label": []}, "no rows"),
    ],
)
def test_a_wrong_row_is_named(source, words: str):
    with pytest.raises(DataError, match=words):
        data.read(source)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"text": ["a", None], "label": ["x", "y"]}, "frame, row 1: text is missing"),
        ({"text": ["a", 5], "label": ["x", "y"]}, r"frame, row 1: text is 5 \(int\)"),
        ({"text": ["a", "b"], "label": ["x", None]}, "frame, row 1: label is missing"),
        ({"text": ["a", "b"], "label": [1, None]}, r"frame, row 0: label is 1\.0 \(float\)"),
    ],
)
def test_a_wrong_row_of_a_frame_is_named(columns, words: str):
    with pytest.raises(DataError, match=words):
        data.read(pd.DataFrame(columns))


def test_reading_needs_neither_pandas_nor_tensorflow():
    script = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in ("pandas", "tensorflow"):
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
from seqkit import data

rows = data.read([("a", "x"), ("b", "y")])
print(len(rows), data.check(rows).parts["train"].rows)
assert data.read({"text": ["a"], "label": [1]}).to_list("label") == ["1"]
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "2 2", done.stderr
