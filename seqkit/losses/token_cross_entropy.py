"""Cross-entropy of the next token, with label smoothing."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.losses.layer import layer_of

Tensor = Any

# Replaces a probability that has become zero, whose logarithm would be infinite.
LEAST = 1e-37


@keras.saving.register_keras_serializable("seqkit")
class TokenCrossEntropy(keras.losses.Loss):
    """Cross-entropy of the next token, averaged over the tokens of the batch without padding.

    The sum over the batch is divided by its number of tokens, not of rows, so that every token
    has the same weight. With label smoothing the target is a distribution: `1 - label_smoothing`
    for the true token, the rest spread evenly over the whole vocabulary.

    The output of the model is features, which are compared with the layer's vector for each token;
    see `seqkit.layers.TokenOutput`. A file keeps the loss without its layer, since Keras cannot
    connect it to the loaded model's: compile a loaded model again.

    Args:
        layer: a layer of the model with `embeddings`, `<float>[vocabulary, dim]`: a `TokenOutput`,
            or a `keras.layers.Embedding` (weight tying); None only in a loaded model.
        label_smoothing: from 0 to below 1.
        pad_id: the target that does not count.
        product_dtype: type of the products of features and vectors, and of the probabilities kept,
            such as `"bfloat16"`: a third of the time on a processor with units for it, more time
            on others; None for the type of the features.
        name: name of the loss.
        dtype: type of the computation; Keras's `floatx` if None.

    Raises:
        TypeError: `layer` is something else.
        ValueError: `label_smoothing` is outside [0, 1).

    Example:
        >>> import numpy as np
        >>> from seqkit.layers import TokenOutput
        >>> output = TokenOutput(8)
        >>> features = output(np.zeros((1, 3, 4), "float32"))  # eight tokens, equally likely
        >>> loss = TokenCrossEntropy(output)(np.array([[5, 3, 0]]), features)
        >>> bool(np.isclose(loss, np.log(8)))
        True

    Source: Szegedy et al. (2016), arXiv:1512.00567, section 7 (label smoothing).
    """

    def __init__(
        self,
        layer: keras.layers.Layer | None,
        label_smoothing: float = 0.0,
        pad_id: int = 0,
        product_dtype: str | None = None,
        name: str = "token_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if layer is not None and not isinstance(layer, keras.layers.Layer):
            raise TypeError(f"layer is {layer!r}; give a TokenOutput or an Embedding of the model")
        if not 0 <= label_smoothing < 1:
            raise ValueError(f"label_smoothing must be in [0, 1), got {label_smoothing}")
        # The terms of the tokens are summed, not divided by the number of rows.
        super().__init__(name=name, reduction="sum", dtype=dtype)
        self.layer = layer
        self.label_smoothing = label_smoothing
        self.pad_id = pad_id
        self.product_dtype = product_dtype

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Gives the term of each token; the loss is their sum.

        Args:
            y_true: `<int>[batch, length]`, the next tokens, `pad_id` on the right.
            y_pred: `<float>[batch, length, dim]`, features.

        Returns:
            `<float>[batch, length]`: cross-entropies divided by the number of tokens in the batch.

        Raises:
            ValueError: the loss was loaded from a file and has no layer.
        """
        targets = ops.cast(y_true, "int32")
        losses = token_cross_entropy(
            ops.reshape(y_pred, (-1, y_pred.shape[-1])),  # [batch * length, dim]
            ops.copy(layer_of(self).embeddings),
            ops.reshape(targets, (-1,)),  # [batch * length]
            self.label_smoothing,
            self.product_dtype,
        )
        valid = ops.cast(ops.not_equal(targets, self.pad_id), losses.dtype)
        share = valid / ops.maximum(ops.sum(valid), 1)
        return ops.reshape(losses, ops.shape(targets)) * share

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this loss again, except the layer; see `layer_of`."""
        return {
            "layer": None,
            "label_smoothing": self.label_smoothing,
            "pad_id": self.pad_id,
            "product_dtype": self.product_dtype,
            "name": self.name,
            "dtype": self.dtype,
        }


def token_cross_entropy(
    features: Tensor,
    vectors: Tensor,
    targets: Tensor,
    label_smoothing: float,
    product_dtype: str | None = None,
) -> Tensor:
    """Compares features with the vectors of all tokens and gives the cross-entropy of the targets.

    The gradient is written by hand: of all tensors with a value for each token and each word of
    the vocabulary, only the probabilities are kept, and two matrix products read them.

    Args:
        features: `<float>[tokens, dim]`.
        vectors: `<float>[vocabulary, dim]`.
        targets: `<int32>[tokens]`.
        label_smoothing: share of the target distribution that is spread over the vocabulary.
        product_dtype: type of the matrix products and the probabilities; None for that of the
            features.

    Returns:
        `<float>[tokens]`.
    """
    vocabulary = vectors.shape[0]

    @ops.custom_gradient
    def run(features, vectors):
        dtype, factor = features.dtype, product_dtype or features.dtype
        low_features, low_vectors = ops.cast(features, factor), ops.cast(vectors, factor)
        logits = ops.matmul(low_features, ops.transpose(low_vectors))  # [tokens, vocabulary]
        probabilities = ops.softmax(logits, axis=-1)
        places = ops.arange(ops.shape(targets)[0], dtype="int32") * vocabulary + targets
        right = ops.cast(ops.take(ops.reshape(probabilities, (-1,)), places), dtype)  # [tokens]
        true = ops.take(vectors, targets, axis=0)  # [tokens, dim]
        mean = ops.mean(vectors, axis=0)  # [dim]
        # Smoothing adds its share of the target's logit minus the mean of all logits.
        excess = label_smoothing * ops.sum(features * (true - mean), axis=-1)
        losses = excess - ops.log(ops.maximum(right, LEAST))

        def gradient(*given, upstream=None):
            # PyTorch passes the gradient by name, after the inputs.
            weight = ops.expand_dims(given[0] if upstream is None else upstream, -1)  # [tokens, 1]
            weighted = features * weight
            wanted = (1 - label_smoothing) * true + label_smoothing * mean
            expected = ops.cast(ops.matmul(probabilities, low_vectors), dtype)  # [tokens, dim]
            d_features = (expected - wanted) * weight
            d_true = ops.segment_sum(weighted, targets, num_segments=vocabulary)
            d_mean = ops.sum(weighted, axis=0) / vocabulary
            low_weighted = ops.cast(weighted, factor)
            d_vectors = ops.cast(ops.matmul(ops.transpose(probabilities), low_weighted), dtype)
            d_vectors -= (1 - label_smoothing) * d_true + label_smoothing * d_mean
            return d_features, d_vectors

        return losses, gradient

    return run(features, vectors)
