"""A tune in ABC, written as MIDI, has its voices, its tempi, its length, and nothing left over."""

from __future__ import annotations

import sys
from fractions import Fraction

import mido
import pytest

from recipes.samples.scales import scales
from seqkit.tasks.music.abc_midi import write_abc_midi
from tests.midi_notes import notes_of, tempi_of


def test_keys_accidentals_octaves_lengths_and_chords(tmp_path):
    tune = "X:1\nM:4/4\nL:1/8\nK:D\nF2 =F ^G, z c/c/ | [DF]4 d'2 (3abc |\n"
    third = Fraction(1, 3)
    assert notes_of(write_abc_midi(tmp_path / "a.mid", tune, tempo=100)) == [
        *((66, 0, 1), (65, 1, 0.5), (56, 1.5, 0.5), (73, 2.5, 0.25), (73, 2.75, 0.25)),
        *((62, 3, 2), (66, 3, 2), (86, 5, 1)),
        *((81, 6, third), (83, 6 + third, third), (73, 6 + 2 * third, third)),
    ]


def test_repeats_are_played_and_the_tempo_is_set(tmp_path):
    tune = "X:1\nM:2/4\nL:1/4\nQ:1/4=70\nK:C\n|:C D|1 E F:|2 G c|]\n"
    path = write_abc_midi(tmp_path / "a.mid", tune)
    assert [pitch for pitch, _, _ in notes_of(path)] == [60, 62, 64, 65, 60, 62, 67, 72]
    assert tempi_of(path) == [(0, 70)]
    assert tempi_of(write_abc_midi(path, tune, tempo=150)) == [(0, 150)]
    assert [p.name for p in tmp_path.iterdir()] == ["a.mid"]


def test_tempi_change_where_they_stand(tmp_path):
    tune = "X:1\nL:1/8\nQ:120\nK:C\n|:C2[Q:1/4=90]D2:|\nQ:1/2=60\nE2|\n"
    path = write_abc_midi(tmp_path / "a.mid", tune)
    assert tempi_of(path) == [(0, 60), (1, 90), (2, 60), (3, 90), (4, 120)]
    assert tempi_of(write_abc_midi(path, tune, tempo=150)) == [(0, 150)]
    assert tempi_of(write_abc_midi(path, "X:1\nK:C\nC|\n")) == [(0, 120)]
    assert tempi_of(write_abc_midi(path, 'X:1\nQ:"Andante"\nK:C\nC|\n')) == [(0, 120)]


def test_rests_at_the_end_belong_to_the_tune(tmp_path):
    path = write_abc_midi(tmp_path / "a.mid", "X:1\nM:4/4\nL:1/4\nK:C\nC|Z2|\n", tempo=60)
    assert mido.MidiFile(path).length == 9


VOICES = "X:1\nM:2/4\nL:1/4\nV:T clef=treble-8 name=x\nV:B octave = -1\nK:C\n"


@pytest.mark.parametrize(
    "body",
    [
        "[V:T]CD|^FG|\n[V:B]C2|F2|\n",
        "V:T\nCD|^FG|\nV:B\nC2|F2|\n",
        "V:T\nCD|\nV:B\nC2|\nV:T\n^FG|\nV:B\nF2|\n",
        "[V:T]CD|[V:B]C2|[V:T]^FG|[V:B]F2|\n",
        "V:T\n[M:3/4]CD|^FG|\nV:B\n[L:1/2]C|F|\n",  # what is inline is for its voice alone
        "V:T\nCD|^FG|\nV:B\nL:1/2\nC|F|\n",
        "%%score T B\nV:T\nCD|^FG|\nV:B\nK:octave=-1\nC2|F2|\n",
    ],
)
def test_voices_sound_together(tmp_path, body):
    path = write_abc_midi(tmp_path / "a.mid", VOICES + body)
    assert notes_of(path, channel=0) == [(48, 0, 1), (50, 1, 1), (54, 2, 1), (55, 3, 1)]
    assert notes_of(path, channel=1) == [(48, 0, 2), (53, 2, 2)]
    assert len(mido.MidiFile(path).tracks) == 3


def test_voices_repeat_and_change_tempo_as_one(tmp_path):
    path = write_abc_midi(tmp_path / "a.mid", VOICES + "V:T\n|:C[Q:90]D:|\nV:B\n|:C2:|\n")
    assert [begin for _, begin, _ in notes_of(path, channel=0)] == [0, 1, 2, 3]
    assert [begin for _, begin, _ in notes_of(path, channel=1)] == [0, 2]
    assert tempi_of(path) == [(0, 120), (1, 90), (2, 120), (3, 90)]


def test_music_of_the_only_voice_of_the_header_is_its_own(tmp_path):
    header = "X:1\nL:1/4\nV:1 transpose=-2\nK:C\n"
    assert notes_of(write_abc_midi(tmp_path / "a.mid", header + "CD|\n")) == [
        (58, 0, 1),
        (60, 1, 1),
    ]
    with pytest.raises(ValueError, match="header names several voices"):
        write_abc_midi(tmp_path / "a.mid", VOICES + "CD|\n")


def test_a_pitch_in_two_places_at_once_is_struck_again(tmp_path):
    tune = "X:1\nL:1/4\nK:C\n[C4E]D2 & z C3|\n"
    found = notes_of(write_abc_midi(tmp_path / "a.mid", tune.replace("[C4E]D2", "[C4E4]")))
    assert found == [(60, 0, 1), (64, 0, 4), (60, 1, 3)]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("V:T\nCD|\nV:B\nC|\n", "voices are not of the same length: T 2 quarter notes, B 1"),
        ("V:T\n|:CD:|\nV:B\nC2|\n", "voices are not of the same length: T 4 quarter notes, B 2"),
        ("CD|\nV:T\nCD|\n", "music before the first V:"),
        ("V:*\nCD|\n", "V:* does not name a voice"),
        ("V:T\nCD|\nV:B\nC2|\nL:1/8\nC4|\n", "line 11: L:1/8 does not say for which"),
        ("V:T\n[Q:90]CD|\nV:B\n[Q:80]C2|\n", "write Q: in one of them"),
        ("V:B clef=perc\nCD|\n", "line 7: the clef of drums"),
        ("P:A\nV:T\nC|\nV:B\nC|\n", None),
        ("".join(f"V:{n}\nC|\n" for n in range(16)), "there are 16 voices; MIDI has 15"),
    ],
)
def test_voices_that_do_not_fit_are_refused(tmp_path, body, named):
    header = VOICES if named else VOICES.replace("K:", "P:AA\nK:")
    with pytest.raises(ValueError, match=r"^tune .X:1.*cannot be played") as refused:
        write_abc_midi(tmp_path / "a.mid", header + body)
    assert (named or "P:AA orders parts of several voices") in str(refused.value)


def test_a_tune_as_windows_writes_it(tmp_path):
    tune = "\ufeffX:1\r\nL:1/4\r\nK:G\r\nGF|\\\r\nK:C\r\nF|\r\n\r\n"
    found = notes_of(write_abc_midi(tmp_path / "a.mid", tune))
    assert [pitch for pitch, _, _ in found] == [67, 66, 65]


def test_the_sample_tunes_sound_as_their_piano_rolls(tmp_path):
    for tune in scales(train=4, validation=0, test=0)["train"]:
        found = notes_of(write_abc_midi(tmp_path / "a.mid", tune.abc))
        assert len(found) > 20
        for pitch, begin, _ in found:
            assert pitch in tune.frames[round(begin * 2)]


@pytest.mark.parametrize("tune", ["", "X:1\nK:C\n", "X:1\nK:C\nC4/0 [CE |: (3 D", "la la la"])
def test_what_is_no_tune_is_told(tmp_path, tune):
    with pytest.raises(ValueError, match="tune "):
        write_abc_midi(tmp_path / "a.mid", tune)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("tempo", [0, 3, 60_001, float("nan")])
def test_a_tempo_that_midi_has_not_is_refused(tmp_path, tempo):
    with pytest.raises(ValueError, match="tempo is"):
        write_abc_midi(tmp_path / "a.mid", "X:1\nK:C\nC|\n", tempo=tempo)


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mido", None)
    with pytest.raises(ImportError, match=r"seqkit\[music\]"):
        write_abc_midi(tmp_path / "a.mid", "X:1\nK:C\nC|\n")
