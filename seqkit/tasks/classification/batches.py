"""Labelled texts as padded batches of ids, in an order that depends on seed and epoch alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from scipy import sparse

from seqkit.data.batching import Batch, bucket_batches
from seqkit.data.dataset import Dataset
from seqkit.text.code_points import as_text_tensor
from seqkit.text.encoder import TextEncoder
from seqkit.training.batches import EpochBatches
from seqkit.training.id_rows import IdRows

# Up to 400 MB of ids are kept; of larger data only the lengths are, and texts are encoded again.
_MOST_KEPT_IDS = 100_000_000
_CHUNK = 2048


class EncodedTexts:
    """Texts that were encoded once, or are encoded again for each batch where memory is short.

    Args:
        dataset: holds the column `text`.
        encoder: turns texts into ids.
        max_length: tokens after which a text is cut; `num_cut` counts those texts.
        most_kept_ids: ids kept in memory; beyond, batches are encoded as they are needed. The
            batches are the same.
        progress: called with the number of texts done and the number of all.

    Attributes:
        lengths: `<int32>[texts]`, tokens of each text, after the cut.
        num_cut: number of texts longer than `max_length`.

    Example:
        >>> from seqkit import data
        >>> from seqkit.text import TextEncoder, Vocabulary, WordTokenizer
        >>> encoder = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 2, "b": 1}))
        >>> texts = EncodedTexts(data.read([("a b c", "x"), ("b", "y")]), encoder, max_length=2)
        >>> texts.lengths.tolist(), texts.num_cut
        ([2, 1], 1)
        >>> texts.padded([1, 0], 2)["token_ids"].tolist()
        [[5, 0], [4, 5]]
    """

    def __init__(
        self,
        dataset: Dataset,
        encoder: TextEncoder,
        *,
        max_length: int,
        most_kept_ids: int = _MOST_KEPT_IDS,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._dataset = dataset
        self._max_length = max_length
        self._encoder = encoder
        self._has_ngrams = encoder.ngrams is not None
        self.num_cut = 0
        lengths = []
        tokens, ngrams = IdRows(), IdRows()
        keep = True
        done = 0
        for texts in dataset.batches("text", _CHUNK):
            encoded = self._encoder(as_text_tensor(texts))
            row_lengths = encoded.token_ids.row_lengths().numpy()
            self.num_cut += int((row_lengths > max_length).sum())
            lengths.append(np.minimum(row_lengths, max_length).astype("int32"))
            if keep:
                tokens.add(encoded.token_ids)
                ngrams.add(encoded.ngram_ids)
                keep = tokens.size + ngrams.size <= most_kept_ids
            done += len(row_lengths)
            if progress is not None:
                progress(done, len(dataset))
        self.lengths = np.concatenate(lengths) if lengths else np.zeros(0, "int32")
        self._kept = (tokens.closed(), ngrams.closed()) if keep else None

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def labels(self) -> list[Any]:
        """The label of each text, or its labels, where the data set holds the column `label`."""
        return self._dataset.to_list("label")

    def padded(self, indices: Sequence[int] | np.ndarray, length: int) -> dict[str, np.ndarray]:
        """The ids of some texts.

        Args:
            indices: `<int>[n]`, which texts.
            length: tokens to pad to.

        Returns:
            `token_ids` `<int32>[n, length]` and, if the encoder has n-grams, `ngram_ids`
            `<int32>[n, the most of one text]`, both right-padded with 0.
        """
        rows = np.asarray(indices)
        if self._kept is not None:
            tokens, ngrams = (part.padded(rows) for part in self._kept)
        else:
            texts = self._dataset.take(rows)["text"]
            encoded = self._encoder(as_text_tensor(texts))
            tokens = encoded.token_ids.to_tensor(0).numpy()
            ngrams = encoded.ngram_ids.to_tensor(0).numpy()
        tokens = tokens[:, :length]
        tokens = np.pad(tokens, [(0, 0), (0, length - tokens.shape[1])])
        if not self._has_ngrams:
            return {"token_ids": tokens}
        # A matrix without columns is legal but not for every kernel.
        ngrams = np.pad(ngrams, [(0, 0), (0, 1)]) if ngrams.shape[1] == 0 else ngrams
        return {"token_ids": tokens, "ngram_ids": ngrams}

    def ngram_matrix(self) -> sparse.csr_matrix:
        """Which n-grams each text has, `<float64>[texts, n-grams]`, 1 or 0; column 0 is padding."""
        ids, lengths = [np.zeros(0, "int32")], [np.zeros(0, np.int64)]
        for start in range(0, len(self), _CHUNK):
            rows = np.arange(start, min(start + _CHUNK, len(self)))
            given = self.padded(rows, int(self.lengths[rows].max()))["ngram_ids"]
            lengths.append((given > 0).sum(axis=1))
            ids.append(given[given > 0])
        columns = np.concatenate(ids)
        starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
        shape = (len(self), self._encoder.num_ngrams)
        return sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape)


class TextBatches(EpochBatches):
    """An epoch's batches of labelled texts, bucketed by length.

    Args:
        texts: what the model reads.
        targets: `<float32>[texts, classes]`.
        weights: `<float32>[texts]`, the weight of each text; None weighs all alike.
        rows: `<int>[n]`, which texts an epoch has; None for all.
        inputs: names of what the model reads.
        outputs: names of the model's outputs; each is trained on the targets.
        batch_size: texts of a batch.
        seed: with the epoch's number decides the order.
    """

    def __init__(
        self,
        texts: EncodedTexts,
        targets: np.ndarray,
        weights: np.ndarray | None = None,
        *,
        rows: np.ndarray | None = None,
        inputs: Iterable[str] = ("token_ids", "ngram_ids"),
        outputs: Sequence[str],
        batch_size: int,
        seed: int,
    ) -> None:
        super().__init__(batch_size=batch_size, seed=seed)
        self._texts = texts
        self._targets = targets
        self._rows = np.arange(len(texts)) if rows is None else rows
        self._weights = np.ones(len(targets), "float32") if weights is None else weights
        self._inputs = list(inputs)
        self._outputs = list(outputs)

    def plan(self) -> list[Batch]:
        """The texts of each batch, and the length they are padded to."""
        lengths = self._texts.lengths[self._rows]
        plan = bucket_batches(lengths, batch_size=self.batch_size, seed=self.seed, epoch=self.epoch)
        return [Batch(self._rows[indices], length) for indices, length in plan]

    def batch(self, part: Batch) -> tuple[dict[str, np.ndarray], ...]:
        """Inputs, targets by output and weights by output."""
        indices, length = part
        targets, weights = self._targets[indices], self._weights[indices]
        return (
            _some(self._texts.padded(indices, length), self._inputs),
            dict.fromkeys(self._outputs, targets),
            dict.fromkeys(self._outputs, weights),
        )

    def signature(self) -> tuple[dict[str, tf.TensorSpec], ...]:
        """Shapes and dtypes of a batch."""
        inputs = _some(self._texts.padded(np.zeros(1, np.int64), 1), self._inputs)
        classes = self._targets.shape[1]
        return (
            {name: tf.TensorSpec([None, None], tf.int32) for name in inputs},
            {name: tf.TensorSpec([None, classes], tf.float32) for name in self._outputs},
            {name: tf.TensorSpec([None], tf.float32) for name in self._outputs},
        )


def _some(inputs: dict[str, np.ndarray], names: Iterable[str]) -> dict[str, np.ndarray]:
    return {name: inputs[name] for name in names if name in inputs}
