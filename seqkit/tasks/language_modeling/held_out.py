"""Held-out text, and the log-probability that a language model gives each of its tokens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from seqkit.data import Dataset, TextStream
from seqkit.tasks.language_modeling.line_batches import EncodedLines
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.reading import token_log_probabilities
from seqkit.tasks.language_modeling.stream_batches import EncodedStream
from seqkit.tasks.language_modeling.stream_score import StreamScorer
from seqkit.text import EOS_ID


class HeldOutText:
    """Tokens that a language model is judged by.

    Args:
        model: the model; text is encoded for it.
        data: a `TextStream` for a model of the unit `"stream"`, a `Dataset` with a column `text`
            for one of `"sentences"`.
        most: the most tokens to judge; of separate texts, whole ones are taken up to about as many.

    Attributes:
        token_ids: `<int32>[tokens]`, an EOS after each document or text.

    Raises:
        TypeError: the data are not of the kind that the model is trained on.
        ValueError: there is no token.
    """

    def __init__(
        self, model: LanguageModel, data: TextStream | Dataset, most: int | None = None
    ) -> None:
        check_kind(model, data)
        self._score: Callable[[np.ndarray], np.ndarray]
        if isinstance(data, TextStream):
            self.token_ids = np.asarray(EncodedStream(data.pieces(), model.encoder).token_ids)
            self.token_ids = self.token_ids[:most]
            self._score = StreamScorer(model.core)
        else:
            lines = EncodedLines(data, model.encoder, max_length=model.max_length)
            self.token_ids = lines.stream(most)
            self._score = _scorer_of_texts(model)

    def log_probabilities(self) -> np.ndarray:
        """Scores all tokens with the weights that the model has now.

        Returns:
            `<float32>[tokens]`, natural logarithms, in the order of `token_ids`.
        """
        return self._score(self.token_ids)


def _scorer_of_texts(model: LanguageModel) -> Callable[[np.ndarray], np.ndarray]:
    """A function that scores separate texts, `<int32>[tokens]` with an EOS after each."""

    @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.int32)], autograph=False)
    def score(texts: tf.RaggedTensor) -> tf.Tensor:
        return token_log_probabilities(model.core, texts).values

    def score_all(token_ids: np.ndarray) -> np.ndarray:
        ends = np.flatnonzero(token_ids == EOS_ID) + 1
        return score(tf.RaggedTensor.from_row_limits(token_ids, ends)).numpy()

    return score_all


def check_kind(model: LanguageModel, data: TextStream | Dataset) -> None:
    """Raises TypeError where data are not of the kind that a model is trained on."""
    kind, remedy = {
        "stream": (TextStream, "a TextStream, see seqkit.data.streams.read_stream"),
        "sentences": (Dataset, "a Dataset with a column text, see seqkit.data.read"),
    }[model.unit]
    if not isinstance(data, kind):
        raise TypeError(
            f"the model has the unit {model.unit!r}, the data is a {type(data).__name__}; give "
            f"{remedy}"
        )
