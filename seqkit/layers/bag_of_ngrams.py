"""The wide path: a linear model of hashed n-grams."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.layers.ngram_table import NGramTable


@keras.saving.register_keras_serializable("seqkit")
class BagOfNGrams(NGramTable):
    """Sums one learned row for each n-gram of a text: logistic regression as a layer.

    It sees order only within an n-gram. On small data this path alone is often as good as a
    recurrent one; the two make different errors, which is why they are used together. Initialised
    with `log_count_ratios`, it begins as naive Bayes and improves on it.

    Args:
        num_buckets: number of rows of the table; bucket 0 is padding.
        num_outputs: number of values for each text, such as one logit for each class.
        dropout: share of a text's n-grams left out in each training step.
        seed: seed of the dropout.

    Raises:
        ValueError: a size is not positive, or `dropout` is not in [0, 1).

    Example:
        >>> import numpy as np
        >>> layer = BagOfNGrams(num_buckets=10, num_outputs=2)
        >>> layer(np.array([[3, 7, 0], [0, 0, 0]])).shape
        TensorShape([2, 2])

    Source: Wang and Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic
    Classification", section 2.
    """

    def __init__(
        self,
        num_buckets: int,
        num_outputs: int,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if num_buckets < 2 or num_outputs < 1:
            raise ValueError(
                f"num_buckets is {num_buckets} and num_outputs {num_outputs}; "
                "give at least 2 and at least 1"
            )
        super().__init__(num_buckets, num_outputs, dropout, seed, **kwargs)
        self.num_buckets = num_buckets

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the table, a scale for the sum, and a bias for each output."""
        self.table.build(input_shape)
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        self.bias = self.add_weight(shape=(self.num_outputs,), initializer="zeros", name="bias")
        self.built = True

    def call(self, ngram_ids: Any, training: bool | None = None) -> Any:
        """Sums the rows of each text's n-grams, divided by the square root of their number.

        Args:
            ngram_ids: `<int32>[batch, ngrams]`, 0 at padding.
            training: whether n-grams are dropped.

        Returns:
            `<float32>[batch, num_outputs]`; the bias alone for a text without n-grams.
        """
        present = ops.cast(ops.not_equal(ngram_ids, 0), self.compute_dtype)  # [batch, ngrams]
        # Long texts have more evidence, but not in proportion to their length.
        count = ops.sqrt(ops.maximum(ops.sum(present, axis=1, keepdims=True), 1.0))  # [batch, 1]
        if training and self.dropout > 0:
            present = keras.random.dropout(present, self.dropout, seed=self.seed_generator)
        total = ops.sum(self.table(ngram_ids) * ops.expand_dims(present, -1), axis=1)
        return self.scale * total / count + self.bias


def log_count_ratios(counts: np.ndarray, totals: np.ndarray, smoothing: float = 1.0) -> np.ndarray:
    """Compares how often each n-gram occurs in the texts of a class and in all others.

    Args:
        counts: `<float>[num_buckets, num_classes]`, the texts of the class with the n-gram.
        totals: `<float>[num_buckets]`, all texts with it; more than the sum of a row's counts
            where a text may have no label, less where it may have several.
        smoothing: added to the counts of every n-gram seen.

    Returns:
        `<float32>[num_buckets, num_classes]`; the rows of bucket 0 and of n-grams never seen are
        zeros.

    Example:
        >>> counts = np.array([[0, 0], [8, 0], [1, 1]])
        >>> log_count_ratios(counts, counts.sum(axis=1)).astype(float).round(1).tolist()
        [[0.0, 0.0], [0.9, -0.9], [-1.3, 1.3]]

    Source: Wang and Manning 2012, equation 2.
    """
    # Smoothing over all buckets, most of which are empty, would level what is seen.
    seen = np.flatnonzero(totals > 0)
    seen = seen[seen > 0]
    inside = counts[seen] + smoothing
    outside = np.maximum(totals[seen, np.newaxis] - counts[seen], 0.0) + smoothing
    ratios = np.zeros(counts.shape, "float32")
    ratios[seen] = np.log(inside / inside.sum(axis=0)) - np.log(outside / outside.sum(axis=0))
    return ratios
