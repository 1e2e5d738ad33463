"""Sentence pairs as padded batches of ids, in an order that depends on seed and epoch alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit.data.batching import pair_batches
from seqkit.data.dataset import Dataset
from seqkit.text.code_points import as_text_tensor
from seqkit.text.encoder import TextEncoder
from seqkit.training.id_rows import IdRows, before_and_following, encoded_targets
from seqkit.training.streaming import streamed

_CHUNK = 2048


class EncodedPairs:
    """Sentence pairs that were encoded once.

    A pair of which one side is longer than `max_length` is left out: a target without its end, or
    a source without what is translated, would teach to leave out.

    Args:
        dataset: holds the columns `source` and `target`.
        source: turns sources into ids.
        target: turns targets into ids.
        max_length: tokens of the longest side.

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
        self._source = _encoded_sources(dataset, source)
        self._target = encoded_targets(dataset.batches("target", _CHUNK), target)
        fits = np.maximum(self._source.lengths, self._target.lengths) <= max_length
        self.num_left_out = int(len(fits) - fits.sum())
        if not fits.any():
            raise ValueError(
                f"max_length is {max_length} tokens, and of {len(fits):,} pairs each has a longer "
                "side; give a greater max_length"
            )
        self._rows = np.flatnonzero(fits)
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
            all padded on the right with 0.
        """
        rows = self._rows[indices]
        before, following = before_and_following(
            self._target.padded(rows), self._target.lengths[rows]
        )
        inputs = {"encoder_token_ids": self._source.padded(rows), "decoder_token_ids": before}
        return inputs, following


class PairBatches:
    """An epoch's batches as a `tf.data.Dataset`, pairs of about one length together.

    Args:
        pairs: what the model reads and writes.
        batch_size: pairs of a batch.
        seed: with the epoch's number decides the order.

    Attributes:
        epoch: the epoch whose order the next iteration gives; whoever trains sets it.
    """

    def __init__(self, pairs: EncodedPairs, *, batch_size: int, seed: int) -> None:
        self._pairs = pairs
        self._batch_size = batch_size
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return -(-len(self._pairs) // self._batch_size)

    def _plan(self) -> list[np.ndarray]:
        """The numbers of the pairs of each batch of the epoch."""
        return pair_batches(
            self._pairs.source_lengths,
            self._pairs.target_lengths,
            batch_size=self._batch_size,
            seed=self._seed,
            epoch=self.epoch,
        )

    def dataset(self) -> tf.data.Dataset:
        """Batches of inputs and of the tokens to come, see `EncodedPairs.padded`.

        Returns:
            A data set that iterates over the epoch `self.epoch`.
        """

        def batches() -> Iterator[tuple[Any, Any]]:
            for indices in self._plan():
                yield self._pairs.padded(indices)

        ids = tf.TensorSpec([None, None], tf.int32)
        signature = ({"encoder_token_ids": ids, "decoder_token_ids": ids}, ids)
        return streamed(batches, signature, len(self))


def _encoded_sources(dataset: Dataset, source: TextEncoder) -> IdRows:
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    def encode(texts: tf.Tensor) -> tf.RaggedTensor:
        return source(texts).token_ids

    rows = IdRows()
    for texts in dataset.batches("source", _CHUNK):
        rows.add(encode(as_text_tensor(texts)))
    return rows.closed()
