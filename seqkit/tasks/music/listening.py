"""A piece to listen to, made by a trained model: files beside its artefact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from seqkit.data import Dataset, pieces_of
from seqkit.data.kinds.piano_rolls import Frame, Piece
from seqkit.tasks.music.abc_midi import write_abc_midi
from seqkit.tasks.music.midi import write_midi
from seqkit.tasks.music.model import FrameModel

_MIDI, _ABC = "sample.mid", "sample.abc"
_GIVEN, _GENERATED = 8, 64


class Continued(NamedTuple):
    """A piece that a model has continued.

    Attributes:
        given: the frames that were given to it.
        generated: the frames that it has made.
    """

    given: Piece
    generated: Piece

    @property
    def frames(self) -> Piece:
        """All frames."""
        return [*self.given, *self.generated]

    def __str__(self) -> str:
        return f"{_join(self.given[-4:])} → {_join(self.generated[:4])}"


def continue_first(
    model: FrameModel, pieces: Dataset, *, temperature: float, seed: int
) -> Continued:
    """Lets a model continue the beginning of the first of some pieces.

    Args:
        model: the model.
        pieces: as `seqkit.data.read_piano_rolls` gives them.
        temperature: what logits are divided by, see `FrameModel.generate`.
        seed: seed of the continuation.

    Returns:
        8 frames of the piece, and 64 by the model.
    """
    given = pieces_of(pieces.take([0]))[0][:_GIVEN]
    [generated] = model.generate([given], _GENERATED, temperature, seed)
    return Continued(given, generated)


def save_piece(directory: Path, frames: Piece, *, tempo: float, quarters_per_frame: float) -> None:
    """Writes a piece as `sample.mid`, where the library for it is installed.

    Args:
        directory: where to.
        frames: the piece.
        tempo: quarter notes a minute.
        quarters_per_frame: duration of a frame in quarter notes.
    """
    _save(
        directory / _MIDI,
        lambda path: write_midi(path, frames, tempo=tempo, quarters_per_frame=quarters_per_frame),
    )


def save_tune(directory: Path, tune: str) -> None:
    """Writes a tune as `sample.abc`, and as `sample.mid` where it can be played.

    Args:
        directory: where to.
        tune: a text that may be a tune in ABC notation.
    """
    (directory / _ABC).write_text(tune, encoding="utf-8")
    _save(directory / _MIDI, lambda path: write_abc_midi(path, tune))


def _save(path: Path, write: Callable[[Path], Any]) -> None:
    """Writes a file, or says why not: a library may be missing, a text may not be a tune."""
    try:
        write(path)
        print(f"a piece to listen to: {path}")
    except (ImportError, ValueError) as error:
        print(f"no {path.name}: {error}")


def _join(frames: list[Frame]) -> str:
    return " | ".join(" ".join(map(str, frame)) or "-" for frame in frames)
