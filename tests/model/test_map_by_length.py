"""Rows computed in chunks: all of them, once, with rows of about their length."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.model import map_by_length as chunks


@pytest.mark.parametrize("number", [1, 63, 64, 65, 400])
def test_every_row_is_computed_once(number):
    lengths = np.random.default_rng(number).integers(0, 900, number).astype("int32")
    sizes = []

    def compute(rows):
        tf.py_function(lambda r: sizes.append(np.array(lengths)[r.numpy()]), [rows], [])
        return [rows, tf.cast(rows, tf.float32) * 2]

    specs = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32)]
    rows, doubled = tf.function(lambda n: chunks.map_by_length(n, compute, specs))(lengths)
    assert sorted(rows.numpy().tolist()) == list(range(number))
    assert doubled.numpy().tolist() == [2 * row for row in rows.numpy()]
    for some in sizes:
        assert len(some) == 1 or len(some) * some.max() <= chunks._STEPS_TOGETHER
        assert len(some) <= chunks._ROWS_TOGETHER
