"""A plugin for pytest: adds to every seed of training, keeps the values of assertions that held.

`SEED_OFFSET` is the number to add, `ASSERTION_LOG` the file to keep them in, a JSON object a line.
"""

from __future__ import annotations

import json
import os
from typing import Any

import keras
import numpy as np
import pytest


def pytest_configure() -> None:
    """Adds to the seeds that weights, dropout and the order of training come from."""
    offset = int(os.environ["SEED_OFFSET"])
    seeded, sequence = keras.utils.set_random_seed, np.random.SeedSequence

    def shifted(entropy: Any = None, **given: Any) -> np.random.SeedSequence:
        if isinstance(entropy, list):
            return sequence([entropy[0] + offset, *entropy[1:]], **given)
        return sequence(None if entropy is None else entropy + offset, **given)

    keras.utils.set_random_seed = lambda seed: seeded(seed + offset)
    np.random.SeedSequence = shifted


def pytest_assertion_pass(item: pytest.Item, lineno: int, orig: str, expl: str) -> None:
    """Keeps what an assertion compared."""
    _keep(test=item.nodeid, line=lineno, asserted=orig, values=expl[:500].replace("\n", " "))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keeps the end of a failure's report."""
    if report.failed:
        _keep(test=report.nodeid, failed=str(report.longrepr)[-1500:])


def _keep(**record: Any) -> None:
    with open(os.environ["ASSERTION_LOG"], "a", encoding="utf-8") as log:
        log.write(json.dumps(record) + "\n")
