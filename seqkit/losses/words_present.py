"""Which words are in the captions of an image, told from its cells."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

Tensor = Any

# The least that a word may be expected: its logarithm is taken.
LEAST = 1e-7


@keras.saving.register_keras_serializable("seqkit")
class WordsPresent(keras.losses.Loss):
    """Cross-entropy of the set of words that the captions of an image have, for each image.

    Nothing tells which cell a word is about, but that at least one cell expects it if it is
    there, and none if it is not (multiple-instance learning, by a noisy or):
    `p(word) = 1 - product over cells of (1 - sigmoid(cell . vector - log(cells)))`. It makes cells
    speak of what is in them from the first steps on, so that attention finds something to look at.
    Words present and absent count for half each, however few are present. Only for training.

    As for `TokenCrossEntropy`, a file keeps the loss without its layer; compile a loaded model
    again.

    Args:
        layer: a layer of the model with `embeddings`, `<float>[vocabulary, dim]`; None only in a
            loaded model.
        num_words: ids below this one are asked for; vocabularies are ordered by frequency, so
            these are the most frequent words. Rarer ones are too few to learn from.
        num_special: ids below this one are not asked for: PAD, UNK, BOS and EOS.
        name: name of the loss.
        dtype: type of the computation; Keras's `floatx` if None.

    Raises:
        TypeError: `layer` is something else.
        ValueError: no word is left between `num_special` and `num_words`.

    Example:
        >>> import numpy as np
        >>> from seqkit.layers import TokenOutput
        >>> output = TokenOutput(8)
        >>> cells = output(np.ones((1, 9, 4), "float32"))
        >>> output.set_weights([np.eye(8, 4, -4, "float32") * 50])  # ids 4 to 7 in every cell
        >>> loss = WordsPresent(output)
        >>> bool(loss(np.array([[[4, 5, 3], [6, 7, 3]]]), cells) < 0.01)
        True

    Source: Fang et al. (2015), arXiv:1411.4952, section 3, equation 1.
    """

    def __init__(
        self,
        layer: keras.layers.Layer | None,
        num_words: int = 1000,
        num_special: int = 4,
        name: str = "words_present",
        dtype: Any = None,
    ) -> None:
        if layer is not None and not isinstance(layer, keras.layers.Layer):
            raise TypeError(f"layer is {layer!r}; give a TokenOutput or an Embedding of the model")
        if not 0 <= num_special < num_words:
            raise ValueError(f"num_words is {num_words}; give more than num_special, {num_special}")
        super().__init__(name=name, dtype=dtype)
        self.layer = layer
        self.num_words = num_words
        self.num_special = num_special

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Gives the loss of each image.

        Args:
            y_true: `<int>[batch, captions, length]`, all tokens of all captions of an image, in
                any order; special ones do not count.
            y_pred: `<float>[batch, cells, dim]`, cells.

        Returns:
            `<float32>[batch]`.

        Raises:
            ValueError: the loss comes from a file and has no layer, or the vocabulary holds
                special tokens alone.
        """
        if self.layer is None:
            raise ValueError(
                "layer is None, since the loss was loaded from a file; compile the model again "
                "with WordsPresent(model.get_layer(...))"
            )
        first, last = self.num_special, min(self.num_words, self.layer.embeddings.shape[0])
        if first >= last:
            raise ValueError(f"the vocabulary has {last} ids, num_special is {first}: no word left")
        cells = y_pred.shape[1]
        vectors = ops.convert_to_tensor(self.layer.embeddings)[first:last]
        flat = ops.matmul(ops.reshape(y_pred, (-1, y_pred.shape[-1])), ops.transpose(vectors))
        logits = ops.cast(ops.reshape(flat, (-1, cells, last - first)), "float32")
        logits = logits - math.log(cells)
        # `-log(1 - p)`, which is what a word that is absent costs.
        absent = ops.sum(ops.softplus(logits), axis=1)
        present = -ops.log(-ops.expm1(-ops.maximum(absent, LEAST)))
        here = _present(y_true, last)[:, first:]
        return (_mean(present, here) + _mean(absent, 1 - here)) / 2

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this loss again, all but the layer."""
        return {
            "layer": None,
            "num_words": self.num_words,
            "num_special": self.num_special,
            "name": self.name,
            "dtype": self.dtype,
        }


def _present(token_ids: Tensor, size: int) -> Tensor:
    """Which ids below `size` each row holds, `<float32>[batch, size]` of zeros and ones."""
    batch = ops.shape(token_ids)[0]
    ids = ops.reshape(ops.cast(token_ids, "int32"), (batch, -1))
    # Those beyond are counted with PAD.
    ids = ops.where(ops.less(ids, size), ids, 0)
    rows = ops.expand_dims(ops.arange(batch, dtype="int32"), 1)
    places = ops.reshape(rows * size + ids, (-1,))
    ones = ops.ones_like(places, dtype="float32")
    counts = ops.segment_sum(ones, places, num_segments=batch * size)
    return ops.minimum(ops.reshape(counts, (batch, size)), 1)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return ops.sum(values * weights, axis=-1) / ops.maximum(ops.sum(weights, axis=-1), 1)
