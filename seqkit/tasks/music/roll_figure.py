"""A piano roll as a figure of a report: time to the right, pitch upwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from seqkit.export.figures import BLUE, new_axes, page_style, svg
from seqkit.export.report import Section

_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_OCTAVE = 12


def roll_figure(title: str, frames: Sequence[Sequence[int]], note: str = "") -> Section:
    """Draws which pitches sound in each frame; a held pitch is one bar.

    Args:
        title: the heading.
        frames: the pitches of each frame.
        note: a sentence below the heading.

    Returns:
        A section with a figure.

    Example:
        >>> [figure] = roll_figure("Scale", [[60], [62], []]).draw("roll")
        >>> figure[:4], "C4" in figure
        (Markup('<svg'), True)
    """

    def draw(identity: str) -> list[Markup]:
        with page_style():
            figure, axes = new_axes(7.2, 2.8)
            for pitch, spans in _bars(frames).items():
                axes.broken_barh(spans, (pitch - 0.45, 0.9), facecolor=BLUE)
            pitches = [pitch for frame in frames for pitch in frame] or [60]
            low, high = min(pitches), max(pitches)
            axes.set_xlim(0, max(len(frames), 1))
            axes.set_ylim(low - 1, high + 1)
            # Each C, and the lowest pitch where there is none.
            marked = [p for p in range(low, high + 1) if p % _OCTAVE == 0] or [low]
            axes.set_yticks(marked, [pitch_name(p) for p in marked], parse_math=False)
            axes.set_xlabel("frame")
            axes.grid(alpha=0.25)
            return [svg(figure, title, identity)]

    return Section(title, note=note, draw=draw)


def pitch_name(pitch: int) -> str:
    """Names a MIDI pitch.

    Args:
        pitch: from 0 to 127.

    Returns:
        Letter and octave.

    Example:
        >>> [pitch_name(pitch) for pitch in (60, 69, 42)]
        ['C4', 'A4', 'F♯2']
    """
    return f"{_NAMES[pitch % _OCTAVE]}{pitch // _OCTAVE - 1}"


def _bars(frames: Sequence[Sequence[int]]) -> dict[int, list[tuple[int, int]]]:
    """The first frame and the number of frames of each note, by pitch."""
    bars: dict[int, list[tuple[int, int]]] = {}
    for pitch in sorted({pitch for frame in frames for pitch in frame}):
        sounds = np.array([False, *(pitch in frame for frame in frames), False])
        begins = np.flatnonzero(~sounds[:-1] & sounds[1:])
        ends = np.flatnonzero(sounds[:-1] & ~sounds[1:])
        bars[pitch] = list(zip(begins.tolist(), (ends - begins).tolist(), strict=True))
    return bars
