"""Pieces as padded arrays of pitches, and these as the rolls that a network reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.arguments import as_rows
from seqkit.data.formats.piano_roll_json import is_list
from seqkit.data.kinds.piano_rolls import Piece, check_piece
from seqkit.tasks.music.network import NUM_PITCHES

NO_PITCH = -1


class PieceScore(NamedTuple):
    """How likely a piece is.

    Attributes:
        log_likelihood: of the whole piece, natural logarithm.
        by_frame: `<float32>[frames]`, of each frame, given those before it.
        independent: `<float32>[frames]`, the same from the probability of each pitch by itself: the
            negative sum over pitches of the binary cross-entropies.

    Example:
        >>> PieceScore(-6.0, np.array([-4.0, -2.0]), np.array([-5.0, -3.0])).per_frame
        -3.0
    """

    log_likelihood: float
    by_frame: np.ndarray
    independent: np.ndarray

    @property
    def per_frame(self) -> float:
        """Mean log-likelihood of a frame."""
        return self.log_likelihood / len(self.by_frame)


def check_pieces(pieces: Iterable[Any], name: str, *, empty: bool = False) -> list[Piece]:
    """Checks that all are pieces; `empty` allows pieces without a frame."""
    return [
        [] if empty and is_list(piece) and not len(piece) else check_piece(piece, f"{name}[{n}]")
        for n, piece in enumerate(as_rows(pieces, name, "frames"))
    ]


def padded(pieces: Sequence[Piece]) -> tuple[np.ndarray, np.ndarray]:
    """Pieces as one array.

    Args:
        pieces: at least one; lists of frames, each a list of pitches.

    Returns:
        `<int32>[pieces, length, voices]`, -1 where there is no pitch, and `<int32>[pieces]`, the
        number of frames of each.

    Example:
        >>> pitches, frames = padded([[(60, 64), ()], [(62,)]])
        >>> pitches.tolist(), frames.tolist()
        ([[[60, 64], [-1, -1]], [[62, -1], [-1, -1]]], [2, 1])
    """
    frames = np.array([len(piece) for piece in pieces], np.int32)
    voices = max((len(frame) for piece in pieces for frame in piece), default=0)
    pitches = np.full((len(pieces), int(frames.max()), voices), NO_PITCH, np.int32)
    for row, piece in enumerate(pieces):
        for place, frame in enumerate(piece):
            pitches[row, place, : len(frame)] = frame
    return pitches, frames


def as_roll(piece: Piece) -> np.ndarray:
    """A piece as a roll: `<uint8>[frames, 128]`, 1 for each pitch that sounds."""
    roll = np.zeros((len(piece), NUM_PITCHES), np.uint8)
    for place, frame in enumerate(piece):
        roll[place, list(frame)] = 1
    return roll


def as_rolls(pitches: tf.Tensor, frames: tf.Tensor) -> tf.Tensor:
    """The rolls that a network reads.

    Args:
        pitches: `<int32>[batch, length, voices]`; numbers outside 0 to 127 are ignored.
        frames: `<int32>[batch]`, the number of frames of each piece.

    Returns:
        `<float32>[batch, length, 128]`, 1 for each pitch; frames after the last one -1.

    Example:
        >>> roll = as_rolls([[[0, 2], [-1, -1], [5, -1]]], [2])
        >>> roll[0, :, :4].numpy().tolist()
        [[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [-1.0, -1.0, -1.0, -1.0]]
    """
    pitches = tf.convert_to_tensor(pitches, tf.int32)
    counts = tf.reduce_sum(tf.one_hot(pitches, NUM_PITCHES), axis=2)  # [batch, length, 128]
    there = tf.sequence_mask(frames, tf.shape(pitches)[1])
    return tf.where(there[..., tf.newaxis], tf.minimum(counts, 1.0), -1.0)


def as_pitches(rolls: tf.Tensor) -> tf.Tensor:
    """Lists the pitches of each frame.

    Args:
        rolls: `<bool>[batch, length, 128]`.

    Returns:
        `<int32>[batch, length, voices]`, from low to high, then -1; as many voices as the frame
        with the most pitches has.

    Example:
        >>> roll = as_rolls([[[2, 0], [-1, -1]]], [2]) > 0
        >>> as_pitches(roll).numpy().tolist()
        [[[0, 2], [-1, -1]]]
    """
    voices = tf.reduce_max(tf.reduce_sum(tf.cast(rolls, tf.int32), axis=-1))
    places = tf.where(rolls, tf.range(NUM_PITCHES), NUM_PITCHES)
    # The maximum of an empty tensor is negative.
    lowest = tf.sort(places, axis=-1)[..., : tf.maximum(voices, 0)]
    return tf.where(lowest < NUM_PITCHES, lowest, NO_PITCH)


def as_pieces(pitches: np.ndarray, frames: np.ndarray) -> list[Piece]:
    """Pieces of the arrays that `padded` makes.

    Args:
        pitches: `<int32>[pieces, length, voices]`.
        frames: `<int32>[pieces]`.

    Returns:
        The pieces.

    Example:
        >>> as_pieces(*padded([[(60, 64), ()], [(62,)]]))
        [[(60, 64), ()], [(62,)]]
    """
    return [
        [tuple(p for p in frame if p != NO_PITCH) for frame in piece[:count]]
        for piece, count in zip(pitches.tolist(), frames.tolist(), strict=True)
    ]
