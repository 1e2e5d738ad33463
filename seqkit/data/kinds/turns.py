"""Conversations made into sentence pairs: what was said before, and what was said then."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seqkit.arguments import shown
from seqkit.data.collected import Collected, collect_columns
from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError
from seqkit.data.formats.conversations import listed_conversations
from seqkit.data.grouping import text_digest
from seqkit.data.kinds.kind import CONVERSATION
from seqkit.data.kinds.labels import text_columns
from seqkit.data.kinds.pairs import PAIRS
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request
from seqkit.data.sources import read_source

# No form of Unicode and no lower case changes this sign, words are split before and after it,
# and unlike a line break it is not white space, which word tokenizers drop. People seldom write it.
TURN_SEPARATOR = " ⏎ "


@dataclass(frozen=True)
class TurnOptions:
    """How turns make pairs; see `read_turns`."""

    history: int = 2
    every: int = 1
    separator: str = TURN_SEPARATOR

    def __post_init__(self) -> None:
        _check(self.history, self.separator)
        if self.every < 1:
            raise ValueError(
                f"every={self.every} must be at least 1: 1 for all turns, 2 for every other."
            )


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
            also packed), or the conversations themselves as lists of strings.
        history: The most turns before the target that its source holds.
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
    if set(names or {}) - {"turns"}:
        raise ValueError(f"names={dict(names or {})} may name 'turns' alone.")
    return read_source(
        source, TURNS, TURNS.columns, TurnOptions(history, every, separator), names=names,
        encoding=encoding, name=name, license=license,
    )  # fmt: skip


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


def _collect(
    batches: Iterable[RawRows], request: Request, place: str, folder: Path | None
) -> Collected:
    """The columns of all pairs, with the lines of their targets where there are lines."""
    rows = gather_rows(_pairs(batches, request.options, place), TURNS.columns, place)
    collected = collect_columns(rows, TURNS.columns, place, text_columns)
    return collected if np.any(collected.lines) else collected._replace(lines=None)


def _pairs(
    conversations: Iterable[RawRows], options: TurnOptions, place: str
) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Yields the line of each target (0 for none), source, target and number of conversation."""
    numbers: dict[bytes, int] = {}
    most_turns = 0
    for conversation in conversations:
        turns = [str(turn) for turn in conversation.columns["turn"]]
        for position, turn in enumerate(turns):
            if options.separator.strip() in turn:
                raise DataError(
                    f"{conversation.place(position)}: {_holds(turn, options.separator)}"
                )
        number = numbers.setdefault(text_digest(options.separator.join(turns)), len(numbers))
        for position in range(1, len(turns), options.every):
            before = options.separator.join(turns[max(position - options.history, 0) : position])
            line = 0 if conversation.lines is None else conversation.lines[position]
            yield line, (before, turns[position], str(number))
        most_turns = max(most_turns, len(turns))
    if most_turns < 2:
        raise DataError(
            f"{place}: no conversation of two turns, so nothing is answered. Give each all its "
            "turns; in a .txt a blank line ends a conversation."
        )


TURNS = replace(
    PAIRS,
    name="turns",
    columns=(*PAIRS.columns, CONVERSATION),
    needed=(*PAIRS.columns, CONVERSATION),
    reader=read_turns,
    options=None,
    collect=_collect,
    aliases={},
    stand_ins=("turns",),
    find_stand_ins=None,
    nested=None,
    parallel=False,
    from_memory=listed_conversations,
    first_line_is_row=None,
    elsewhere="name a file with a list of turns on every line .jsonl, and one with a turn on every "
    "line and a blank line between conversations .txt",
)
