"""What the fields of a tune in ABC notation say: key, staff, metre, unit length, tempo, parts.

Source: The abc music standard 2.1 (2011), sections 3.1 and 4.6.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

_TONICS = {letter: place - 1 for place, letter in enumerate("FCGDAEB")}
_SHARPS = "FCGDAEB"
# Sharps that a mode has more than major.
_MODES = {
    **{"maj": 0, "ion": 0, "lyd": 1, "mix": -1, "dor": -2},
    **{"min": -3, "aeo": -3, "phr": -4, "loc": -5},
}
ALTERATIONS = {"": 0, "^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_TONIC = re.compile(r"([A-G])([#b]?)(.*)")
_MODIFIED = re.compile(r"(\^\^|\^|=|__|_)([A-Ga-g])")
_CLEF = re.compile(r"(?:clef=)?(treble|alto|tenor|bass|perc|none)(\d?)([+-]8)?")
_QUOTED = re.compile(r'(?:[\w:]+\s*=\s*)?"[^"]*"')
# Specifiers of other programs than ABC 2.1 that change pitches.
_FOREIGN = ("shift", "score", "sound", "instrument")
_MOST_PARTS = 1_000
_TEMPI = (4, 60_000)  # the range of MIDI: microseconds in 24 bits


class Staff(NamedTuple):
    """How far a staff sounds from what is written, each in semitones.

    Attributes:
        clef: by the 8 above or below the clef.
        transpose: by `transpose=`.
        octave: by `octave=`.
    """

    clef: int = 0
    transpose: int = 0
    octave: int = 0


class Metre(NamedTuple):
    """A metre.

    Attributes:
        bar: length of a bar in whole notes, None where it is free.
        compound: whether beats are in threes, as in 6/8.
    """

    bar: Fraction | None
    compound: bool


Key = dict[str, int]


def read_key(text: str, key: Key, staff: Staff) -> tuple[Key, Staff]:
    """What `K:` says.

    Args:
        text: what follows `K:`.
        key: the key before it, kept where there is a clef alone.
        staff: the staff before it, kept where nothing is said of it.

    Returns:
        Semitones by which letters are raised, for those that are; and the staff.

    Raises:
        ValueError: the key is none that ABC has.

    Example:
        >>> read_key("D Phr ^f", {}, Staff())
        ({'B': -1, 'E': -1, 'F': 1}, Staff(clef=0, transpose=0, octave=0))
    """
    first, _, others = text.strip().partition(" ")
    if first in ("none", ""):
        words, staff = read_staff(others, staff)
        return _modify({}, words, text), staff
    words, staff = read_staff(text, staff)
    if not words:
        return key, staff
    if words[0] in ("HP", "Hp"):  # bagpipes sound alike, whether the signature is drawn or not
        return _modify({"F": 1, "C": 1}, words[1:], text), staff
    if words[0][0] in "^_=":
        return _modify(key, words, text), staff
    tonic = _TONIC.fullmatch(words[0])
    if not tonic:
        raise ValueError(f"K:{text} is no key; such as G, Am, F#mix or none")
    letter, sign, mode = tonic.groups()
    words = [mode, *words[1:]] if mode else words[1:]
    mode = words.pop(0) if words and words[0][0] not in "^_=" else "maj"
    if mode.lower() == "exp":
        return _modify({}, words, text), staff
    more = _MODES["min"] if mode == "m" else _MODES.get(mode[:3].lower())
    if more is None:
        raise ValueError(f"K:{text} has the unknown mode {mode}")
    sharps = _TONICS[letter] + 7 * {"#": 1, "b": -1, "": 0}[sign] + more
    if abs(sharps) > 7:
        raise ValueError(f"K:{text} has {abs(sharps)} sharps or flats; 7 are the most")
    raised = dict.fromkeys(_SHARPS[: max(sharps, 0)], 1)
    lowered = dict.fromkeys(_SHARPS[::-1][: max(-sharps, 0)], -1)
    return _modify({**raised, **lowered}, words, text), staff


def _modify(key: Key, words: list[str], text: str) -> Key:
    """A key with the accidentals that follow it."""
    written = "".join(words)
    if _MODIFIED.sub("", written):
        raise ValueError(f"K:{text} is not understood from {words[0]} on")
    return key | {letter.upper(): ALTERATIONS[sign] for sign, letter in _MODIFIED.findall(written)}


def read_staff(text: str, staff: Staff) -> tuple[list[str], Staff]:
    """What `K:` or `V:` says of a staff, and words that say something else.

    Args:
        text: what follows the field's name.
        staff: the staff before it.

    Returns:
        The words left over, and the staff.

    Raises:
        ValueError: it asks for drums, or for what another program than ABC 2.1 plays.

    Example:
        >>> read_staff("Am clef=bass-8 transpose=-2", Staff())
        (['Am'], Staff(clef=-12, transpose=-2, octave=0))
    """
    rest = []
    for word in _QUOTED.sub(" ", text).split():
        name, equals, value = word.partition("=")
        clef = _CLEF.fullmatch(word)
        if clef:
            if clef[1] == "perc":
                raise ValueError("the clef of drums (perc) is not played")
            staff = staff._replace(clef={"+8": 12, "-8": -12}.get(clef[3], 0))
        elif not equals or not name or name[0] in "^_":
            rest.append(word)
        elif name in ("transpose", "t", "octave"):
            if not re.fullmatch(r"[+-]?\d{1,2}", value):
                raise ValueError(f"{word} is no whole number of semitones or octaves")
            if name == "octave":
                staff = staff._replace(octave=12 * int(value))
            else:
                staff = staff._replace(transpose=int(value))
        elif name in _FOREIGN or (name == "clef" and re.search(r"\d$", value)):
            raise ValueError(f"{word} is not of ABC 2.1, and changes the pitch; use transpose=")
    return rest, staff


def read_metre(text: str) -> Metre:
    """What `M:` says.

    Args:
        text: such as `6/8`, `C|`, `(2+3)/8` or `none`.

    Raises:
        ValueError: it is no metre.

    Example:
        >>> read_metre("6/8"), read_metre("none")
        (Metre(bar=Fraction(3, 4), compound=True), Metre(bar=None, compound=False))
    """
    text = text.strip()
    if text in ("none", ""):
        return Metre(None, False)
    if text in ("C", "C|"):
        return Metre(Fraction(1), False)
    parts = re.fullmatch(r"(\(?)(\d+(?:\s*\+\s*\d+)*)(\)?)\s*/\s*(\d+)", text)
    beats = sum(int(beat) for beat in parts[2].split("+")) if parts else 0
    if not parts or not beats or not int(parts[4]) or bool(parts[1]) != bool(parts[3]):
        raise ValueError(f"M:{text} is no metre; such as 6/8, C, (2+3)/8 or none")
    return Metre(Fraction(beats, int(parts[4])), beats in (6, 9, 12) and parts[4] == "8")


def read_unit(text: str) -> Fraction:
    """What `L:` says, in whole notes.

    Args:
        text: such as `1/8`.

    Raises:
        ValueError: it is no length.
    """
    parts = re.fullmatch(r"\s*(\d+)(?:\s*/\s*(\d+))?\s*", text)
    if not parts or not int(parts[1]) or not int(parts[2] or 1):
        raise ValueError(f"L:{text} is no length of a note; such as 1/8")
    return Fraction(int(parts[1]), int(parts[2] or 1))


def default_unit(metre: Metre) -> Fraction:
    """The unit length of a tune that has no `L:`, in whole notes.

    Args:
        metre: of the header.
    """
    short = metre.bar is not None and metre.bar < Fraction(3, 4)
    return Fraction(1, 16) if short else Fraction(1, 8)


def read_tempo(text: str, unit: Fraction) -> float | None:
    """What `Q:` says, in quarter notes a minute.

    Args:
        text: such as `1/4=120`, `"Slowly" 3/8=50`, or, in units, `120`.
        unit: length of `C` in whole notes.

    Returns:
        The tempo, or None where there are words alone.

    Raises:
        ValueError: it is no tempo.

    Example:
        >>> read_tempo('"Slowly" 3/8=50', Fraction(1, 8)), read_tempo("120", Fraction(1, 8))
        (75.0, 60.0)
    """
    bare = _QUOTED.sub(" ", text).strip()
    if not bare:
        return None
    beats = re.fullmatch(r"((?:\d+/\d+\s*){1,4})=\s*(\d+(?:\.\d+)?)", bare)
    units = re.fullmatch(r"(?:C(\d*)\s*=\s*)?(\d+(?:\.\d+)?)", bare)
    try:
        if beats:
            beat, count = sum(map(Fraction, beats[1].split()), Fraction()), beats[2]
        elif units:
            beat, count = unit * int(units[1] or 1), units[2]
        else:
            raise ValueError(f"Q:{text} is no tempo; such as 1/4=120")
    except ZeroDivisionError as error:
        raise ValueError(f"Q:{text} has a beat of no length") from error
    tempo = float(beat * 4 * Fraction(count))
    if not _TEMPI[0] <= tempo <= _TEMPI[1]:
        raise ValueError(f"Q:{text} is {tempo:g} quarter notes a minute; MIDI has 4 to 60,000")
    return tempo


def read_part_order(text: str) -> str:
    """What `P:` says in the header.

    Args:
        text: such as `(A2B)3`.

    Returns:
        The parts in the order in which they are played, a letter each.

    Raises:
        ValueError: it is no order of parts.

    Example:
        >>> read_part_order("((AB)2.C)2")
        'ABABCABABC'
    """
    open_groups = [""]
    last = ""
    for token in re.findall(r"\d+|.", re.sub(r"[.\s]", "", text)):
        if token.isdigit() and last and int(token) * len(last) <= _MOST_PARTS:
            open_groups[-1] += last * (int(token) - 1)
            if int(token) == 0:
                open_groups[-1] = open_groups[-1].removesuffix(last)
            last = ""
        elif token == "(":
            open_groups.append("")
            last = ""
        elif token == ")" and len(open_groups) > 1:
            last = open_groups.pop()
            open_groups[-1] += last
        elif re.fullmatch("[A-Za-z]", token):
            last = token
            open_groups[-1] += last
        else:
            raise ValueError(f"P:{text} is no order of parts, such as (A2B)3, from {token} on")
    if len(open_groups) > 1:
        raise ValueError(f"P:{text} is no order of parts: a parenthesis is not closed")
    if len(open_groups[0]) > _MOST_PARTS:
        raise ValueError(f"P:{text} has more than {_MOST_PARTS:,} parts")
    return open_groups[0]
