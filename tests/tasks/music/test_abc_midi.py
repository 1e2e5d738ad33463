"""A tune in ABC, written as MIDI, has the notes that the tune says."""

from __future__ import annotations

import sys

import mido
import pytest

from recipes.samples.scales import scales
from seqkit.tasks.music.abc_midi import write_abc_midi


def notes(path):
    """Begin in quarters and pitch of each note, and quarters a minute."""
    file = mido.MidiFile(path)
    found, tempi = [], set()
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                found.append((now / file.ticks_per_beat, message.note))
            elif message.type == "set_tempo":
                tempi.add(round(mido.tempo2bpm(message.tempo)))
    first = min(begin for begin, _ in found)
    return sorted((begin - first, pitch) for begin, pitch in found), tempi


def test_keys_accidentals_octaves_lengths_and_chords(tmp_path):
    tune = "X:1\nM:4/4\nL:1/8\nK:D\nF2 =F ^G, z c/c/ | [DF]4 d'2 (3abc |\n"
    found, _ = notes(write_abc_midi(tmp_path / "a.mid", tune, tempo=100))
    third = 1 / 3
    expected = [(0, 66), (1, 65), (1.5, 56), (2.5, 73), (2.75, 73)]
    expected += [(3, 62), (3, 66), (5, 86), (6, 81), (6 + third, 83), (6 + 2 * third, 73)]
    assert [pitch for _, pitch in found] == [pitch for _, pitch in expected]
    assert [begin for begin, _ in found] == pytest.approx([b for b, _ in expected], abs=1e-3)


def test_repeats_are_played_and_the_tempo_is_set(tmp_path):
    tune = "X:1\nM:2/4\nL:1/4\nQ:1/4=70\nK:C\n|:C D|1 E F:|2 G c|]\n"
    found, tempi = notes(write_abc_midi(tmp_path / "a.mid", tune))
    assert [pitch for _, pitch in found] == [60, 62, 64, 65, 60, 62, 67, 72]
    assert tempi == {70}
    assert notes(write_abc_midi(tmp_path / "a.mid", tune, tempo=150))[1] == {150}
    assert [p.name for p in tmp_path.iterdir()] == ["a.mid"]


def test_the_sample_tunes_sound_as_their_piano_rolls(tmp_path):
    for tune in scales(train=4, validation=0, test=0)["train"]:
        found, _ = notes(write_abc_midi(tmp_path / "a.mid", tune.abc))
        assert len(found) > 20
        for begin, pitch in found:
            assert pitch in tune.frames[round(begin * 2)]


@pytest.mark.parametrize("tune", ["", "X:1\nK:C\n", "X:1\nK:C\nC4/0 [CE |: (3 D", "la la la"])
def test_what_is_no_tune_is_told(tmp_path, tune):
    with pytest.raises(ValueError, match="tune "):
        write_abc_midi(tmp_path / "a.mid", tune)
    assert not list(tmp_path.iterdir())


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "music21", None)
    with pytest.raises(ImportError, match=r"seqkit\[music\]"):
        write_abc_midi(tmp_path / "a.mid", "X:1\nK:C\nC|\n")
