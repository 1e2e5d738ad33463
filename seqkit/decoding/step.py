"""One step of a model: from the last token of every sequence to scores for the next.

All that a search knows of a model is its step function, `step(token_ids, state)`:

- `token_ids` is `<int32>[batch, beams]`, the last token of every sequence;
- `state` is whatever the model remembers of each sequence: at least one tensor
  `[batch, beams, ...]`, in nested lists, tuples or dicts;
- it returns a `StepResult`, whose `state` has the structure, shapes and types of the one given.

What does not change from step to step, such as an encoder's outputs, is not part of the state: the
function closes over it, shaped `[batch, ...]`, and it is never repeated for each beam. The first
state has one beam, `[batch, 1, ...]`. A search calls the step with one beam first and with all its
beams afterwards, so the step must work with any number; the first call is outside of any loop and
may create weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import ops

Tensor = Any

PAD_ID, UNK_ID, BOS_ID, EOS_ID = 0, 1, 2, 3
NEVER_PRODUCED = (PAD_ID, UNK_ID, BOS_ID)


class StepResult(NamedTuple):
    """What a step function returns.

    Attributes:
        logits: `<float>[batch, beams, vocabulary]`, of the next token, before the softmax.
        state: what the model remembers, structured like the state given.
        attention: `<float>[batch, beams, source]`, weights of the source positions, summing to 1;
            None for a model without attention.

    Example:
        >>> import numpy as np
        >>> from keras import ops
        >>> following = np.eye(6, k=1)  # each token is most likely followed by the next id
        >>> def step(token_ids, state):
        ...     return StepResult(ops.take(following, token_ids, axis=0), state)
        >>> np.asarray(step(np.array([[4]]), None).logits).argmax(axis=-1).tolist()
        [[5]]
    """

    logits: Tensor
    state: Any
    attention: Tensor | None = None


Step = Callable[[Tensor, Any], StepResult]


def first_state(state: Any) -> Any:
    """Converts a first state to tensors and refuses one that is not `[batch, 1, ...]`."""
    state = keras.tree.map_structure(ops.convert_to_tensor, state)
    tensors = keras.tree.flatten(state)
    if not tensors:
        raise ValueError(
            f"state is {state!r}, without a tensor; give at least one, [batch, 1, ...]: it says "
            "how large the batch is"
        )
    for tensor in tensors:
        if len(tensor.shape) < 2 or tensor.shape[1] != 1:
            raise ValueError(
                f"state has a tensor of shape {tuple(tensor.shape)}; a first state has one beam: "
                "give [batch, 1, ...], for example by ops.expand_dims(x, 1)"
            )
    return state


def batch_size(state: Any) -> Any:
    """Gives the number of rows of a state: an int where it is known, otherwise a tensor."""
    return ops.shape(keras.tree.flatten(state)[0])[0]


def take_step(step: Step, token_ids: Tensor, state: Any) -> StepResult:
    """Calls a step function, checks its result, and casts logits and attention to at least float32.

    Args:
        step: the step function.
        token_ids: `<int32>[batch, beams]`, the last token of every sequence.
        state: tensors `[batch, beams, ...]`, nested in any way.

    Returns:
        The result, its shapes known as far as those of the arguments are.
    """
    result = StepResult(*step(token_ids, state))
    logits = _at_least_float32(result.logits)
    if len(logits.shape) != 3 or logits.shape[-1] is None:
        raise ValueError(
            f"the step returned logits of the shape {tuple(logits.shape)}; return [batch, beams, "
            "vocabulary], the size of the vocabulary known beforehand"
        )
    batch, beams = batch_size(state), token_ids.shape[1]
    logits = ops.reshape(logits, (batch, beams, logits.shape[-1]))
    attention = result.attention
    if attention is not None:
        attention = _at_least_float32(attention)
        if len(attention.shape) != 3:
            raise ValueError(
                f"the step returned attention of the shape {tuple(attention.shape)}; return "
                "[batch, beams, source], averaged over heads if there are several"
            )
        attention = ops.reshape(attention, (batch, beams, ops.shape(attention)[-1]))
    return StepResult(logits, result.state, attention)


def take_beams(values: Any, beams: Tensor) -> Any:
    """Gathers, for every new beam, the values of the beam that it continues.

    Args:
        values: tensors `[batch, old beams, ...]`, nested in any way.
        beams: `<int32>[batch, new beams]`, the old beam that each continues.

    Returns:
        Tensors `[batch, new beams, ...]`, nested in the same way.
    """
    batch, new = ops.shape(beams)[0], beams.shape[1]
    rows = ops.expand_dims(ops.arange(batch, dtype="int32"), 1)  # [batch, 1]

    def take(tensor: Tensor) -> Tensor:
        # One gather over rows and beams together is the fastest.
        rest = tuple(ops.shape(tensor))[2:]
        places = ops.reshape(rows * tensor.shape[1] + beams, (-1,))  # [batch * new beams]
        matrix = ops.reshape(tensor, (-1, *rest))  # [batch * old beams, ...]
        return ops.reshape(ops.take(matrix, places, axis=0), (batch, new, *rest))

    return keras.tree.map_structure(take, values)


def log_normaliser(logits: Tensor, greatest: Tensor | None = None) -> Tensor:
    """Gives the logarithm of the sum of the exponentials of logits.

    Args:
        logits: `<float>[batch, beams, vocabulary]`.
        greatest: `<float>[batch, beams]`, the greatest logit of each beam, if it is known already.

    Returns:
        `<float>[batch, beams]`; a logit minus this is a log-probability.
    """
    if greatest is None:
        greatest = ops.max(logits, axis=-1)
    # The greatest logit has the greatest probability. On CPU a softmax takes half the time of a
    # logsumexp.
    return greatest - ops.log(ops.max(ops.softmax(logits, axis=-1), axis=-1))


def _at_least_float32(tensor: Tensor) -> Tensor:
    tensor = ops.convert_to_tensor(tensor)
    return ops.cast(tensor, keras.backend.result_type(tensor.dtype, "float32"))
