from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from seqkit.data import grouping
from seqkit.data.dataset import Dataset
from seqkit.data.grouping import EMPTY, text_keys
from seqkit.data.kinds.by_columns import kind_of


def test_equal_but_for_case_and_white_space():
    same = ["Straße  1", "STRASSE 1", " strasse\t1\n", "strasse\u30001"]
    keys = text_keys(pa.chunked_array([same[:1], same[1:]]))
    assert keys.dtype == np.uint64
    assert len(set(keys.tolist())) == 1


def test_other_texts_have_other_keys(monkeypatch):
    monkeypatch.setattr(grouping, "MOST_ROWS", 7)
    keys = text_keys(pa.chunked_array([[str(i) for i in range(1_000)]]))
    assert len(set(keys.tolist())) == 1_000


def test_white_space_alone_is_empty():
    keys = text_keys(pa.chunked_array([["", " \n", "x"]]))
    assert (keys == EMPTY).tolist() == [True, True, False]


def test_tokens_count_as_their_text():
    tokens = text_keys(pa.chunked_array([[["A"], ["b", "c"]], [["B  c"]]]))
    texts = text_keys(pa.chunked_array([["a", "b c", "b c"]]))
    assert tokens.tolist() == texts.tolist()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("label", "text"), "text"),
        (("tokens", "tags"), "tokens"),
        (("target", "source"), "source"),
        (("text", "source"), "text"),
    ],
)
def test_the_column_that_models_read(columns, expected: str):
    dataset = Dataset(
        {name: pa.chunked_array([["a"]]) for name in columns}, name="", source="", sha256=""
    )
    assert kind_of(dataset).content == expected


def test_rows_of_no_kind_are_refused():
    dataset = Dataset({"image": pa.chunked_array([["a"]])}, name="", source="", sha256="")
    with pytest.raises(ValueError, match=r"is of no kind.*'text'"):
        kind_of(dataset)
