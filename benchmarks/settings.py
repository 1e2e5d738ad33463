"""Reads and changes the settings of recipes by their names, whichever part of them holds a name."""

from __future__ import annotations

import dataclasses
from typing import Any


def read_settings(config: Any) -> dict[str, Any]:
    """All settings by name; the settings of a part stand beside those of the whole.

    Args:
        config: a dataclass; fields that are dataclasses are its parts.

    Returns:
        Value by name, in the order of the fields.

    Raises:
        ValueError: two parts hold the same name.

    Example:
        >>> from recipes import tagging
        >>> read_settings(tagging.DEFAULTS)["hidden_dim"]
        128
    """
    settings: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        part = read_settings(value) if dataclasses.is_dataclass(value) else {field.name: value}
        if twice := settings.keys() & part.keys():
            raise ValueError(f"{type(config).__name__} holds {', '.join(sorted(twice))} twice")
        settings |= part
    return settings


def change_settings(config: Any, **changes: Any) -> Any:
    """The same settings with other values for some names.

    Args:
        config: as for `read_settings`.
        **changes: new value by name.

    Returns:
        New settings.

    Raises:
        ValueError: no part holds a name.

    Example:
        >>> from recipes import tagging
        >>> read_settings(change_settings(tagging.DEFAULTS, hidden_dim=8))["hidden_dim"]
        8
    """
    if unknown := changes.keys() - read_settings(config).keys():
        raise ValueError(f"{type(config).__name__} has no setting {', '.join(sorted(unknown))}")
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            own = {name: changes[name] for name in read_settings(value).keys() & changes.keys()}
            changed[field.name] = change_settings(value, **own)
        elif field.name in changes:
            changed[field.name] = changes[field.name]
    return dataclasses.replace(config, **changed)
