from __future__ import annotations

import numpy as np
import pyarrow as pa

from seqkit.data import grouping
from seqkit.data.grouping import EMPTY, text_keys


def test_equal_but_for_case_and_white_space():
    same = ["Straße  1", "STRASSE 1", " strasse\t1\n", "strasse\u30001"]
    keys = text_keys(pa.chunked_array([same[:1], same[1:]]))
    assert keys.dtype == np.uint64
    assert len(set(keys.tolist())) == 1


def test_other_texts_have_other_keys(monkeypatch):
    monkeypatch.setattr(grouping, "CHUNK_ROWS", 7)
    keys = text_keys(pa.chunked_array([[str(i) for i in range(1_000)]]))
    assert len(set(keys.tolist())) == 1_000


def test_white_space_alone_is_empty():
    keys = text_keys(pa.chunked_array([["", " \n", "x"]]))
    assert (keys == EMPTY).tolist() == [True, True, False]


def test_tokens_count_as_their_text():
    tokens = text_keys(pa.chunked_array([[["A"], ["b", "c"]], [["B  c"]]]))
    texts = text_keys(pa.chunked_array([["a", "b c", "b c"]]))
    assert tokens.tolist() == texts.tolist()
