"""What all workloads are: a name, figures for the report, a digest, and a file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self


@dataclasses.dataclass(frozen=True)
class Workload:
    """What all who are compared read from one file, so that a word is the same for each of them.

    Attributes:
        name: where the data come from.
    """

    name: str

    def content(self) -> Any:
        """What the digest is of, as JSON can hold it."""
        raise NotImplementedError

    def amounts(self) -> dict[str, int]:
        """What a report counts, by its name in the report."""
        raise NotImplementedError

    def files(self) -> Iterable[str]:
        """Files that the digest is of besides, by path."""
        return ()

    @property
    def sha256(self) -> str:
        """The first twelve hexadecimal digits of the digest of the content and the files."""
        digest = hashlib.sha256(json.dumps(self.content(), ensure_ascii=False).encode())
        for path in self.files():
            digest.update(Path(path).read_bytes())
        return digest.hexdigest()[:12]

    def facts(self) -> dict[str, str | int]:
        """What a report says about the data."""
        return {"data": self.name, "sha256": self.sha256, **self.amounts()}

    def write(self, path: Path) -> None:
        """Writes a file that `read` reads.

        Args:
            path: the file.
        """
        path.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Reads what `write` wrote.

        Args:
            path: the file.

        Returns:
            The workload.
        """
        return cls(**json.loads(Path(path).read_text(encoding="utf-8")))
