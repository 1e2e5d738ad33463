"""Sentence pairs as padded batches of ids, in an order that depends on seed and epoch alone."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from seqkit.data.batching import pair_batches
from seqkit.data.dataset import Dataset
from seqkit.text.code_points import as_text_tensor
from seqkit.text.encoder import TextEncoder
from seqkit.training.batches import EpochBatches
from seqkit.training.id_rows import IdRows, before_and_following, encoded_targets, short_rows

_CHUNK = 2048


class EncodedPairs:
    """Sentence pairs that were encoded once.

    A pair with a side longer than `max_length` is left out: cut pairs would teach the model to
    leave out what it reads.

    Args:
        dataset: holds the columns `source` and `target`.
        source: turns sources into ids.
        target: turns targets into ids.
        max_length: the most tokens of a side.

    Attributes:
        source_lengths: `<int64>[pairs]`, tokens of each source.
        target_lengths: `<int64>[pairs]`, tokens of each target, and EOS.
        num_left_out: pairs that were too long.

    Raises:
        ValueError: no pair is short enough.

    Example:
        >>> from seqkit import data
        >>> from seqkit.text import Vocabulary, WordTokenizer
        >>> words = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 2, "b": 1}))
        >>> rows = data.read([("a b", "b"), ("b", "a a")], columns=("source", "target"))
        >>> pairs = EncodedPairs(rows, words, words, max_length=5)
        >>> inputs, targets = pairs.padded(np.array([0, 1]))
        >>> inputs["encoder_token_ids"].tolist()
        [[4, 5], [5, 0]]
        >>> inputs["decoder_token_ids"].tolist(), targets.tolist()
        ([[2, 5, 0], [2, 4, 4]], [[5, 3, 0], [4, 4, 3]])
    """

    def __init__(
        self, dataset: Dataset, source: TextEncoder, target: TextEncoder, *, max_length: int
    ) -> None:
        self._source = _encode_sources(dataset, source)
        self._target = encoded_targets(dataset.batches("target", _CHUNK), target)
        longer = np.maximum(self._source.lengths, self._target.lengths)
        self._rows = short_rows(longer, max_length, "pairs' longer sides")
        self.num_left_out = len(longer) - len(self._rows)
        self.source_lengths = self._source.lengths[self._rows]
        self.target_lengths = self._target.lengths[self._rows] + 1

    def __len__(self) -> int:
        return len(self._rows)

    def padded(self, indices: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The ids of some pairs.

        Args:
            indices: `<int>[n]`, which pairs.

        Returns:
            `encoder_token_ids` `<int32>[n, source_length]` and `decoder_token_ids`
            `<int32>[n, length]`, BOS and the target; and `<int32>[n, length]`, the target and EOS;
            all right-padded with 0.
        """
        rows = self._rows[indices]
        before, following = before_and_following(
            self._target.padded(rows), self._target.lengths[rows]
        )
        inputs = {"encoder_token_ids": self._source.padded(rows), "decoder_token_ids": before}
        return inputs, following


class PairBatches(EpochBatches):
    """An epoch's batches of sentence pairs of about one length.

    Args:
        pairs: what the model reads and writes.
        batch_size: pairs of a batch.
        seed: with the epoch's number decides the order.
    """

    def __init__(self, pairs: EncodedPairs, *, batch_size: int, seed: int) -> None:
        super().__init__(batch_size=batch_size, seed=seed)
        self._pairs = pairs

    def plan(self) -> list[np.ndarray]:
        """The numbers of the pairs of each batch."""
        return pair_batches(
            self._pairs.source_lengths,
            self._pairs.target_lengths,
            batch_size=self.batch_size,
            seed=self.seed,
            epoch=self.epoch,
        )

    def batch(self, part: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Inputs and the tokens to predict, see `EncodedPairs.padded`."""
        return self._pairs.padded(part)

    def signature(self) -> tuple[dict[str, tf.TensorSpec], tf.TensorSpec]:
        """Shapes and dtypes of a batch."""
        ids = tf.TensorSpec([None, None], tf.int32)
        return {"encoder_token_ids": ids, "decoder_token_ids": ids}, ids


def _encode_sources(dataset: Dataset, source: TextEncoder) -> IdRows:
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    def encode(texts: tf.Tensor) -> tf.RaggedTensor:
        return source(texts).token_ids

    rows = IdRows()
    for texts in dataset.batches("source", _CHUNK):
        rows.add(encode(as_text_tensor(texts)))
    return rows.closed()
