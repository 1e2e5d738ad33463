"""CSV, TSV and their kin, as a stream of chunks."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence

from seqkit.data import columns
from seqkit.data.errors import DataError, shown
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows

_SEPARATORS = (",", ";", "\t", "|")
# A quoted field may be as long as this; beyond it the quote is taken for one that nobody closed,
# before the whole file is gathered in memory.
MAX_RECORD_CHARACTERS = 16_000_000
# What a sentence ends in and a column's name hardly does, closing quotes and brackets apart.
_ENDS = (".", "!", "?", "…", "。", "！", "？")
_CLOSING = "\"'”’»)」』 "
_UNQUOTED = "read with quoting=False if quotes are ordinary characters in this file"


def read_delimited(
    file: TextFile,
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    separator: str | None,
    quoting: bool | None,
) -> Iterator[RawRows]:
    """Yields the rows of a delimited file.

    A file of pairs parted by tabs has no header line, and is read as if the positions 0 and 1 were
    given, where its first line names neither side and one of its first two fields ends as a
    sentence does.

    Args:
        file: The open file, with `newline=""`.
        wanted: Standard names of the columns to read.
        names: Standard name to column name; or to column position (from 0) in a file that has
            no header line.
        separator: One character; None takes whichever parts the first line into most fields.
        quoting: Whether `"` encloses a field, doubled inside it (RFC 4180); None is True, but
            False where pairs are parted by tabs and there is no header line.

    Yields:
        Chunks with the physical line at which each row starts.

    Raises:
        DataError: A row has too few or too many fields, or a quote is not closed.
        ValueError: `separator` or `names` cannot be used.
    """
    if separator is not None and (len(separator) != 1 or separator in '"\r\n'):
        raise ValueError(f"separator={separator!r} must be one character other than a quote.")
    lines = iter(file)
    first = next(lines, "")
    separator = separator or max(_SEPARATORS, key=lambda mark: len(_fields(first, mark)))
    tabbed = columns.is_pair(wanted) and separator == "\t"
    if tabbed and not names and _begins_with_pair(first):
        names = _by_position(wanted)
    positional = _is_positional(names, wanted)
    if quoting is None:
        quoting = not (tabbed and positional)
    records = _Records(file, itertools.chain([first], lines), separator, quoting)
    rows = iter(records)
    line, head = next(rows, (1, []))
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
            resolved = columns.resolve_raw if columns.is_captioned(wanted) else columns.resolve
            positions = resolved(head, wanted, names, f"{file.path}, line {line}")
        except DataError as error:
            raise DataError(
                f"{error} Without a header line: names={_by_position(wanted)}."
            ) from None
    records.label = positions.get("label")
    yield from _chunks(file, rows, positions)


def _chunks(
    file: TextFile, records: Iterator[tuple[int, list[str]]], positions: Mapping[str, int]
) -> Iterator[RawRows]:
    """Gathers records into chunks of bounded size."""
    rows: list[list[str]] = []
    starts: list[int] = []
    heavy = ("text", "caption", *columns.PAIR)
    texts = tuple(positions[name] for name in heavy if name in positions)
    characters = 0
    for line, row in records:
        rows.append(row)
        starts.append(line)
        characters += sum([len(row[i]) for i in texts])
        if len(rows) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield _chunk(file, rows, starts, positions)
            rows, starts, characters = [], [], 0
    if rows:
        yield _chunk(file, rows, starts, positions)


def _chunk(
    file: TextFile, rows: list[list[str]], starts: list[int], positions: Mapping[str, int]
) -> RawRows:
    """Rows turned into columns."""
    values = {name: [row[i] for row in rows] for name, i in positions.items()}
    return RawRows(values, lambda row: f"{file.path}, line {starts[row]}", starts)


class _Records:
    """Records of a delimited file with the physical line each starts at.

    Attributes:
        width: Fields that every record must have; None until the header is known.
        label: Position of the label, by whose values a swallowed row is recognised.
    """

    def __init__(self, file: TextFile, lines: Iterator[str], separator: str, quoting: bool) -> None:
        self.width: int | None = None
        self.label: int | None = None
        self._path = file.path
        self._separator = separator
        self._quoting = quoting
        self._pending: list[str] = []
        self._start = 1
        self._recent_labels: list[str] = []
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
                line, self._start = self._start, self._reader.line_num + 1
                if len(self._pending) > 1:
                    self._refuse_swallowed_rows(line)
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
            f"{self._path}, line {self._reader.line_num}: {error}, in {shown(text, 100)} (the "
            f'row starts at line {self._start}). Write "" for a quote inside a quoted field, or '
            f"{_UNQUOTED}."
        )

    def _open_quote(self, fault: str) -> DataError:
        """The error for a quoted field that goes on and on."""
        return DataError(
            f"{self._path}, line {self._start}: a quoted field that opens here {fault}: "
            f"{shown(self._pending[0], 100)}. Close the quote, or {_UNQUOTED}."
        )

    def _refuse_swallowed_rows(self, line: int) -> None:
        """Refuses a record whose inner lines look like records of their own.

        A quote that nobody closed is closed by the next one found, often on another row: the
        result has the right number of fields and the wrong content.
        """
        if self.width is None or self.width < 2:
            return
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
            last = line + len(self._pending) - 1
            raise DataError(
                f"{self._path}, line {line}: a quoted field that opens here runs to line {last} "
                f"and swallows what look like other rows: {shown(self._pending[0], 100)}. "
                f"Close the quote, or {_UNQUOTED}."
            )

    def _looks_like_row(self, text: str, known: set[str], certain: bool) -> bool:
        """Whether a line has the fields of a row and, where labels are known, one of them."""
        fields = text.rstrip("\r\n").split(self._separator)
        if self.width is None or len(fields) < self.width:
            return False
        return not certain or (self.label is not None and fields[self.label].strip() in known)


def _opens(field: str) -> bool:
    """Whether a field opens a quote and does not close it."""
    return field.startswith('"') and field.count('"') % 2 == 1


def _fields(line: str, separator: str) -> list[str]:
    """The fields of one line."""
    return next(csv.reader([line], delimiter=separator), [])


def _begins_with_pair(line: str) -> bool:
    """Whether the first line of a file parted by tabs is a pair and no header."""
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) < 2 or any(columns.candidates(fields, name) for name in columns.PAIR):
        return False
    return any(field.rstrip(_CLOSING).endswith(_ENDS) for field in fields[:2])


def _by_position(wanted: Sequence[str]) -> dict[str, int]:
    """The first fields as the wanted columns, in their order."""
    return {name: position for position, name in enumerate(wanted)}


def _is_positional(names: Mapping[str, str | int] | None, wanted: Sequence[str]) -> bool:
    """Whether columns are given by position, that is, the file has no header line."""
    numbers = [name for name, column in (names or {}).items() if isinstance(column, int)]
    if not numbers:
        return False
    given = names or {}
    if len(numbers) != len(given) or set(given) != set(wanted):
        raise ValueError(
            f"names={dict(given)} mixes positions and names, or leaves a column out; for a file "
            "without a header line give the position of every column: "
            f"names={_by_position(wanted)}."
        )
    if min(int(column) for column in given.values()) < 0:
        raise ValueError(f"names={dict(given)}: positions count from 0.")
    return True
