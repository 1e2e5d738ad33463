"""Notes of tunes in ABC have the pitches and lengths that the standard gives them, or are refused.

Numbers are sections of the standard, ABC 2.1.
"""

from __future__ import annotations

import contextlib
import random
from fractions import Fraction

import pytest

from seqkit.tasks.music.abc_midi import write_abc_midi
from tests.midi_notes import notes_of

HEADER = "X:1\nM:4/4\nL:1/4\nK:C\n"
C, D, E, F, G, A, B, HIGH_C = 60, 62, 64, 65, 67, 69, 71, 72


def in_turn(*notes, start=0):
    """Notes one after another; each a pitch that lasts a quarter, or a pitch and its quarters."""
    placed = []
    for note in notes:
        pitch, duration = note if isinstance(note, tuple) else (note, 1)
        if pitch is not None:
            placed.append((pitch, Fraction(start), Fraction(duration)))
        start += Fraction(duration)
    return placed


def z(duration):
    """A rest."""
    return None, duration


third, half, quarter = Fraction(2, 3), Fraction(1, 2), Fraction(1, 4)
MUSIC = {
    # 3.1.6 to 3.1.14 and 3.2: fields within a tune
    "FFFF|[K:G]FFFF|": in_turn(F, F, F, F, 66, 66, 66, 66),
    "FFFF|\nK:G\nFFFF|": in_turn(F, F, F, F, 66, 66, 66, 66),
    "FFFF|\\\nK:G\nFFFF|": in_turn(F, F, F, F, 66, 66, 66, 66),
    "[K:Bb]B[K:none]B[K:D exp _b]B": in_turn(70, 71, 70),
    "[K:G]F[K:clef=bass]F": in_turn(66, 66),
    "CD[L:1/8]CD|": in_turn(C, D, (C, half), (D, half)),
    "CD|\nL:1/8\nCD|": in_turn(C, D, (C, half), (D, half)),
    "C4|[M:3/4]Z|C|": in_turn((C, 4), z(3), C),
    "C4|\nM:2/4\nC2|Z|C|": in_turn((C, 4), (C, 2), z(2), C),
    # 4.1 pitch
    "C,,C,Ccc'c''": in_turn(36, 48, 60, 72, 84, 96),
    "C,', C' B,": in_turn(48, 72, 59),
    # 4.2 and 11.3 accidentals
    "^C_D=E^^F__G": in_turn(61, 61, 64, 67, 65),
    "^FF|F": in_turn(66, 66, 65),
    "^FfF,|f": in_turn(66, 78, 54, 77),
    "[K:D]=F F|F": in_turn(65, 65, 66),
    "[K:D]^F__F^^F|F": in_turn(66, 63, 67, 66),
    "^F\nF": in_turn(66, 66),
    "^F||F": in_turn(66, 65),
    "%%propagate-accidentals octave\n^FfF": in_turn(66, 77, 66),
    "I:propagate-accidentals not\n^FF": in_turn(66, 65),
    # 4.3 lengths
    "C2C3/2C/C/2C//C/4C3/4": in_turn(
        (C, 2), (C, 1.5), (C, half), (C, half), (C, quarter), (C, quarter), (C, 0.75)
    ),
    "C16": in_turn((C, 16)),
    # 4.4 broken rhythm
    "C>D E<F": in_turn((C, 1.5), (D, half), (E, half), (F, 1.5)),
    "C>>D E<<F": in_turn((C, 1.75), (D, quarter), (E, quarter), (F, 1.75)),
    "C>>>D": in_turn((C, 1.875), (D, 0.125)),
    "C > D [CE]<z": [(60, 0, 1.5), (62, 1.5, half), (60, 2, half), (64, 2, half)],
    "C2>D2": in_turn((C, 3), D),
    "C<{g}D E{g}<F": in_turn((C, half), (D, 1.5), (E, half), (F, 1.5)),
    # 4.5 rests
    "CzD": in_turn(C, z(1), D),
    "Cx2D z/E": in_turn(C, z(2), D, z(half), E),
    "C4|Z|C4|Z2|C": in_turn((C, 4), z(4), (C, 4), z(8), C),
    "C4|X2|C": in_turn((C, 4), z(8), C),
    # 4.6 clefs and transposition
    "[K:C clef=treble-8]C": in_turn(48),
    "[K:treble+8]C[K:bass]C": in_turn(72, 60),
    "[K:C transpose=-2]C [K:t=3]C": in_turn(58, 63),
    "[K:C octave=-1]C": in_turn(48),
    # 4.7 and 6.1: what is for the eye
    "C``D y2 E$F*|": in_turn(C, D, E, F),
    "@C !pp! #DE2/3* [K:C#] de?f": in_turn(C, D, (E, third), 75, 77, 78),
    # 4.11 ties and slurs
    "C-C D": in_turn((C, 2), D),
    "C4-|C4-|C D": in_turn((C, 9), D),
    "(CD)-D-|D": in_turn(C, (D, 3)),
    "C-D C": in_turn(C, D, C),
    "C-zC": in_turn(C, z(1), C),
    "^F-|F F": in_turn((66, 2), 65),
    "^F-|^F F": in_turn((66, 2), 66),
    "^F-|=F F": in_turn(66, 65, 65),
    "C.-C(D(EF))": in_turn((C, 2), D, E, F),
    "[CE]-[CE]": [(60, 0, 2), (64, 0, 2)],
    "[C-E][CD]": [(60, 0, 2), (64, 0, 1), (62, 1, 1)],
    # 4.12 grace notes
    "{gef}C{/g}D": in_turn(C, D),
    # 4.13 tuplets
    "(3CDE F": in_turn((C, third), (D, third), (E, third), F),
    "(3 C z E F": in_turn((C, third), z(third), (E, third), F),
    "(2CD E": in_turn((C, 1.5), (D, 1.5), E),
    "(4CDEF": in_turn((C, 0.75), (D, 0.75), (E, 0.75), (F, 0.75)),
    "(5CDEFG": in_turn(*((pitch, Fraction(2, 5)) for pitch in (C, D, E, F, G))),
    "[M:6/8](5CDEFG": in_turn(*((pitch, Fraction(3, 5)) for pitch in (C, D, E, F, G))),
    "(6CDEFGA": in_turn(*((pitch, Fraction(1, 3)) for pitch in (C, D, E, F, G, A))),
    "(3:2:2C2E F": in_turn((C, 2 * third), (E, third), F),
    "(3::2C2E (3:4CDE": in_turn(
        (C, 2 * third), (E, third), *((pitch, Fraction(4, 3)) for pitch in (C, D, E))
    ),
    "(3C>DE": in_turn((C, 1), (D, third / 2), (E, third)),
    "(3[CE]{g}DE": [(60, 0, third), (64, 0, third), (62, third, third), (64, 2 * third, third)],
    # 4.14 to 4.16, 4.18 and 4.19: decorations, chord symbols, annotations
    '!trill!C ~D .E uF TG vA "Am7"B "^slow"c': in_turn(C, D, E, F, G, A, B, HIGH_C),
    "+f+C !fff!D !1!E H!segno!F O!coda!G": in_turn(C, D, E, F, G),
    "!<(!CD!<)! !diminuendo(!E": in_turn(C, D, E),
    "I:linebreak !\nCD!EF!G": in_turn(C, D, E, F, G),
    "U:k=!tenuto!\nkC": in_turn(C),
    "kC ~kD": in_turn(C, D),  # a letter that stands for nothing alters no note
    # 4.17 chords
    "[CEG]2D": [(60, 0, 2), (64, 0, 2), (67, 0, 2), (62, 2, 1)],
    "[C2E2]2D": [(60, 0, 4), (64, 0, 4), (62, 4, 1)],
    "[CE4]D": [(60, 0, 1), (64, 0, 4), (62, 1, 1)],
    "[DD]D": in_turn(D, D),
    '[!1!C.^E]/ "G"[.=G,^c\']': [(60, 0, half), (65, 0, half), (55, half, 1), (85, half, 1)],
    # 7.4 overlay
    "CD & E2 | F": [(60, 0, 1), (64, 0, 2), (62, 1, 1), (65, 2, 1)],
    "C2 & E2 & G2 | C": [(60, 0, 2), (64, 0, 2), (67, 0, 2), (60, 2, 1)],
    "^F2-&D2-|F&D": [(62, 0, 3), (66, 0, 3)],
    # comments, words and other fields
    "CD % up\n% a line\n%%text x\nEF\nw:la la la\n+:la\n": in_turn(C, D, E, F),
    "CDEF|\nW:more\ns:!pp! *\nr:x\nT:again\nN:DEF\nG": in_turn(C, D, E, F, G),
    "CD\\\nEF": in_turn(C, D, E, F),
    "CD[r:and so on]E[N:x]F": in_turn(C, D, E, F),
    "CD\nd|\nd:|": in_turn(C, D, 74, 74, C, D, 74, 74),
    "C|\n%%begintext\n%%CDE\nCDE\n%%endtext\nD|": in_turn(C, D),
}


@pytest.mark.parametrize("music", MUSIC)
def test_notes_sound_as_the_standard_says(tmp_path, music):
    assert notes_of(write_abc_midi(tmp_path / "a.mid", HEADER + music)) == sorted(
        MUSIC[music], key=lambda note: (note[1], note[0])
    )


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("M:2/4", quarter),
        ("M:3/4", half),
        ("M:C|", half),
        ("", half),
        ("M:2/4\nL:1/2", 2),
        ("L:1/2\nM:2/4", 2),
        ("L:1/4\nL:1/2", 2),
    ],
)
def test_the_unit_of_a_header(tmp_path, header, unit):
    tune = f"X:1\nT:x\nH:a story\nthat goes on\n{header}\nK:C\nCD|[M:6/8]E|\n".replace("\n\n", "\n")
    expected = in_turn((C, unit), (D, unit), (E, unit))
    assert notes_of(write_abc_midi(tmp_path / "a.mid", tune)) == expected


@pytest.mark.parametrize(
    ("key", "pitches"),
    [
        ("Dphr ^f", [62, 63, 66, 70]),
        ("HP", [62, 64, 66, 71]),
        ("F", [62, 64, 65, 70]),
        ("E", [63, 64, 66, 71]),
        ("Cm transpose=12", [74, 75, 77, 82]),
    ],
)
def test_the_key_of_a_header(tmp_path, key, pitches):
    tune = f"X:1\nL:1/4\nK:{key}\nDEFB|\n"
    assert notes_of(write_abc_midi(tmp_path / "a.mid", tune)) == in_turn(*pitches)


REFUSED = {
    # music, where, and what is named
    "CD|E9/0|": ("line 5, column 4", "has none"),
    "C0|": ("line 5, column 1", "has none"),
    "C3//2|": ("line 5, column 1", "3//2 is no length"),
    "C9999|": ("line 5, column 1", "9999/4 whole notes is too long"),
    "C''''''|": ("line 5, column 1", "range of MIDI"),
    "^/C|": ("line 5, column 1", "not understood"),
    "C2>D|": ("line 5, column 4", "not of the same length"),
    "C>D>E|": ("line 5, column 4", "> does not follow a note that is whole"),
    "C><D": ("line 5, column 3", "< does not follow"),
    ">C|": ("line 5, column 1", "> does not follow"),
    "C>|D": ("line 5, column 3", "> or < has no note after it before |"),
    "C<": ("the end", "> or < has no note after"),
    "C>>>>D": ("line 5, column 2", ">>>> is not of ABC"),
    "-C": ("line 5, column 1", "- does not follow"),
    "C|-C": ("line 5, column 3", "- does not follow"),
    "(3CD|E|": ("line 5, column 5", "a tuplet lacks 1"),
    "(3CD": ("the end", "a tuplet lacks 1"),
    "(3C(3DEFGA": ("line 5, column 4", "(3 begins within another"),
    "(11CDE": ("line 5, column 1", "(11 does not say"),
    "[CE": ("line 5, column 1", "[CE is not understood"),
    "[C1foo]": ("line 5, column 1", "o] is not understood"),
    "[]": ("line 5, column 1", "has no notes"),
    "[M:none]Z|": ("line 5, column 9", "M: gives no metre"),
    "C|DZ|": ("line 5, column 4", "the bar has begun"),
    "CD&E|": ("line 5, column 5", "& lays over a bar lasts 1/4"),
    "C|D|&&EF|": ("line 5, column 5", "&& lays voices over several bars"),
    "{^f}gf|": ("line 5, column 6", "a grace note or the key"),
    "^F[K:G]G[K:C]F|": ("line 5, column 14", "a grace note or the key"),
    '"^D.C. al Fine"C|': ("line 5, column 1", 'the jump "^D.C. al Fine"'),
    "!D.S.!C|": ("line 5, column 1", 'the jump "D.S."'),
    "C!dacapo!|": ("line 5, column 2", 'the jump "dacapo"'),
    "s:!dacoda!\nC|": ("line 5", 'the jump "dacoda"'),
    "U:k=!D.C.!\nkC|": ("line 6, column 1", 'the jump "D.C."'),
    "!8va(!C|": ("line 5, column 1", "!8va(! is not of ABC 2.1"),
    "+CEG+C|": ("line 5, column 1", "+CEG+ is no decoration"),
    "C!DEF!G|": ("line 5, column 2", "!DEF! is no decoration"),
    "m:~G2=G{A}G\nC|": ("line 5", "the macro m:~G2=G{A}G"),
    "%%MIDI transpose 2\nC|": ("line 5", "MIDI transpose 2 is not followed"),
    "I:propagate-accidentals all\nC": ("line 5", "none of not, octave and pitch"),
    "[K:perc]C|": ("line 5, column 1", "drums"),
    "[K:H]C|": ("line 5, column 1", "K:H is no key"),
    "[L:x]C|": ("line 5, column 1", "L:x is no length"),
    "[M:6]C|": ("line 5, column 1", "M:6 is no metre"),
    "[Q:fast]C|": ("line 5, column 1", "Q:fast is no tempo"),
    "C|hello|": ("line 5, column 7", "o| is not understood"),
    "C / D": ("line 5, column 3", "/ D is not understood"),
    "C\n\nD": ("line 7", "a blank line, 6, ends the tune"),
    "C|\nX:2\nK:D\nD|": ("line 6", "another tune begins"),
    "z4|": ("", "it has no notes"),
    "CD|\n  C>|": ("line 6, column 5", "> or < has no note after it before |"),
}


def test_music_in_the_header_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"line 2: CDE. is in the header, but is no field"):
        write_abc_midi(tmp_path / "a.mid", "X:1\nCDE|\nK:C\nF|\n")


def test_whatever_a_model_may_write_is_played_or_refused(tmp_path):
    signs = [
        *"CDEFGABcde|" * 5,
        *"CDEabczZxy ,'/23|:[]()<>-^=_&!+.~{}\"kT%\\\n",
        "|:",
        ":|",
        "|1",
        ":|2",
        "(3",
        "[K:G]",
    ]
    signs += ["\nK:", "\nV:", "\nP:", "\nM:", "\nQ:", "[L:1/4]", "%%begin", "\nX:2\n", "!D.C.!"]
    rng = random.Random(0)
    played = 0
    for _ in range(500):
        music = "".join(rng.choices(signs, k=rng.randint(1, 12)))
        with contextlib.suppress(ValueError):
            played += bool(notes_of(write_abc_midi(tmp_path / "a.mid", HEADER + music)))
    assert 50 < played < 450


@pytest.mark.parametrize("music", REFUSED)
def test_what_is_not_played_is_named_with_its_place(tmp_path, music):
    place, named = REFUSED[music]
    with pytest.raises(ValueError, match=r"^tune .X:1.*cannot be played: ") as refused:
        write_abc_midi(tmp_path / "a.mid", HEADER + music)
    message = str(refused.value).partition("cannot be played: ")[2]
    assert message.startswith(f"{place}: " if place else named)
    assert named in message
    assert not list(tmp_path.iterdir())
