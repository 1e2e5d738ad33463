"""What is written in a tune in ABC notation, in the order in which it is written."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import NamedTuple


class Note(NamedTuple):
    """A note of a chord, or one by itself.

    Attributes:
        step: its place among the white keys, 0 for middle C, by which ties are told.
        pitch: of MIDI.
        altered: whether an accidental, its own or one before it in its bar, says its pitch.
        duration: in whole notes.
        tied: whether it sounds on in the next note on its step.
    """

    step: int
    pitch: int
    altered: bool
    duration: Fraction
    tied: bool = False


class Sound(NamedTuple):
    """A note, a chord or a rest.

    Attributes:
        notes: none for a rest.
        advance: after how many whole notes the next one begins; below 0 for a step back.
        layer: 0, or which overlay of its bar it stands in.
        tempo: quarter notes a minute, None where the tune has said nothing.
    """

    notes: tuple[Note, ...]
    advance: Fraction
    layer: int
    tempo: float | None

    def scale(self, factor: Fraction) -> Sound:
        """Makes one that lasts so many times as long.

        Args:
            factor: how many.
        """
        notes = tuple(note._replace(duration=note.duration * factor) for note in self.notes)
        return self._replace(notes=notes, advance=self.advance * factor)


@dataclasses.dataclass(frozen=True)
class Mark:
    """A bar line, a numbered ending or the beginning of a part.

    Attributes:
        kind: `bar`, `double`, `start` or `end` of a repeat, `ending` or `part`.
        place: line and column.
        times: how often it is repeated, for `start` and `end`: 1 for twice.
        numbers: of an ending.
        label: of a part.
    """

    kind: str
    place: str
    times: int = 1
    numbers: tuple[int, ...] = ()
    label: str = ""


Voice = list[Sound | Mark]


class Score(NamedTuple):
    """A tune as it is written.

    Attributes:
        voices: by their names, what each has; one without a name if the tune names none.
        parts: in which order they are played; empty if the tune does not say.
        tempo_voices: names of voices in which the tempo changes.
    """

    voices: dict[str, Voice]
    parts: str
    tempo_voices: frozenset[str]
