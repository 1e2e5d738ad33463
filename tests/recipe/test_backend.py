"""Another backend of Keras is refused in a line, before Keras is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqkit.recipe.backend import require_backend

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["jaxx", "torch"])
def test_a_recipe_ends_with_a_line(name):
    ended = subprocess.run(
        [sys.executable, "-m", "recipes.sentiment", "--epochs", "1"],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": name},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"error: KERAS_BACKEND is '{name}': recipes need Keras on tensorflow; unset it, or set it "
        "to that\n"
    )


def test_in_python_it_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(ValueError, match="KERAS_BACKEND is 'jax'"):
        require_backend()
    for name in ("", "tensorflow"):
        monkeypatch.setenv("KERAS_BACKEND", name)
        require_backend()
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "jax"}))
    require_backend()
    monkeypatch.delenv("KERAS_BACKEND")
    with pytest.raises(ValueError, match=r"backend in .*keras\.json is 'jax'"):
        require_backend()


def test_a_missing_backend_is_told(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="which is not installed: pip install tensorflow"):
        require_backend()
