"""Linear chains: the likelihood of tags, the best tags, and the probability of each tag.

A chain scores a sequence of tags by the sum of one emission for each position, one transition for
each pair of neighbours, and one score each for the first and the last tag. Sums over all sequences
are formed by the forward and backward recursions, in logarithms and at least float32. Scores may be
very low, as those of forbidden transitions are, but must be finite.

The gradient of the log partition function is written by hand. Automatic differentiation of the
loop would keep a number for every pair of tags at every position; here the loop keeps one for
every tag, and the backward loop adds up the expected transitions.

Sources: Lafferty, McCallum and Pereira (2001), "Conditional random fields"; Rabiner (1989), "A
tutorial on hidden Markov models", section III (forward, backward, Viterbi); with scores from a
neural network: Lample et al. (2016), arXiv:1603.01360, section 2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import ops

Tensor = Any


class Chain(NamedTuple):
    """A batch of chains, time first: steps are slices, not gathers.

    Attributes:
        emissions: `<float>[length, batch, tags]`, zeros at padding.
        valid: `<float>[length, batch, 1]`, one at valid positions and zero at padding.
        transitions: `<float>[tags, tags]`, from the row's tag to the column's.
        start: `<float>[tags]`.
        end: `<float>[tags]`.
    """

    emissions: Tensor
    valid: Tensor
    transitions: Tensor
    start: Tensor
    end: Tensor


def make_chain(
    emissions: Tensor,
    padding_mask: Tensor | None,
    transitions: Tensor,
    start: Tensor,
    end: Tensor,
) -> Chain:
    """Puts time first, casts everything to one type, and sets emissions at padding to zero.

    Args:
        emissions: `<float>[batch, length, num_tags]`, `length` at least 1, padded on the right.
        padding_mask: `<bool>[batch, length]`, true at valid positions; None if all are.
        transitions: `<float>[num_tags, num_tags]`, scores from the row's tag to the column's.
        start: `<float>[num_tags]`, scores of starting with a tag.
        end: `<float>[num_tags]`, scores of ending with a tag.

    Returns:
        The chains, float64 if the emissions are, float32 otherwise.
    """
    emissions = ops.convert_to_tensor(emissions)
    dtype = keras.backend.result_type(emissions.dtype, "float32")
    emissions = ops.transpose(ops.cast(emissions, dtype), (1, 0, 2))  # [length, batch, tags]
    if padding_mask is None:
        valid = ops.ones_like(emissions[..., :1], dtype="bool")
    else:
        valid = ops.transpose(ops.cast(padding_mask, "bool"))  # [length, batch]
        valid = ops.expand_dims(valid, -1)  # [length, batch, 1]
    # `where`, not a product with zero: values at padding may be anything, NaN included.
    emissions = ops.where(valid, emissions, ops.zeros_like(emissions))
    # Copies, because TensorFlow refuses custom gradients with respect to a variable as such.
    scores = (ops.cast(ops.copy(x), dtype) for x in (transitions, start, end))
    return Chain(emissions, ops.cast(valid, dtype), *scores)


def log_likelihood(chain: Chain, tags: Tensor) -> Tensor:
    """Gives the log-probability of each row's tags.

    Args:
        chain: the chains.
        tags: `<int>[batch, length]`, from 0 to below `num_tags`; anything at padding.

    Returns:
        `<float>[batch]`, 0 for a row that is all padding.

    Example:
        >>> import numpy as np
        >>> flat = make_chain(np.zeros((1, 3, 2)), None, np.zeros((2, 2)), np.zeros(2), np.zeros(2))
        >>> round(float(np.exp(log_likelihood(flat, np.array([[0, 1, 1]])))[0]), 6)
        0.125
    """
    # Subtracting the same number from all tags of a position does not change probabilities, and
    # small sums keep more digits.
    highest = ops.stop_gradient(ops.max(chain.emissions, axis=-1, keepdims=True))
    chain = chain._replace(emissions=chain.emissions - highest)
    return _path_score(chain, tags) - _log_partition(chain)


def marginals(chain: Chain) -> Tensor:
    """Gives the probability of each tag at each position, over all sequences of tags.

    They are the gradient of the log partition function, but not meant for training: use
    `log_likelihood`.

    Args:
        chain: the chains.

    Returns:
        `<float>[batch, length, num_tags]`, summing to 1 at each valid position, zeros at padding.

    Example:
        >>> import numpy as np
        >>> never_twice = np.array([[-1e4, 0.0], [0.0, -1e4]])
        >>> emissions = np.array([[[np.log(3), 0.0], [0.0, 0.0]]])
        >>> chain = make_chain(emissions, None, never_twice, np.zeros(2), np.zeros(2))
        >>> np.round(marginals(chain), 2).tolist()
        [[[0.75, 0.25], [0.25, 0.75]]]
    """
    at_tags = ops.softmax(_forward(chain) + _backward(chain), axis=-1)
    return ops.transpose(at_tags * chain.valid, (1, 0, 2))  # [batch, length, tags]


def viterbi(chain: Chain) -> tuple[Tensor, Tensor]:
    """Gives the best tags of each row; any of several equally good ones.

    Args:
        chain: the chains.

    Returns:
        `<int32>[batch, length]`, the tags, 0 at padding, and `<float>[batch]`, their score (a sum
        of scores, not a probability), 0 for a row that is all padding.

    Example:
        >>> import numpy as np
        >>> never_twice = np.array([[-1e4, 0.0], [0.0, -1e4]])
        >>> emissions = np.array([[[1.0, 0.0], [1.0, 0.0], [3.0, 0.0]]])
        >>> chain = make_chain(emissions, None, never_twice, np.zeros(2), np.zeros(2))
        >>> tags, score = viterbi(chain)
        >>> np.asarray(tags).tolist(), np.asarray(score).tolist()
        ([[0, 1, 0]], [4.0])
    """
    to_from = ops.transpose(chain.transitions)

    bests = _forward(chain, ops.max)  # [length, batch, tags]
    ended = bests[-1] + chain.end

    # The tag before is only computed on the way back: only that of one tag is needed, and on
    # TensorFlow `ops.scan` must collect the shapes and types that it carries.
    def step_back(tag, time):
        before = bests[ops.maximum(time - 1, 0)] + ops.take(to_from, tag, axis=0)  # [batch, tags]
        came_from = ops.cast(ops.argmax(before, axis=-1), "int32")
        return ops.where(chain.valid[time, :, 0] > 0, came_from, tag), tag

    last = ops.cast(ops.argmax(ended, axis=-1), "int32")
    _, tags = ops.scan(step_back, last, _times(chain), reverse=True)  # [length, batch]
    valid = chain.valid[..., 0]
    tags = ops.transpose(tags * ops.cast(valid, "int32"))  # [batch, length]
    return tags, ops.max(ended, axis=-1) * valid[0]


def _path_score(chain: Chain, tags: Tensor) -> Tensor:
    """Gives `<float>[batch]`: the chain's score of each row's tags."""
    valid = chain.valid[..., 0]
    tags = ops.transpose(ops.cast(tags, "int32"))  # [length, batch]
    tags = ops.where(valid > 0, tags, ops.zeros_like(tags))
    # [length, batch, 1]
    emitted = ops.take_along_axis(chain.emissions, ops.expand_dims(tags, -1), axis=-1)
    # Looked up, not multiplied with one-hot vectors: accelerators may round products.
    pairs = tags[:-1] * chain.start.shape[0] + tags[1:]  # [length - 1, batch]
    between = ops.take(ops.reshape(chain.transitions, (-1,)), pairs) * valid[1:]
    is_last = valid - ops.concatenate([valid[1:], ops.zeros_like(valid[:1])], axis=0)
    at_each = emitted[..., 0] * valid + ops.take(chain.end, tags) * is_last
    first = ops.take(chain.start, tags[0]) * valid[0]
    return ops.sum(at_each, axis=0) + ops.sum(between, axis=0) + first


def _log_partition(chain: Chain) -> Tensor:
    """Gives `<float>[batch]`: the log partition function, 0 for a row that is all padding."""

    @ops.custom_gradient
    def run(emissions, valid, transitions, start, end):
        chain = Chain(emissions, valid, transitions, start, end)
        alphas = _forward(chain)
        total = ops.logsumexp(alphas[-1] + end, axis=-1) * valid[0, :, 0]

        def gradient(*given, upstream=None):
            # PyTorch passes the gradient by name, after the inputs.
            arriving = ops.expand_dims(given[0] if upstream is None else upstream, -1)
            betas = _backward(chain)
            d_emissions = ops.softmax(alphas + betas, axis=-1) * valid * arriving
            d_transitions = _expected_transitions(chain, betas, d_emissions)
            d_start = ops.sum(d_emissions[0], axis=0)
            # After a row's last position its alphas do not change.
            d_end = ops.sum(ops.softmax(alphas[-1] + end, axis=-1) * valid[0] * arriving, axis=0)
            return d_emissions, ops.zeros_like(valid), d_transitions, d_start, d_end

        return total, gradient

    return run(*chain)


def _forward(chain: Chain, join: Callable[..., Tensor] = ops.logsumexp) -> Tensor:
    """Gives `<float>[length, batch, tags]`: the log of the sum over all beginnings up to a tag.

    Joined by `ops.max` instead, it is the score of the best beginning. The values at a row's last
    position are repeated after it.
    """
    to_from = ops.transpose(chain.transitions)

    def step(alpha, time):
        arriving = join(ops.expand_dims(alpha, 1) + to_from, axis=-1)  # [batch, tags]
        arriving = ops.where(time > 0, arriving, chain.start) + chain.emissions[time]
        alpha = ops.where(chain.valid[time] > 0, arriving, alpha)
        return alpha, alpha

    return ops.scan(step, ops.zeros_like(chain.emissions[0]), _times(chain))[1]


def _backward(chain: Chain) -> Tensor:
    """Gives `<float>[length, batch, tags]`: the log of the sum over all endings after a tag.

    From a row's last position on, these are the scores of ending with the tag.
    """

    def step(beta, time):
        onward = ops.logsumexp(_onward(chain, beta, time), axis=-1)  # [batch, tags]
        return ops.where(chain.valid[time] > 0, onward, beta), beta

    last = ops.zeros_like(chain.emissions[0]) + chain.end
    return ops.scan(step, last, _times(chain), reverse=True)[1]


def _expected_transitions(chain: Chain, betas: Tensor, at_tags: Tensor) -> Tensor:
    """Sums the probability of each transition over all positions and rows.

    Args:
        chain: the chains.
        betas: `<float>[length, batch, tags]`, from `_backward`.
        at_tags: `<float>[length, batch, tags]`, the probability of each tag at each position,
            times the gradient that its row receives.

    Returns:
        `<float>[tags, tags]`.
    """

    def step(time, expected):
        # The probability of a tag, times that of the next tag given it. Each sums to 1 by itself,
        # so that rounding cannot make it more.
        following = ops.softmax(_onward(chain, betas[time], time), axis=-1)  # [batch, tags, tags]
        counted = ops.expand_dims(at_tags[time - 1] * chain.valid[time], -1)  # [batch, tags, 1]
        return expected + ops.sum(counted * following, axis=0)

    length = ops.shape(betas)[0]
    return ops.fori_loop(1, length, step, ops.zeros_like(chain.transitions))


def _onward(chain: Chain, beta: Tensor, time: Tensor) -> Tensor:
    """Gives `<float>[batch, tags, tags]`: from each tag before `time` to each tag at it, and on."""
    return ops.expand_dims(chain.emissions[time] + beta, 1) + chain.transitions


def _times(chain: Chain) -> Tensor:
    """Gives `<int32>[length]`, which all loops run over.

    Not over the inputs: with several inputs of unknown length `ops.scan` fails on TensorFlow
    (Keras 3.15), and `fit` makes lengths unknown once it has seen two.
    """
    return ops.arange(ops.shape(chain.emissions)[0], dtype="int32")
