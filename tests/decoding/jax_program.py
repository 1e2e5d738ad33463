"""Searches on JAX, with and without `jit`; started by `test_jax.py` without TensorFlow.

Takes a file of what was found on TensorFlow, arrays named `search/field`, and prints how many of
them were compared. Fails like any program where they differ.
"""

from __future__ import annotations

import importlib.util
import sys

import jax
import keras
import numpy as np

from tests.decoding import prefix_model
from tests.decoding.searches import ROWS, WEIGHTS, searches

LENGTHS = np.array([2, 7, 4, 6])


def compare(name: str, actual: dict, expected: np.lib.npyio.NpzFile) -> int:
    """Compares one search's fields: whole numbers exactly, others up to rounding."""
    fields = {key.split("/")[1] for key in expected.files if key.startswith(f"{name}/")}
    assert fields == set(actual), (name, fields, set(actual))
    for field, value in actual.items():
        other = expected[f"{name}/{field}"]
        assert value.dtype == other.dtype and value.shape == other.shape, (name, field)
        exact = other.dtype == "int32"
        tolerance = {"rtol": 0 if exact else 1e-4, "atol": 0 if exact else 1e-5}
        np.testing.assert_allclose(value, other, **tolerance, err_msg=f"{name} {field}")
    return len(actual)


def main(path: str) -> None:
    """Runs everything."""
    assert keras.backend.backend() == "jax"
    assert importlib.util.find_spec("tensorflow") is None
    expected, compared = np.load(path), 0
    for name, search in searches(WEIGHTS).items():
        compiled = jax.jit(lambda *rows, search=search: search(prefix_model.Rows(*rows)))
        for actual in (search(ROWS), compiled(*ROWS)):
            compared += compare(name, actual, expected)
    run = searches(WEIGHTS)
    # Lengths for each row: their greatest must be known, so not inside of `jit`.
    compared += compare("lengths", run["beam_search"](ROWS, LENGTHS), expected)
    # Seeds and limits that are known when the compiled function runs.
    served = jax.jit(lambda *given: run["sample"](ROWS, *given))
    actual = served(*(expected[f"given/{i}"] for i in range(4)))
    compared += compare("served", actual, expected)
    print(compared)


if __name__ == "__main__":
    main(sys.argv[1])
