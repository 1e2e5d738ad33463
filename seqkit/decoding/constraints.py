"""Which tokens may come next, whatever the model says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

Tensor = Any


class Constraints(NamedTuple):
    """What a search must not produce.

    Forbidden tokens get logits of minus infinity. The log-probabilities of the others stay the
    model's own: they are not normalised again.

    Attributes:
        min_length: `<int32>[]` or `<int32>[batch]`, the fewest tokens before EOS.
        eos_id: the token that ends a sequence.
        banned: tokens that are never allowed.
        no_repeat_ngram: the length of the n-grams that must not occur twice; 0 allows all.
    """

    min_length: Any
    eos_id: int
    banned: tuple[int, ...]
    no_repeat_ngram: int

    def apply(self, logits: Tensor, token_ids: Tensor, time: Tensor) -> Tensor:
        """Forbids every token that must not come next.

        Args:
            logits: `<float>[batch, beams, vocabulary]`.
            token_ids: `<int32>[batch, beams, length]`, the tokens so far: the first `time`.
            time: `<int32>[]`, the number of tokens so far.

        Returns:
            `<float>[batch, beams, vocabulary]`.
        """
        logits = self.apply_now(logits, token_ids, time)
        return logits + self.ban(logits.shape[-1], logits.dtype) if self.banned else logits

    def apply_now(self, logits: Tensor, token_ids: Tensor, time: Tensor) -> Tensor:
        """Forbids the tokens that are not allowed at this step; arguments as for `apply`."""
        vocabulary = logits.shape[-1]
        for name, ids in (("eos_id", (self.eos_id,)), ("banned", self.banned)):
            if any(not 0 <= i < vocabulary for i in ids):
                raise ValueError(
                    f"{name} is {ids if name == 'banned' else ids[0]} and the step returned logits "
                    f"of {vocabulary} tokens; give ids from 0 to {vocabulary - 1}"
                )
        if not (isinstance(self.min_length, int) and self.min_length == 0):
            early = ops.less(time, ops.reshape(self.min_length, (-1, 1, 1)))  # [1 or batch, 1, 1]
            not_yet = _minus_infinity((self.eos_id,), vocabulary, logits.dtype)
            logits = logits + ops.where(early, not_yet, ops.zeros_like(not_yet))
        if self.no_repeat_ngram:
            repeated = _repeats_ngram(token_ids, time, self.no_repeat_ngram, vocabulary)
            logits = ops.where(repeated, -np.inf, logits)
        return logits

    def ban(self, vocabulary: int, dtype: Any) -> Tensor:
        """Gives `<float>[vocabulary]`: minus infinity for banned tokens, zero for others."""
        return _minus_infinity(self.banned, vocabulary, dtype)


def constraints(
    min_length: Any,
    max_length: Any,
    eos_id: int,
    banned: Sequence[int],
    no_repeat_ngram: int,
) -> Constraints:
    """Checks the arguments of the constraints that all searches share."""
    if isinstance(min_length, int):
        if min_length < 0:
            raise ValueError(f"min_length is {min_length}; give 0 or more")
        if isinstance(max_length, int) and min_length > max_length:
            raise ValueError(
                f"min_length is {min_length} and max_length {max_length}; give a min_length of "
                f"at most {max_length}, or a greater max_length"
            )
    else:
        min_length = ops.cast(min_length, "int32")
    if eos_id in banned:
        raise ValueError(
            f"banned has eos_id {eos_id}, so that no sequence could end; leave it out, and give a "
            "min_length for longer sequences"
        )
    if no_repeat_ngram < 0:
        raise ValueError(f"no_repeat_ngram is {no_repeat_ngram}; give 1 or more, or 0 for none")
    return Constraints(min_length, eos_id, tuple(banned), no_repeat_ngram)


def _minus_infinity(ids: Sequence[int], vocabulary: int, dtype: Any) -> Tensor:
    values = np.zeros(vocabulary, keras.backend.standardize_dtype(dtype))
    values[list(ids)] = -np.inf
    return ops.convert_to_tensor(values)


def _repeats_ngram(token_ids: Tensor, time: Tensor, size: int, vocabulary: int) -> Tensor:
    """Tells which tokens would complete an n-gram of `size` tokens that occurred before.

    Returns:
        `<bool>[batch, beams, vocabulary]`.
    """
    batch, beams, length = ops.shape(token_ids)
    places = ops.arange(length, dtype="int32")
    # At each place: do the last `size - 1` tokens stand just before it? Tokens are compared with
    # the buffer moved to the right, so that no slice has a negative size where it is short.
    fits = ops.logical_and(ops.greater_equal(places, size - 1), ops.less(places, time))  # [length]
    for back in range(1, size):
        last = ops.take(token_ids, ops.maximum(time - back, 0), axis=2)  # [batch, beams]
        before = ops.roll(token_ids, back, axis=2)  # [batch, beams, length]
        fits = ops.logical_and(fits, ops.equal(before, ops.expand_dims(last, -1)))
    counts = ops.cast(ops.broadcast_to(fits, (batch, beams, length)), "int32")
    rows = ops.reshape(ops.arange(batch * beams, dtype="int32"), (batch, beams, 1))
    places = ops.reshape(rows * vocabulary + token_ids, (-1, 1))  # [batch * beams * length, 1]
    totals = ops.scatter(places, ops.reshape(counts, (-1,)), (batch * beams * vocabulary,))
    return ops.reshape(totals > 0, (batch, beams, vocabulary))
