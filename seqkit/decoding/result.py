"""What searches return."""

from __future__ import annotations

from typing import Any, NamedTuple

from keras import ops

from seqkit.decoding.step import PAD_ID

Tensor = Any


class SearchResult(NamedTuple):
    """The sequences found for every row, best first.

    A sequence ends with EOS, which is not in it, or is cut: it has as many tokens as its row may
    have. So one is cut exactly if its length is its row's `max_length`.

    Attributes:
        token_ids: `<int32>[batch, num_best, length]`, without BOS and EOS, PAD on the right.
        lengths: `<int32>[batch, num_best]`, how many tokens each has.
        log_probability: `<float32>[batch, num_best]`, of all tokens and EOS given what preceded
            them, added up (natural logarithm); without EOS for a sequence that is cut. It is the
            model's own: nothing that was banned is shared out among the rest.
        score: `<float32>[batch, num_best]`, what they are ranked by; the log-probability unless
            there are penalties. Minus infinity, as the log-probability, where no further sequence
            exists; that one has the length 0 then.
        attention: `<float32>[batch, num_best, length, source]`, from each token to the source,
            zeros after the last; None if the model has none.
    """

    token_ids: Tensor
    lengths: Tensor
    log_probability: Tensor
    score: Tensor
    attention: Tensor | None


def put(token_ids: Tensor, time: Tensor, new: Tensor) -> Tensor:
    """Writes one token of every sequence.

    Args:
        token_ids: `<int32>[batch, beams, length]`.
        time: `<int32>[]`, where to write.
        new: `<int32>[batch, beams]`.
    """
    here = ops.equal(ops.arange(ops.shape(token_ids)[-1], dtype="int32"), time)
    return ops.where(here, ops.expand_dims(new, -1), token_ids)


def no_tokens(batch: Any, beams: int, size: Any) -> Tensor:
    """Gives `<int32>[batch, beams, size]`, PAD throughout."""
    return ops.full((batch, beams, size), PAD_ID, dtype="int32")


def no_attention(attention: Tensor, size: Any) -> Tensor:
    """Gives `<float>[size, batch, beams, source]`, zeros to write attention into.

    Steps come first and beams stay where they were: what is written in a loop is then sorted by
    sequences once, at the end, and not at every step.
    """
    return ops.zeros((size, *ops.shape(attention)), attention.dtype)


def put_attention(history: Tensor, time: Tensor, attention: Tensor) -> Tensor:
    """Writes the attention of one step, `<float>[batch, beams, source]`."""
    here = ops.equal(ops.arange(ops.shape(history)[0], dtype="int32"), time)
    return ops.where(ops.reshape(here, (-1, 1, 1, 1)), attention, history)


def attention_along(history: Tensor, beams: Tensor, lengths: Tensor) -> Tensor:
    """Collects the attention of sequences that were in one beam now and another then.

    Args:
        history: `<float>[size, batch, old beams, source]`.
        beams: `<int32>[batch, beams, size]`, the beam each token came from.
        lengths: `<int32>[batch, beams]`.

    Returns:
        `<float>[batch, beams, size, source]`, zeros from a sequence's end on.
    """
    size, batch, old, source = ops.shape(history)
    times = ops.arange(size, dtype="int32")
    rows = ops.reshape(ops.arange(batch, dtype="int32"), (-1, 1, 1))
    places = ops.reshape((times * batch + rows) * old + beams, (-1,))
    flat = ops.take(ops.reshape(history, (-1, source)), places, axis=0)
    attention = ops.reshape(flat, (batch, beams.shape[1], size, source))
    valid = ops.less(times, ops.expand_dims(lengths, -1))
    return ops.where(ops.expand_dims(valid, -1), attention, ops.zeros_like(attention))
