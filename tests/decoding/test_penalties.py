from __future__ import annotations

import numpy as np

from seqkit.decoding.penalties import coverage_penalty, length_penalty


def test_length_penalty():
    lengths = np.array([[1, 7], [13, 25]])
    np.testing.assert_allclose(length_penalty(lengths, 0.0), np.ones((2, 2)))
    np.testing.assert_allclose(length_penalty(lengths, 1.0), [[1, 2], [3, 5]], rtol=1e-6)
    np.testing.assert_allclose(length_penalty(lengths, 2.0), [[1, 4], [9, 25]], rtol=1e-6)


def test_coverage_penalty():
    coverage = np.array([[[0.5, 3.0, 0.25], [1.0, 1.0, 0.0]], [[0.1, 0.2, 0.3], [0.0, 1.0, 9.0]]])
    mask = np.array([[True, True, False], [True, True, True]])
    actual = coverage_penalty(coverage, mask, 2.0)
    expected = [
        [2 * np.log(0.5), 0],
        [2 * np.log(0.1 * 0.2 * 0.3), 2 * np.log(1e-10)],
    ]
    np.testing.assert_allclose(actual, expected, rtol=1e-6)
    np.testing.assert_allclose(coverage_penalty(coverage, None, 1.0)[0, 0], np.log(0.125))
