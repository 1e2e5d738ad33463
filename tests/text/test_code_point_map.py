from __future__ import annotations

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text.code_point_map import CodePointMap
from seqkit.text.code_points import decode

_SEQUENCES = {
    ord("a"): [ord("b")],
    ord("b"): [ord("c")],
    ord("x"): [ord("\U0001f600")],
    ord("s"): [ord("s")],
    ord("m"): [ord("m"), ord("a")],
    ord("\U0001f600"): [ord("x"), ord("a"), ord("m")],
}
_MAP = CodePointMap(_SEQUENCES)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abxsmz\U0001f600", max_size=12), max_size=6))
def test_each_code_point_is_replaced_once_and_keeps_its_place(texts: list[str]) -> None:
    text = _MAP(decode(tf.constant(texts, tf.string, shape=[len(texts)])))
    expected = [
        [(to, i) for i, c in enumerate(t) for to in _SEQUENCES.get(ord(c), [ord(c)])] for t in texts
    ]
    assert text.code_points.to_list() == [[to for to, _ in row] for row in expected]
    assert text.start.to_list() == [[place for _, place in row] for row in expected]
    assert text.end.to_list() == [[place + 1 for _, place in row] for row in expected]


def test_a_map_may_be_empty() -> None:
    assert CodePointMap({})(decode(tf.constant(["a"]))).code_points.to_list() == [[97]]


def test_nothing_may_be_dropped() -> None:
    with pytest.raises(ValueError, match=r"U\+0061"):
        CodePointMap({97: []})
