"""Repeats, endings and parts of tunes in ABC are played in the order that they say, or refused.

Source: ABC 2.1, sections 3.1.9 and 4.8 to 4.10.
"""

from __future__ import annotations

import pytest

from seqkit.tasks.music.abc_midi import write_abc_midi
from tests.midi_notes import notes_of

LETTERS = dict(zip((60, 62, 64, 65, 67, 69, 71), "CDEFGAB", strict=True))


def order(path, music, header="M:2/4\nL:1/4\n"):
    """Letters of the notes, which must follow each other without a gap."""
    notes = notes_of(write_abc_midi(path / "a.mid", f"X:1\n{header}K:C\n{music}\n"))
    assert [begin for _, begin, _ in notes] == list(range(len(notes)))
    return "".join(LETTERS[pitch] for pitch, _, _ in notes)


@pytest.mark.parametrize(
    ("music", "played"),
    [
        ("|:CDEF:|", "CDEFCDEF"),
        ("CDEF:|", "CDEFCDEF"),
        ("|:CDEF::GAB:|", "CDEFCDEFGABGAB"),
        ("|:CDEF:|:GAB:|", "CDEFCDEFGABGAB"),
        ("|:CDEF:||:GAB:|", "CDEFCDEFGABGAB"),
        ("|:CDEF:|\n|:GAB:|", "CDEFCDEFGABGAB"),
        ("CDEF:|GAB:|", "CDEFCDEFGABGAB"),  # from the end of the repeat before
        ("CD||EF:|", "CDEFEF"),  # from the latest double bar line
        ("CD|]EF:|G", "CDEFEFG"),
        ("CD[|EF:|G", "CDEFEFG"),
        ("CD|EF:|G|A|]", "CDEFCDEFGA"),
        ("|:CD||EF:|", "CDEFCDEF"),  # it has a beginning
        ("CD.|E[|]F:|", "CDEFCDEF"),  # dotted, and invisible
        ("CD|:EF:|G", "CDEFEFG"),
        ("C||:D:||E|[|:F:|]", "CDDEFF"),
        ("|::CD::|E", "CDCDCDE"),
        ("|:::C:::|", "CCCC"),
        ("CD::|E", "CDCDCDE"),
        ("|:CD|1EF:|2GA|]", "CDEFCDGA"),
        ("|:CD|[1EF:|[2GA|]", "CDEFCDGA"),
        ("|:CD| [1 EF:| [2 GA||", "CDEFCDGA"),
        ("CD|1EF:|2GA|]", "CDEFCDGA"),
        ("CD|1EF:|2GA|B|]", "CDEFCDGAB"),
        ("|:CD|1EF:|2GA:|", "CDEFCDGA"),  # an ending may end so; there is no third
        ("|:CD|1EF:|\n|2GA|]", "CDEFCDGA"),
        ("|:CD|1E:|2F|:G:|A", "CDECDFGGA"),
        ("|:CD|1E:|2F||G:|A", "CDECDFGGA"),
        ("|:C|1D:|2E||F|1G:|2A|]", "CDCEFGFA"),
        ("|:C|1,3D:|2E:|4F|]G", "CDCECDCFG"),
        ("|:C|[1,3D:|[2,4E:|G", "CDCECDCEG"),
        ("|:C|[1-3D:|[4E|]", "CDCDCDCE"),
        ("|:::C|1-2,4D:|3E:|F", "CDCDCECDF"),
        ("|:C|2D:|1E:|F", "CECDF"),
        ("P:A\n|:CD:|\nP:B\n|:EF:|", "CDCDEFEF"),  # names alone
    ],
)
def test_repeats_and_endings(tmp_path, music, played):
    assert order(tmp_path, music) == played
    assert order(tmp_path, music, "M:6/8\nL:1/4\n") == played


@pytest.mark.parametrize(
    ("parts", "music", "played"),
    [
        ("AB", "P:A\nCD|\nP:B\nEF|", "CDEF"),
        ("ABA", "P:A\nCD|\nP:B\nEF|", "CDEFCD"),
        ("A2(BA)2", "P:A\nC|\nP:B\nE|", "CCECEC"),
        ("BA", "[P:A]C|[P:B]E|", "EC"),
        ("ABA", "P:A\n|:CD:|\nP:B\nE|", "CDCDECDCD"),
        ("AB", "P:A\n|:CD::\nP:B\nEF:|", "CDCDEFEF"),
        ("AB", "P:A\nCD:|\nP:B\nEF:|", "CDCDEFEF"),  # from where the part begins
        # Section 4.10: played four times, each with its ending.
        ("A4.B", "P:A\nC|[1D:|[2E:|[3F:|[4G|]\nP:B\nA|", "CDCECFCGA"),
        ("A4", "P:A\nC|[1,3D:|[2,4E:|", "CDCECDCE"),
        ("ABA", "P:A\nC|1D:|2E|]\nP:B\nF|", "CDCEFCDCE"),
    ],
)
def test_parts_in_their_order(tmp_path, parts, music, played):
    assert order(tmp_path, music, f"P:{parts}\nM:2/4\nL:1/4\n") == played


def test_what_holds_where_a_repeat_begins_holds_again(tmp_path):
    tune = "X:1\nL:1/4\nK:C\n|:F|[K:G]F[L:1/8]F:|F|1^C-:|2C|]\n"
    found = [(p, float(b), float(d)) for p, b, d in notes_of(write_abc_midi(tmp_path / "a", tune))]
    expected = [(65, 0, 1), (66, 1, 1), (66, 2, 0.5), (65, 2.5, 1), (66, 3.5, 1), (66, 4.5, 0.5)]
    assert found[:6] == expected
    assert found[6:] == [(66, 5, 0.5), (61, 5.5, 0.5), (66, 6, 0.5), (60, 6.5, 0.5)]


def test_a_tie_reaches_into_each_ending(tmp_path):
    tune = "X:1\nL:1/4\nK:C\n|:C-|1CD:|2C2E|]\n"
    found = notes_of(write_abc_midi(tmp_path / "a", tune))
    assert found == [(60, 0, 2), (62, 2, 1), (60, 3, 3), (64, 6, 1)]


@pytest.mark.parametrize(
    ("music", "place", "named"),
    [
        ("|:CD", "line 5, column 1", "does not end with :|"),
        ("|:CD|:EF:|", "line 5, column 1", "does not end with :|"),
        (":|CD", "line 5, column 1", "has no notes"),
        ("|:CD:|:|", "line 5, column 5", "the bar line :|:| is not understood"),
        ("|:CD:| :|", "line 5, column 8", "has no notes"),
        ("|:CD::|", "line 5, column 5", "ends with 2 colons, but began with 1"),
        ("|:CD:::EF:|", "line 5, column 5", "the bar line ::: is not understood"),
        ("CD|:|", "line 5, column 3", "the bar line |:| is not understood"),
        ("C:D", "line 5, column 2", "the bar line : is not understood"),
        ("|:CD|1E:|", "line 5, column 5", "the ending 2 is missing"),
        ("|:CD|1E:|3F|]", "line 5, column 8", "the ending 2 is missing"),
        ("|:CD|1E:|1F|]", "line 5, column 8", "there are two endings 1"),
        ("|:CD|1E|2F|]", "line 5, column 8", "does not end with :|"),
        ("|:CD:|2E|]", "line 5, column 5", "follows a repeat that has no ending 1"),
        ("|:CD|2E:|1F", "line 5, column 8", "is not the last"),
        ("CD[1E:|2F|]", "line 5, column 3", "begins within a bar"),
        ("|:C|0D:|1E|]", "line 5, column 4", "0 are no numbers of an ending"),
        ("|:C|3-1D:|2E|]", "line 5, column 4", "3-1 are no numbers"),
        ("|:C|1,D:|2E|]", "line 5, column 4", "1, are no numbers"),
        ("|::C|1D:|2,3,4E|]", "line 5, column 1", "endings for 4 times"),
        ("|:C|1D:|2E::|", "line 5, column 11", "not colons"),
        # Whether the second strain is repeated, or is the end of the first, is not clear.
        ("|:CD|1EF:|2GA|BC|DE:|", "line 5, column 9", "it is not clear where it ends"),
        ("P:A\nCD|\nP:B\nEF:|", "line 8, column 3", "it is not clear what is repeated"),
        ("CD| 1EF:|", "line 5, column 5", "1EF:| is not understood"),
    ],
)
def test_repeats_that_do_not_fit_are_refused(tmp_path, music, place, named):
    with pytest.raises(ValueError, match="cannot be played") as refused:
        order(tmp_path, music)
    assert f"cannot be played: {place}: " in str(refused.value)
    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("parts", "music", "named"),
    [
        ("AC", "P:A\nCD|\nP:B\nE|", "the part C of P:AC is not in the tune"),
        ("AB", "CD|\nP:A\nE|\nP:B\nF|", "music before the first P:"),
        ("A", "P:A\nCD|\nP:A\nE|", "there is another part A"),
        ("A3", "P:A\nC|1D:|2E|]", "it is not clear which is when"),
        ("A2", "P:A\n|:C:|D|1E:|2F|]", "it is not clear which is when"),
        ("A-B", "P:A\nC", "is no order of parts"),
    ],
)
def test_parts_that_do_not_fit_are_refused(tmp_path, parts, music, named):
    with pytest.raises(ValueError, match="cannot be played") as refused:
        order(tmp_path, music, f"P:{parts}\nL:1/4\n")
    assert named in str(refused.value)
