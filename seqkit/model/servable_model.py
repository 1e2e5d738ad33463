"""What the classes of this package share: a core, what it is set to, and one file for all of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, ClassVar

import keras
import tensorflow as tf

from seqkit.model.keras_file import read_keras_file, write_keras_file


class ServableModel(tf.Module):
    """A core on numbers and what belongs to it; the classes made of it add what people have.

    Args:
        core: the network.
        core_config: the arguments that it was made with, JSON-able.

    Attributes:
        task: what the class does; its files say so.
        settings: names of the attributes that a file keeps, arguments of the class.
    """

    task: ClassVar[str]
    settings: ClassVar[tuple[str, ...]]

    def __init__(self, core: keras.Model, core_config: Mapping[str, Any]) -> None:
        super().__init__()
        self.core = core
        # As text: tf.Module would turn a dictionary into a kind of its own that JSON refuses.
        self._core_config = json.dumps(dict(core_config))

    @property
    def core_config(self) -> dict[str, Any]:
        """The arguments that the core was made with, but for those that follow from the data."""
        return json.loads(self._core_config)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes weights, vocabularies and configuration to one `.keras` file.

        Args:
            path: the file, its name ending in `.keras`; written aside, then renamed.

        Raises:
            ValueError: the name ends otherwise.
        """
        shell = self._dictionaries() | {"core_config": self.core_config} | self._settings()
        write_keras_file(path, self.core, self.task, shell)

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.settings}

    def _dictionaries(self) -> dict[str, Any]:
        """What makes the class's encoders and vocabularies again, by argument."""
        return {}

    @classmethod
    def _saved(cls, path: str | os.PathLike[str]) -> tuple[keras.Model, dict[str, Any]]:
        """Reads what `save` wrote: the core, and the other arguments of the class."""
        return read_keras_file(path, cls.task)
