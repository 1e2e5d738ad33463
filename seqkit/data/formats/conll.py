"""CoNLL files, one token a line and a blank line between sentences, as raw rows."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows
from seqkit.data.request import Request

_DOCUMENT = "-DOCSTART-"
_BLANKS = " \t\r\n"
# In files separated by white space "# sent_id = 1" may have as many fields as a token's line.
_COMMENT = re.compile(r"#+ *[^ \t]+ = ")
_DEFAULT = {"tokens": 0, "tags": -1}


class Sentences:
    """Sentences gathered until they are enough to hand over.

    Args:
        file: Where they come from.
        wanted: Standard names of the columns, `tokens` and `tags` or `tokens` alone.
    """

    def __init__(self, file: TextFile, wanted: Sequence[str]) -> None:
        self._file = file
        self._wanted = tuple(wanted)
        self._start()

    def _start(self) -> None:
        self._columns: dict[str, list[list[str]]] = {name: [] for name in self._wanted}
        self._lines = array("i")
        self._token_lines = array("i")
        self._first_tokens = array("q")
        self._characters = 0

    def add(self, columns: Mapping[str, list[str]], lines: Sequence[int]) -> None:
        """Takes one sentence with the line of each of its tokens."""
        for name, values in columns.items():
            self._columns[name].append(values)
            self._characters += sum(map(len, values))
        self._lines.append(lines[0])
        self._first_tokens.append(len(self._token_lines))
        self._token_lines.extend(lines)

    def hand_over(self, last: bool = False) -> Iterator[RawRows]:
        """Yields what was gathered, if it is enough or nothing follows."""
        enough = len(self._lines) >= MOST_ROWS or self._characters >= MOST_CHARACTERS
        if self._lines and (last or enough):
            path, lines = self._file.path, self._lines
            token_lines, firsts = self._token_lines, self._first_tokens
            yield RawRows(
                self._columns,
                lambda row: f"{path}, line {lines[row]}",
                lines,
                lambda row, token: f"{path}, line {token_lines[firsts[row] + token]}",
            )
            self._start()


def read_conll(file: TextFile, request: Request) -> Iterator[RawRows]:
    r"""Yields the sentences of a file with a token and its tags on every line.

    The fields of a line are separated by tabs where the first token's line has one, else by spaces
    and tabs; every line has as many as the first. `names` are their positions, counted from 0, or
    from -1 backwards; the first field is the token and the last the tag where they are not given.
    `-DOCSTART-` lines are passed over. So are comments, which stand before the first token of a
    sentence, begin with `#`, and either have another number of fields than the tokens or the form
    `# name = value`; any other line that begins with `#` is a token's.
    """
    layout = _Layout(file, request.columns, request.names)
    sentences = Sentences(file, request.columns)
    pending: list[list[tuple[int, str]]] = []  # until a line tells tokens from comments
    for block in _blocks(file):
        pending.append(block)
        if not layout.width and not layout.settle(block):
            continue
        for rows in map(layout.rows, pending):
            if rows:
                columns = {
                    name: [layout.field(row, name, number) for number, row in rows]
                    for name in request.columns
                }
                sentences.add(columns, [number for number, _ in rows])
        pending = []
        yield from sentences.hand_over()
    yield from sentences.hand_over(last=True)


def _blocks(file: TextFile) -> Iterator[list[tuple[int, str]]]:
    """Yields the lines between blank ones, each with its number."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(file, 1):
        line = line.rstrip("\r\n")
        blank = not line.strip(_BLANKS)
        if not blank and re.split(r"[ \t]", line, maxsplit=1)[0] != _DOCUMENT:
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


class _Layout:
    """How the fields of a file are separated, which the first token's line tells."""

    def __init__(
        self, file: TextFile, wanted: Sequence[str], names: Mapping[str, str | int] | None
    ) -> None:
        self._path = file.path
        self._wanted = tuple(wanted)
        self._given = dict(_DEFAULT)
        for name, position in (names or {}).items():
            if isinstance(position, bool) or not isinstance(position, int):
                raise ValueError(
                    f"names={{{name!r}: {position!r}}}: the fields of a CoNLL file have no names; "
                    f"give the position, counted from 0: names={{{name!r}: 1}}."
                )
            self._given[name] = position
        self.width = 0
        self._tabs = False
        self._first = 0
        self._positions: dict[str, int] = {}

    def settle(self, block: list[tuple[int, str]]) -> bool:
        """Takes the form of the first line that must be a token's; False where there is none."""
        tokens = [(n, line) for n, line in block if not line.startswith("#") or "\t" in line]
        # "# text = a<tab>b" is not a token's line where another line can be taken.
        plain = [(n, line) for n, line in tokens if not _COMMENT.match(line)] or tokens
        if not plain:
            return False
        self._first, line = plain[0]
        self._tabs = "\t" in line
        self.width = len(self._fields(line))
        place = f"{self._path}, line {self._first}"
        if self.width < len(self._wanted):
            raise DataError(
                f"{place}: one field in {shown(line)}; token and tag are needed. Separate them by "
                "a tab or a space, or read tokens alone: columns=('tokens',)."
            )
        for name in self._wanted:
            position = self._given[name]
            if not -self.width <= position < self.width:
                raise DataError(
                    f"{place}: {self.width} fields in {shown(line)}, so there is no field "
                    f"{position} for {name!r}. Positions in names= count from 0 to "
                    f"{self.width - 1}."
                )
            self._positions[name] = position % self.width
        if len(set(self._positions.values())) < len(self._wanted):
            raise DataError(
                f"{place}: field {self._positions['tokens']} would be both 'tokens' and 'tags'. "
                "Say which field is which with names={'tokens': …, 'tags': …}."
            )
        return True

    def rows(self, block: list[tuple[int, str]]) -> list[tuple[int, list[str]]]:
        """The fields of a sentence's tokens, each with the number of its line."""
        rows: list[tuple[int, list[str]]] = []
        for number, line in block:
            fields = self._fields(line)
            if not rows and line.startswith("#") and self._is_comment(line, fields):
                continue
            if len(fields) != self.width:
                raise DataError(
                    f"{self._path}, line {number}: {len(fields)} field(s) in {shown(line)}, but "
                    f"{self.width} in line {self._first}. Give every token all fields, separated "
                    + ("by one tab each." if self._tabs else "by tabs if one holds a space.")
                )
            rows.append((number, fields))
        return rows

    def field(self, fields: Sequence[str], name: str, number: int) -> str:
        """One field of a token."""
        value = fields[self._positions[name]]
        if not value:
            raise DataError(
                f"{self._path}, line {number}: {name} is empty in {shown(fields)}. Give the token "
                "its field, or remove the line."
            )
        return value

    def _is_comment(self, line: str, fields: Sequence[str]) -> bool:
        return len(fields) != self.width or (not self._tabs and bool(_COMMENT.match(line)))

    def _fields(self, line: str) -> list[str]:
        if self._tabs:
            return [field.strip(_BLANKS) for field in line.split("\t")]
        return re.split(r"[ \t]+", line.strip(_BLANKS))


CONLL = Format(
    "conll",
    kinds=("tags",),
    read=read_conll,
    suffixes=(".conll", ".bio", ".iob", ".iob2"),
    suffixes_by_kind={"tags": (".txt", ".tsv", ".tab")},
    columns=("tokens", "tags"),
)
