"""IdRows: what was added batch by batch comes back padded, in any order."""

import numpy as np
import pytest
import tensorflow as tf

from seqkit.training.id_rows import IdRows


def rows_of(*batches):
    rows = IdRows()
    for batch in batches:
        rows.add(tf.ragged.constant(batch, tf.int32, ragged_rank=1))
    return rows


@pytest.fixture
def rows():
    return rows_of([[5, 6, 7], []], [], [[8]], [[9, 4]])


def test_rows_come_back_padded_to_the_longest_of_those_asked_for(rows):
    assert rows.size == 6
    closed = rows.closed()
    assert closed.lengths.tolist() == [3, 0, 1, 2]
    assert closed.padded(np.array([3, 1, 2])).tolist() == [[9, 4], [0, 0], [8, 0]]
    assert closed.padded(np.array([0, 0])).tolist() == [[5, 6, 7], [5, 6, 7]]
    assert closed.padded(np.arange(4)).dtype == np.int32


def test_what_is_empty_has_no_columns(rows):
    closed = rows.closed()
    assert closed.padded(np.array([1])).shape == (1, 0)
    assert closed.padded(np.array([], int)).shape == (0, 0)


def test_nothing_was_added():
    closed = rows_of([]).closed()
    assert closed.size == 0 and closed.lengths.shape == (0,)
    assert closed.padded(np.array([], int)).shape == (0, 0)
    never = IdRows().closed()
    assert never.lengths.dtype == np.int64 and never.padded(np.array([], int)).dtype == np.int32
