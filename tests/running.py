"""How TensorFlow runs functions while a test asks them: tracing and optimising is what takes long.

TensorFlow is imported where it is used: layers are tested where it is not installed, and
`conftest.py` sets variables that it reads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def step_by_step() -> Iterator[None]:
    """Runs functions without making graphs of them, which takes longer than a few small steps."""
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@contextlib.contextmanager
def as_traced() -> Iterator[None]:
    """Runs graphs without optimising them, which takes longer than to run them once."""
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})
