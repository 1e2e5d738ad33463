"""Attention of a decoder to the outputs of an encoder."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.arguments import arguments_of

Tensor = Any

SCORES = ("dot", "scaled_dot", "additive")
# The score of padding: its exponential is zero in every floating type, and it is finite in float16.
MASKED = -3e4


@keras.saving.register_keras_serializable("seqkit")
class SourceAttention(keras.layers.Layer):
    """Averages the positions of a source for each query, weighted by a learned score.

    With `h` a query and `s` a source position, the weights are a softmax over the positions of

    - `"dot"`: `h . (W s)`, a product with a learned map of the source (Luong's "general"). All
      queries of a batch are one matrix product, which is the fastest;
    - `"scaled_dot"`: the same divided by the square root of the query's width, so that sources with
      large values, such as normalised ones, do not begin with all weight on one position;
    - `"additive"`: `v . tanh(U h + W s + b)`, a small network (Bahdanau's).

    Args:
        score: `"dot"`, `"scaled_dot"` or `"additive"`.
        dim: units of the additive network, None for the width of the query; unused by the others.

    Raises:
        ValueError: the score is unknown.

    Example:
        >>> import numpy as np
        >>> attention = SourceAttention("additive")
        >>> source_mask = np.array([[True, True, False]])
        >>> context, weights = attention(np.ones((1, 5, 4)), np.ones((1, 3, 6)), source_mask)
        >>> tuple(context.shape), np.round(weights[0, 0], 3).tolist()
        ((1, 5, 6), [0.5, 0.5, 0.0])

    Sources: Bahdanau et al. (2015), arXiv:1409.0473, appendix A.1.2; Luong et al. (2015),
    arXiv:1508.04025, equation 8; Vaswani et al. (2017), arXiv:1706.03762, section 3.2.1.
    """

    def __init__(self, score: str = "dot", dim: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if score not in SCORES:
            raise ValueError(f"score must be one of {', '.join(SCORES)}, got {score!r}")
        self.score = score
        self.dim = dim

    def build(self, query_shape: tuple, source_shape: tuple, source_mask_shape: Any = None) -> None:
        """Creates the weights for a query and a source of these widths."""
        query_dim, source_dim = query_shape[-1], source_shape[-1]
        dim = self.dim or query_dim if self.score == "additive" else query_dim
        self.key_kernel = self.add_weight(name="key_kernel", shape=(source_dim, dim))
        if self.score == "additive":
            self.query_kernel = self.add_weight(name="query_kernel", shape=(query_dim, dim))
            self.bias = self.add_weight(name="bias", shape=(dim,), initializer="zeros")
            self.vector = self.add_weight(name="vector", shape=(dim, 1))
        self.built = True

    def call(
        self, query: Tensor, source: Tensor, source_mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Attends to a source.

        Args:
            query: `<float>[batch, queries, dim]`: the steps of a decoder, or its beams.
            source: `<float>[batch, length, source_dim]`.
            source_mask: `<bool>[batch, length]`, true at valid positions; None if all are.

        Returns:
            The context `<float>[batch, queries, source_dim]` and the weights
            `<float>[batch, queries, length]`, which sum to 1.
        """
        return self.attend(query, self.keys(source), source, source_mask)

    def keys(self, source: Tensor) -> Tensor:
        """Gives `<float>[batch, length, dim]`, which queries are compared with; once a source."""
        return ops.matmul(source, self.key_kernel)

    def attend(
        self, query: Tensor, keys: Tensor, source: Tensor, source_mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Attends to a source whose keys have been computed; otherwise like `call`."""
        if self.score != "additive":
            if self.score == "scaled_dot":
                query = query / query.shape[-1] ** 0.5
            scores = ops.matmul(query, ops.transpose(keys, (0, 2, 1)))  # [batch, queries, length]
        else:
            queries = ops.expand_dims(ops.matmul(query, self.query_kernel) + self.bias, 2)
            inner = ops.tanh(queries + ops.expand_dims(keys, 1))  # [batch, queries, length, dim]
            scores = ops.squeeze(ops.matmul(inner, self.vector), -1)  # [batch, queries, length]
        if source_mask is not None:
            valid = ops.expand_dims(ops.cast(source_mask, "bool"), 1)  # [batch, 1, length]
            scores = ops.where(valid, scores, ops.cast(MASKED, scores.dtype))
        weights = ops.softmax(scores, axis=-1)
        return ops.matmul(weights, source), weights

    def compute_output_shape(
        self, query_shape: tuple, source_shape: tuple, source_mask_shape: Any = None
    ) -> tuple[tuple, tuple]:
        """Gives the shapes of the context and of the weights."""
        return (*query_shape[:-1], source_shape[-1]), (*query_shape[:-1], source_shape[1])

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this layer again."""
        return super().get_config() | arguments_of(self, SourceAttention)
