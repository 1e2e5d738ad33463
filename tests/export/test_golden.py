"""Golden answers are written without loss and read back by the clean process."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.export.card import dump
from seqkit.export.clean_process import to_tensor
from seqkit.export.golden import answer, encode

TENSORS = [
    tf.constant([b"a\x00", b"\x00", b"", b"\xff\xfe", "한글 👩‍🚀\r\n\u2028".encode()]),
    tf.constant([[b"a", b"\xed\xa0\x80"], [b"c", b"d"]]),
    tf.constant("scalar"),
    tf.constant(b"\xff"),
    tf.zeros([0], tf.string),
    tf.zeros([2, 0, 3], tf.float32),
    tf.constant([0.1, -0.0, 1e-45, 3.4028235e38, np.nan, np.inf, -np.inf]),
    tf.constant(1 / 3, tf.float64),
    tf.constant([1 / 3, 65504.0, np.nan], tf.float16),
    tf.constant([[1 / 3], [1e38]], tf.bfloat16),
    tf.constant([2**63 - 1, -(2**63)], tf.int64),
    tf.constant([0, 255], tf.uint8),
    tf.constant([True, False]),
]


def same(left: tf.Tensor, right: tf.Tensor) -> bool:
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.dtype == tf.string:
        return np.array_equal(left.numpy(), right.numpy())
    return left.numpy().tobytes() == right.numpy().tobytes()


@pytest.mark.parametrize("tensor", TENSORS, ids=lambda t: f"{t.dtype.name}{t.shape.as_list()}")
def test_written_and_read_is_the_same(tensor):
    assert same(to_tensor(json.loads(dump(encode(tensor)))), tensor)


@given(st.lists(st.binary(), min_size=1), st.lists(st.floats(width=32), min_size=1))
@settings(max_examples=50, deadline=None)
def test_any_bytes_and_floats(strings, floats):
    for tensor in (tf.constant(strings, tf.string), tf.constant(floats, tf.float32)):
        back = to_tensor(json.loads(dump(encode(tensor))))
        if tensor.dtype == tf.string:
            assert same(back, tensor)
        else:
            np.testing.assert_array_equal(back.numpy(), tensor.numpy())


def test_text_stays_readable():
    assert encode(tf.constant(["영화"]))["values"] == ["영화"]


FUNCTIONS = {"echo": lambda text, times: {"text": tf.repeat(text, times)}}
DESCRIBED = {"echo": {"inputs": {"text": {"dtype": "string"}, "times": {"dtype": "int32"}}}}


def test_answers_are_those_of_the_functions():
    written = answer(
        FUNCTIONS, DESCRIBED, {"echo": {"text": ["a", b"\xff"], "times": np.array([1, 2])}}
    )
    assert written["tolerance"] == {"absolute": 1e-4, "relative": 1e-5}
    assert written["signatures"]["echo"]["inputs"]["times"]["values"] == [1, 2]
    assert written["signatures"]["echo"]["outputs"]["text"]["values"] == [
        "a",
        {"base64": "/w=="},
        {"base64": "/w=="},
    ]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, r"golden\['echo'\] has inputs \[\], but the signature takes \['text', 'times'\]"),
        ({"other": {}}, r"golden names \['other'\], but the signatures are \['echo'\]"),
        ({"echo": {"text": ["a"], "time": [1]}}, r"has inputs \['text', 'time'\]"),
        (
            {"echo": {"text": ["\ud800"], "times": [1]}},
            r"\['text'\] has '\\ud800', a lone surrogate",
        ),
        ({"echo": {"text": [None], "times": [1]}}, "has None where a str or bytes is needed"),
        ({"echo": {"text": ["a"], "times": ["x"]}}, r"\['times'\] is no int32 tensor"),
    ],
)
def test_wrong_inputs_are_named(inputs, message):
    with pytest.raises(ValueError, match=message):
        answer(FUNCTIONS, DESCRIBED, inputs)


def test_products_are_exact_only_meanwhile():
    seen = []

    def look():
        seen.append(tf.config.experimental.tensor_float_32_execution_enabled())
        return {}

    before = tf.config.experimental.tensor_float_32_execution_enabled()
    answer({"look": look}, {"look": {"inputs": {}}}, {})
    assert seen == [False]
    assert tf.config.experimental.tensor_float_32_execution_enabled() == before
