"""Slow files first: two processes then end at about the same time. One thread for each of them."""

import gc
import importlib
import os
from collections.abc import Iterator

import pytest

from tests.clean_processes import run_clean
from tests.running import as_traced, step_by_step

# Tracing makes many objects that stay: to look through them for garbage less often saves time.
gc.set_threshold(100_000, 50, 100)

# Before TensorFlow is imported: processes side by side are slowed down by each other's threads.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

# What a test compiles runs once: to compile it well takes longer than it runs.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)


@pytest.fixture(scope="session", autouse=True)
def verified_by_forks() -> Iterator[None]:
    """Exports are verified in clean processes that need not import TensorFlow once more.

    `tests/export/test_verify.py` has them started as users have.
    """
    verify = importlib.import_module("seqkit.export.verify")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify, "_run", lambda arguments, timeout: run_clean(arguments))
        yield


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """Looks through what a file has left for garbage once, and never again through the rest."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def eagerly() -> Iterator[None]:
    """Runs the functions of a file's tests step by step, instead of as graphs.

    For trainings of a few steps that are compared with each other: to trace one takes longer than
    its steps. What is traced is asked by the tests of each recipe, and by those that serve.
    """
    with step_by_step():
        yield


@pytest.fixture
def at_once() -> Iterator[None]:
    """Runs the functions of one test step by step: tracing a model takes longer than an answer.

    That graphs answer alike is tested where they are served.
    """
    with step_by_step():
        yield


@pytest.fixture(scope="module")
def unoptimized() -> Iterator[None]:
    """Runs graphs as they were traced: for those that run once, to optimise them takes longer.

    What is served is optimised by TensorFlow; every export is verified so, in a clean process.
    """
    with as_traced():
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts files with a test marked slow before all others; the order is kept otherwise."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
