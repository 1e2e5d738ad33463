"""Conversations made into sentence pairs: what was said before, and what was said then."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from pathlib import Path

from seqkit.data.assembly import Assembled, Reading, assembled
from seqkit.data.columns import CONVERSATION, PAIR
from seqkit.data.dataset import Dataset, content_sha256
from seqkit.data.errors import DataError, shown
from seqkit.data.formats.by_name import stem
from seqkit.data.formats.conversations import (
    Conversation,
    conversation_format,
    listed_conversations,
    read_conversations,
)
from seqkit.data.formats.text_file import TextFile
from seqkit.data.grouping import text_digest
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows

# No form of Unicode and no lower case changes this sign, words are parted before and after it,
# and unlike a line break it is not white space, which word tokenizers drop. People seldom write it.
TURN_SEPARATOR = " ⏎ "
_COLUMNS = (*PAIR, CONVERSATION)
_PLAIN = Reading(None, None, None, "error", None, "keep", None)


def read_turns(
    source: str | os.PathLike[str] | Iterable[Sequence[str]],
    *,
    history: int = 2,
    every: int = 1,
    separator: str = TURN_SEPARATOR,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    name: str | None = None,
    license: str | None = None,
) -> Dataset:
    """Reads conversations as pairs of which the target is a turn, the source the turns before it.

    Every turn but the first of a conversation is a target once, or only every other one. A
    conversation of a single turn gives no pair. `split` and `read_parts` keep the turns of a
    conversation in one part, and with them those of every other in which the same was said.

    Args:
        source: A path (`.jsonl` with a list of turns on every line, or an object with the list as
            `turns`; `.txt` with a turn on every line and a blank line between conversations; each
            also `.gz`), or the conversations themselves as lists of strings.
        history: How many turns before the target its source holds, at most.
        every: 1 takes every turn but the first as a target; 2 takes every other one, which are
            those of the second of two speakers.
        separator: What stands between the turns of a source, as in `join_turns`.
        names: What the list is called in objects that have no `turns`: `{"turns": "dialog"}`.
        encoding: Character encoding of a file.
        name: A name for reports; None takes the file's.
        license: The licence of the data, for reports.

    Returns:
        The pairs in their order, with strings in `source`, `target` and `conversation`: the number
        of the conversation among the different ones, counted from 0.

    Raises:
        DataError: A turn is empty or holds the separator, or there are no two turns.
        FileNotFoundError: There is no such file.
        TypeError: The source is of no kind known.
        ValueError: An argument cannot be used.

    Example:
        >>> talk = ["I am Ann.", "Hello Ann.", "Who am I?", "You are Ann."]
        >>> pairs = read_turns([talk], history=3)
        >>> for source, target in zip(pairs.to_list("source"), pairs.to_list("target")):
        ...     print(source, "->", target)
        I am Ann. -> Hello Ann.
        I am Ann. ⏎ Hello Ann. -> Who am I?
        I am Ann. ⏎ Hello Ann. ⏎ Who am I? -> You are Ann.
    """
    _check(history, separator)
    if every < 1:
        raise ValueError(f"every={every} must be at least 1: 1 for all turns, 2 for every other.")
    if set(names or {}) - {"turns"}:
        raise ValueError(f"names={dict(names or {})} may name 'turns' alone.")
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if not path.is_file():
            raise FileNotFoundError(
                f"source={str(path)!r}: there is no such file (looked in {Path.cwd()})."
            )
        conversation_format(path)
        with TextFile(path, encoding, "\n") as file:
            talks = read_conversations(file, (names or {}).get("turns", "turns"))
            made = _pairs(talks, (history, every), separator, str(path))
            digest = file.sha256()
        found = stem(path)
    elif isinstance(source, Iterable) and not isinstance(source, (bytes, Mapping)):
        kind = type(source).__name__
        found = f"{kind} of {len(source):,}" if isinstance(source, Sized) else kind
        made = _pairs(listed_conversations(source, found), (history, every), separator, found)
        digest, path = content_sha256(made.columns), Path(found)
    else:
        raise TypeError(
            f"source is {type(source).__name__}; give a path or conversations, each of them a list "
            "of strings."
        )
    return Dataset(
        made.columns,
        name=name or found,
        source=str(path),
        sha256=digest,
        license=license,
        lines=made.lines,
    )


def join_turns(turns: Sequence[str], history: int = 2, separator: str = TURN_SEPARATOR) -> str:
    """The source that a model reads before it answers: the last turns, oldest first.

    Args:
        turns: What was said so far.
        history: How many of the last turns are taken, as in training.
        separator: What stands between them, as in training.

    Returns:
        One text.

    Raises:
        ValueError: `history` is less than 1, `separator` is blank, there are no turns, or one of
            those taken holds the separator.

    Example:
        >>> join_turns(["Hello.", "I am Ann.", "Hello Ann."])
        'I am Ann. ⏎ Hello Ann.'
    """
    _check(history, separator)
    if isinstance(turns, str) or not turns:
        raise ValueError(f"turns={turns!r} must be a list of at least one text.")
    last = [turn.strip() for turn in turns[-history:]]
    for turn in last:
        if separator.strip() in turn:
            raise ValueError(f"turns: {_holds(turn, separator)}")
    return separator.join(last)


def _check(history: int, separator: str) -> None:
    """Refuses what cannot be meant."""
    if history < 1:
        raise ValueError(f"history={history} must be at least 1: a turn answers the one before.")
    if not separator.strip():
        raise ValueError(
            f"separator={separator!r} is only white space, which tokenizers drop or cannot tell "
            f"from that in a turn; use a sign such as {TURN_SEPARATOR!r}."
        )


def _holds(turn: str, separator: str) -> str:
    """Says that a turn cannot be told from two."""
    return (
        f"{shown(turn)} holds the separator {separator.strip()!r}, so it would be read as two "
        "turns. Take it out, or give another separator."
    )


def _pairs(
    conversations: Iterable[Conversation], which: tuple[int, int], separator: str, place: str
) -> Assembled:
    """The columns of all pairs, with their lines."""
    return assembled(_chunks(conversations, *which, separator, place), _COLUMNS, place, _PLAIN)


def _chunks(
    conversations: Iterable[Conversation], history: int, every: int, separator: str, place: str
) -> Iterator[RawRows]:
    """Yields the pairs, many at a time."""
    numbers: dict[bytes, int] = {}
    gathered = _Gathered()
    most_turns = 0
    for conversation in conversations:
        turns = conversation.turns
        for position, turn in enumerate(turns):
            if separator.strip() in turn:
                raise DataError(f"{conversation.place(position)}: {_holds(turn, separator)}")
        number = numbers.setdefault(text_digest(separator.join(turns)), len(numbers))
        for position in range(1, len(turns), every):
            before = turns[max(position - history, 0) : position]
            gathered.add(conversation, position, separator.join(before), number)
            if gathered.is_full():
                yield gathered.chunk()
                gathered = _Gathered()
        most_turns = max(most_turns, len(turns))
    if most_turns < 2:
        raise DataError(
            f"{place}: no conversation of two turns, so nothing is answered. Give each all its "
            "turns; in a .txt a blank line ends a conversation."
        )
    if gathered.places:
        yield gathered.chunk()


class _Gathered:
    """Pairs gathered until they make a chunk."""

    def __init__(self) -> None:
        self._columns: dict[str, list[str]] = {name: [] for name in _COLUMNS}
        self.places: list[tuple[Conversation, int]] = []
        self.lines = array("i")
        self._characters = 0

    def add(self, conversation: Conversation, position: int, source: str, number: int) -> None:
        """Takes the pair whose target is the turn at a position."""
        target = conversation.turns[position]
        for name, value in zip(_COLUMNS, (source, target, str(number)), strict=True):
            self._columns[name].append(value)
        self.places.append((conversation, position))
        if conversation.lines is not None:
            self.lines.append(conversation.lines[position])
        self._characters += len(source) + len(target)

    def is_full(self) -> bool:
        """Whether it is enough for a chunk."""
        return len(self.places) >= MOST_ROWS or self._characters >= MOST_CHARACTERS

    def chunk(self) -> RawRows:
        """What was gathered."""
        places = self.places

        def place(row: int) -> str:
            conversation, position = places[row]
            return conversation.place(position)

        return RawRows(self._columns, place, self.lines or None)
