"""CSV, TSV and their kin, as raw rows."""

from __future__ import annotations

import csv
import itertools
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.adaptor import Numbered
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request

_SEPARATORS = (",", ";", "\t", "|")
# A quoted field may be as long as this; beyond it the quote is taken for one that nobody closed,
# before the whole file is gathered in memory.
MAX_RECORD_CHARACTERS = 16_000_000
_UNQUOTED = "read with quoting=False if quotes are ordinary characters in this file"
_SEPARATOR_LINE = re.compile(r"sep=[^\r\n]\s*", re.IGNORECASE)
# Fields over several lines that a warning names.
_NAMED = 3


def read_delimited(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a delimited file, each with the physical line at which it starts.

    `names` are column names, or positions (from 0) in a file that has no header line. So is a file
    read that is separated by tabs and whose first line is plainly a row, as the kind of rows tells.
    `separator` is one character; None takes whichever splits the first line into most fields.
    `quoting` says whether `"` encloses a field, doubled inside it (RFC 4180); None is True, but
    False in a file without a header line whose first line the kind could have told.
    """
    wanted, names, separator = request.columns, request.names, request.separator
    if separator is not None and (len(separator) != 1 or separator in '"\r\n'):
        raise ValueError(f"separator={separator!r} must be one character other than a quote.")
    lines = iter(file)
    first = next(lines, "")
    begins = 1
    if _SEPARATOR_LINE.fullmatch(first):
        # What spreadsheets are told, and some tell, before the first row.
        separator, first, begins = separator or first[4], next(lines, ""), 2
    separator = separator or likely_separator(first)
    is_row = request.kind.first_line_is_row if separator == "\t" else None
    if is_row is not None and not names and is_row(first.rstrip("\r\n").split("\t")):
        names = by_position(wanted)
    positional = is_positional(names, wanted)
    quoting = request.quoting
    if quoting is None:
        quoting = not (is_row is not None and positional)
    records = _Records(file, itertools.chain([first], lines), separator, quoting, begins)
    rows = iter(records)
    line, head = next(rows, (begins, []))
    records.width = len(head)
    if positional:
        positions = {name: int((names or {})[name]) for name in wanted}
        if max(positions.values()) >= len(head):
            raise DataError(
                f"{file.path}, line 1: names={dict(names or {})} asks for field "
                f"{max(positions.values())} (counted from 0), but the line has {len(head)}."
            )
        rows = itertools.chain([(line, head)], rows)
    else:
        try:
            positions = request.find(head, f"{file.path}, line {line}", flat=True)
        except DataError as error:
            other = " If something else separates its fields: separator=…."
            raise DataError(
                f"{error}{other if len(head) == 1 else ''} Without a header line: "
                f"names={by_position(wanted)}."
            ) from None
    records.label = positions.get("label")
    records.label_lines = "\n" in (getattr(request.options, "label_separator", None) or "")
    first_column, *others = positions.values()
    # This runs for every row: to pick several fields at once takes half the time.
    pick = itemgetter(first_column, *others) if others else lambda row: (row[first_column],)
    picked = ((start, pick(row)) for start, row in rows)
    yield from gather_rows(picked, list(positions), file.path)


def read_as_objects(
    file: TextFile, separator: str | None = ",", quoting: bool | None = True
) -> Iterator[Numbered]:
    """Yields the rows of a delimited file as objects with the names of its header line as keys."""
    lines = iter(file)
    first = next(lines, "")
    records = _Records(
        file,
        itertools.chain([first], lines),
        separator or likely_separator(first),
        quoting is not False,
    )
    rows = iter(records)
    _, head = next(rows, (1, []))
    records.width = len(head)
    head = [name.strip() for name in head]
    for line, row in rows:
        yield line, dict(zip(head, row, strict=True))


class _Records:
    """Records of a delimited file with the physical line each starts at.

    Attributes:
        width: Fields that every record must have; None until the header is known.
        label: Position of the label, by whose values a swallowed row is recognised.
        label_lines: Whether a label may run over several lines.
    """

    def __init__(
        self,
        file: TextFile,
        lines: Iterator[str],
        separator: str,
        quoting: bool,
        begins: int = 1,
    ) -> None:
        self.width: int | None = None
        self.label: int | None = None
        self.label_lines = False
        self._path = file.path
        self._separator = separator
        self._quoting = quoting
        self._pending: list[str] = []
        self._before = begins - 1
        self._start = begins
        self._recent_labels: list[str] = []
        # First and last line of fields that may have swallowed rows, and their beginnings.
        self._suspicious: list[tuple[int, int, str]] = []
        # The limit is csv's own and counts for the whole process; ours is in _gather.
        csv.field_size_limit(max(csv.field_size_limit(), 4 * MAX_RECORD_CHARACTERS))
        self._reader = csv.reader(
            self._gather(lines),
            delimiter=separator,
            quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE,
            strict=True,
        )

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for row in self._reader:
                line, self._start = self._start, self._before + self._reader.line_num + 1
                if len(self._pending) > 1:
                    self._look_at_lines(line, row)
                if len(row) != self.width and self.width is not None:
                    if not row and self.width > 1:
                        self._pending.clear()
                        continue  # a blank line
                    row = row or [""]
                    if len(row) != self.width:
                        raise self._wrong_width(line, row)
                self._pending.clear()
                if self.label is not None and len(row) > self.label:
                    self._recent_labels.append(row[self.label].strip())
                    if len(self._recent_labels) > 2_000:
                        del self._recent_labels[:1_000]
                yield line, row
        except csv.Error as error:
            raise self._bad_quote(error) from None
        if self._suspicious:
            self._warn_of_swallowed_rows()

    def _gather(self, lines: Iterator[str]) -> Iterator[str]:
        """Passes lines on, keeping those of the record under way."""
        characters = 0
        for line in lines:
            self._pending.append(line)
            if len(self._pending) > 1:
                characters += len(line)
                if characters > MAX_RECORD_CHARACTERS:
                    raise self._open_quote(f"is not closed within {characters:,} characters")
            else:
                characters = len(line)
            yield line

    def _wrong_width(self, line: int, row: list[str]) -> DataError:
        """The error for a record with the wrong number of fields."""
        few = len(row) < (self.width or 0)
        remedy = (
            "Add what is missing, or leave the field empty between separators"
            if few
            else f"Put a field that contains {self._separator!r} in double quotes"
        )
        if not few and not self._quoting:
            remedy = f"Remove the extra {self._separator!r}, or read with quoting=True"
        return DataError(
            f"{self._path}, line {line}: {len(row)} fields instead of {self.width}: "
            f"{shown(self._separator.join(row), 100)}. {remedy}; the separator is "
            f"{self._separator!r} (change it with separator=…)."
        )

    def _bad_quote(self, error: csv.Error) -> DataError:
        """The error for quotes that do not pair."""
        if "end of data" in str(error):
            return self._open_quote("is never closed")
        text = self._pending[-1] if self._pending else ""
        return DataError(
            f"{self._path}, line {self._before + self._reader.line_num}: {error}, in "
            f"{shown(text, 100)} (the "
            f'row starts at line {self._start}). Write "" for a quote inside a quoted field, or '
            f"{_UNQUOTED}."
        )

    def _open_quote(self, fault: str) -> DataError:
        """The error for a quoted field that goes on and on."""
        return DataError(
            f"{self._path}, line {self._start}: a quoted field that opens here {fault}: "
            f"{shown(self._pending[0], 100)}. Close the quote, or {_UNQUOTED}."
        )

    def _look_at_lines(self, line: int, row: Sequence[str]) -> None:
        """Notes a record over several lines whose inner lines look like records of their own.

        A quote that nobody closed is closed by the next one found, often on another row: the
        result has the right number of fields and the wrong content. So may a text be that holds
        such lines. Only a label over several lines cannot be right.
        """
        if self.width is None or self.width < 2:
            return
        last = line + len(self._pending) - 1
        if self.label is not None and self.label < len(row) and not self.label_lines:
            label = row[self.label].strip()
            if "\n" in label or "\r" in label:
                raise DataError(
                    f"{self._path}, line {line}: the label runs to line {last}: "
                    f"{shown(label, 100)}. Close the quote that opens it, or {_UNQUOTED}."
                )
        known = set(self._recent_labels)
        certain = self.label is not None and bool(known)
        inner = self._pending[1:-1]
        rows = sum(self._looks_like_row(text, known, certain) for text in inner)
        swallowed = rows * 2 >= len(inner) and rows >= (1 if certain else 20)
        if self.label is not None:
            # A label in place after the quote: the first line is a whole row as well.
            head = self._pending[0].rstrip("\r\n").split(self._separator)
            opened = next((i for i, field in enumerate(head) if _opens(field)), len(head))
            whole = len(head) == self.width and opened < self.label
            swallowed |= whole and head[self.label].strip() in known
        if swallowed:
            self._suspicious.append((line, last, shown(self._pending[0].rstrip("\r\n"), 100)))

    def _warn_of_swallowed_rows(self) -> None:
        """Tells of the fields that may have swallowed rows."""
        places = [
            f"lines {first} to {last} ({text})" for first, last, text in self._suspicious[:_NAMED]
        ]
        more = len(self._suspicious) - len(places)
        places += [f"{more:,} more"] if more else []
        warnings.warn(
            f"{self._path}: quoted fields over several lines that look like rows of their own: "
            f"{len(self._suspicious):,}, {', '.join(places)}. They are read as texts of several "
            f"lines. If a quote was never closed there, close it, or {_UNQUOTED}.",
            stacklevel=2,
        )

    def _looks_like_row(self, text: str, known: set[str], certain: bool) -> bool:
        """Whether a line has the fields of a row and, where labels are known, one of them."""
        fields = text.rstrip("\r\n").split(self._separator)
        if len(fields) != self.width:
            return False
        return not certain or (self.label is not None and fields[self.label].strip() in known)


def likely_separator(line: str) -> str:
    """The separator that splits a line into most fields."""
    return max(_SEPARATORS, key=lambda mark: len(_fields(line, mark)))


def _opens(field: str) -> bool:
    """Whether a field opens a quote and does not close it."""
    return field.startswith('"') and field.count('"') % 2 == 1


def _fields(line: str, separator: str) -> list[str]:
    """The fields of one line."""
    return next(csv.reader([line], delimiter=separator), [])


def by_position(wanted: Sequence[str]) -> dict[str, int]:
    """The first fields as the wanted columns, in their order."""
    return {name: position for position, name in enumerate(wanted)}


def is_positional(names: Mapping[str, str | int] | None, wanted: Sequence[str]) -> bool:
    """Whether columns are given by position, that is, the file has no header line."""
    numbers = [name for name, column in (names or {}).items() if isinstance(column, int)]
    if not numbers:
        return False
    given = names or {}
    if len(numbers) != len(given) or set(given) != set(wanted):
        raise ValueError(
            f"names={dict(given)} mixes positions and names, or leaves a column out; for a file "
            "without a header line give the position of every column: "
            f"names={by_position(wanted)}."
        )
    if min(int(column) for column in given.values()) < 0:
        raise ValueError(f"names={dict(given)}: positions count from 0.")
    return True


def _read_tsv(file: TextFile, request: Request) -> Iterator[RawRows]:
    """Yields the rows of a file separated by tabs, unless another separator is given."""
    separator = "\t" if request.separator is None else request.separator
    return read_delimited(file, replace(request, separator=separator))


CSV = Format(
    "csv",
    kinds=("labels", "pairs", "captions"),
    read=read_delimited,
    suffixes=(".csv",),
    suffixes_by_kind={"captions": (".txt", ".token")},
    follows=("separator", "quoting"),
    newline="",
)
TSV = Format(
    "tsv",
    kinds=("labels", "pairs", "captions"),
    read=_read_tsv,
    suffixes=(".tsv", ".tab"),
    suffixes_by_kind={
        "labels": (".txt",),
        "pairs": (".txt",),
        "captions": (".txt", ".token"),
    },
    recognize=lambda head, request: "\t" in head.partition("\n")[0],
    follows=("separator", "quoting"),
    newline="",
)
