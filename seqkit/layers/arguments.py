"""Arguments that layers share: their checks, and their place in a configuration."""

from __future__ import annotations

import inspect
from typing import Any


def check_sizes(**sizes: int) -> None:
    """Raises `ValueError` for a size, given by the name of its argument, that is below 1."""
    for argument, size in sizes.items():
        if size < 1:
            raise ValueError(f"{argument} must be at least 1, got {size}")


def check_rates(**rates: float) -> None:
    """Raises `ValueError` for a rate, given by the name of its argument, outside [0, 1)."""
    for argument, rate in rates.items():
        if not 0 <= rate < 1:
            raise ValueError(f"{argument} must be in [0, 1), got {rate}")


def arguments_of(layer: Any, cls: type) -> dict[str, Any]:
    """Gives the arguments that `cls` made a layer with, for `get_config`: each is an attribute."""
    # Not of the class: Keras's `__new__` takes anything.
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    names = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD and p.name != "self"]
    return {name: getattr(layer, name) for name in names}
