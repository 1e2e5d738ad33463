"""Tunes in ABC notation as MIDI files.

ABC has keys, modes, tuplets, ties, repeats and endings; music21 knows them all.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any


def write_abc_midi(path: str | os.PathLike[str], tune: str, *, tempo: float | None = None) -> Path:
    r"""Writes a tune as a MIDI file, with its repeats, without its chord names.

    Args:
        path: the file; written aside, then renamed.
        tune: one tune in ABC notation, from its number (`X:`) on. Repeats need a metre (`M:`) and
            more than two bars, or music21 does not recognise the bars.
        tempo: quarter notes a minute; None takes that of the tune, or 120 if it has none.

    Returns:
        The path.

    Raises:
        ImportError: music21 is not installed; it comes with `pip install "seqkit[music]"`.
        ValueError: the tune cannot be read, or has no notes, as one by a model may.

    Example:

    ```python
    >>> import tempfile
    >>> import mido
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_abc_midi(folder + "/scale.mid", "X:1\nL:1/4\nK:G\nGABc|def2|\n")
    ...     file = mido.MidiFile(path)
    ...     print([m.note for m in file if m.type == "note_on" and m.velocity])
    [67, 69, 71, 72, 74, 76, 78]

    ```
    """
    if tempo is not None and not 4 <= tempo <= 60_000:
        raise ValueError(f"tempo is {tempo}; give from 4 to 60,000 quarter notes a minute")
    converter, mark = _music21()
    # By default a note is an eighth, but music21 asks for a length, or a metre to take it from.
    known = re.search(r"^[LM]:", tune, re.MULTILINE)
    text = tune if known else re.sub(r"^K:", "L:1/8\nK:", tune, count=1, flags=re.MULTILINE)
    try:
        score = converter.parse(text, format="abc")
    except Exception as error:  # whatever the reader raises for an unchecked text
        raise ValueError(f"tune {tune[:40]!r}… cannot be read as ABC: {error}") from error
    _remove(score, "ChordSymbol")
    if not score.recurse().notes:
        raise ValueError(f"tune {tune[:40]!r}… has no notes that can be read")
    if tempo is not None:
        _remove(score, "MetronomeMark")
        score.parts[0].insert(0, mark(number=tempo))
    target = Path(path)
    aside = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        score.write("midi", aside)
        aside.replace(target)
    except OSError:
        raise
    except Exception as error:  # as above: a tune that can be read may fail to be written
        raise ValueError(f"tune {tune[:40]!r}… cannot be written as MIDI: {error}") from error
    finally:
        aside.unlink(missing_ok=True)
    return target


def _remove(score: Any, kind: str) -> None:
    """Removes all elements of a class, by its name in music21."""
    for element in list(score.recurse().getElementsByClass(kind)):
        element.activeSite.remove(element)


def _music21() -> tuple[Any, Any]:
    try:
        from music21 import converter
        from music21.tempo import MetronomeMark
    except ImportError as error:
        raise ImportError(
            'ABC is read with music21, which is not installed: pip install "seqkit[music]"'
        ) from error
    return converter, MetronomeMark
