"""What a format of file is: its names, the kinds of row it can give, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

if TYPE_CHECKING:
    from seqkit.data.kinds.kind import Kind


@dataclass(frozen=True, eq=False)
class Format:
    """A format of file.

    Attributes:
        name: Its name, for `format=`.
        kinds: Names of the kinds of row that it can give.
        read: Yields the rows of a file, a `TextFile` (or a path where `newline` is None), some at a
            time, with their lines where it has lines. What cannot be used raises a `DataError` that
            names the line; `names`, `separator` and the like that cannot be used, a `ValueError`.
        suffixes: What names of files end in that are surely of this format.
        suffixes_by_kind: Further suffixes where rows of a kind are wanted, by the kind's name.
        recognize: Tells by the beginning of a file, up to its first line that is not blank, whether
            it is of this format, where `suffixes_by_kind` leaves more than one; None takes it.
        columns: All columns that it can give; any where None.
        follows: Which of the options `separator` and `quoting` say how its lines are read.
        newline: What ends a line, as in `open`; None where the format opens the path itself.
        folder: Whether it is a folder instead of a file.
        recognize_folder: Tells a folder of this format by the files in it; None where another may
            be meant too, so that it is taken where no other format recognizes it.
        part_column: The column that says which part each row is of, where every file has one.
    """

    name: str
    kinds: tuple[str, ...]
    read: Callable[[Any, Request], Iterator[RawRows]]
    suffixes: tuple[str, ...] = ()
    suffixes_by_kind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recognize: Callable[[str, Request], bool] | None = None
    columns: tuple[str, ...] | None = None
    follows: tuple[str, ...] = ()
    newline: str | None = "\n"
    folder: bool = False
    recognize_folder: Callable[[Path], bool] | None = None
    part_column: str | None = None

    def gives(self, request: Request) -> bool:
        """Whether it can hold the wanted rows."""
        all_there = self.columns is None or set(request.columns) <= set(self.columns)
        return self.holds(request.kind) and all_there

    def holds(self, kind: Kind) -> bool:
        """Whether it can hold rows of a kind."""
        return kind.name in self.kinds or self.name in kind.formats
