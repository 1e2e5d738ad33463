"""The Keras backend that recipes need, asked for before Keras is imported."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

from seqkit.recipe.endings import WRONG_INPUT

_NEEDED = "tensorflow"


def require_backend() -> None:
    """Makes sure that Keras will run on TensorFlow, which models of strings are made of.

    Raises:
        ValueError: `KERAS_BACKEND` or Keras's file of settings names another backend, or TensorFlow
            is not installed.
        SystemExit: the same, where `python -m` is about to run a recipe: in a line, with code 2.
    """
    name, place = _configured()
    if name not in (None, "", _NEEDED):
        told = f"{place} is {name!r}: recipes need Keras on {_NEEDED}; unset it, or set it to that"
    elif importlib.util.find_spec(_NEEDED) is None:
        told = f"recipes need {_NEEDED}, which is not installed: pip install {_NEEDED}"
    else:
        return
    if sys.argv[:1] == ["-m"]:  # What Python has there until it has found the module.
        print(f"error: {told}", file=sys.stderr)
        raise SystemExit(WRONG_INPUT)
    raise ValueError(told)


def _configured() -> tuple[str | None, str]:
    """The backend that Keras will take, and where that is said."""
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"], "KERAS_BACKEND"
    home = os.environ.get("KERAS_HOME")
    path = Path(home) if home else Path("~", ".keras").expanduser()
    try:
        name = json.loads((path / "keras.json").read_text("utf-8")).get("backend")
    except (OSError, ValueError, AttributeError):
        return None, ""
    return name, f"backend in {path / 'keras.json'}"
