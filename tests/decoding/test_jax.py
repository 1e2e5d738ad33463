"""The searches find the same on JAX, where TensorFlow is not installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.decoding.searches import ROWS, WEIGHTS, searches
from tests.jax_environment import run_on_jax

LENGTHS = np.array([2, 7, 4, 6])
SEEDS_AND_LIMITS = (
    np.array([3, -4, 2**31 - 1, 3], "int32"),
    np.array([1.0, 1.5, 0.7, 0.0], "float32"),
    np.array([0, 6, 2, 0], "int32"),
    np.array([1.0, 0.95, 1.0, 0.5], "float32"),
)


@pytest.mark.slow
def test_searches_without_tensorflow(tmp_path):
    """See `jax_program.py`."""
    run = searches(WEIGHTS)
    actual = {name: search(ROWS) for name, search in run.items()}
    actual["lengths"] = run["beam_search"](ROWS, LENGTHS)
    actual["served"] = run["sample"](ROWS, *SEEDS_AND_LIMITS)
    arrays = {
        f"{name}/{field}": x for name, fields in actual.items() for field, x in fields.items()
    }
    arrays |= {f"given/{i}": x for i, x in enumerate(SEEDS_AND_LIMITS)}
    np.savez(tmp_path / "expected.npz", **arrays)
    output = run_on_jax(Path(__file__).with_name("jax_program.py"), str(tmp_path / "expected.npz"))
    assert int(output.splitlines()[-1]) == 2 * 3 * 5 + 5 + 5
