"""The best sequences that have ended so far, beside those that go on."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from seqkit.decoding.step import take_beams

Tensor = Any


class Paths(NamedTuple):
    """The tokens of sequences, and in which beams they were chosen.

    Attributes:
        token_ids: `<int32>[batch, sequences, length]`.
        origins: `<int32>[batch, sequences, length]`, what a token's attention is found by; an
            empty tuple where there is no attention.
    """

    token_ids: Tensor
    origins: Any


class Finished(NamedTuple):
    """Sequences that have ended.

    Attributes:
        score: `<float>[batch, sequences]`, descending; minus infinity where there is no sequence.
        log_probability: `<float>[batch, sequences]`.
        lengths: `<int32>[batch, sequences]`.
        paths: their tokens.
    """

    score: Tensor
    log_probability: Tensor
    lengths: Tensor
    paths: Paths

    @classmethod
    def none(cls, batch: Any, sequences: int, dtype: Any, paths: Paths) -> Finished:
        """Gives places for sequences; the paths have no tokens yet."""
        nothing = ops.full((batch, sequences), -np.inf, dtype=dtype)
        return cls(nothing, nothing, ops.zeros((batch, sequences), "int32"), paths)

    def joined_by(self, new: Finished, paths: Tensor) -> Finished:
        """Keeps the best of these and some new ones; of equal ones, those that were here.

        Args:
            new: sequences in any order, with as many paths as there happen to be.
            paths: `<int32>[batch, sequences]`, which of those paths each new sequence has.
        """
        sequences = self.score.shape[1]
        score = ops.concatenate([self.score, new.score], axis=1)
        score, places = ops.top_k(score, sequences)
        here = ops.arange(sequences, dtype="int32") + ops.zeros_like(self.lengths)
        values = [
            ops.concatenate(pair, axis=1)
            for pair in (
                (self.log_probability, new.log_probability),
                (self.lengths, new.lengths),
                (here, sequences + paths),
            )
        ]
        log_probability, lengths, paths = take_beams(values, places)
        both = keras.tree.map_structure(
            lambda *pair: ops.concatenate(pair, axis=1), self.paths, new.paths
        )
        return Finished(score, log_probability, lengths, take_beams(both, paths))
