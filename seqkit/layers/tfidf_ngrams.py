"""The wide path: a linear model of n-grams weighted by TF-IDF."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.ngram_table import NGramTable


@keras.saving.register_keras_serializable("seqkit")
class TfidfNGrams(NGramTable):
    """Sums one row for each n-gram of a text; n-grams of words and of letters have a scale each.

    A linear model as a layer. It sees order only within an n-gram. On small data this path alone is
    often as good as a recurrent one; the two make different errors, which is why they are used
    together. The sum over the n-grams of words is divided by the root of the sum of their squared
    inverse document frequencies, as the length of a TF-IDF vector is; so is that over n-grams of
    letters. Rows are fitted to such vectors, the frequencies multiplied in.

    Args:
        num_ngrams: number of rows of the table; n-gram 0 is padding.
        num_outputs: number of values for each text, such as one logit for each class.
        dropout: share of a text's n-grams left out in each training step.
        seed: seed of the dropout.

    Attributes:
        idf: weight `<float32>[num_ngrams]`, not trained: the inverse document frequency of each
            n-gram of words, and that of each n-gram of letters with a minus sign; 1 at first.

    Raises:
        ValueError: a size is not positive, or `dropout` is not in [0, 1).

    Example:
        >>> import numpy as np
        >>> layer = TfidfNGrams(num_ngrams=10, num_outputs=2)
        >>> layer(np.array([[3, 7, 0], [0, 0, 0]])).shape
        TensorShape([2, 2])

    Source: Joachims 1998, "Text Categorization with Support Vector Machines"; Salton and Buckley
    1988, "Term-weighting approaches in automatic text retrieval".
    """

    def __init__(
        self,
        num_ngrams: int,
        num_outputs: int,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if num_ngrams < 1 or num_outputs < 1:
            raise ValueError(
                f"num_ngrams is {num_ngrams} and num_outputs {num_outputs}; give at least 1"
            )
        super().__init__(num_ngrams, num_outputs, dropout, seed, **kwargs)
        self.num_ngrams = num_ngrams

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Creates the table, the frequencies, and a bias for each output."""
        self.table.build(input_shape)
        self.idf = self.add_weight(
            shape=(self.num_ngrams,), initializer="ones", trainable=False, name="idf"
        )
        self.bias = self.add_weight(shape=(self.num_outputs,), initializer="zeros", name="bias")
        self.built = True

    def call(self, ngram_ids: Any, training: bool | None = None) -> Any:
        """Sums the rows of each text's n-grams.

        Args:
            ngram_ids: `<int32>[batch, ngrams]`, 0 at padding.
            training: whether n-grams are dropped.

        Returns:
            `<float32>[batch, num_outputs]`; the bias alone for a text without n-grams.
        """
        idf = ops.take(ops.cast(self.idf, self.compute_dtype), ngram_ids)  # [batch, ngrams]
        idf = ops.where(ops.not_equal(ngram_ids, 0), idf, ops.zeros_like(idf))
        # [batch, 2, ngrams]: of words, of letters.
        of_words = ops.cast(idf > 0, self.compute_dtype)
        of_letters = ops.cast(idf < 0, self.compute_dtype)
        if training and self.dropout > 0:
            kept = keras.random.dropout(ops.ones_like(idf), self.dropout, seed=self.seed_generator)
            chosen = ops.stack([of_words * kept, of_letters * kept], axis=1)
        else:
            chosen = ops.stack([of_words, of_letters], axis=1)
        squares = ops.square(idf)
        lengths = ops.stack(
            [ops.sum(squares * of_words, axis=1), ops.sum(squares * of_letters, axis=1)], axis=1
        )  # [batch, 2]
        # An n-gram that training never saw is not there, and so is the length of none.
        scale = ops.where(lengths > 0, ops.rsqrt(ops.where(lengths > 0, lengths, 1)), 0)
        sums = ops.matmul(chosen, self.table(ngram_ids))  # [batch, 2, num_outputs]
        return ops.sum(sums * ops.expand_dims(scale, -1), axis=1) + self.bias
