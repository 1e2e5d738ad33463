"""The settings of a recipe: made of parts, given and read by their own names."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Settings:
    """Base of a recipe's settings; each subclass becomes a frozen dataclass.

    Fields may be parts: dataclasses that recipes share, such as `TrainingSettings`, or the sizes
    of a network. A setting inside a part is given and read by its own name, as it is a flag of its
    own on the command line.

    What is given explicitly is remembered, so that it wins over the settings for one kind of data
    also where it equals the default. A part that is given is given with all of its settings, and
    `dataclasses.replace` gives everything; `replace` gives what it is told.

    Attributes:
        given: names of the settings given explicitly, those of parts by their own.

    Raises:
        TypeError: there is no such setting.

    Example:
        >>> @dataclasses.dataclass(frozen=True)
        ... class Training:
        ...     epochs: int = 10
        ...     batch_size: int = 32
        >>> class Config(Settings):
        ...     lowercase: bool = True
        ...     training: Training = Training(epochs=60)
        >>> config = Config(epochs=60)
        >>> config.training, config.batch_size, sorted(config.given)
        (Training(epochs=60, batch_size=32), 32, ['epochs'])
        >>> config.over(Config(epochs=8, batch_size=16)).training
        Training(epochs=60, batch_size=16)
        >>> Config(epoch=3)
        Traceback (most recent call last):
            ...
        TypeError: Config has no setting 'epoch'; it has batch_size, epochs, lowercase
    """

    given: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        """Makes a dataclass that takes the settings of its parts too."""
        super().__init_subclass__()
        dataclasses.dataclass(frozen=True)(cls)
        names = list(_own_names(cls, _fields(cls)))
        if twice := {name for name in names if names.count(name) > 1}:
            raise TypeError(f"{cls.__name__} has two settings {', '.join(sorted(twice))}")
        set_fields: Any = cls.__init__

        def __init__(self: Settings, **given: Any) -> None:
            set_fields(self, **_by_part(cls, given))
            object.__setattr__(self, "given", frozenset(_own_names(cls, given)))

        cls.__init__ = __init__  # type: ignore[assignment,method-assign]

    def __getattr__(self, name: str) -> Any:
        part = _part_of(type(self), name)
        if part is None:
            raise AttributeError(_no_setting(type(self), name))
        return getattr(getattr(self, part), name)

    def flat(self) -> dict[str, Any]:
        """Every setting by its own name; a path is text, as in a file of settings."""
        return dict(_flat(self))

    def replace(self, **changes: Any) -> Self:
        """These settings with some changed.

        Args:
            changes: new values by name.

        Returns:
            New settings; what was given before and the changes are given.
        """
        made: Self = dataclasses.replace(self, **changes)  # type: ignore[type-var]
        object.__setattr__(made, "given", self.given | set(_own_names(type(self), changes)))
        return made

    def with_given(self, names: Iterable[str]) -> Self:
        """These settings, of which others count as given explicitly.

        Args:
            names: of settings; those that are none are left out.

        Returns:
            New settings of the same values.
        """
        made: Self = dataclasses.replace(self)  # type: ignore[type-var]
        object.__setattr__(made, "given", frozenset(self.flat().keys() & set(names)))
        return made

    def over(self, preset: Self) -> Self:
        """Takes a preset's values for all that was not given explicitly.

        Args:
            preset: settings for one kind of data.

        Returns:
            The preset with what was given.
        """
        return preset.replace(**{name: getattr(self, name) for name in self.given})


def _fields(cls: Any) -> list[str]:
    return [field.name for field in dataclasses.fields(cls)]


def _parts(cls: Any) -> Iterator[tuple[str, list[str]]]:
    """The parts of settings by name, each with the names of its settings."""
    for field in dataclasses.fields(cls):
        if dataclasses.is_dataclass(field.default):
            yield field.name, _fields(field.default)


def _part_of(cls: type, name: str) -> str | None:
    return next((part for part, names in _parts(cls) if name in names), None)


def _flat(settings: Any) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            yield from _flat(value)
        else:
            yield field.name, os.fspath(value) if isinstance(value, os.PathLike) else value


def _own_names(cls: type, given: Iterable[str]) -> Iterator[str]:
    """The names of settings given, in place of parts those of their settings."""
    parts = dict(_parts(cls))
    for name in given:
        yield from parts.get(name, [name])


def _by_part(cls: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the dataclass: the settings of a part make a new part."""
    defaults = {field.name: field.default for field in dataclasses.fields(cls)}
    fields = {name: value for name, value in given.items() if name in defaults}
    for name in given.keys() - fields.keys():
        part = _part_of(cls, name)
        if part is None:
            raise TypeError(_no_setting(cls, name))
        whole: Any = fields.get(part, defaults[part])
        fields[part] = dataclasses.replace(whole, **{name: given[name]})
    return fields


def _no_setting(cls: type, name: str) -> str:
    known = _own_names(cls, _fields(cls))
    return f"{cls.__name__} has no setting {name!r}; it has {', '.join(sorted(known))}"
