"""The best sequences that have ended so far."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from seqkit.decoding.step import take_beams

Tensor = Any


class Paths(NamedTuple):
    """The tokens of sequences, and the beams in which they were chosen.

    Attributes:
        token_ids: `<int32>[batch, sequences, length]`.
        origins: `<int32>[batch, sequences, length]`, the beams, to look up the attention of each
            token; an empty tuple where there is no attention.
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
        """Gives places for sequences to come; `paths` has no tokens yet."""
        nothing = ops.full((batch, sequences), -np.inf, dtype=dtype)
        return cls(nothing, nothing, ops.zeros((batch, sequences), "int32"), paths)

    def keep_best(self, new: Finished, paths: Tensor) -> Finished:
        """Keeps the best of these and of new sequences; of equal ones, the earlier.

        Args:
            new: sequences in any order, with any number of paths.
            paths: `<int32>[batch, new sequences]`, which of those paths each new sequence has.

        Returns:
            As many sequences as these.
        """
        sequences = self.score.shape[1]
        score = ops.concatenate([self.score, new.score], axis=1)  # [batch, sequences + new]
        score, places = ops.top_k(score, sequences)  # [batch, sequences]
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
