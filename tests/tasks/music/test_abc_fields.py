"""Fields of a tune in ABC say what the standard has them say."""

from __future__ import annotations

from fractions import Fraction

import pytest

from seqkit.tasks.music import abc_fields

# Section 3.1.14 of the standard: from 7 sharps to 7 flats.
MODES = ("", "m", "Mix", "Dor", "Phr", "Lyd", "Loc")
SIGNATURES = """
C# A#m G#Mix D#Dor E#Phr F#Lyd B#Loc
F# D#m C#Mix G#Dor A#Phr BLyd E#Loc
B G#m F#Mix C#Dor D#Phr ELyd A#Loc
E C#m BMix F#Dor G#Phr ALyd D#Loc
A F#m EMix BDor C#Phr DLyd G#Loc
D Bm AMix EDor F#Phr GLyd C#Loc
G Em DMix ADor BPhr CLyd F#Loc
C Am GMix DDor EPhr FLyd BLoc
F Dm CMix GDor APhr BbLyd ELoc
Bb Gm FMix CDor DPhr EbLyd ALoc
Eb Cm BbMix FDor GPhr AbLyd DLoc
Ab Fm EbMix BbDor CPhr DbLyd GLoc
Db Bbm AbMix EbDor FPhr GbLyd CLoc
Gb Ebm DbMix AbDor BbPhr CbLyd FLoc
Cb Abm GbMix DbDor EbPhr FbLyd BbLoc
"""


def key(text, before=None):
    return abc_fields.read_key(text, before or {}, abc_fields.Staff())[0]


def test_signatures_of_all_keys_and_modes():
    rows = [line.split() for line in SIGNATURES.split("\n") if line]
    assert len(rows) == 15
    for sharps, row in zip(range(7, -8, -1), rows, strict=True):
        expected = dict.fromkeys("FCGDAEB"[: max(sharps, 0)], 1)
        expected |= dict.fromkeys("BEADGCF"[: max(-sharps, 0)], -1)
        assert len(row) == len(MODES)
        for name in row:
            assert key(name) == expected, name


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("A minor", "Am"),
        ("A MIN", "Am"),
        ("Aaeolian", "Am"),
        ("C major", "C"),
        ("F# mixolydian", "F#Mix"),
        ("D =c", "DMix"),
        ("D maj =c", "DMix"),
        ("G clef=bass", "G"),
        ("D exp ^f ^c", "D"),
        ("none", "C"),
        ("", "C"),
        ("HP", "D"),
        ("Hp", "D"),
    ],
)
def test_keys_in_other_words(text, same):
    assert {k: v for k, v in key(text).items() if v} == key(same)


def test_accidentals_change_a_key():
    assert key("D Phr ^f") == {"B": -1, "E": -1, "F": 1}
    assert key("D exp _b _e ^f") == {"B": -1, "E": -1, "F": 1}
    assert key("C ^^f__b") == {"F": 2, "B": -2}
    assert key("clef=alto", {"F": 1}) == {"F": 1}  # a clef alone keeps the key


@pytest.mark.parametrize("text", ["H", "g", "G#", "Gfoo", "G foo", "CM", "C ^h", "D exp x", "perc"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match=r"K:|clef"):
        key(text)


@pytest.mark.parametrize(
    ("text", "staff"),
    [
        ("treble", abc_fields.Staff()),
        ("clef=treble-8", abc_fields.Staff(clef=-12)),
        ("treble+8 transpose=-2", abc_fields.Staff(12, -2)),
        ("bass middle=d t=-24", abc_fields.Staff(transpose=-24)),
        ('name="a clef=treble-8" octave=-1 stem=up mozart:x=y', abc_fields.Staff(octave=-12)),
    ],
)
def test_staffs(text, staff):
    assert abc_fields.read_staff(text, abc_fields.Staff()) == ([], staff)


@pytest.mark.parametrize("text", ["perc", "clef=treble_8", "shift=CD", "score=CC", "transpose=up"])
def test_staffs_that_are_not_played_are_refused(text):
    with pytest.raises(ValueError, match=f"{text.split('=')[0]}"):
        abc_fields.read_staff(text, abc_fields.Staff())


@pytest.mark.parametrize(
    ("text", "metre", "unit"),
    [
        ("4/4", abc_fields.Metre(Fraction(1), False), "1/8"),
        ("C", abc_fields.Metre(Fraction(1), False), "1/8"),
        ("C|", abc_fields.Metre(Fraction(1), False), "1/8"),
        ("3/4", abc_fields.Metre(Fraction(3, 4), False), "1/8"),
        ("6/8", abc_fields.Metre(Fraction(3, 4), True), "1/8"),
        ("2/4", abc_fields.Metre(Fraction(1, 2), False), "1/16"),
        ("3/8", abc_fields.Metre(Fraction(3, 8), False), "1/16"),
        ("(2+3+2)/8", abc_fields.Metre(Fraction(7, 8), False), "1/8"),
        ("2 + 3/8", abc_fields.Metre(Fraction(5, 8), False), "1/16"),
        ("12/8", abc_fields.Metre(Fraction(3, 2), True), "1/8"),
        ("none", abc_fields.Metre(None, False), "1/8"),
    ],
)
def test_metres_and_the_unit_they_give(text, metre, unit):
    assert abc_fields.read_metre(text) == metre
    assert abc_fields.default_unit(metre) == Fraction(unit)


@pytest.mark.parametrize(
    ("text", "tempo"),
    [
        ("1/4=120", 120),
        ("1/2=120", 240),
        ("1/4 3/8 1/4 3/8=40", 200),
        ('"Allegro" 1/4=120', 120),
        ('3/8=50 "Slowly"', 75),
        ('"Andante"', None),
        ("120", 60),
        ("C=120", 60),
        ("C3=40", 60),
    ],
)
def test_tempi(text, tempo):
    assert abc_fields.read_tempo(text, Fraction(1, 8)) == tempo


@pytest.mark.parametrize(
    "read",
    [
        abc_fields.read_metre,
        abc_fields.read_unit,
        lambda t: abc_fields.read_tempo(t, Fraction(1, 8)),
    ],
)
@pytest.mark.parametrize("text", ["4/0", "0/4", "x", "1/4=", "1/0=9", "(2+3/8", "-1"])
def test_numbers_that_are_none_are_refused(read, text):
    with pytest.raises(ValueError, match=r"[MLQ]:"):
        read(text)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("ABABCDCD", "ABABCDCD"),
        ("A3", "AAA"),
        ("(AB)3", "ABABAB"),
        ("((AB)3.(CD)3)2", "ABABABCDCDCD" * 2),
        ("A(BC2)2 A", "ABCCBCCA"),
    ],
)
def test_orders_of_parts(text, order):
    assert abc_fields.read_part_order(text) == order


@pytest.mark.parametrize("text", ["(AB", "AB)", "2A", "A-B", "A9999", "(((A999)9)9)9", "A10A999"])
def test_orders_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="P:"):
        abc_fields.read_part_order(text)
