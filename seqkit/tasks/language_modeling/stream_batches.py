"""A stream of text as ids, on disk, and the windows that a language model learns from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from seqkit.text import BOS_ID, EOS_ID, TextEncoder
from seqkit.text.code_points import as_text_tensor
from seqkit.training.streaming import streamed

# Where a row begins it is moved to the next line, but not by more than this share of a row.
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

    They are kept in a temporary file, which the operating system holds in memory as far as there is
    room, and which is gone with this object.

    Args:
        pieces: the text, some at a time, as `seqkit.data.TextStream.pieces` gives it.
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

        # Kept open: without a name it is removed with the last one who knows of it.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        size = 0
        for piece in pieces:
            # By lines: a graph reads many short texts faster than one that is long.
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
        """Reads a window; after the last id the first follows.

        Args:
            start: where it begins.
            length: how many ids.

        Returns:
            `<int32>[length]` twice: what is read, BOS at the beginning of a document, and what
            comes next.
        """
        wanted = self._at(start, length)
        before = np.concatenate([self._at(start - 1, 1), wanted[:-1]])
        return np.where(before == EOS_ID, BOS_ID, before), wanted

    def line_from(self, start: int, most: int) -> int:
        """Where the first line at or after `start` begins, or `start` if none does near it."""
        ends = np.flatnonzero(np.isin(self._at(start - 1, most + 1), self._ends_line))
        return start + int(ends[0]) if len(ends) else start

    def _at(self, start: int, length: int) -> np.ndarray:
        size = len(self.token_ids)
        start %= size
        found = [np.array(self.token_ids[start : start + length])]
        while (missing := length - sum(map(len, found))) > 0:
            found.append(np.array(self.token_ids[:missing]))
        return np.concatenate(found)


class StreamBatches:
    """An epoch's windows as a `tf.data.Dataset`: each row of a batch goes on from the one before.

    The stream is parted into as many rows as a batch has. In every epoch they begin elsewhere,
    where a line does, with BOS: so a model learns to begin.

    Args:
        stream: the ids.
        batch_size: rows of a batch; fewer where the stream is short.
        window: ids of a row in a batch: gradients flow back so far.
        seed: with the epoch's number decides where rows begin.

    Attributes:
        epoch: the epoch whose windows the next iteration gives; whoever trains sets it.
        batch_size: rows of a batch.
        window: ids of a row in a batch.
    """

    def __init__(self, stream: EncodedStream, *, batch_size: int, window: int, seed: int) -> None:
        for argument, value in (("batch_size", batch_size), ("window", window)):
            if value < 1:
                raise ValueError(f"{argument} is {value}; give at least 1")
        self.window = min(window, len(stream))
        self.batch_size = min(batch_size, max(1, len(stream) // self.window))
        self._stream = stream
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return max(1, len(self._stream) // (self.batch_size * self.window))

    def starts(self) -> list[int]:
        """Where the rows of the epoch begin."""
        size = len(self._stream)
        rng = np.random.default_rng([self._seed, self.epoch])
        # The first epoch reads the stream from its beginning.
        shift = int(rng.integers(size)) if self.epoch else 0
        row = size // self.batch_size
        return [
            self._stream.line_from(shift + row * number, int(row * _MOST_MOVED))
            for number in range(self.batch_size)
        ]

    def dataset(self) -> tf.data.Dataset:
        """Windows, see `EncodedStream.window`.

        Returns:
            A data set over the epoch `self.epoch` of `{"token_ids": <int32>[batch, window],
            "begins": <bool>[batch]}`, whether a row begins anew, and what comes next,
            `<int32>[batch, window]`.
        """

        def batches() -> Iterator[tuple[Any, Any]]:
            starts = self.starts()
            for number in range(len(self)):
                read = [self._stream.window(s + number * self.window, self.window) for s in starts]
                before, wanted = (np.stack(part) for part in zip(*read, strict=True))
                if number == 0:
                    before[:, 0] = BOS_ID
                begins = np.full(self.batch_size, number == 0)
                yield {"token_ids": before, "begins": begins}, wanted

        # Sizes that are known let the graph of a step be made for them.
        ids = tf.TensorSpec([self.batch_size, self.window], tf.int32)
        begins = tf.TensorSpec([self.batch_size], tf.bool)
        return streamed(batches, ({"token_ids": ids, "begins": begins}, ids), len(self))
