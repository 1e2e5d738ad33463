"""Where a training keeps its state, and whether it continues an earlier one."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Data(Protocol):
    """A part of the data; `seqkit.data.Dataset` and `TextStream` are such."""

    def content_sha256(self) -> str:
        """A digest of all of it."""


@dataclasses.dataclass(frozen=True)
class Run:
    """Where a training keeps its state, and whether it continues an earlier one.

    Attributes:
        checkpoints: directory for the state after each epoch; None keeps none.
        resume: whether to continue from the state found there.
        log_dir: directory for TensorBoard; None writes nothing.
        fingerprint: what a resumed run must share with the run it continues: settings, data.
    """

    checkpoints: str | os.PathLike[str] | None = None
    resume: bool = False
    log_dir: str | os.PathLike[str] | None = None
    fingerprint: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def sharing(self, **facts: Any) -> Run:
        """This run with more that a resumed run must share with it.

        Args:
            facts: JSON-able values by name.

        Returns:
            The run.
        """
        return dataclasses.replace(self, fingerprint={**self.fingerprint, **facts})

    def on(self, train: Data, validation: Data) -> Run:
        """This run on some data, which a resumed run must share with it.

        Args:
            train: what is trained on.
            validation: what decides when training stops, and which weights are the best.

        Returns:
            The run.
        """
        return self.sharing(data=train.content_sha256(), validation=validation.content_sha256())

    def stage(self, name: str) -> Run:
        """One stage of a training in several stages, with state and logs of its own.

        Args:
            name: the name of its directories.

        Returns:
            The run of the stage.
        """
        checkpoints, log_dir = (
            None if place is None else Path(place) / name
            for place in (self.checkpoints, self.log_dir)
        )
        return dataclasses.replace(self, checkpoints=checkpoints, log_dir=log_dir)
