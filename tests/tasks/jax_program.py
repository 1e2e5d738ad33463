"""Imports the network of every task where TensorFlow is not installed."""

from __future__ import annotations

import importlib
import importlib.util
import sys

if __name__ == "__main__":
    assert importlib.util.find_spec("tensorflow") is None
    for name in sys.argv[1:]:
        importlib.import_module(name)
    print(f"imported {len(sys.argv) - 1}")
