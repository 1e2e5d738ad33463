"""Pieces as padded batches of frames, in an order that depends on seed and epoch alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from seqkit.data.batching import pair_batches
from seqkit.data.kinds.piano_rolls import Piece
from seqkit.tasks.music.network import NUM_PITCHES
from seqkit.tasks.music.piano_rolls import as_roll
from seqkit.training.batches import EpochBatches

PADDING = -1


class Excerpts(NamedTuple):
    """What a batch is made of.

    Attributes:
        cuts: `<int64>[n, 3]`: the number of a piece, where its part starts and where it ends.
        moves: `<int64>[pieces]`: by how many semitones each piece is transposed in this epoch.
    """

    cuts: np.ndarray
    moves: np.ndarray


class FrameBatches(EpochBatches):
    """An epoch's batches of pieces, those of about one length together.

    A piece longer than `window` is cut; each part after the first is read after the last frame of
    the part before, and from a state of zeros.

    Args:
        pieces: lists of frames, each the pitches that sound.
        state_dim: width of the model's state.
        batch_size: pieces, or parts of pieces, of a batch.
        window: frames of the longest part.
        transpose: the most semitones by which a piece is transposed up or down, drawn anew for each
            epoch; its pitches stay within MIDI's.
        seed: with the epoch's number decides the order and how far pieces are transposed.
        with_following: whether the frames to come are also among what is read, for a network in
            which the pitches of a frame depend on each other.

    Raises:
        ValueError: there is no piece, or a number is out of its range.

    Example:
        >>> batches = FrameBatches(
        ...     [[(0, 2), ()], [(1,)]], 3, batch_size=2, window=8, transpose=0, seed=0
        ... )
        >>> [(inputs, following)] = batches.dataset()
        >>> order = [1, 0] if following[0, 1, 0] < 0 else [0, 1]
        >>> tf.gather(inputs["frames"], order)[:, :, :3].numpy().tolist()
        [[[0.0, 0.0, 0.0], [1.0, 0.0, 1.0]], [[0.0, 0.0, 0.0], [-1.0, -1.0, -1.0]]]
        >>> tf.gather(following, order)[:, :, :3].numpy().tolist()
        [[[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]], [[0.0, 1.0, 0.0], [-1.0, -1.0, -1.0]]]
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        state_dim: int,
        *,
        batch_size: int,
        window: int,
        transpose: int,
        seed: int,
        with_following: bool = False,
    ) -> None:
        super().__init__(batch_size=batch_size, seed=seed)
        if not pieces:
            raise ValueError("pieces=[]: give at least one to train on")
        for name, value, least in (("window", window, 1), ("transpose", transpose, 0)):
            if value < least:
                raise ValueError(f"{name}={value} must be at least {least}")
        self._rolls = [as_roll(piece) for piece in pieces]
        self._state_dim = state_dim
        self._with_following = with_following
        self._transpose = transpose
        cuts = [
            (number, start, min(start + window, len(piece)))
            for number, piece in enumerate(pieces)
            for start in range(0, len(piece), window)
        ]
        self._cuts = np.array(cuts, np.int64)
        self._lengths = self._cuts[:, 2] - self._cuts[:, 1]
        sounding = [[p for frame in piece for p in frame] or [NUM_PITCHES // 2] for piece in pieces]
        self._lowest = np.array([min(pitches) for pitches in sounding])
        self._highest = np.array([max(pitches) for pitches in sounding])

    def frequencies(self) -> np.ndarray:
        """How often each pitch sounds: `<float64>[128]`, above 0 and below 1."""
        counts = sum(roll.sum(axis=0, dtype=np.int64) for roll in self._rolls)
        return (counts + 0.5) / (sum(map(len, self._rolls)) + 1)

    def plan(self) -> list[Excerpts]:
        """The parts of pieces of each batch."""
        rng = np.random.default_rng(np.random.SeedSequence([self.seed, self.epoch, 1]))
        moves = self._moves(rng)
        batches = pair_batches(
            self._lengths,
            self._lengths,
            batch_size=self.batch_size,
            seed=self.seed,
            epoch=self.epoch,
        )
        return [Excerpts(self._cuts[rows], moves) for rows in batches]

    def batch(self, part: Excerpts) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """What is read and the frames to come.

        Args:
            part: of the plan.

        Returns:
            `frames` `<float32>[n, length, 128]`, an empty frame or the one before the part, then
            all but its last, and `state` `<float32>[n, state_dim]` of zeros; and the frames of the
            part, `<float32>[n, length, 128]`. Frames of padding are -1.
        """
        before, following = self._padded(*part)
        state = np.zeros((len(part.cuts), self._state_dim), np.float32)
        inputs = {"frames": before, "state": state}
        return inputs | ({"following": following} if self._with_following else {}), following

    def signature(self) -> tuple[dict[str, tf.TensorSpec], tf.TensorSpec]:
        """Shapes and dtypes of a batch."""
        frames = tf.TensorSpec([None, None, NUM_PITCHES], tf.float32)
        state = tf.TensorSpec([None, self._state_dim], tf.float32)
        inputs = {"frames": frames, "state": state}
        return inputs | ({"following": frames} if self._with_following else {}), frames

    def _moves(self, rng: np.random.Generator) -> np.ndarray:
        """`<int64>[pieces]`: by how many semitones each piece is transposed."""
        down = np.minimum(self._transpose, self._lowest)
        up = np.minimum(self._transpose, NUM_PITCHES - 1 - self._highest)
        return rng.integers(-down, up + 1)

    def _padded(self, cuts: np.ndarray, moves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The frames before and those to come, `<float32>[n, length, 128]`."""
        shape = (len(cuts), int((cuts[:, 2] - cuts[:, 1]).max()), NUM_PITCHES)
        before, following = np.full(shape, PADDING, np.float32), np.full(shape, PADDING, np.float32)
        for row, (piece, start, end) in enumerate(cuts.tolist()):
            # Nothing sounds where the roll wraps around: the piece's range allows the move.
            part = np.roll(self._rolls[piece][max(start - 1, 0) : end], moves[piece], axis=1)
            count = end - start
            following[row, :count] = part[-count:]
            before[row, 0] = part[0] if start else 0
            before[row, 1:count] = part[-count:-1]
        return before, following
