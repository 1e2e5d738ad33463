"""One voice of a tune in ABC notation while it is read: lengths, accidentals, ties and bars.

Source: The abc music standard 2.1 (2011), sections 4, 7.4 and 11.3.
"""

from __future__ import annotations

import copy
import re
from fractions import Fraction

from seqkit.tasks.music.abc_fields import ALTERATIONS, Key, Metre, Staff
from seqkit.tasks.music.abc_score import Mark, Note, Sound, Voice

_SEMITONES = dict(zip("CDEFGAB", (0, 2, 4, 5, 7, 9, 11), strict=True))
_PLACES = {letter: place for place, letter in enumerate("CDEFGAB")}
_MIDDLE_C = 60
_NOTE = re.compile(r"(\^\^?|__?|=|)([A-Ga-g])([,']*)(\d*/*\d*)")
_IN_CHORD = re.compile(rf"{_NOTE.pattern}(-?)|(?:![^!]+!|\"[^\"]*\"|[ .~H-Wh-w()])")
_LENGTH = re.compile(r"(\d*)(/*)(\d*)")
_NUMBERS = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")
# Into how much time so many notes go; of 5, 7 and 9, that depends on the metre.
_IN_TIME_OF = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
_MOST_PASSES = 99
_LONGEST = 1_000  # whole notes


class VoiceReader:
    """Where the reading of a voice has come to.

    Attributes:
        key, staff, metre, unit, tempo: those in force; a unit is in whole notes, a tempo in quarter
            notes a minute.
        propagation: how far an accidental holds in its bar: `pitch`, `octave` or `not`.
        written: what has been read.
        begun: whether there has been music since the voice was last named.
    """

    def __init__(self, key: Key, staff: Staff, metre: Metre, unit: Fraction) -> None:
        self.key, self.staff, self.metre, self.unit = key, staff, metre, unit
        self.tempo: float | None = None
        self.propagation = "pitch"
        self.written: Voice = []
        self.begun = False
        self._accidentals: dict[tuple[str, ...], int] = {}
        # Accidentals of which ABC does not say whether they hold: of grace notes, of another key.
        self._doubtful: dict[str, int] = {}
        self._elapsed = Fraction()  # in the bar, in the layer
        self._layer = 0
        self._bar = Fraction()  # of the layer before
        self._tuplet, self._left = Fraction(1), 0
        self._broken: Fraction | None = None  # what the next sound is multiplied by
        self._plain: Fraction | None = None  # length of the last sound, if it can be dotted

    def copy(self) -> VoiceReader:
        """Makes a voice that begins with the same key, metre and so on."""
        return copy.deepcopy(self)

    def set_key(self, key: Key, staff: Staff) -> None:
        """Changes the key and the staff.

        Args:
            key: the new one.
            staff: the same.
        """
        if key != self.key:
            self._doubtful |= {name[0]: raised for name, raised in self._accidentals.items()}
            self._accidentals = {}
        self.key, self.staff = key, staff

    def note(self, text: str) -> None:
        """A note.

        Args:
            text: such as `^c'3/2`.

        Raises:
            ValueError: it has no length, or is not within MIDI's range.
        """
        match = _NOTE.fullmatch(text)
        assert match, text
        note = self._note(*match.groups())
        self._append((note,), note.duration)

    def chord(self, text: str) -> None:
        """Notes that begin together; the first says when it goes on.

        Args:
            text: such as `[CE-G]2`.

        Raises:
            ValueError: something in it is no note, or as for a note.
        """
        inner, _, after = text[1:].partition("]")
        factor = _length(after)
        notes = []
        at = 0
        while at < len(inner):
            match = _IN_CHORD.match(inner, at)
            if not match:
                raise ValueError(f"in the chord {text}, {inner[at]} is not understood")
            sign, letter, octave, length, tie = match.groups()
            if letter:
                note = self._note(sign, letter, octave, length)
                notes.append(note._replace(duration=note.duration * factor, tied=bool(tie)))
            at = match.end()
        if not notes:
            raise ValueError(f"the chord {text} has no notes")
        self._append(tuple(notes), notes[0].duration)

    def rest(self, text: str) -> None:
        """A rest.

        Args:
            text: such as `z2`.

        Raises:
            ValueError: it has no length.
        """
        self._append((), _length(text[1:]) * self.unit)

    def bars_rest(self, text: str) -> None:
        """A rest of whole bars.

        Args:
            text: such as `Z4`.

        Raises:
            ValueError: the metre is free, or the bar has begun.
        """
        if self.metre.bar is None:
            raise ValueError(f"{text} is a rest of whole bars, but M: gives no metre")
        if self._elapsed or self._left or self._broken:
            raise ValueError(f"{text} is a rest of whole bars, but the bar has begun")
        length = int(text[1:] or 1) * self.metre.bar
        _check_length(length)
        self._append((), length)

    def grace(self, text: str) -> None:
        """Grace notes, which are left out.

        Args:
            text: such as `{^fg}`.
        """
        for sign, letter, _, _ in _NOTE.findall(text):
            if sign:
                self._doubtful[letter.upper()] = ALTERATIONS[sign]

    def tuplet(self, text: str) -> None:
        """Begins a tuplet.

        Args:
            text: such as `(3`, or `(5:2:6`.

        Raises:
            ValueError: it stands in another, or does not say into how much time it goes.
        """
        if self._left:
            raise ValueError(f"the tuplet {text} begins within another")
        several, time, notes = ([*(int(n or 0) for n in text[1:].split(":")), 0, 0])[:3]
        time = time or _IN_TIME_OF.get(several, 0)
        if not time and several in (5, 7, 9):
            time = 3 if self.metre.compound else 2
        if not time or not several:
            raise ValueError(f"{text} does not say into how much time it goes, as (11:8 does")
        self._tuplet, self._left = Fraction(time, several), notes or several

    def tie(self) -> None:
        """Ties the last note, or all of the last chord.

        Raises:
            ValueError: there is none.
        """
        last = self.written[-1] if self.written else None
        if not isinstance(last, Sound):
            raise ValueError("- does not follow a note that it could tie")
        self.written[-1] = last._replace(
            notes=tuple(note._replace(tied=True) for note in last.notes)
        )

    def broken(self, text: str) -> None:
        """Dots the last note and halves the next, or the other way round.

        Args:
            text: such as `>` or `<<`.

        Raises:
            ValueError: there is no note before it, or that one is broken already.
        """
        last = self.written[-1] if self.written else None
        if self._plain is None or self._broken is not None or not isinstance(last, Sound):
            raise ValueError(f"{text} does not follow a note that is whole")
        if len(text) > 3:
            raise ValueError(f"{text} is not of ABC 2.1: >>> and <<< are the most")
        shorter = Fraction(1, 2 ** len(text))
        factors = (2 - shorter, shorter)
        first, self._broken = factors if text[0] == ">" else factors[::-1]
        self.written[-1] = last.scale(first)
        self._elapsed += last.advance * (first - 1)

    def overlay(self, text: str) -> None:
        """Goes back to where the bar began.

        Args:
            text: `&`.

        Raises:
            ValueError: it goes back further, or what it leaves is not as long as the bar.
        """
        if len(text) > 1:
            raise ValueError(f"{text} lays voices over several bars, which is not played; use V:")
        self._check_complete("&")
        self.written.append(Sound((), -self._elapsed, self._layer, self.tempo))
        self._layer += 1
        self._begin_bar()

    def bar(self, text: str, place: str) -> None:
        """A bar line, with the number of the ending that it begins, if there is one.

        Args:
            text: such as `|`, `:|` or `|1,3`.
            place: line and column.

        Raises:
            ValueError: it is no bar line, or what goes before it is not complete.
        """
        line = text.rstrip("0123456789,-")
        self._check_complete(line)
        self._layer = 0
        self._bar = Fraction()
        self._begin_bar()
        if line == "::":
            line = ":|:"
        strokes = line.strip(":")
        if ":" in strokes or not strokes:
            raise ValueError(f"the bar line {line} is not understood")
        before, after = line.index(strokes[0]), len(line) - len(line.rstrip(":"))
        if before:
            self.written.append(Mark("end", place, times=before))
        if after:
            self.written.append(Mark("start", place, times=after))
        if not before and not after:
            double = len(strokes) > 1 and strokes != "[|]"
            self.written.append(Mark("double" if double else "bar", place))
        numbers = text.lstrip("[]|:")
        if numbers:
            self.ending(numbers, place)

    def ending(self, text: str, place: str) -> None:
        """Begins a numbered ending.

        Args:
            text: its numbers, such as `1,3` or `1-3`.
            place: line and column.

        Raises:
            ValueError: it does not stand at a bar line, or its numbers are none.
        """
        if self.written and not isinstance(self.written[-1], Mark):
            raise ValueError(f"the ending {text} begins within a bar")
        if not _NUMBERS.fullmatch(text):
            raise ValueError(f"{text} are no numbers of an ending, such as 1,3 or 1-3")
        numbers: list[int] = []
        for part in text.split(","):
            first, _, last = part.partition("-")
            if not 1 <= int(first) <= int(last or first) <= _MOST_PASSES:
                raise ValueError(f"{part} are no numbers of an ending, from 1 to {_MOST_PASSES}")
            numbers += range(int(first), int(last or first) + 1)
        self.written.append(Mark("ending", place, numbers=tuple(numbers)))

    def part(self, label: str, place: str) -> None:
        """Begins a part.

        Args:
            label: its name.
            place: line and column.
        """
        self.written.append(Mark("part", place, label=label))

    def finish(self) -> Voice:
        """What has been read.

        Raises:
            ValueError: the end of it is not complete.
        """
        self._check_complete("the end")
        return self.written

    def _note(self, sign: str, letter: str, octave: str, length: str) -> Note:
        """A note with the accidentals of its bar and key."""
        name = letter.upper()
        octaves = letter.islower() + octave.count("'") - octave.count(",")
        where = (name, str(octaves)) if self.propagation == "octave" else (name,)
        raised = self.key.get(name, 0)
        altered = bool(sign) or where in self._accidentals
        if sign:
            raised = ALTERATIONS[sign]
            self._doubtful.pop(name, None)
            if self.propagation != "not":
                self._accidentals[where] = raised
        elif altered:
            raised = self._accidentals[where]
        elif self._doubtful.get(name, raised) != raised:
            raise ValueError(
                f"a grace note or the key before gave {letter} another pitch in this bar, and ABC "
                f"does not say which holds: write ^{letter}, ={letter} or _{letter}"
            )
        pitch = _MIDDLE_C + 12 * octaves + _SEMITONES[name] + raised + sum(self.staff)
        if not 0 <= pitch <= 127:
            raise ValueError(f"{sign}{letter}{octave} is not within the range of MIDI")
        step = 7 * octaves + _PLACES[name]
        return Note(step, pitch, altered, _length(length) * self.unit)

    def _append(self, notes: tuple[Note, ...], length: Fraction) -> None:
        """Adds a sound, broken or in a tuplet as it may be."""
        _check_length(length)
        sound = Sound(notes, length, self._layer, self.tempo)
        broken = self._broken
        if broken is not None:
            if length != self._plain:
                raise ValueError("> or < stands between notes that are not of the same length")
            sound = sound.scale(broken)
        if self._left:
            sound = sound.scale(self._tuplet)
            self._left -= 1
        self.written.append(sound)
        self.begun = True
        self._elapsed += sound.advance
        self._broken, self._plain = None, None if broken else length

    def _begin_bar(self) -> None:
        self._accidentals, self._doubtful = {}, {}
        self._elapsed = Fraction()
        self._plain = None

    def _check_complete(self, before: str) -> None:
        """Refuses what should not reach over a bar line; before that, an overlay is measured."""
        if self._left:
            raise ValueError(f"a tuplet lacks {self._left} of its notes before {before}")
        if self._broken is not None:
            raise ValueError(f"> or < has no note after it before {before}")
        if not self._layer:
            self._bar = self._elapsed
        elif self._elapsed != self._bar:
            raise ValueError(
                f"what & lays over a bar lasts {self._elapsed} before {before}, the bar {self._bar}"
            )


def _length(text: str) -> Fraction:
    """The length that a note has, in units."""
    match = _LENGTH.fullmatch(text)
    if not match or (match[3] and len(match[2]) > 1) or len(match[2]) > 9:
        raise ValueError(f"{text} is no length of a note, such as 3/2, / or //")
    several, parts = int(match[1] or 1), int(match[3] or 2 ** len(match[2]))
    if not several or not parts:
        raise ValueError(f"a note of the length {text} has none")
    return Fraction(several, parts)


def _check_length(length: Fraction) -> None:
    if length > _LONGEST:
        raise ValueError(f"a length of {length} whole notes is too long; {_LONGEST:,} are the most")
