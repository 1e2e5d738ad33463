"""A tune in ABC notation, read from its lines; what cannot be played right is refused.

Source: The abc music standard 2.1 (2011).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from fractions import Fraction

from seqkit.tasks.music.abc_fields import (
    Metre,
    Staff,
    default_unit,
    read_key,
    read_metre,
    read_part_order,
    read_staff,
    read_tempo,
    read_unit,
)
from seqkit.tasks.music.abc_score import Score, Sound
from seqkit.tasks.music.abc_symbols import (
    SYMBOLS,
    check_decoration,
    check_symbols,
    check_text,
)
from seqkit.tasks.music.abc_voice import VoiceReader

_FIELD = re.compile(r"([A-Za-z]):(.*)")
# In the body, letters of notes and rests before a colon are notes before a bar line.
_BODY_FIELD = re.compile(r"([H-Wh-w]):(.*)")
_LENGTH = r"\d*/*\d*"
_TOKENS = {
    "blank": r"[ \t`$#*;?@).]+",
    "text": r'"[^"]*"',
    "decoration": r"![^!\s\[\]|:]+!|\+[^+\s]+\+",
    "line_break": r"!",
    "grace": r"\{[^}]*\}",
    "field": r"\[[A-Za-z]:[^\]]*\]",
    "ending": r"\[\d[\d,-]*",
    "bar": r"(?:\[(?=\|)|\||:|(?<=\|)\])+(?:\d[\d,-]*)?",
    "tuplet": r"\(\d+(?::\d*){0,2}",
    "slur": r"\(",
    "chord": rf"\[[^\]|]*\]{_LENGTH}",
    "note": rf"(?:\^\^?|__?|=)?[A-Ga-g][,']*{_LENGTH}",
    "rest": rf"[zx]{_LENGTH}",
    "bars_rest": r"[ZX]\d*",
    "spacer": rf"y{_LENGTH}",
    "tie": r"-",
    "broken": r"<+|>+",
    "overlay": r"&+",
    "symbol": r"[H-Wh-w~]",
}
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _TOKENS.items()))
# What may follow a letter that stands for a decoration.
_DECORATED = re.compile(r"[ \t]*[.~!\"({\[^_=A-Wa-wxz]")
# What directives of other programs do to pitches.
_FOREIGN_DIRECTIVE = re.compile(r"MIDI\s+(r?transpose|channel\s+10)\b|transpose\b|abc-include\b")


def read_score(tune: str) -> Score:
    """Reads a tune.

    Args:
        tune: one tune in ABC notation.

    Returns:
        What is written in it.

    Raises:
        ValueError: something in it is not ABC 2.1, or is not played; line and column are named.
    """
    return _ScoreReader(tune).score()


def _lines(tune: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, each with its number, from 1; those of a field as one."""
    held: tuple[int, str] | None = None
    blank, within = 0, ""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", tune.lstrip("\ufeff")), 1):
        text = line.strip()
        begun = re.match(r"%%begin(\w+)", text)
        if within or begun:
            within = "" if text == f"%%end{within}" else within or (begun[1] if begun else "")
            continue
        if not text:
            blank = blank or number
            continue
        text = f"I:{text[2:]}" if text.startswith("%%") else text
        text = re.sub(r"(?<!\\)%.*", "", text).rstrip()
        if not text:
            continue
        if not _FIELD.match(text):  # its columns are counted with the blanks before it
            text = line[: len(line) - len(line.lstrip())] + text
        if blank and held:
            raise ValueError(f"line {number}: a blank line, {blank}, ends the tune before it")
        if text.startswith("+:") and held and _FIELD.match(held[1]):
            held = held[0], f"{held[1]} {text[2:].strip()}"
            continue
        if held:
            yield held
        held, blank = (number, text), 0
    if held:
        yield held


class _ScoreReader:
    """Reads the lines of a tune, once."""

    def __init__(self, tune: str) -> None:
        self._lines = list(_lines(tune))
        self._symbols: dict[str, str] = dict(SYMBOLS)
        self._staffs: dict[str, str] = {}
        self._parts = ""
        self._line_breaks = False
        self._place = ""
        self._tempo_voices: set[str] = set()
        self._voices: dict[str, VoiceReader] = {}
        # Before a voice is named: what all of them begin with.
        self._first = self._voice = VoiceReader({}, Staff(), Metre(None, False), Fraction(1, 8))
        self._name = ""

    def score(self) -> Score:
        """All of the tune."""
        body = self._read_header()
        names = re.findall(r"(?:^|\[)V:\s*([^\s\]]+)", "\n".join(t for _, t in body), re.MULTILINE)
        self._many = len(set(names)) > 1
        if self._staffs and not names:
            if len(self._staffs) > 1:
                raise ValueError("its header names several voices, but its music is in none: V:")
            with self._placed():
                self._begin_voice(*self._staffs)
        for number, text in body:
            field = _BODY_FIELD.match(text)
            self._place = f"line {number}"
            if field and not re.match(r".:[|:]", text):
                with self._placed():
                    self._field(field[1], field[2], inline=False)
            elif text.startswith("X:"):
                raise ValueError(f"line {number}: another tune begins; give one")
            else:
                self._read_music(number, text.rstrip("\\"))
        self._place = "the end"
        with self._placed():
            if not self._voices:
                return Score({"": self._first.finish()}, self._parts, frozenset(self._tempo_voices))
            if any(isinstance(item, Sound) for item in self._first.written):
                raise ValueError("music before the first V: belongs to no voice")
            voices = {name: voice.finish() for name, voice in self._voices.items()}
        return Score(voices, self._parts, frozenset(self._tempo_voices))

    @contextlib.contextmanager
    def _placed(self) -> Iterator[None]:
        """Says where something is refused."""
        try:
            yield
        except ValueError as error:
            raise ValueError(f"{self._place}: {error}") from error

    def _read_header(self) -> list[tuple[int, str]]:
        """Reads the header, up to its key, and gives what follows."""
        voice = self._voice
        unit: Fraction | None = None
        tempo = name = ""
        for index, (number, text) in enumerate(self._lines):
            field = _FIELD.match(text)
            if not field and name == "H":
                continue  # a history could go on so before ABC 2.1
            if not field:
                raise ValueError(f"line {number}: {text[:20]} is in the header, but is no field")
            self._place = f"line {number}"
            name, value = field[1], field[2].strip()
            with self._placed():
                if name == "M":
                    voice.metre = read_metre(value)
                elif name == "L":
                    unit = read_unit(value)
                elif name == "Q":
                    tempo = value
                elif name == "P":
                    self._parts = read_part_order(value)
                elif name == "V":
                    label, properties = [*value.split(None, 1), "", ""][:2]
                    self._staffs[label] = f"{self._staffs.get(label, '')} {properties}"
                elif name == "K":
                    voice.set_key(*read_key(value, {}, voice.staff))
                    voice.unit = unit or default_unit(voice.metre)
                    voice.tempo = read_tempo(tempo, voice.unit)
                    return self._lines[index + 1 :]
                else:
                    self._field(name, value, inline=False)
        raise ValueError("it has no key, K:, which ends the header")

    def _field(self, name: str, value: str, *, inline: bool) -> None:
        """Does what a field in the body says, or in the header if it says the same there."""
        voice = self._voice
        value = value.strip()
        if name in "KLM" and self._name and self._many and not inline and voice.begun:
            raise ValueError(
                f"{name}:{value} does not say for which of the voices it is; write "
                f"[{name}:{value}] in each"
            )
        if name == "K":
            voice.set_key(*read_key(value, voice.key, voice.staff))
        elif name == "L":
            voice.unit = read_unit(value)
        elif name == "M":
            voice.metre = read_metre(value)
        elif name == "Q":
            voice.tempo = read_tempo(value, voice.unit) or voice.tempo
            self._tempo_voices.add(self._name)
        elif name == "P":
            voice.part(value, self._place)
        elif name == "V":
            self._begin_voice(value)
        elif name == "I":
            self._instruct(value)
        elif name == "U":
            symbol, _, meaning = value.partition("=")
            self._symbols[symbol.strip()] = meaning.strip()
        elif name == "s":
            check_symbols(value)
        elif name == "m":
            raise ValueError(f"the macro m:{value} is not expanded; write the notes out")

    def _begin_voice(self, value: str) -> None:
        """Goes on with a voice, or begins it."""
        label, properties = [*value.split(None, 1), "", ""][:2]
        if label in ("", "*"):
            raise ValueError(f"V:{value} does not name a voice")
        if label not in self._voices:
            self._voices[label] = self._first.copy()
            properties = f"{self._staffs.get(label, '')} {properties}"
        self._name, self._voice = label, self._voices[label]
        self._voice.begun = False
        spaced = re.sub(r"(?<=\w)\s*=\s*", "=", properties)
        self._voice.staff = read_staff(spaced, self._voice.staff)[1]

    def _instruct(self, value: str) -> None:
        """Does what a directive says, if it is about notes."""
        words = value.split()
        if words[:1] == ["propagate-accidentals"]:
            if words[1:] not in (["not"], ["octave"], ["pitch"]):
                raise ValueError(f"I:{value} is none of not, octave and pitch")
            for voice in (self._first, *self._voices.values()):
                voice.propagation = words[1]
        elif words == ["linebreak", "!"]:
            self._line_breaks = True
        elif _FOREIGN_DIRECTIVE.match(value):
            raise ValueError(f"the directive {value} is not followed, and changes what is played")

    def _read_music(self, number: int, text: str) -> None:
        """Reads a line of music."""
        at = 0
        while at < len(text):
            self._place = f"line {number}, column {at + 1}"
            match = _TOKEN.match(text, at)
            if not match:
                raise ValueError(f"{self._place}: {text[at : at + 8]} is not understood")
            at = match.end()
            if match.lastgroup == "decoration" and self._line_breaks and match[0][0] == "!":
                at = match.start() + 1
                continue
            with self._placed():
                if match.lastgroup == "symbol":
                    self._check_letter(match[0], text[at:])
                else:
                    self._read_token(str(match.lastgroup), match[0])

    def _read_token(self, kind: str, text: str) -> None:
        """Reads a note, a bar line or whatever else it is."""
        voice = self._voice
        if kind == "field":
            self._field(text[1], text[3:-1], inline=True)
        elif kind == "text":
            check_text(text.strip('"'))
        elif kind == "decoration":
            check_decoration(text)
        elif kind == "chord":
            for decoration in re.findall(r"![^!]+!", text):
                check_decoration(decoration)
            for symbol in re.finditer(r'![^!]+!|"[^"]*"|([H-Wh-w~])', text):
                if symbol[1]:
                    self._check_letter(symbol[1], text[symbol.end() :])
            voice.chord(text)
        elif kind == "bar":
            voice.bar(text, self._place)
        elif kind == "ending":
            voice.ending(text[1:], self._place)
        elif kind == "tie":
            voice.tie()
        elif kind in ("note", "rest", "bars_rest", "grace", "tuplet", "broken", "overlay"):
            getattr(voice, kind)(text)

    def _check_letter(self, letter: str, rest: str) -> None:
        """Refuses a letter that stands for a jump, or for nothing where no note follows it."""
        if letter in self._symbols:
            check_symbols(self._symbols[letter])
        elif not _DECORATED.match(rest):
            raise ValueError(f"{letter}{rest[:7]} is not understood")
