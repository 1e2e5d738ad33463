"""The layers run, train and are saved where TensorFlow is not installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.jax_environment import run_on_jax


@pytest.mark.slow
def test_layers_without_tensorflow():
    """See `jax_program.py`."""
    output = run_on_jax(Path(__file__).with_name("jax_program.py"))
    promises, comparisons, trainings = json.loads(output.splitlines()[-1])
    assert promises > 50 and comparisons == 3 and trainings == 3
