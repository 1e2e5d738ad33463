"""Conversations as people have them: lists of turns, JSON Lines, or a turn a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from seqkit.data.errors import DataError, shown
from seqkit.data.formats.jsonl import parsed_line
from seqkit.data.formats.text_file import TextFile
from seqkit.data.kinds.values import text_array

_KEY = "turns"
_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".txt": "lines"}


class Conversation(NamedTuple):
    """What was said, one turn after another.

    Attributes:
        turns: The texts, oldest first, without outer white space.
        place: Turn (counted from 0) to the words that name it in a message.
        lines: The physical line of each turn, or None where there are no lines.
    """

    turns: Sequence[str]
    place: Callable[[int], str]
    lines: Sequence[int] | None = None


def read_conversations(file: TextFile, key: str = _KEY) -> Iterator[Conversation]:
    r"""Yields the conversations of a file.

    A `.jsonl` has one on every line, a list of strings or an object with such a list; a `.txt` has
    a turn on every line and a blank line between conversations. Either may also be `.gz`.

    Args:
        file: The open file, with `newline="\n"`.
        key: What the list is called where lines are objects.

    Yields:
        Conversations with the line of each turn.

    Raises:
        DataError: A line is no conversation.
    """
    read = _of_json if conversation_format(file.path) == "jsonl" else _of_lines
    return read(file, key)


def conversation_format(path: Path) -> str:
    """What a file's name tells of its format.

    Args:
        path: The file.

    Returns:
        `"jsonl"` or `"lines"`.

    Raises:
        ValueError: The name does not tell.

    Example:
        >>> conversation_format(Path("talk.jsonl.gz")), conversation_format(Path("talk.txt"))
        ('jsonl', 'lines')
    """
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    found = _FORMATS.get(plain.suffix.lower())
    if found is None:
        raise ValueError(
            f"source={str(path)!r}: its name does not tell its format. Name a file with a list of "
            "turns on every line .jsonl, and one with a turn on every line and a blank line "
            "between conversations .txt."
        )
    return found


def listed_conversations(
    conversations: Iterable[Sequence[str]], place: str
) -> Iterator[Conversation]:
    """Yields conversations that are in memory.

    Args:
        conversations: Lists of turns.
        place: Words that name the source in a message.

    Yields:
        Conversations without lines; a message names conversation and turn, counted from 0.

    Raises:
        DataError: One is no list of texts.
    """
    for number, turns in enumerate(conversations):
        yield _checked(turns, f"{place}, conversation {number}")


def _of_json(file: TextFile, key: str) -> Iterator[Conversation]:
    """The conversations of a file with one on every line."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        place = f"{file.path}, line {number}"
        found = parsed_line(line, place)
        if isinstance(found, Mapping):
            if key not in found:
                raise DataError(
                    f"{place}: no key {key!r} among {shown(list(found))}. Say which one holds the "
                    f"turns: names={{'turns': …}}."
                )
            found = found[key]
        conversation = _checked(found, place)
        yield conversation._replace(lines=[number] * len(conversation.turns))


def _of_lines(file: TextFile, key: str) -> Iterator[Conversation]:
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


def _numbered(file: TextFile, turns: Sequence[str], first: int) -> Conversation:
    """A conversation whose turns stand on lines that follow each other."""
    return Conversation(
        turns,
        lambda turn: f"{file.path}, line {first + turn}",
        range(first, first + len(turns)),
    )


def _checked(turns: object, place: str) -> Conversation:
    """A conversation of what should be a list of texts."""
    if isinstance(turns, (str, bytes, Mapping)) or not isinstance(turns, Sequence):
        raise DataError(
            f"{place}: {shown(turns, 100)} is not a list of turns such as "
            "['How are you?', 'Fine.']."
        )

    def named(turn: int) -> str:
        return f"{place}, turn {turn}"

    texts = [text.strip() for text in text_array(turns, named, "text").to_pylist()]
    if "" in texts:
        number = texts.index("")
        raise DataError(
            f"{named(number)}: empty ({turns[number]!r}). Mend it, or part the conversation there: "
            "without it the turns around it do not answer each other."
        )
    return Conversation(texts, named)
