"""A piece to listen to, made by a trained model: files of its artefact."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from seqkit.data import Dataset, pieces_of
from seqkit.data.kinds.piano_rolls import Frame, Piece
from seqkit.tasks.music.abc_midi import write_abc_midi
from seqkit.tasks.music.midi import write_midi
from seqkit.tasks.music.model import FrameModel

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


def piece_files(frames: Piece, *, tempo: float, quarters_per_frame: float) -> dict[str, bytes]:
    """Makes `sample.mid` of a piece, where the library for it is installed.

    Args:
        frames: the piece.
        tempo: quarter notes a minute.
        quarters_per_frame: duration of a frame in quarter notes.

    Returns:
        What the file holds, by its name.
    """
    return _midi(
        lambda path: write_midi(path, frames, tempo=tempo, quarters_per_frame=quarters_per_frame)
    )


def tune_files(tune: str) -> dict[str, bytes]:
    """Makes `sample.abc` of a tune, and `sample.mid` where it can be played.

    Args:
        tune: a text that may be a tune in ABC notation.

    Returns:
        What each file holds, by its name.
    """
    return {"sample.abc": tune.encode()} | _midi(lambda path: write_abc_midi(path, tune))


def _midi(write: Callable[[Path], Any]) -> dict[str, bytes]:
    """What a file of MIDI holds, or why there is none: a text may not be a tune."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.mid"
        try:
            write(path)
        except (ImportError, ValueError) as error:
            print(f"no {path.name}: {error}")
            return {}
        return {path.name: path.read_bytes()}


def _join(frames: list[Frame]) -> str:
    return " | ".join(" ".join(map(str, frame)) or "-" for frame in frames)
