"""Settings for one kind of data, under what a user has turned."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

Settings = TypeVar("Settings")


def with_preset(settings: Settings, preset: Settings) -> Settings:
    """Takes a preset's values wherever a setting has its default.

    Args:
        settings: a dataclass with a default for each field, as the user gave it.
        preset: the same, with what is better for the data at hand.

    Returns:
        The preset with what the user has turned. A setting that was given the value of its
        default is not told from one that was left.

    Example:
        >>> @dataclasses.dataclass(frozen=True)
        ... class Config:
        ...     epochs: int = 16
        ...     seed: int = 0
        >>> with_preset(Config(seed=1), Config(epochs=8))
        Config(epochs=8, seed=1)
    """
    defaults: Any = type(settings)()
    turned = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(defaults)
        if getattr(settings, field.name) != getattr(defaults, field.name)
    }
    return dataclasses.replace(preset, **turned)  # type: ignore[type-var]
