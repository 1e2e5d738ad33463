"""A stream of text as ids, on disk, and the windows that a language model learns from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from seqkit.text import BOS_ID, EOS_ID, TextEncoder
from seqkit.text.code_points import as_text_tensor
from seqkit.training.batches import EpochBatches

# A row's start moves on to the next line, by this share of a row at the most.
_MOST_MOVED = 0.5


class Piece(Protocol):
    """Some of a stream's text; `seqkit.data.Piece` is one."""

    @property
    def text(self) -> str:
        """The text."""

    @property
    def ends(self) -> bool:
        """Whether a document ends with it."""


class EncodedStream:
    """Ids of a stream of text, one after another, an EOS after every document.

    They are kept in a temporary file, which the operating system caches in memory as far as there
    is room, and which is deleted with this object.

    Args:
        pieces: the text, a piece at a time, as `seqkit.data.TextStream.pieces` gives it.
        encoder: texts to ids.

    Attributes:
        token_ids: `<int32>[tokens]`.

    Raises:
        ValueError: there is no token.

    Example:
        >>> from seqkit.data import read_stream
        >>> from seqkit.text import CharTokenizer, Vocabulary
        >>> letters = TextEncoder(CharTokenizer(), Vocabulary.from_counts({"h": 1, "i": 1}))
        >>> EncodedStream(read_stream(["hi", "i"]).pieces(), letters).token_ids.tolist()
        [4, 5, 3, 5, 3]
    """

    def __init__(self, pieces: Iterable[Piece], encoder: TextEncoder) -> None:
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
        def encode(texts: tf.Tensor) -> tf.Tensor:
            return encoder.vocabulary.token_to_id(encoder(texts).tokens).values

        # Kept open: the file has no name, and is deleted when it is closed.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        size = 0
        for piece in pieces:
            # By lines: a graph reads many short texts faster than a long one.
            ids = encode(as_text_tensor(piece.text.splitlines(keepends=True))).numpy()
            if piece.ends:
                ids = np.append(ids, np.int32(EOS_ID))
            self._file.write(ids.astype("int32").tobytes())
            size += len(ids)
        self._file.flush()
        if size == 0:
            raise ValueError("the text has no token: give one with at least a character")
        self.token_ids = np.memmap(self._file, "int32", "r", shape=(size,))
        lines = [i for i, token in enumerate(encoder.vocabulary.tokens) if "\n" in token]
        self._ends_line = np.array([*lines, EOS_ID])

    def __len__(self) -> int:
        return len(self.token_ids)

    def window(self, start: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Reads a window; after the last id of the stream comes its first.

        Args:
            start: the place of its first id.
            length: how many ids.

        Returns:
            `<int32>[length]` twice: what is read, BOS at the beginning of a document, and what
            comes next.
        """
        following = self._ids(start, length)
        before = np.concatenate([self._ids(start - 1, 1), following[:-1]])
        return np.where(before == EOS_ID, BOS_ID, before), following

    def line_from(self, start: int, most: int) -> int:
        """Finds the first line at or after a place.

        Args:
            start: the place.
            most: how many ids on to look.

        Returns:
            Where the line begins; `start` where none does.
        """
        ends = np.flatnonzero(np.isin(self._ids(start - 1, most + 1), self._ends_line))
        return start + int(ends[0]) if len(ends) else start

    def _ids(self, start: int, length: int) -> np.ndarray:
        """Ids from a place on, round and round: `<int32>[length]`."""
        start %= len(self.token_ids)
        parts = [np.array(self.token_ids[start : start + length])]
        while (missing := length - sum(map(len, parts))) > 0:
            parts.append(np.array(self.token_ids[:missing]))
        return np.concatenate(parts)


class StreamBatches(EpochBatches):
    """An epoch's windows of a stream: each row of a batch continues that of the batch before.

    The stream is cut into as many rows as a batch has. In every epoch they begin elsewhere, where a
    line does, with BOS: so a model learns to begin.

    Args:
        stream: the ids.
        batch_size: rows of a batch; fewer where the stream is short.
        window: ids of a row in a batch, through which gradients flow back.
        seed: with the epoch's number decides where rows begin.

    Attributes:
        window: ids of a row in a batch.
    """

    def __init__(self, stream: EncodedStream, *, batch_size: int, window: int, seed: int) -> None:
        if window < 1:
            raise ValueError(f"window is {window}; give at least 1")
        self.window = min(window, len(stream))
        rows = min(batch_size, max(1, len(stream) // self.window))
        super().__init__(batch_size=rows, seed=seed)
        self._stream = stream

    def __len__(self) -> int:
        return max(1, len(self._stream) // (self.batch_size * self.window))

    def starts(self) -> list[int]:
        """Where the rows of the epoch begin."""
        size = len(self._stream)
        rng = np.random.default_rng([self.seed, self.epoch])
        # The first epoch reads the stream from its beginning.
        shift = int(rng.integers(size)) if self.epoch else 0
        row = size // self.batch_size
        return [
            self._stream.line_from(shift + row * number, int(row * _MOST_MOVED))
            for number in range(self.batch_size)
        ]

    def plan(self) -> list[tuple[int, list[int]]]:
        """The number of each batch, and where its rows begin."""
        starts = self.starts()
        return [
            (number, [start + number * self.window for start in starts])
            for number in range(len(self))
        ]

    def batch(self, part: tuple[int, list[int]]) -> tuple[dict[str, Any], np.ndarray]:
        """Windows, see `EncodedStream.window`.

        Args:
            part: of the plan.

        Returns:
            `token_ids` `<int32>[batch, window]` and `begins` `<bool>[batch]`, whether a row begins
            anew; and what comes next, `<int32>[batch, window]`.
        """
        number, starts = part
        windows = [self._stream.window(start, self.window) for start in starts]
        before, following = (np.stack(ids) for ids in zip(*windows, strict=True))
        if number == 0:
            before[:, 0] = BOS_ID
        begins = np.full(self.batch_size, number == 0)
        return {"token_ids": before, "begins": begins}, following

    def signature(self) -> tuple[dict[str, tf.TensorSpec], tf.TensorSpec]:
        """Shapes and dtypes of a batch: known sizes, for which a step's graph can be optimised."""
        ids = tf.TensorSpec([self.batch_size, self.window], tf.int32)
        begins = tf.TensorSpec([self.batch_size], tf.bool)
        return {"token_ids": ids, "begins": begins}, ids
