from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.code_points import (
    CodePointTable,
    as_text_tensor,
    assigned_characters,
    decode,
    encode,
    encode_each,
    replace_rows,
    take_rows,
)
from seqkit.text.ragged import row_ids


def test_table_knows_every_code_point() -> None:
    rng = np.random.default_rng(0)
    keys = rng.choice(0x110000, 5000, replace=False)
    values = dict(zip(keys.tolist(), rng.integers(-(2**31), 2**31, 5000).tolist(), strict=True))
    table = CodePointTable(values, default=7)
    looked_up = table.lookup(tf.range(0x110000)).numpy()
    expected = np.full(0x110000, 7)
    expected[list(values)] = list(values.values())
    np.testing.assert_array_equal(looked_up, expected)


def test_table_of_one_property_is_kilobytes() -> None:
    letters = {
        ord(character): 1
        for character in assigned_characters()
        if unicodedata.category(character)[0] == "L"
    }
    table = CodePointTable(letters)
    stored = sum(value.numpy().nbytes for value in vars(table).values() if tf.is_tensor(value))
    assert 10_000 < stored < 60_000


def test_table_refuses_what_is_no_code_point() -> None:
    with pytest.raises(ValueError, match="0x110000"):
        CodePointTable({0x110000: 1})
    with pytest.raises(ValueError, match="32 bits"):
        CodePointTable({1: 2**31})


def test_assigned_characters_leave_nothing_out() -> None:
    assigned = set(assigned_characters())
    planes_of_private_use = range(0xF0000, 0x110000)
    left_out = [
        chr(code_point)
        for code_point in range(0x110000)
        if unicodedata.category(chr(code_point)) not in ("Cn", "Cs")
        and code_point not in planes_of_private_use
        and chr(code_point) not in assigned
    ]
    assert assigned and not left_out


def test_decode_and_encode_give_every_character_back() -> None:
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    text = tf.constant(characters)
    aligned = decode(text)
    values, splits = aligned.code_points.flat_values, aligned.code_points.row_splits
    np.testing.assert_array_equal(splits, np.arange(len(characters) + 1))
    np.testing.assert_array_equal(values, list(map(ord, characters)))
    assert tf.reduce_all(encode(values, splits) == text)
    assert tf.reduce_all(encode_each(values) == text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=10))
def test_any_bytes_decode_like_python(texts: list[bytes]) -> None:
    aligned = decode(tf.constant(texts, tf.string, shape=[len(texts)]))
    expected = [text.decode("utf-8", "replace") for text in texts]
    assert ["".join(map(chr, row)) for row in aligned.code_points.to_list()] == expected
    assert aligned.start.to_list() == [list(range(len(text))) for text in expected]
    assert aligned.end.to_list() == [list(range(1, len(text) + 1)) for text in expected]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=8))
def test_row_ids_are_those_of_the_ragged_tensor(rows: list[list[int]]) -> None:
    ragged = tf.ragged.constant(rows, tf.int32, ragged_rank=1)
    positions = tf.range(tf.size(ragged.values, tf.int64))
    actual = row_ids(ragged.row_splits, positions).numpy()
    np.testing.assert_array_equal(actual, ragged.value_rowids().numpy())


def test_rows_are_taken_and_put_back() -> None:
    text = decode(tf.constant(["ab", "", "c", "def", ""]))
    rows = tf.constant([1, 3], tf.int64)
    taken = take_rows(text, rows)
    assert taken.code_points.to_list() == [[], [100, 101, 102]]
    assert taken.end.to_list() == [[], [1, 2, 3]]
    other = decode(tf.constant(["xyz", "w"]))
    replaced = replace_rows(text, rows, other)
    assert replaced.code_points.to_list() == [[97, 98], [120, 121, 122], [99], [119], []]
    assert replaced.start.to_list() == [[0, 1], [0, 1, 2], [0], [0], []]


@pytest.mark.parametrize(
    "texts",
    [
        ["a\x00b", "é"],
        ("a\x00b", "é"),
        [b"a\x00b", "é"],
        (text for text in ("a\x00b", "é")),
        np.array(["a\x00b", "é"]),
        np.array(["a\x00b", "é"], object),
        pd.Series(["a\x00b", "é"]),
        pd.Series(["a\x00b", "é"], index=[5, 3], dtype=object),
        pd.Index(["a\x00b", "é"]),
        pa.array(["a\x00b", "é"]),
        pa.chunked_array([["a\x00b"], ["é"]]),
        pa.array([b"a\x00b", "é".encode()]),
        tf.constant(["a\x00b", "é"]),
    ],
    ids=lambda texts: type(texts).__name__,
)
def test_texts_may_be_held_in_many_things(texts: object) -> None:
    tensor = as_text_tensor(texts)
    assert tensor.dtype == tf.string
    assert tensor.numpy().tolist() == [b"a\x00b", b"\xc3\xa9"]


@pytest.mark.parametrize(
    "texts", [[], (), np.array([], object), pd.Series([], dtype=object), pa.array([], pa.string())]
)
def test_no_texts_are_an_empty_tensor(texts: object) -> None:
    tensor = as_text_tensor(texts)
    assert (tensor.dtype, tensor.shape) == (tf.string, [0])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a", "bc\ud800d"], r"texts\[1\] has the lone surrogate '\\ud800' at character 2"),
        (["a", None], r"texts\[1\] is missing \(None\); drop it"),
        ([float("nan")], r"texts\[0\] is missing \(nan\)"),
        (pd.Series(["a", None]), r"texts\[1\] is missing"),
        (pd.Series(["a", pd.NA], dtype="string"), r"texts\[1\] is missing"),
        (pa.array([None, "a"]), r"texts\[0\] is missing"),
        (["a", 3], r"texts\[1\] is 3 of type int; pass str or bytes"),
        (["a", ["b"]], r"texts\[1\] is \['b'\] of type list"),
        ([["a"], ["b"]], r"texts\[0\] is \['a'\] of type list"),
        ([1, 2], r"texts\[0\] is 1 of type int"),
        (tf.constant([["a"]]), r"shape \(1, 1\)"),
        (tf.constant("a"), r"shape \(\)"),
    ],
)
def test_a_bad_text_is_named(texts: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_text_tensor(texts)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", r"texts is one string, 'one text'; pass a list"),
        (b"one text", "pass a list"),
        (5, "is a int; pass a list"),
        ({"text": "a"}, r'is a dict with the columns text; pass one of them: df\["text"\]'),
        (tf.constant([1]), "int32"),
        (tf.ragged.constant([["a"]]), "RaggedTensor"),
    ],
)
def test_what_holds_no_texts_is_refused(texts: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        as_text_tensor(texts)
