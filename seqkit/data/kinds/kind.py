"""What a kind of row is: its columns, and how it is read, compared, split and described."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Protocol

import numpy as np
import pyarrow as pa

from seqkit.data import columns as column_names
from seqkit.data.collected import Collected
from seqkit.data.dataset import Dataset
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

# The number of the conversation that a row is of.
CONVERSATION = "conversation"


class Details(Protocol):
    """What a report says of one kind alone."""

    def lines(self) -> list[str]:
        """The details as lines of plain text."""


@dataclass(frozen=True)
class Answer:
    """The column that models answer with, such as the label.

    Attributes:
        column: Its name.
        codes: Values to `<int>[rows]` numbers, equal where answers are.
        show: A value to the words for it in a report.
        counted: Whether a report counts each value, as it does labels.
    """

    column: str
    codes: Callable[[pa.ChunkedArray], np.ndarray]
    show: Callable[[Any], str]
    counted: bool = True


@dataclass(frozen=True)
class Words:
    """The words of a report on rows of a kind.

    Attributes:
        heading: The line that counts them, with `{rows}`, `{tokens}`, `{empty}`, `{duplicates}`,
            `{conflicts}` and the fields of the kind's details.
        lengths: What is measured, such as `characters`.
        labels: What the answers are called.
        unit: What reading leaves out, in the singular.
        leaks: What leaks, and how it relates to the row that it is equal to.
    """

    heading: str
    lengths: str = "characters"
    labels: str = "labels"
    unit: str = "row"
    leaks: tuple[str, str] = ("rows", "equals")


def _refuse(*_: object, **__: object) -> NoReturn:
    """Stands for what a kind leaves to readers of its own."""
    raise TypeError("rows of this kind have a reader of their own")


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of row.

    Attributes:
        name: Its name, by which formats say what they can give.
        columns: Its standard columns.
        content: The column by which rows are equal, within parts and between them.
        words: The words of its report.
        needed: Those of `columns` that must be wanted.
        more: Whether other columns may be read beside them.
        apart: Columns that are never read beside them.
        adds: Columns that reading adds.
        aliases: Standard name to names that a column may have when none has the standard name.
        formats: Names of formats that can hold such rows, beside those that name this kind.
        reader: What reads a data set of this kind; `seqkit.data.read` calls it where the columns
            are wanted, unless it has no `options`.
        options: Dataclass of what only this kind's reader takes; it refuses wrong values.
        collect: Makes checked columns of raw rows, the request, words for the source, and the
            folder that the source lies in.
        stand_ins: Columns that wanted ones can be made from, and that `names` may name.
        find_stand_ins: Column names, request and words for the source to the positions of
            stand-ins, or None where they are not to be used.
        nested: The stand-in that holds the wanted columns in one value, as a mapping.
        parallel: Whether two files may hold the two columns, a row on every line of each.
        media: Whether values are images or the like, a thousand times as large as texts.
        axes: Axes of a value: 0 for a text, 1 for a list of tokens.
        from_memory: Yields the rows of an iterable in memory, given the request and words for the
            source, where they are of a shape of their own.
        row_values: A row in memory and the wanted columns to their values, or None where the row
            has another shape; None takes tuples in the order of the columns.
        row_words: The wanted columns to what a row in memory must be, in words.
        row_hint: What else may be meant where a row in memory is a text alone.
        first_line_is_row: Tells from the tab-separated fields of a file's first line that there
            is no header.
        file_in_folder: A folder to the file in it that holds the rows, or None.
        elsewhere: Words to end a message with where a format has no such rows.
        digest: Columns whose content the data set's digest is of; that of the file where empty.
        answer: What models answer with.
        group: A column whose equal values stay together in a split where it is there; else those
            of `content` do.
        measured: The column whose lengths are reported; `content` where empty.
        duplicate_keys: Data set to `<uint64>[rows]`, equal where rows are duplicates; None compares
            `content`.
        leaks_once: Whether a leak is counted once for each value of `content`, not for each row.
        shown: Rows to texts that a report shows of them; None shows `content`.
        describe: A part, the training part, and the most examples, to more about this kind.
    """

    name: str
    columns: tuple[str, ...]
    content: str
    words: Words
    needed: tuple[str, ...]
    more: bool = False
    apart: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    reader: Callable[..., Dataset] = _refuse
    options: type | None = None
    collect: Callable[[Iterator[RawRows], Request, str, Path | None], Collected] = _refuse
    stand_ins: tuple[str, ...] = ()
    find_stand_ins: Callable[[Sequence[str], Request, str], dict[str, int] | None] | None = None
    nested: str | None = None
    parallel: bool = False
    media: bool = False
    axes: int = 0
    from_memory: Callable[[Iterable[Any], Request, str], Iterator[RawRows]] | None = None
    row_values: Callable[[object, Sequence[str]], tuple[object, ...] | None] | None = None
    row_words: Callable[[Sequence[str]], str] | None = None
    row_hint: str = ""
    first_line_is_row: Callable[[Sequence[str]], bool] | None = None
    file_in_folder: Callable[[Path], Path | None] | None = None
    elsewhere: str = ""
    digest: tuple[str, ...] = ()
    answer: Answer | None = None
    group: str = CONVERSATION
    measured: str = ""
    duplicate_keys: Callable[[Dataset], np.ndarray] | None = None
    leaks_once: bool = False
    shown: Callable[[Dataset], list[str]] | None = None
    describe: Callable[[Dataset, Dataset, int], Details] | None = None

    def covers(self, wanted: Sequence[str]) -> bool:
        """Whether all wanted columns can be of this kind."""
        return set(self.needed) <= set(wanted) and (self.more or set(wanted) <= set(self.columns))

    def check_columns(
        self, wanted: Sequence[str], names: Mapping[str, str | int] | None = None
    ) -> None:
        """Refuses `columns` or `names` that no source could satisfy."""
        if isinstance(wanted, str):
            raise TypeError(
                f"columns={wanted!r} is one string; give a tuple: columns=({wanted!r},)."
            )
        twice = len(set(wanted)) != len(tuple(wanted))
        if twice or not self.covers(wanted) or set(wanted) & set(self.apart):
            raise ValueError(
                f"columns={tuple(wanted)!r} are not those of one kind, or one comes twice. For "
                f"{self.name} give {self.required}."
            )
        whole = set(self.columns) <= set(wanted)
        known = (*wanted, *self.stand_ins) if whole else tuple(wanted)
        unknown = [name for name in names or () if name not in known]
        if unknown:
            raise ValueError(
                f"names has {unknown[0]!r}, which is not among columns={tuple(wanted)!r}. "
                "names maps a standard name to the source's own: names={'text': 'review body'}."
            )

    @property
    def required(self) -> str:
        """The columns that may be wanted, in words."""
        words = " and ".join(map(repr, self.needed))
        optional = [repr(name) for name in self.columns if name not in self.needed]
        optional += ["others"] if self.more else []
        if not optional:
            return f"{words} alone"
        return f"{words} with or without {' and '.join(optional)}"

    def resolve(
        self,
        available: Sequence[str],
        wanted: Sequence[str],
        names: Mapping[str, str | int] | None,
        place: str,
    ) -> dict[str, int]:
        """Finds the position of each wanted column; see `seqkit.data.columns.resolve`."""
        optional = tuple(name for name in wanted if name not in (*self.needed, *self.stand_ins))
        return column_names.resolve(available, wanted, names, place, self.aliases, optional)

    def candidates(self, available: Sequence[str], name: str) -> list[int]:
        """Finds the columns that could be a standard column of this kind."""
        return column_names.candidates(available, name, self.aliases)
