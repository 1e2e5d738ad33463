"""What the models of all tasks share: a network, its settings, and one file for all of it."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import keras
import tensorflow as tf

from seqkit.model.keras_file import read_keras_file, write_keras_file


class ServableModel(tf.Module):
    """A core on numbers; the models of tasks put strings, images or pieces around it.

    The `build` of each class makes an untrained model. Beside its dictionaries it takes `network`,
    the sizes of the network; `seed`, of all dropout and of all first weights that are not given;
    and `arguments`, those of the class after `core_config`, and sizes by their own names, in place
    of those of `network`.

    Args:
        core: the network.
        core_config: sizes and seed that it was made with, JSON-able.

    Attributes:
        task: what the class does; its files say so.
        network_type: the dataclass of the sizes of its network.
        settings: names of the attributes that a file keeps, arguments of the class.
        dictionaries: classes of the other attributes that a file keeps, with `get_config` and
            `from_config`, by name.
        earlier_sizes: sizes that files of format 1 lack where they had these values.
        adjustable: those of `settings` that may change after training, such as of a search.
    """

    task: ClassVar[str]
    network_type: ClassVar[type]
    settings: ClassVar[tuple[str, ...]]
    dictionaries: ClassVar[Mapping[str, Any]] = {}
    earlier_sizes: ClassVar[Mapping[str, Any]] = {}
    adjustable: ClassVar[tuple[str, ...]] = ()

    def __init__(self, core: keras.Model, core_config: Mapping[str, Any]) -> None:
        super().__init__()
        self.core = core
        # As text: tf.Module would turn a dictionary into a kind of its own that JSON refuses.
        self._core_config = json.dumps(dict(core_config))

    @property
    def core_config(self) -> dict[str, Any]:
        """Sizes and seed that the core was made with, but for those that follow from the data."""
        return json.loads(self._core_config)

    @property
    def seed(self) -> int:
        """The seed that the core was made with."""
        return self.core_config.get("seed", 0)

    @property
    def network(self) -> Any:
        """The sizes of the network, of the class `network_type`."""
        names = {field.name for field in dataclasses.fields(self.network_type)}
        return self.network_type(
            **{
                name: tuple(value) if isinstance(value, list) else value
                for name, value in {**self.earlier_sizes, **self.core_config}.items()
                if name in names
            }
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes weights, vocabularies and configuration to one `.keras` file.

        Args:
            path: the file, its name ending in `.keras`; written aside, then renamed.

        Raises:
            ValueError: the name ends otherwise.
        """
        shell = self._dictionary_configs() | {"core_config": self.core_config} | self._settings()
        write_keras_file(path, self.core, self.task, shell)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Reads what `save` wrote.

        Args:
            path: the file, or the directory of an artefact that holds `model.keras`.

        Returns:
            The model, ready to answer or to be trained further.

        Raises:
            ValueError: the file is not there, or holds a model for another task.
        """
        core, shell = read_keras_file(path, cls.task)
        return cls(core=core, **cls._read_dictionaries(shell), **shell)

    def trackables(self) -> list[Any]:
        """Weights and tables that the signatures use."""
        return [
            *(v.value for v in self.core.variables),
            *(getattr(self, name) for name in self.dictionaries),
        ]

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.settings}

    def _dictionary_configs(self) -> dict[str, Any]:
        """What makes the encoders and vocabularies again, by argument of the class."""
        return {name: getattr(self, name).get_config() for name in self.dictionaries}

    @classmethod
    def _read_dictionaries(cls, shell: dict[str, Any]) -> dict[str, Any]:
        """Takes the encoders and vocabularies out of what a file holds, by argument."""
        return {name: kind.from_config(shell.pop(name)) for name, kind in cls.dictionaries.items()}

    @classmethod
    def _arrange(cls, network: Any, given: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Splits arguments of `build` into the network, some sizes given by name, and settings."""
        settings = {name: given[name] for name in cls.settings if name in given}
        sizes = {name: value for name, value in given.items() if name not in settings}
        return dataclasses.replace(network, **sizes), settings


def config_of(network: Any, seed: int) -> dict[str, Any]:
    """What a file keeps of how a core was made.

    Args:
        network: sizes, a dataclass.
        seed: the seed.

    Returns:
        JSON-able values by name.
    """
    return {**dataclasses.asdict(network), "seed": seed}
