"""Separate texts as ids, and the batches that a language model learns from."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from seqkit.data import Dataset
from seqkit.data.batching import Batch, bucket_batches, default_boundaries
from seqkit.text import PAD_ID, TextEncoder
from seqkit.training.batches import EpochBatches
from seqkit.training.id_rows import before_and_following, encoded_targets, short_rows

_CHUNK = 4096


class EncodedLines:
    """Ids of separate texts, with EOS at the end of each.

    Args:
        dataset: holds the column `text`.
        encoder: texts to ids.
        max_length: texts with more tokens are left out.

    Attributes:
        num_left_out: how many texts are left out.
        lengths: `<int64>[texts]`, tokens of each of the others, with EOS.

    Raises:
        ValueError: no text is short enough.

    Example:
        >>> from seqkit import data
        >>> from seqkit.text import CharTokenizer, Vocabulary
        >>> letters = TextEncoder(CharTokenizer(), Vocabulary.from_counts({"h": 1, "i": 1}))
        >>> texts = data.read({"text": ["hi", "i"]}, columns=("text",))
        >>> lines = EncodedLines(texts, letters, max_length=5)
        >>> before, following = lines.padded(np.array([0, 1]))
        >>> before.tolist(), following.tolist()
        ([[2, 4, 5], [2, 5, 0]], [[4, 5, 3], [5, 3, 0]])
    """

    def __init__(self, dataset: Dataset, encoder: TextEncoder, *, max_length: int) -> None:
        self._ids = encoded_targets(dataset.batches("text", _CHUNK), encoder)
        self._rows = short_rows(self._ids.lengths, max_length, "texts")
        self.num_left_out = len(self._ids.lengths) - len(self._rows)
        self.lengths = self._ids.lengths[self._rows] + 1

    def __len__(self) -> int:
        return len(self._rows)

    def padded(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The ids of some texts.

        Args:
            indices: `<int>[n]`, which texts.

        Returns:
            `<int32>[n, length]` twice: BOS and the text, and the text and EOS, right-padded with 0.
        """
        rows = self._rows[indices]
        return before_and_following(self._ids.padded(rows), self._ids.lengths[rows])

    def stream(self, most: int | None = None) -> np.ndarray:
        """Texts one after another, an EOS after each.

        Args:
            most: the most tokens, of whole texts, but at least one text; None for all.

        Returns:
            `<int32>[tokens]`.
        """
        number = len(self)
        if most is not None:
            number = max(1, int(np.searchsorted(np.cumsum(self.lengths), most)))
        rows = (self.padded(np.array([row])) for row in range(number))
        return np.concatenate([following[0] for _, following in rows])


class LineBatches(EpochBatches):
    """An epoch's batches of separate texts, bucketed by length.

    Args:
        lines: what the model reads.
        batch_size: texts of a batch.
        seed: with the epoch's number decides the order.
    """

    def __init__(self, lines: EncodedLines, *, batch_size: int, seed: int) -> None:
        super().__init__(batch_size=batch_size, seed=seed)
        self._lines = lines
        self._boundaries = default_boundaries(lines.lengths).tolist()

    def plan(self) -> list[Batch]:
        """The texts of each batch, and the length they are padded to."""
        return bucket_batches(
            self._lines.lengths,
            batch_size=self.batch_size,
            seed=self.seed,
            epoch=self.epoch,
            boundaries=self._boundaries,
        )

    def batch(self, part: Batch) -> tuple[np.ndarray, ...]:
        """What is read and what comes next, see `EncodedLines.padded`."""
        indices, length = part
        both = self._lines.padded(indices)
        missing = [(0, 0), (0, length - both[0].shape[1])]
        return tuple(np.pad(ids, missing, constant_values=PAD_ID) for ids in both)

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Shapes and dtypes of a batch."""
        ids = tf.TensorSpec([None, None], tf.int32)
        return ids, ids
