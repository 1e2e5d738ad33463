"""Pieces of music as MIDI files, which every player and every notation program reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

TICKS_OF_QUARTER = 480
_PITCHES = range(128)
_CHANNELS = [channel for channel in range(16) if channel != 9]  # 9 has drums
_MOST_TICKS = 2**28 - 1  # of one wait
_VELOCITY = 80


def write_midi(
    path: str | os.PathLike[str],
    frames: Sequence[Iterable[int]],
    *,
    tempo: float = 90.0,
    quarters_per_frame: float = 1.0,
    strike_again: bool = False,
    program: int = 0,
    velocity: int = 80,
) -> Path:
    """Writes a piano roll as a MIDI file of one track.

    Args:
        path: the file; written aside, then renamed.
        frames: the pitches of each frame, from 0 to 127 (60 is middle C); an empty one is a rest.
        tempo: quarter notes a minute.
        quarters_per_frame: duration of a frame in quarter notes: 0.5 for eighths.
        strike_again: whether a pitch that also sounded in the frame before is a new note, rather
            than held; a piano roll does not tell them apart.
        program: the instrument of General MIDI, from 0, a piano, to 127; 19 is a church organ.
        velocity: how loud the notes are, from 1 to 127.

    Returns:
        The path.

    Raises:
        ImportError: mido is not installed; it comes with `pip install "seqkit[music]"`.
        ValueError: a number is out of its range; a pitch is named with its frame.

    Example:
        >>> import tempfile
        >>> import mido
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = write_midi(folder + "/scale.mid", [[60], [60, 64], [], [67]], tempo=120)
        ...     print(mido.MidiFile(path).length)
        2.0
    """
    mido = _mido()
    ticks = round(TICKS_OF_QUARTER * quarters_per_frame)
    for name, value, least, most in (
        ("tempo", tempo, 4.0, 60_000.0),  # the range of MIDI: microseconds in 24 bits
        ("quarters_per_frame", quarters_per_frame, 1 / TICKS_OF_QUARTER, 1000.0),
        ("program", program, 0, 127),
        ("velocity", velocity, 1, 127),
    ):
        if not least <= value <= most:
            raise ValueError(f"{name} is {value}; give from {least:g} to {most:g}")
    changes = [(at * ticks, kind, pitch) for at, kind, pitch in _changes(frames, strike_again)]
    track = [
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)),
        mido.Message("program_change", program=program),
        *_messages(changes, velocity, channel=0),
    ]
    return _save(path, [track], [len(frames) * ticks])


class TimedNote(NamedTuple):
    """A note in time.

    Attributes:
        start: in quarter notes from the beginning.
        end: the same.
        pitch: from 0 to 127.
    """

    start: Fraction
    end: Fraction
    pitch: int


def write_voices(
    path: str | os.PathLike[str],
    voices: Sequence[Sequence[TimedNote]],
    *,
    tempi: Sequence[tuple[Fraction, float]],
    length: Fraction,
) -> Path:
    """Writes voices as a MIDI file, each a track and a channel of its own.

    Args:
        path: the file; written aside, then renamed.
        voices: the notes of each; where two of the same pitch sound at once, the later is struck
            again, and of two that begin at once the longer one counts.
        tempi: from which quarter note on there are how many quarter notes a minute.
        length: of all, in quarter notes, with rests at the end.

    Returns:
        The path.

    Raises:
        ImportError: mido is not installed; it comes with `pip install "seqkit[music]"`.
        ValueError: there are more than 15 voices, or more time than MIDI has.
    """
    mido = _mido()
    if len(voices) > len(_CHANNELS):
        raise ValueError(f"there are {len(voices)} voices; MIDI has {len(_CHANNELS)} at most")
    if _ticks(length) > _MOST_TICKS:
        raise ValueError(f"it lasts {float(length):,.0f} quarter notes, more than MIDI can say")
    tracks: list[list[Any]] = [[]]
    last = 0
    for at, tempo in tempi:
        wait, last = _ticks(at) - last, _ticks(at)
        tracks[0].append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo), time=wait))
    for channel, voice in zip(_CHANNELS, voices, strict=False):
        tracks.append(_messages(_strokes(voice), _VELOCITY, channel=channel))
    return _save(path, tracks, [_ticks(length)] * len(tracks))


def _strokes(voice: Sequence[TimedNote]) -> list[tuple[int, str, int]]:
    """When which pitch begins or ends, in ticks; at the same time, ends come first."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for note in sorted(voice, key=lambda note: (note.pitch, note.start, note.end)):
        start, end = _ticks(note.start), _ticks(note.end)
        struck = spans.setdefault(note.pitch, [])
        if struck and struck[-1][0] == start:
            struck.pop()
        elif struck and struck[-1][1] > start:
            struck[-1] = (struck[-1][0], start)
        struck.append((start, max(end, start + 1)))
    return sorted(
        (at, kind, pitch)
        for pitch, struck in spans.items()
        for span in struck
        for at, kind in zip(span, ("note_on", "note_off"), strict=True)
    )


def _ticks(quarters: Fraction) -> int:
    return round(quarters * TICKS_OF_QUARTER)


def _messages(changes: Iterable[tuple[int, str, int]], velocity: int, *, channel: int) -> list[Any]:
    """Messages of a track for notes that begin or end at a tick."""
    mido = _mido()
    messages = []
    last = 0
    for at, kind, pitch in changes:
        strength = velocity if kind == "note_on" else 0
        messages.append(
            mido.Message(kind, note=pitch, velocity=strength, time=at - last, channel=channel)
        )
        last = at
    return messages


def _save(path: str | os.PathLike[str], tracks: list[list[Any]], lengths: list[int]) -> Path:
    """Writes tracks, of so many ticks each, aside and renames the file."""
    mido = _mido()
    for track, length in zip(tracks, lengths, strict=True):
        # A rest at the end is part of the piece.
        rest = length - sum(message.time for message in track)
        track.append(mido.MetaMessage("end_of_track", time=max(rest, 0)))
    target = Path(path)
    aside = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        mido.MidiFile(
            type=int(len(tracks) > 1),
            ticks_per_beat=TICKS_OF_QUARTER,
            tracks=[mido.MidiTrack(track) for track in tracks],
        ).save(aside)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def _changes(frames: Sequence[Iterable[int]], strike_again: bool) -> list[tuple[int, str, int]]:
    """Which pitch starts or ends at which frame; at the same frame, ends come first."""
    changes = []
    before: set[int] = set()
    for at, frame in enumerate([*frames, ()]):
        now = set(frame)
        for pitch in sorted(now):
            if pitch not in _PITCHES:
                raise ValueError(f"frames[{at}] has the pitch {pitch}; MIDI has 0 to 127")
        held = set() if strike_again else before & now
        changes += [(at, "note_off", pitch) for pitch in sorted(before - held)]
        changes += [(at, "note_on", pitch) for pitch in sorted(now - held)]
        before = now
    return changes


def _mido() -> Any:
    try:
        import mido
    except ImportError as error:
        raise ImportError(
            'MIDI files are written with mido, which is not installed: pip install "seqkit[music]"'
        ) from error
    return mido
