"""Held-out text, and how probable a language model finds each of its tokens."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from seqkit.data import Dataset, TextStream
from seqkit.data.batching import bucket_batches, default_boundaries
from seqkit.layers import token_logits
from seqkit.models import LanguageModel
from seqkit.models.language_model_core import first_state
from seqkit.models.next_token import output_layer
from seqkit.models.stream_score import StreamScorer
from seqkit.training.encoded_lines import EncodedLines
from seqkit.training.encoded_stream import EncodedStream

# Rows and steps together: bounds the scores of the vocabulary that are in memory at once.
_ROWS = 64


class HeldOutText:
    """Tokens that a language model is judged by.

    Args:
        model: the model; text is encoded for it.
        data: a `TextStream` for a model of the unit `"stream"`, a `Dataset` with a column `text`
            for one of `"sentences"`.
        most: no more tokens than these are judged, of texts of their own about so many.

    Attributes:
        token_ids: `<int32>[tokens]`, an EOS after each document or text.

    Raises:
        TypeError: the data is not of the kind that the model is trained on.
        ValueError: there is no token.
    """

    def __init__(
        self, model: LanguageModel, data: TextStream | Dataset, most: int | None = None
    ) -> None:
        check_kind(model, data)
        self._core = model.core
        if isinstance(data, TextStream):
            self.token_ids = np.asarray(EncodedStream(data.pieces(), model.encoder).token_ids)
            self.token_ids = self.token_ids[:most]
            self._score = StreamScorer(model.core)
            return
        lines = EncodedLines(data, model.encoder, max_length=model.max_length)
        number = len(lines)
        if most is not None:
            number = max(1, int(np.searchsorted(np.cumsum(lines.lengths), most)))
        self._lines = lines
        self._lengths = lines.lengths[:number]
        following = [lines.padded(np.array([row]))[1][0] for row in range(number)]
        self.token_ids = np.concatenate(following)
        core = model.core

        @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)] * 2, autograph=False)
        def score(before: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
            state = first_state(core, tf.shape(before)[0])
            features = core({"token_ids": before, "state": state}, training=False)["features"]
            logits = token_logits(output_layer(core), features)
            return tf.gather(tf.nn.log_softmax(logits), wanted, batch_dims=2)

        self._score_rows = score

    def log_probabilities(self) -> np.ndarray:
        """Scores all tokens with the weights that the model has now.

        Returns:
            `<float32>[tokens]`, natural logarithms, in the order of `token_ids`.
        """
        if hasattr(self, "_score"):
            return self._score(self.token_ids)
        ends = np.cumsum(self._lengths)
        told = np.empty(len(self.token_ids), "float32")
        boundaries = default_boundaries(self._lengths).tolist()
        for rows, _ in bucket_batches(
            self._lengths, batch_size=_ROWS, seed=0, epoch=0, shuffle=False, boundaries=boundaries
        ):
            found = self._score_rows(*map(tf.constant, self._lines.padded(rows))).numpy()
            for row, values in zip(rows.tolist(), found, strict=True):
                length = int(self._lengths[row])
                told[ends[row] - length : ends[row]] = values[:length]
        return told


def check_kind(model: LanguageModel, data: TextStream | Dataset) -> None:
    """Raises where data is not of the kind that a model is trained on."""
    kind, remedy = {
        "stream": (TextStream, "a TextStream, see seqkit.data.read_stream"),
        "sentences": (Dataset, "a Dataset with a column text, see seqkit.data.read"),
    }[model.unit]
    if not isinstance(data, kind):
        raise TypeError(
            f"the model has the unit {model.unit!r}, the data is a {type(data).__name__}; give "
            f"{remedy}"
        )
