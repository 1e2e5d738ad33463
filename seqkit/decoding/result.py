"""What searches return, and the buffers they write it to."""

from __future__ import annotations

from typing import Any, NamedTuple

from keras import ops

from seqkit.decoding.step import PAD_ID

Tensor = Any


class SearchResult(NamedTuple):
    """The best sequences of every row, the best first.

    A sequence ended with EOS, which is not part of it, or was cut: exactly if its length is its
    row's `max_length`.

    Attributes:
        token_ids: `<int32>[batch, num_best, length]`, without BOS and EOS, PAD on the right.
        lengths: `<int32>[batch, num_best]`, the number of tokens.
        log_probability: `<float32>[batch, num_best]`, the sum over all tokens and EOS, each given
            the tokens before it (natural logarithms); without EOS if the sequence was cut. It is
            the model's own, not normalised again over the allowed tokens.
        score: `<float32>[batch, num_best]`, which ranks the sequences; without penalties the
            log-probability. Where a row has fewer sequences, both are minus infinity and the
            length is 0.
        attention: `<float32>[batch, num_best, length, source]`, from each token to the source,
            zeros after the last; None for a model without attention.
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

    Returns:
        `<int32>[batch, beams, length]`.
    """
    here = ops.equal(ops.arange(ops.shape(token_ids)[-1], dtype="int32"), time)  # [length]
    return ops.where(here, ops.expand_dims(new, -1), token_ids)


def no_tokens(batch: Any, beams: int, length: Any) -> Tensor:
    """Gives `<int32>[batch, beams, length]`, all PAD."""
    return ops.full((batch, beams, length), PAD_ID, dtype="int32")


def no_attention(attention: Tensor, length: Any) -> Tensor:
    """Gives `<float>[length, batch, beams, source]`, zeros to write attention to.

    Steps are the first axis and beams stay in place: the loop writes each step as it is, and the
    attention of each sequence is collected once, at the end.
    """
    return ops.zeros((length, *ops.shape(attention)), attention.dtype)


def put_attention(history: Tensor, time: Tensor, attention: Tensor) -> Tensor:
    """Writes the attention of one step, `<float>[batch, beams, source]`."""
    here = ops.equal(ops.arange(ops.shape(history)[0], dtype="int32"), time)  # [length]
    return ops.where(ops.reshape(here, (-1, 1, 1, 1)), attention, history)


def attention_along(history: Tensor, beams: Tensor, lengths: Tensor) -> Tensor:
    """Collects the attention of each sequence from the beams that its tokens were chosen in.

    Args:
        history: `<float>[length, batch, old beams, source]`.
        beams: `<int32>[batch, beams, length]`, the old beam of each token.
        lengths: `<int32>[batch, beams]`.

    Returns:
        `<float>[batch, beams, length, source]`, zeros after a sequence's end.
    """
    length, batch, old, source = ops.shape(history)
    times = ops.arange(length, dtype="int32")
    rows = ops.reshape(ops.arange(batch, dtype="int32"), (-1, 1, 1))  # [batch, 1, 1]
    places = ops.reshape((times * batch + rows) * old + beams, (-1,))  # [batch * beams * length]
    flat = ops.take(ops.reshape(history, (-1, source)), places, axis=0)
    attention = ops.reshape(flat, (batch, beams.shape[1], length, source))
    valid = ops.less(times, ops.expand_dims(lengths, -1))  # [batch, beams, length]
    return ops.where(ops.expand_dims(valid, -1), attention, ops.zeros_like(attention))
