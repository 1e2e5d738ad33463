"""How probable every token of a long stream is, computed in several parts side by side."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from seqkit.model.next_token import output_layer
from seqkit.model.recurrent_core import first_state
from seqkit.tasks.language_modeling.reading import log_probabilities_of
from seqkit.text import BOS_ID, EOS_ID, PAD_ID


class StreamScorer:
    """Scores how probable each token of a stream is after those before it.

    The stream is cut into parts that are read side by side, each with the state carried from window
    to window. The tokens before a part are read too but not scored, so that all but the beginning
    of the stream is scored in context.

    Args:
        core: made with `build_language_model_core`.
        rows: parts; fewer where the stream is short.
        warm_up: how many tokens before a part are read.
        window: tokens of a part that are computed together.

    Example:
        >>> from seqkit.tasks.language_modeling import network
        >>> sizes = network.LanguageModelNetwork(hidden_dim=4)
        >>> core = network.build_language_model_core(9, sizes)
        >>> scores = StreamScorer(core)(np.array([5, 6, 7, 3, 8, 3]))
        >>> scores.shape, bool((scores < 0).all())
        ((6,), True)
    """

    def __init__(
        self, core: keras.Model, *, rows: int = 32, warm_up: int = 256, window: int = 128
    ) -> None:
        self._core = core
        self._rows = rows
        # Whole windows, so that what is before the beginning of the stream fills some of them.
        self._warm_up = -(-warm_up // window) * window
        self._window = window

        @tf.function(autograph=False)
        def advance(
            before: tf.Tensor, wanted: tf.Tensor, state: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor]:
            outputs = core({"token_ids": before, "state": state}, training=False)
            scores = log_probabilities_of(output_layer(core), outputs["features"], wanted)
            return scores, outputs["state"]

        self._advance = advance

    def __call__(self, token_ids: np.ndarray) -> np.ndarray:
        """Scores a stream.

        Args:
            token_ids: `<int>[tokens]`, an EOS after each document; BOS is read in its place.

        Returns:
            `<float32>[tokens]`, natural logarithms.
        """
        size = len(token_ids)
        scores = np.empty(size, "float32")
        rows = max(1, min(self._rows, size // max(1, self._warm_up)))
        part = -(-size // rows)
        begins = np.arange(rows) * part
        state = first_state(self._core, rows)
        warm_up = self._warm_up if rows > 1 else 0
        width = self._window if rows > 1 else min(self._window, size)
        for first, before, wanted in _windows(token_ids, begins, part, warm_up, width):
            window, state = self._advance(tf.constant(before), tf.constant(wanted), state)
            for begin, row in zip(begins.tolist(), window.numpy(), strict=True):
                # Only what lies within the part.
                start = begin + first
                own = slice(max(start, begin), min(start + width, begin + part, size))
                if own.stop > own.start:
                    scores[own] = row[own.start - start : own.stop - start]
        return scores


def _windows(
    token_ids: np.ndarray, begins: np.ndarray, part: int, warm_up: int, window: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Windows of all parts: where they begin in a part, what is read, and what comes next."""
    size = len(token_ids)
    for first in range(-warm_up, part, window):
        places = begins[:, np.newaxis] + np.arange(first, first + window)  # [parts, window]
        inside = (places >= 0) & (places < size)
        wanted = np.where(inside, token_ids[np.clip(places, 0, size - 1)], PAD_ID)
        before = np.where(places > 0, token_ids[np.clip(places - 1, 0, size - 1)], EOS_ID)
        before = np.where(before == EOS_ID, BOS_ID, before)
        # There is nothing to read before the beginning and after the end.
        yield first, np.where(inside, before, PAD_ID).astype("int32"), wanted.astype("int32")
