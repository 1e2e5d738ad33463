"""How probable a model finds a given sequence."""

from __future__ import annotations

from typing import Any

from keras import ops

from seqkit.decoding.limits import Limits
from seqkit.decoding.roll_out import roll_out
from seqkit.decoding.step import (
    BOS_ID,
    EOS_ID,
    PAD_ID,
    Step,
    batch_size,
    first_state,
    first_tokens,
    take_beams,
)

Tensor = Any


def sequence_log_probability(
    step: Step,
    state: Any,
    token_ids: Tensor,
    *,
    bos_id: int | Tensor = BOS_ID,
    eos_id: int = EOS_ID,
) -> Tensor:
    """Adds up the log-probabilities of given tokens, each after those before it, and of EOS.

    Args:
        step: the step function, see `seqkit.decoding.step`.
        state: the first state, tensors `[batch, 1, ...]`, nested in any way.
        token_ids: `<int>[batch, sequences, length]`, several sequences for each row, without BOS
            and EOS, PAD on the right: such as a `SearchResult` has.
        bos_id: what sequences begin with, one for all or `<int32>[batch]`.
        eos_id: what ends a sequence.

    Returns:
        `<float32>[batch, sequences]`, natural logarithms. For a sequence that a search has cut
        this is less than the search's own, by the log-probability of EOS.

    Raises:
        ValueError: token ids, the state or what the step returns are not shaped as they should be.

    Example:
        >>> import numpy as np
        >>> from keras import ops
        >>> from seqkit.decoding import StepResult
        >>> def step(token_ids, state):  # eight tokens, equally likely
        ...     return StepResult(ops.zeros((*ops.shape(token_ids), 8)), state)
        >>> token_ids = np.array([[[4, 5, 4], [6, 0, 0]]])
        >>> found = sequence_log_probability(step, np.zeros((1, 1, 1)), token_ids)
        >>> np.round(found / np.log(8), 4).tolist()
        [[-4.0, -2.0]]
    """
    state = first_state(state)
    token_ids = ops.cast(token_ids, "int32")
    if len(token_ids.shape) != 3 or token_ids.shape[1] is None:
        raise ValueError(
            f"token_ids has the shape {tuple(token_ids.shape)}; give [batch, sequences, length], "
            "the number of sequences known beforehand"
        )
    batch, sequences = batch_size(state), token_ids.shape[1]
    same = ops.zeros((batch, sequences), "int32")
    padded = ops.pad(token_ids, ((0, 0), (0, 0), (0, 1)), constant_values=PAD_ID)
    given = ops.where(ops.equal(padded, PAD_ID), eos_id, padded)
    size = ops.shape(given)[-1]
    found = roll_out(
        step,
        take_beams(state, same),
        first_tokens(bos_id, batch, sequences),
        lambda logits, time: ops.take(given, time, axis=2),
        Limits(size, ops.broadcast_to(ops.cast(size, "int32"), (batch,))),
        eos_id,
    )
    return found.log_probability
