"""What workers share that train with Keras, seqkit's models or plain ones."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from benchmarks.worker import Work, read_config


def read_config_and_seed() -> dict[str, Any]:
    """Reads the configuration and sets its seed.

    Returns:
        What `speed.py` wrote for this worker.
    """
    config = read_config()
    keras.utils.set_random_seed(config["seed"])
    return config


def fit_once(model: keras.Model, *rows: Any, **options: Any) -> dict[str, float]:
    """Trains a model on all rows once.

    Args:
        model: compiled.
        *rows: a data set, or inputs and targets.
        **options: of `fit`.

    Returns:
        `loss`.
    """
    return {"loss": model.fit(*rows, verbose=0, **options).history["loss"][0]}


def make_epoch(model: keras.Model, batches: Any, **amounts: int) -> Work:
    """Makes the work of a round out of batches of seqkit.

    Args:
        model: compiled.
        batches: of an epoch; another epoch is drawn each time.
        **amounts: what an epoch reads, by the name that reports have for it.

    Returns:
        What trains for an epoch and tells `loss` and the amounts.
    """
    dataset = batches.dataset()

    def train() -> dict[str, float]:
        batches.epoch += 1
        return {**fit_once(model, dataset, shuffle=False), **amounts}

    return train


def list_versions() -> dict[str, str]:
    """Versions of the libraries, for the report."""
    return {"tensorflow": tf.__version__, "keras": keras.__version__}
