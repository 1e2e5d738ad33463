"""What small untrained models have in common: weights, and how their answers are laid out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras


def disturb(model: Any) -> Any:
    """Gives a model weights large enough that answers differ: arbitrary but fixed."""
    for variable in model.core.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.7, seed=len(variable.path)))
    return model


def by_name(answers: Iterable[Any], *names: str, **renamed: str) -> dict[str, list[Any]]:
    """Lays answers out as a signature does.

    Args:
        answers: one for each row.
        names: attributes that outputs are named after.
        renamed: other outputs, with the attribute that each of them holds.

    Returns:
        The attribute of each answer, by the name of the output.
    """
    rows = list(answers)
    outputs = {name: name for name in names} | renamed
    return {name: [getattr(row, key) for row in rows] for name, key in outputs.items()}
