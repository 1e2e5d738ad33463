"""The notes of MIDI files, for tests."""

from __future__ import annotations

from fractions import Fraction

import mido


def notes_of(path, channel=None):
    """Pitch, begin and duration in quarters of each note, in order; none may be left sounding."""
    file = mido.MidiFile(path)
    notes = []
    for track in file.tracks:
        now = 0
        sounding = {}
        for message in track:
            now += message.time
            if message.type not in ("note_on", "note_off") or channel not in (
                None,
                message.channel,
            ):
                continue
            if message.type == "note_on" and message.velocity:
                assert message.note not in sounding, "struck while it sounds"
                sounding[message.note] = now
            else:
                begin = sounding.pop(message.note)
                quarters = (Fraction(t, file.ticks_per_beat) for t in (begin, now - begin))
                notes.append((message.note, *quarters))
        assert not sounding, "these never end"
    return sorted(notes, key=lambda note: (note[1], note[0]))


def tempi_of(path):
    """Begin in quarters and quarters a minute of each tempo."""
    file = mido.MidiFile(path)
    tempi = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "set_tempo":
                tempo = round(mido.tempo2bpm(message.tempo), 2)
                tempi.append((Fraction(now, file.ticks_per_beat), tempo))
    return tempi
