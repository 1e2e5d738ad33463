"""The loss of a conditional random field."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers.crf import LinearChainCRF
from seqkit.losses.layer import layer_of

Tensor = Any


@keras.saving.register_keras_serializable("seqkit")
class CRFNegativeLogLikelihood(keras.losses.Loss):
    """Negative log-likelihood of the tags, averaged over the tokens of the batch.

    The sum over the batch is divided by its number of tokens, not of rows, so that every token
    has the same weight. The layer must be the last of the model that is trained.

    A file keeps the loss without its layer, since Keras cannot connect it to the loaded model's. To
    train or evaluate a loaded model, compile it again with a loss of its own layer.

    Args:
        layer: the layer whose transitions are used and trained; None only in a loaded model.
        name: name of the loss.
        dtype: type of the computation, at least float32; Keras's `floatx` if None.

    Raises:
        TypeError: `layer` has no `log_likelihood`: it is not a `LinearChainCRF`.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> from seqkit.layers import LinearChainCRF
        >>> token_ids = keras.Input((None,), dtype="int32")
        >>> emissions = keras.layers.Embedding(10, 3)(token_ids)
        >>> crf = LinearChainCRF(3)
        >>> model = keras.Model(token_ids, crf(emissions, ops.not_equal(token_ids, 0)))
        >>> model.compile("adam", loss=CRFNegativeLogLikelihood(crf))
        >>> tags = np.array([[0, 2, 1], [1, -1, -1]])
        >>> history = model.fit(np.array([[4, 7, 5], [6, 0, 0]]), tags, verbose=0)
        >>> 1.0 < history.history["loss"][0] < 1.2  # log(3): three tags, nothing learned yet
        True

    Source: Lample et al. (2016), arXiv:1603.01360, section 2.2.
    """

    def __init__(
        self,
        layer: LinearChainCRF | None,
        name: str = "crf_negative_log_likelihood",
        dtype: Any = None,
    ) -> None:
        if layer is not None and not hasattr(layer, "log_likelihood"):
            raise TypeError(f"layer is {layer!r}; give the LinearChainCRF of the model")
        # The terms of the rows are summed, not divided by their number.
        super().__init__(name=name, reduction="sum", dtype=dtype)
        self.layer = layer

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Gives the term of each row; the loss is their sum.

        Args:
            y_true: `<int>[batch, length]`, tags, with -1 at padding, which is on the right.
            y_pred: `<float>[batch, length, num_tags]`, the emissions.

        Returns:
            `<float>[batch]`: negative log-likelihoods, divided by the number of tokens in the
            batch; zeros if there is none.

        Raises:
            ValueError: the loss was loaded from a file and has no layer.
        """
        tags = ops.cast(y_true, "int32")
        valid = ops.greater_equal(tags, 0)
        likelihoods = layer_of(self).log_likelihood(y_pred, tags, valid)  # [batch]
        num_tokens = ops.sum(ops.cast(valid, likelihoods.dtype))
        return -likelihoods / ops.maximum(num_tokens, 1)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this loss again, except the layer; see `layer_of`."""
        return {"layer": None, "name": self.name, "dtype": self.dtype}
