"""Melodies over chords in ten keys, made of scales and rhythms, as a sample of music."""

from __future__ import annotations

import random
from typing import NamedTuple

from recipes.samples.sizes import check_sizes

Frame = tuple[int, ...]

_LETTERS, _SEMITONES = "CDEFGAB", (0, 2, 4, 5, 7, 9, 11)
_SHARPS, _FLATS = "FCGDAEB", "BEADGCF"
# Sharps of each key, or flats below zero.
_KEYS = {
    **{"C": 0, "G": 1, "D": 2, "F": -1, "Bb": -2},
    **{"Am": 0, "Em": 1, "Bm": 2, "Dm": -1, "Gm": -2},
}
# Degrees of the scale that the chords of the first four bars stand on, from 0, and of the last two.
_PROGRESSIONS = (
    (0, 3, 4, 0),
    (0, 5, 3, 4),
    (0, 4, 5, 3),
    (0, 3, 0, 4),
    (0, 5, 1, 4),
)
_ENDINGS = ((4, 0), (3, 0))
# Lengths of the notes of a bar in eighths; how the chord of a bar is played, by quarters: its root
# alone, what is above it, or all.
_RHYTHMS = (
    (2, 2, 2, 2),
    (3, 1, 2, 2),
    (4, 2, 2),
    (2, 1, 1, 2, 2),
    (2, 2, 4),
    (1, 1, 2, 2, 2),
    (6, 2),
)
_PATTERNS = (("all",) * 4, ("root", "above") * 2, ("root", "above", "above", "root"))
_BAR = 8
_RESTS = 0.06


class Tune(NamedTuple):
    """A melody over chords, eight bars of four quarters.

    Attributes:
        key: such as `G` or `Em`.
        frames: the MIDI pitches of each eighth, melody and chord.
        abc: melody and names of the chords, in ABC notation.
    """

    key: str
    frames: list[Frame]
    abc: str


def scales(
    train: int = 300, validation: int = 40, test: int = 60, seed: int = 0
) -> dict[str, list[Tune]]:
    """Tunes in five major and five minor keys, all of them different.

    A tune has chords of its key, changed with each bar, and a melody that moves along the scale and
    meets the chord where a bar begins. Its second half begins as the first one and ends on the
    tonic: who remembers the first bars knows two more. A chord is played in the same way all
    through. In a piano roll a note that is held and one that is struck again are the same.

    Args:
        train: How many tunes to train on.
        validation: How many to choose a model by.
        test: How many to test on.
        seed: Another seed gives other tunes; the same seed gives the same ones.

    Returns:
        `train`, `validation` and `test`: tunes.

    Raises:
        ValueError: A number is negative.

    Example:
        >>> tunes = scales(train=3, validation=1, test=1)
        >>> tune = tunes["test"][0]
        >>> len(tune.frames), tune.abc.splitlines()[:2]
        (64, ['X:5', 'T:Scales in D, no. 5'])
    """
    sizes = check_sizes(train=train, validation=validation, test=test)
    rng = random.Random(seed)
    tunes: dict[str, list[Tune]] = {}
    known: set[tuple[Frame, ...]] = set()
    for part, size in sizes.items():
        tunes[part] = []
        while len(tunes[part]) < size:
            tune = _tune(len(known) + 1, rng)
            if tuple(tune.frames) not in known:
                known.add(tuple(tune.frames))
                tunes[part].append(tune)
    return tunes


# A note is its place among the white keys, C of the octave below middle C's being 0, or None for a
# rest; and how many eighths it lasts.
_Note = tuple[int | None, int]


def _tune(number: int, rng: random.Random) -> Tune:
    key = rng.choice(tuple(_KEYS))
    tonic = _LETTERS.index(key[0])
    first = rng.choice(_PROGRESSIONS)
    chords = [*first, *first[:2], *rng.choice(_ENDINGS)]
    bars: list[list[_Note]] = []
    place = 7 + tonic + rng.choice((0, 2, 4))
    for bar, chord in enumerate(chords):
        if bar in (4, 5):  # the second half begins as the first one
            bars.append(bars[bar - 4])
            place = next(note for note, _ in reversed(bars[-1]) if note is not None)
        elif bar == len(chords) - 1:
            bars.append([(_nearest(place, tonic, 0, only_root=True), _BAR)])
        else:
            notes, place = _melody(place, tonic, chord, rng)
            bars.append(notes)
    pattern = rng.choice(_PATTERNS)
    frames = [
        frame
        for notes, chord in zip(bars, chords, strict=True)
        for frame in _frames(notes, tonic + chord, pattern, _KEYS[key])
    ]
    return Tune(key, frames, _abc(number, key, bars, chords))


def _melody(place: int, tonic: int, chord: int, rng: random.Random) -> tuple[list[_Note], int]:
    """The notes of a bar, and where the melody is at its end."""
    notes: list[_Note] = []
    at = 0
    for length in rng.choice(_RHYTHMS):
        if at % 4 == 0:
            place = _nearest(place, tonic, chord)
        else:
            place += rng.choice((-1, -1, 1, 1, 1, -2, 2, 0))
            place = min(max(place, 7 + tonic - 2), 7 + tonic + 9)
        rests = at > 0 and rng.random() < _RESTS
        notes.append((None if rests else place, length))
        at += length
    return notes, place


def _nearest(place: int, tonic: int, chord: int, *, only_root: bool = False) -> int:
    """The note of a chord that is nearest, the lower of two."""
    degrees = {(tonic + chord + step) % 7 for step in ((0,) if only_root else (0, 2, 4))}
    return next(
        near
        for distance in range(7)
        for near in (place - distance, place + distance)
        if near % 7 in degrees
    )


def _frames(notes: list[_Note], root: int, pattern: tuple[str, ...], sharps: int) -> list[Frame]:
    """The pitches of each eighth of a bar."""
    low = root % 7
    played = {"root": (low,), "above": (low + 2, low + 4), "all": (low, low + 2, low + 4)}
    melody = [note for note, length in notes for _ in range(length)]
    return [
        tuple(
            sorted(
                {
                    _pitch(note, sharps)
                    for note in (*played[pattern[eighth // 2]], sounding)
                    if note is not None
                }
            )
        )
        for eighth, sounding in enumerate(melody)
    ]


def _pitch(note: int, sharps: int) -> int:
    """The MIDI pitch of a place among the white keys, as the key raises or lowers it."""
    letter = _LETTERS[note % 7]
    raised = letter in _SHARPS[: max(sharps, 0)]
    lowered = letter in _FLATS[: max(-sharps, 0)]
    return 48 + 12 * (note // 7) + _SEMITONES[note % 7] + raised - lowered


def _abc(number: int, key: str, bars: list[list[_Note]], chords: list[int]) -> str:
    """The tune in ABC notation; nothing is raised or lowered but by the key."""
    written = []
    for notes, chord in zip(bars, chords, strict=True):
        name = _chord_name(key, chord)
        written.append(f'"{name}"' + " ".join(_abc_note(*note) for note in notes))
    lines = [" | ".join(written[start : start + 4]) for start in range(0, len(written), 4)]
    header = [f"X:{number}", f"T:Scales in {key}, no. {number}", "M:4/4", "L:1/8", f"K:{key}"]
    return "\n".join([*header, " |\n".join(lines) + " |]", ""])


def _abc_note(note: int | None, length: int) -> str:
    if note is None:
        name = "z"
    else:
        name = _LETTERS[note % 7]
        octave = note // 7 - 1  # that of middle C is 0, and has capitals
        name = name + "," * -octave if octave < 1 else name.lower() + "'" * (octave - 1)
    return name + (str(length) if length > 1 else "")


def _chord_name(key: str, chord: int) -> str:
    """Such as `G` or `Em`: a triad of the key on one of its degrees."""
    root = _LETTERS.index(key[0]) + chord
    low, third, fifth = (_pitch(root + step, _KEYS[key]) for step in (0, 2, 4))
    sign = {0: "", 1: "#", -1: "b"}[low - _pitch(root, 0)]
    kind = "" if third - low == 4 else "m" if fifth - low == 7 else "dim"
    return _LETTERS[root % 7] + sign + kind
