"""Tunes in ABC notation as MIDI files."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

from seqkit.tasks.music.abc_reader import read_score
from seqkit.tasks.music.abc_repeats import play_out
from seqkit.tasks.music.abc_score import Note, Score, Sound
from seqkit.tasks.music.midi import TimedNote, write_voices

_TEMPO = 120.0
_QUARTERS = 4  # in a whole note


def write_abc_midi(path: str | os.PathLike[str], tune: str, *, tempo: float | None = None) -> Path:
    r"""Writes a tune as a MIDI file, as it is played: with its repeats, endings and parts.

    What ABC 2.1 says of pitches and lengths is played, or refused with its place: macros (`m:`),
    jumps (D.C., D.S.), drums, overlays of several bars, a broken rhythm between unequal lengths,
    repeats of which it is not clear where they begin or end, and what is no ABC.

    Left out are grace notes and decorations, of which ABC leaves open how they sound, chord names,
    words and dynamics. An accidental holds to the end of its bar in all octaves, as ABC 2.1 has it,
    unless `%%propagate-accidentals` says otherwise. A tie joins what follows on the same pitch, and
    is nothing before another pitch.

    Args:
        path: the file; written aside, then renamed.
        tune: one tune in ABC notation, from its number (`X:`) on.
        tempo: quarter notes a minute; None takes that of the tune, or 120 if it has none.

    Returns:
        The path.

    Raises:
        ImportError: mido is not installed; it comes with `pip install "seqkit[music]"`.
        ValueError: the tune cannot be played, or has no notes, as one by a model may; line and
            column of the tune are named.

    Example:
        >>> import tempfile
        >>> import mido
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = write_abc_midi(folder + "/scale.mid", "X:1\nL:1/4\nK:G\nGABc|def2|\n")
        ...     file = mido.MidiFile(path)
        ...     print([m.note for m in file if m.type == "note_on" and m.velocity])
        [67, 69, 71, 72, 74, 76, 78]

    Source: The abc music standard 2.1 (2011).
    """
    if tempo is not None and not 4 <= tempo <= 60_000:
        raise ValueError(f"tempo is {tempo}; give from 4 to 60,000 quarter notes a minute")
    try:
        voices, tempi, length = _play(read_score(tune))
        if tempo is not None:
            tempi = [(Fraction(), tempo)]
        return write_voices(path, voices, tempi=tempi, length=length)
    except ValueError as error:
        raise ValueError(f"tune {tune[:40]!r}… cannot be played: {error}") from error


_Tempi = list[tuple[Fraction, float]]


def _play(score: Score) -> tuple[list[list[TimedNote]], _Tempi, Fraction]:
    """The notes of each voice, the tempi, and how many quarter notes all of it lasts."""
    if score.parts and len(score.voices) > 1:
        raise ValueError(f"P:{score.parts} orders parts of several voices, which is not played")
    voices = []
    lengths: dict[str, Fraction] = {}
    tempi: _Tempi | None = None
    for name, written in score.voices.items():
        sounds = play_out(written, score.parts)
        notes, lengths[name] = _time_notes(sounds)
        voices.append(notes)
        if tempi is None or name in score.tempo_voices:
            tempi = _tempi(sounds)
    if not any(voices):
        raise ValueError("it has no notes")
    if len(set(lengths.values())) > 1:
        several = ", ".join(f"{name} {length} quarter notes" for name, length in lengths.items())
        raise ValueError(f"its voices are not of the same length: {several}")
    if len(score.tempo_voices) > 1:
        raise ValueError("the tempo changes in several voices; write Q: in one of them")
    return voices, tempi or [], max(lengths.values())


def _time_notes(sounds: list[Sound]) -> tuple[list[TimedNote], Fraction]:
    """Notes in time, tied ones as one, and how many quarter notes they last."""
    played: list[TimedNote] = []
    # For each layer, notes that are tied to the next sound: where they are, by their steps.
    tied: dict[int, dict[int, int]] = {}
    now = Fraction()
    for sound in sounds:
        before = tied.pop(sound.layer, {}) if sound.advance > 0 else {}
        for note in sound.notes:
            end = now + note.duration * _QUARTERS
            place = before.get(note.step)
            if place is not None and _goes_on(played[place], note, now):
                played[place] = played[place]._replace(end=end)
            else:
                place = len(played)
                played.append(TimedNote(now, end, note.pitch))
            if note.tied:
                tied.setdefault(sound.layer, {})[note.step] = place
        now += sound.advance * _QUARTERS
    return played, now


def _goes_on(before: TimedNote, note: Note, now: Fraction) -> bool:
    """Whether a note is the end of a tied one; without an accidental it keeps that one's pitch."""
    return before.end == now and (before.pitch == note.pitch or not note.altered)


def _tempi(sounds: list[Sound]) -> _Tempi:
    """From which quarter note on there are how many a minute."""
    tempi: _Tempi = []
    now = Fraction()
    for sound in sounds:
        tempo = sound.tempo or _TEMPO
        if sound.advance > 0 and (not tempi or tempi[-1][1] != tempo):
            tempi.append((now, tempo))
        now += sound.advance * _QUARTERS
    return tempi
