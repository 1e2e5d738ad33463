"""A MIDI file, read back by its library, has the notes of the piano roll."""

from __future__ import annotations

import sys

import mido
import numpy as np
import pytest

from seqkit.tasks.music.midi import write_midi

FRAMES = [[60, 64], [60, 67], [], [127, 0], [127]]


def notes(path):
    """Begin, end and pitch of each note in seconds, and messages that are no notes."""
    file = mido.MidiFile(path)
    now, begun, found, others = 0.0, {}, [], []
    for message in file:  # with times in seconds
        now += message.time
        if message.type == "note_on" and message.velocity:
            assert message.note not in begun, "struck while it sounds"
            begun[message.note] = now
        elif message.type in ("note_on", "note_off"):
            found.append((begun.pop(message.note), now, message.note))
        else:
            others.append(message)
    assert not begun, "these never end"
    return sorted(found), others, file.length


def test_what_goes_on_is_held(tmp_path):
    path = write_midi(tmp_path / "held.mid", FRAMES, tempo=60, program=19, velocity=33)
    found, others, length = notes(path)
    assert found == [(0, 1, 64), (0, 2, 60), (1, 2, 67), (3, 4, 0), (3, 5, 127)]
    assert length == 5
    assert [m.program for m in others if m.type == "program_change"] == [19]
    struck = [m for m in mido.MidiFile(path) if m.type == "note_on"]
    assert {m.velocity for m in struck} == {33}
    assert not [p for p in tmp_path.iterdir() if p != path]


def test_or_is_struck_again_in_another_tempo_and_step(tmp_path):
    path = write_midi(
        tmp_path / "struck.mid", FRAMES, tempo=120, quarters_per_frame=0.5, strike_again=True
    )
    found, _, length = notes(path)
    step = 0.25
    expected = [(t, t + 1, p) for t, frame in enumerate(FRAMES) for p in frame]
    np.testing.assert_allclose(found, np.array(sorted(expected)) * [step, step, 1], atol=1e-6)
    assert length == pytest.approx(5 * step)


def test_a_rest_at_the_end_is_kept_and_nothing_is_a_piece(tmp_path):
    assert notes(write_midi(tmp_path / "rest.mid", [[60], [], []], tempo=60))[2] == 3
    assert notes(write_midi(tmp_path / "none.mid", []))[0] == []


@pytest.mark.parametrize(
    ("frames", "arguments", "named"),
    [
        ([[60], [128]], {}, r"frames\[1\] has the pitch 128"),
        ([[-1]], {}, r"frames\[0\] has the pitch -1"),
        ([], {"tempo": 0}, "tempo is 0"),
        ([], {"quarters_per_frame": 0.0}, "quarters_per_frame is 0"),
        ([], {"program": 128}, "program is 128"),
        ([], {"velocity": 0}, "velocity is 0"),
    ],
)
def test_wrong_numbers_are_named(tmp_path, frames, arguments, named):
    with pytest.raises(ValueError, match=named):
        write_midi(tmp_path / "wrong.mid", frames, **arguments)
    assert not list(tmp_path.iterdir())


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mido", None)
    with pytest.raises(ImportError, match=r"seqkit\[music\]"):
        write_midi(tmp_path / "a.mid", [[60]])
