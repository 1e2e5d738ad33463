"""Conversations as people have them: lists of turns, JSON Lines, or a turn a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.adaptor import Numbered
from seqkit.data.formats.format import Format
from seqkit.data.formats.objects import parse_array, parse_line
from seqkit.data.formats.text_file import TextFile
from seqkit.data.kinds.values import text_array
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request


def read_conversations(file: TextFile, request: Request) -> Iterator[RawRows]:
    r"""Yields the conversations of a file: the turns of one at a time, with their lines.

    A `.jsonl` has one on every line, a list of strings or an object with such a list, which `names`
    tell if it is not called `turns`; a `.json` may also be one array of these. A `.txt` has a turn
    on every line and a blank line between conversations. Outer white space is cut off.
    """
    if ".txt" in file.path.suffixes[-2:]:
        yield from _of_lines(file)
    else:
        yield from _of_json(file, str((request.names or {}).get("turns", "turns")))


def listed_conversations(
    conversations: Iterable[Sequence[str]], request: Request, place: str
) -> Iterator[RawRows]:
    """Yields conversations that are lists in memory; messages count them and their turns from 0."""
    for number, turns in enumerate(conversations):
        yield _check_turns(turns, f"{place}, conversation {number}")


def _of_json(file: TextFile, key: str) -> Iterator[RawRows]:
    """The conversations of a file with one on every line."""
    for number, turns in _values(file):
        place = f"{file.path}, line {number}"
        if isinstance(turns, Mapping):
            if key not in turns:
                raise DataError(
                    f"{place}: no key {key!r} among {shown(list(turns))}. Say which one holds the "
                    f"turns: names={{'turns': …}}."
                )
            turns = turns[key]
        conversation = _check_turns(turns, place)
        yield conversation._replace(lines=[number] * len(conversation.columns["turn"]))


def _values(file: TextFile) -> Iterator[Numbered]:
    """What stands on each line, or in the array that the whole file is, with its line."""
    lines = enumerate(file, 1)
    for number, line in lines:
        if not line.strip():
            continue
        if number == 1 and _begins_array(line):
            whole = line + "".join(rest for _, rest in lines)
            yield from parse_array(whole, file.path, "write one conversation on every line")
            return
        yield number, parse_line(line, f"{file.path}, line {number}")


def _begins_array(line: str) -> bool:
    """Whether a first line begins an array of conversations, and is none itself."""
    if not line.lstrip().startswith("["):
        return False
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        # A line of a conversation is whole.
        return not line.rstrip().endswith("]")
    return bool(values) and not isinstance(values[0], str)


def _of_lines(file: TextFile) -> Iterator[RawRows]:
    """The conversations of a file with a turn on every line."""
    turns: list[str] = []
    first = 1
    for number, line in enumerate(file, 1):
        if turn := line.strip():
            turns.append(turn)
            continue
        if turns:
            yield _numbered(file, turns, first)
        turns, first = [], number + 1
    if turns:
        yield _numbered(file, turns, first)


def _numbered(file: TextFile, turns: Sequence[str], first: int) -> RawRows:
    """A conversation whose turns stand on lines that follow each other."""
    lines = range(first, first + len(turns))
    return RawRows({"turn": turns}, lambda turn: f"{file.path}, line {lines[turn]}", lines)


def _check_turns(turns: object, place: str) -> RawRows:
    """A conversation of what should be a list of texts."""
    if isinstance(turns, (str, bytes, Mapping)) or not isinstance(turns, Sequence):
        raise DataError(
            f"{place}: {shown(turns, 100)} is not a list of turns such as "
            "['How are you?', 'Fine.']."
        )

    def name_turn(turn: int) -> str:
        return f"{place}, turn {turn}"

    texts = [text.strip() for text in text_array(turns, name_turn, "text").to_pylist()]
    if "" in texts:
        number = texts.index("")
        raise DataError(
            f"{name_turn(number)}: empty ({turns[number]!r}). Mend it, or end the conversation "
            "there: without it the turns around it do not answer each other."
        )
    return RawRows({"turn": texts}, name_turn)


CONVERSATIONS = Format(
    "conversations",
    kinds=("turns",),
    read=read_conversations,
    suffixes_by_kind={"turns": (".jsonl", ".ndjson", ".json", ".txt")},
)
