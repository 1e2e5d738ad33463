"""Drawing a token from a distribution, or from its most probable part."""

from __future__ import annotations

from typing import Any, NamedTuple

from keras import ops

from seqkit.decoding.top_tokens import top_tokens

Tensor = Any

# Sorting a whole vocabulary takes longer than a step of a model. Learned distributions hardly ever
# need more tokens than these to reach `top_p`.
FIRST_RANKS = 256
# So that a temperature of zero does not divide zero by zero.
LEAST_TEMPERATURE = 1e-30


class Draw(NamedTuple):
    """How tokens are drawn.

    Attributes:
        temperature: `<float32>[1 or batch, 1]`; 0 takes the most probable token.
        top_k: a number, or `<int32>[1 or batch, 1]`, where below 1 is no limit; None for no limit.
        top_p: a number below 1, or `<float32>[1 or batch, 1]`; None for no limit.
    """

    temperature: Tensor
    top_k: Any
    top_p: Any

    def __call__(self, logits: Tensor, numbers: Tensor) -> Tensor:
        """Draws a token for each row, by inverting the cumulative distribution.

        Args:
            logits: `<float>[batch, vocabulary]`, minus infinity for forbidden tokens.
            numbers: `<float32>[batch]`, from 0 to below 1, multiples of 2 to the power of -23.

        Returns:
            `<int32>[batch]`.
        """
        numbers = ops.where(self.temperature > 0, ops.expand_dims(numbers, -1), 0.0)  # [batch, 1]
        # The greatest becomes zero first, so that no temperature makes it infinite.
        logits = logits - ops.max(logits, axis=-1, keepdims=True)
        temperature = ops.maximum(self.temperature, LEAST_TEMPERATURE)
        probabilities = ops.softmax(logits / ops.cast(temperature, logits.dtype), axis=-1)
        vocabulary = probabilities.shape[-1]
        if self.top_k is None and self.top_p is None:
            return _draw(probabilities, True, numbers)
        if isinstance(self.top_k, int):
            top_k = min(self.top_k, vocabulary)
            return self._draw_ranked(top_tokens(probabilities, top_k), numbers, top_k, vocabulary)
        return self._draw_limited(probabilities, numbers)

    def _draw_limited(self, probabilities: Tensor, numbers: Tensor) -> Tensor:
        """Draws where the number of tokens to rank is only known from the values."""
        vocabulary = probabilities.shape[-1]
        top_k = ops.reshape(vocabulary if self.top_k is None else self.top_k, (-1, 1))
        top_k = ops.where(ops.logical_and(top_k > 0, top_k < vocabulary), top_k, vocabulary)
        top_p = 1.0 if self.top_p is None else self.top_p

        def draw_ranked() -> Tensor:
            ranks = min(FIRST_RANKS, vocabulary)
            first = top_tokens(probabilities, ranks)
            # Without `top_k` the sum of the first ranks must reach `top_p`; with it `top_k` ranks
            # are enough, since `top_p` is a share of their sum.
            reached = ops.logical_and(
                ops.equal(top_k, vocabulary), ops.cumsum(first[0], axis=-1)[:, -1:] >= top_p
            )
            enough = ops.logical_or(ops.logical_or(top_k <= ranks, reached), unlimited)
            return ops.cond(
                ops.all(enough),
                lambda: self._draw_ranked(first, numbers, top_k, vocabulary),
                lambda: self._draw_ranked(
                    ops.top_k(probabilities, vocabulary), numbers, top_k, vocabulary
                ),
            )

        def draw_any() -> Tensor:
            return _draw(probabilities, True, numbers)

        unlimited = ops.logical_and(ops.equal(top_k, vocabulary), ops.greater_equal(top_p, 1.0))
        if self.top_k is None and isinstance(self.top_p, float):
            return draw_ranked()
        # What is drawn for a row must not depend on the limits of the others: without limits the
        # order is always that of the vocabulary.
        return ops.cond(
            ops.all(unlimited),
            draw_any,
            lambda: ops.where(ops.squeeze(unlimited, -1), draw_any(), draw_ranked()),
        )

    def _draw_ranked(
        self, ranked: tuple[Tensor, Tensor], numbers: Tensor, top_k: Any, vocabulary: int
    ) -> Tensor:
        """Draws from the most probable tokens, as far as the limits keep them.

        Args:
            ranked: `<float>[batch, ranks]`, probabilities, the greatest first, and
                `<int32>[batch, ranks]`, their tokens.
            numbers: `<float32>[batch, 1]`, from 0 to below 1.
            top_k: a number or `<int32>[1 or batch, 1]`, from 1 to the vocabulary's size.
            vocabulary: the number of tokens.

        Returns:
            `<int32>[batch]`.
        """
        probabilities, token_ids = ranked
        sums = ops.cumsum(probabilities, axis=-1)
        kept = ops.less(ops.arange(probabilities.shape[-1], dtype="int32"), top_k)
        if self.top_p is not None:
            share = ops.max(ops.where(kept, sums, ops.zeros_like(sums)), axis=-1, keepdims=True)
            share = ops.where(ops.less(top_k, vocabulary), share, ops.ones_like(share))
            kept = ops.logical_and(kept, sums - probabilities < self.top_p * share)
        place = _draw(probabilities, kept, numbers)  # [batch]
        return ops.take_along_axis(token_ids, ops.expand_dims(place, -1), axis=-1)[:, 0]  # [batch]


def _draw(probabilities: Tensor, kept: Any, numbers: Tensor) -> Tensor:
    """Gives the first place where the cumulative sum of what is kept exceeds its drawn share.

    Args:
        probabilities: `<float>[batch, places]`.
        kept: `<bool>[batch, places]`, or True for all.
        numbers: `<float32>[batch, 1]`, the drawn shares, from 0 to below 1.

    Returns:
        `<int32>[batch]`, 0 where nothing is kept.
    """
    # Masked, although the sums do not grow at places that are not kept: sums formed in parallel
    # may fall a little there.
    sums = ops.cumsum(probabilities, axis=-1)
    kept = ops.logical_and(probabilities > 0, kept)
    sums = ops.where(kept, sums, ops.zeros_like(sums))
    share = ops.max(sums, axis=-1, keepdims=True) * ops.cast(numbers, sums.dtype)
    return ops.top_k(ops.cast(sums > share, "float32"), 1)[1][:, 0]  # [batch]
