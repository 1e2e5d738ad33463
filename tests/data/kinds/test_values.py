from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.kinds.values import label_array, text_array


def place(row: int) -> str:
    return f"f.csv, line {row + 2}"


def texts(values) -> list:
    return text_array(values, place, "text").to_pylist()


def labels(values, separator=None) -> list:
    return label_array(values, place, "label", separator).to_pylist()


@pytest.mark.parametrize(
    "values",
    [
        ["a", "", "\0x"],
        [b"a", b"", b"\0x"],
        np.array(["a", "", "\0x"], object),
        pa.array(["a", "", "\0x"]),
        pa.array(["a", "", "\0x"], pa.large_string()),
        pa.array([b"a", b"", b"\0x"]),
        pa.array(["a", "", "\0x"]).dictionary_encode(),
    ],
)
def test_texts_of_every_kind_become_strings(values):
    assert texts(values) == ["a", "", "\0x"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, r"is missing \(None\)"),
        (float("nan"), r"is missing \(nan\)"),
        (5, r"is 5 \(int\), not a string"),
        (["a"], r"is \['a'\] \(list\)"),
        ("ab\ud800", r"lone surrogate U\+D800 at position 2"),
        (b"ab\xff", "byte 0xff at position 2"),
    ],
)
def test_a_wrong_text_is_named_with_its_place(value, words):
    with pytest.raises(DataError, match=r"^f\.csv, line 3: text .*" + words):
        texts(["fine", value])


@pytest.mark.parametrize("values", [pa.array([1, 2]), pa.array(["a", None]), pa.array([b"\xff"])])
def test_a_wrong_arrow_column_of_texts_is_refused(values):
    with pytest.raises(DataError, match=r"f\.csv, line \d: text"):
        texts(values)


@pytest.mark.parametrize(
    "values",
    [
        ["1", " 2 ", "True"],
        [1, 2, True],
        [np.int32(1), np.uint8(2), np.bool_(True)],
        [b"1", "2\n", True],
        pa.array([" 1", "2", "True"]),
    ],
)
def test_labels_of_every_kind_become_strings(values):
    assert labels(values) == ["1", "2", "True"]


def test_arrow_labels_become_what_str_makes_of_them():
    assert labels(pa.array([-1, 7], pa.int8())) == ["-1", "7"]
    assert labels(pa.array([True, False])) == ["True", "False"]
    assert labels(pa.array(["a", "b", "a"]).dictionary_encode()) == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is empty"),
        (" \u3000", "is empty"),
        (None, "is missing"),
        (float("nan"), "is missing"),
        (1.0, r"is 1\.0 \(float\). Convert"),
        ({"a": 1}, r"\(dict\)"),
        ("\udfff", "lone surrogate"),
        (["a"], "other rows have single labels"),
    ],
)
def test_a_wrong_label_is_named_with_its_place(value, words):
    with pytest.raises(DataError, match=r"^f\.csv, line 3: label .*" + words):
        labels(["fine", value])


def test_missing_labels_of_an_arrow_column_are_refused():
    with pytest.raises(DataError, match="line 3: label is missing"):
        labels(pa.array([1, None]))


def test_several_labels_a_row_are_lists():
    expected = [["a", "b"], [], ["1"]]
    assert labels(["a| b", "", "1"], "|") == expected
    assert labels([["a", "b "], [], [1]]) == expected
    assert labels([("a", "b"), (), np.array(["1"])]) == expected
    assert labels(pa.array([["a", "b"], [], ["1"]])) == expected
    made = label_array([["a"]], place, "label", None)
    assert made.type == pa.list_(pa.string())


@pytest.mark.parametrize(
    ("values", "separator", "words"),
    [
        (["a||b"], "|", "is empty"),
        (["a|a"], "|", "twice"),
        ([[0, 1, 1]], None, "0/1 vector"),
        ([["a", ""]], None, "is empty"),
        ([["a", None]], None, "is missing"),
    ],
)
def test_wrong_lists_of_labels_are_refused(values, separator, words):
    with pytest.raises(DataError, match=r"f\.csv, line 2: label .*" + words):
        labels(values, separator)


def test_lists_and_single_labels_do_not_mix():
    with pytest.raises(DataError, match=r"line 3: label is 'b', but other rows have lists"):
        labels([["a"], "b"])


def test_long_values_are_cut_in_messages():
    assert len(shown("x" * 500)) == 60
