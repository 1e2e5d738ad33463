"""Pieces of music as MIDI files, which every player and every notation program reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

TICKS_OF_QUARTER = 480
_PITCHES = range(128)


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

    ```python
    >>> import tempfile
    >>> import mido
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_midi(folder + "/scale.mid", [[60], [60, 64], [], [67]], tempo=120)
    ...     print(mido.MidiFile(path).length)
    2.0

    ```
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
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))
    track.append(mido.Message("program_change", program=program))
    last = 0
    for at, kind, pitch in _changes(frames, strike_again):
        strength = velocity if kind == "note_on" else 0
        wait = (at - last) * ticks
        track.append(mido.Message(kind, note=pitch, velocity=strength, time=wait))
        last = at
    # A rest at the end is part of the piece.
    track.append(mido.MetaMessage("end_of_track", time=(len(frames) - last) * ticks))
    target = Path(path)
    aside = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        mido.MidiFile(type=0, ticks_per_beat=TICKS_OF_QUARTER, tracks=[track]).save(aside)
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
