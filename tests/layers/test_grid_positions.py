"""GridPositions: a row and a column vector for each cell."""

import numpy as np
import pytest

from seqkit.layers import GridPositions


def test_what_is_added_is_the_sum_of_a_row_and_a_column():
    layer = GridPositions(seed=1)
    grid = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    added = np.asarray(layer(grid)) - grid
    rows, columns = (np.asarray(w) for w in layer.weights)
    assert rows.shape == (3, 1, 5) and columns.shape == (4, 5)
    for row in range(3):
        for column in range(4):
            expected = rows[row, 0] + columns[column]
            np.testing.assert_allclose(added[:, row, column], np.tile(expected, (2, 1)), atol=1e-6)


@pytest.mark.parametrize("scale", [0.1, 2.0])
def test_it_is_as_large_as_asked_and_rows_and_columns_differ(scale):
    layer = GridPositions(scale, seed=1)
    added = np.asarray(layer(np.zeros((1, 20, 20, 50), "float32")))
    assert 0.9 * scale < added.std() < 1.1 * scale
    rows, columns = (np.squeeze(w) for w in layer.weights)
    assert (rows != columns).any()
    again = GridPositions(scale, seed=1)(np.zeros((1, 20, 20, 50), "float32"))
    np.testing.assert_array_equal(again, added)


def test_scale_must_be_positive():
    with pytest.raises(ValueError, match="scale must be positive, got 0"):
        GridPositions(0)
