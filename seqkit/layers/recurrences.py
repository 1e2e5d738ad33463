"""The recurrences themselves: one direction over time, with gradients written by hand.

Automatic differentiation of a loop keeps every intermediate of every step and adds up the
gradient of the recurrent kernel step by step. Here the loop keeps the states, and the gates of an
LSTM; those of a gated recurrent unit are computed again in one large product. The gradient goes
back through time with one small product for each step, and the kernel's gradient is one large
product at the end.

Every function takes time-major tensors and gates in Keras's order, so that weights can be copied
to and from `keras.layers.SimpleRNN`, `GRU` (`reset_after=True`) and `LSTM`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

Tensor = Any
# The state of a cell: `(h,)`, or `(h, c)` of an LSTM, each `<float>[..., dim]`.
State = tuple[Tensor, ...]

# Saturates a gate in every floating type, and is finite in float16 too.
SATURATED = 1e4


def simple_rnn(
    projected: Tensor,
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor,
    recurrent_dropout: Tensor,
    initial: State,
    reverse: bool,
    product_dtype: str | None = None,
) -> State:
    """Runs `h = tanh(x + (h * dropout) U + b)` over time.

    Args:
        projected: `<float>[length, batch, dim]`, inputs times kernel plus bias.
        recurrent_kernel: `<float>[dim, dim]`.
        recurrent_bias: `<float>[dim]`.
        recurrent_dropout: `<float>[batch, dim]`, the same at every step; ones for none.
        initial: the state before the first step, `(h,)`, `<float>[batch, dim]`.
        reverse: whether to go from the last step to the first.
        product_dtype: type of the products of states, and of their gradients, with the kernel,
            such as `"bfloat16"`; None for their own type.

    Returns:
        `(h,)`, `<float>[length, batch, dim]`, the state after every step.

    Source: Elman (1990), "Finding structure in time".
    """

    @ops.custom_gradient
    def run(projected, kernel, bias, dropout, initial):
        low = _low(kernel, product_dtype)

        def step(h, x):
            (h,) = simple_rnn_step(x, (h,), low, bias, dropout)
            return h, h

        _, states = ops.scan(step, initial, projected, reverse=reverse)

        def gradient(*given, upstream=None):
            d_states = _arriving(given, upstream)
            slope = 1 - ops.square(states)
            transposed = ops.transpose(low)

            def step_back(d_h, now):
                d_state, slope = now
                d_sum = (d_h + d_state) * slope
                return times(d_sum, transposed) * dropout, d_sum

            rest = ops.zeros_like(initial)
            d_initial, d_sums = _walk_back(step_back, rest, (d_states, slope), reverse)
            before = _previous(states, initial, reverse)
            weights = _weight_gradients(before * dropout, d_sums, product_dtype)
            return d_sums, *weights, ops.zeros_like(dropout), d_initial

        return states, gradient

    return (run(projected, recurrent_kernel, recurrent_bias, recurrent_dropout, *initial),)


def simple_rnn_step(
    x: Tensor, state: State, kernel: Tensor, bias: Tensor, dropout: Tensor | float = 1.0
) -> State:
    """Takes one step of `simple_rnn`; `x` is `<float>[..., dim]`, and so is the state."""
    (h,) = state
    return (ops.tanh(x + times(h * dropout, kernel) + bias),)


def gru(
    projected: Tensor,
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor,
    recurrent_dropout: Tensor,
    initial: State,
    reverse: bool,
    product_dtype: str | None = None,
) -> State:
    """Runs a gated recurrent unit (reset after the product) over time.

    Args:
        projected: `<float>[length, batch, 3 * dim]`, gates update, reset, candidate.
        recurrent_kernel: `<float>[dim, 3 * dim]`.
        recurrent_bias: `<float>[3 * dim]`.
        recurrent_dropout: as for `simple_rnn`, like all arguments below.
        initial: the state before the first step.
        reverse: whether to go from the last step to the first.
        product_dtype: type of the products with the kernel.

    Returns:
        `(h,)`, `<float>[length, batch, dim]`, the state after every step.

    Source: Cho et al. (2014), arXiv:1406.1078v3, equations 5 to 8, with the reset gate applied
    after the recurrent product as in cuDNN.
    """
    dim = recurrent_kernel.shape[0]

    @ops.custom_gradient
    def run(projected, kernel, bias, dropout, initial):
        low = _low(kernel, product_dtype)

        def step(h, x):
            (h,) = gru_step(x, (h,), low, bias, dropout)
            return h, h

        _, states = ops.scan(step, initial, projected, reverse=reverse)

        def gradient(*given, upstream=None):
            d_states = _arriving(given, upstream)
            before = _previous(states, initial, reverse)
            inner = times(before * dropout, low) + bias
            update, reset, candidate = _gru_gates(projected, inner)
            # The derivatives of the state with respect to the sum under each gate.
            to_candidate = (1 - update) * (1 - ops.square(candidate))
            to_update = (before - candidate) * update * (1 - update)
            to_reset = to_candidate * inner[..., 2 * dim :] * reset * (1 - reset)
            to_inner = ops.concatenate([to_update, to_reset, to_candidate * reset], axis=-1)
            transposed = ops.transpose(low)

            def step_back(d_h, now):
                d_state, update, to_inner = now
                d_h = d_h + d_state
                d_inner = ops.tile(d_h, (1, 3)) * to_inner
                return d_h * update + times(d_inner, transposed) * dropout, d_h

            factors = (d_states, update, to_inner)
            d_initial, d_h = _walk_back(step_back, ops.zeros_like(initial), factors, reverse)
            d_inner = ops.tile(d_h, (1, 1, 3)) * to_inner
            d_projected = ops.concatenate([d_inner[..., : 2 * dim], d_h * to_candidate], axis=-1)
            weights = _weight_gradients(before * dropout, d_inner, product_dtype)
            return d_projected, *weights, ops.zeros_like(dropout), d_initial

        return states, gradient

    return (run(projected, recurrent_kernel, recurrent_bias, recurrent_dropout, *initial),)


def gru_step(
    x: Tensor, state: State, kernel: Tensor, bias: Tensor, dropout: Tensor | float = 1.0
) -> State:
    """Takes one step of `gru`; `x` is `<float>[..., 3 * dim]`, the state `<float>[..., dim]`."""
    (h,) = state
    update, _, candidate = _gru_gates(x, times(h * dropout, kernel) + bias)
    return (candidate + update * (h - candidate),)


def lstm(
    projected: Tensor,
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor,
    recurrent_dropout: Tensor,
    initial: State,
    reverse: bool,
    product_dtype: str | None = None,
) -> State:
    """Runs a long short-term memory over time.

    Args:
        projected: `<float>[length, batch, 4 * dim]`, gates input, forget, candidate, output.
        recurrent_kernel: `<float>[dim, 4 * dim]`.
        recurrent_bias: `<float>[4 * dim]`.
        recurrent_dropout: as for `simple_rnn`, like all arguments below.
        initial: the state before the first step, `(h, c)`, `<float>[batch, dim]` each.
        reverse: whether to go from the last step to the first.
        product_dtype: type of the products with the kernel.

    Returns:
        `(h, c)`, `<float>[length, batch, dim]` each, the state after every step. No gradient flows
        through the `c` returned, as in truncated backpropagation.

    Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000).
    """
    given = (projected, recurrent_kernel, recurrent_bias, recurrent_dropout, *initial)
    # The loop runs outside the function with the gradient, since the cells are returned too: in
    # PyTorch such a function has one result.
    stopped = [ops.stop_gradient(value) for value in given]
    low = _low(stopped[1], product_dtype)

    def step(carry, x):
        h, c, _ = carry
        h, c, gates = _lstm_step(x, (h, c), low, *stopped[2:4])
        return (h, c, gates), (h, c, gates)

    first = (*stopped[4:], ops.zeros_like(stopped[0][0]))
    _, kept = ops.scan(step, first, stopped[0], reverse=reverse)
    return _lstm_states(given, kept, reverse, product_dtype), kept[1]


def _lstm_states(
    given: tuple[Tensor, ...], kept: tuple[Tensor, ...], reverse: bool, product_dtype: str | None
) -> Tensor:
    """Gives the states of an LSTM that has been run, with their gradient.

    Args:
        given: what the LSTM was run with, its initial state last.
        kept: states, cells and gates, `<float>[length, batch, ...]`.
        reverse: as for `lstm`.
        product_dtype: as for `lstm`.

    Returns:
        `<float>[length, batch, dim]`.
    """

    @ops.custom_gradient
    def run(projected, kernel, bias, dropout, initial, initial_cell, states, cells, gates):
        def gradient(*given, upstream=None):
            d_states = _arriving(given, upstream)
            take, forget, candidate, output = ops.split(gates, 4, axis=-1)
            seen = ops.tanh(cells)
            to_cell = output * (1 - ops.square(seen))
            # The derivatives of the cell, and last of the state, with respect to each sum.
            to_sums = ops.concatenate(
                [
                    candidate * take * (1 - take),
                    _previous(cells, initial_cell, reverse) * forget * (1 - forget),
                    take * (1 - ops.square(candidate)),
                    seen * output * (1 - output),
                ],
                axis=-1,
            )
            transposed = ops.transpose(_low(kernel, product_dtype))

            def step_back(carry, now):
                d_h, d_c, _ = carry
                d_state, forget, to_cell, to_sums = now
                d_h = d_h + d_state
                d_c = d_c + d_h * to_cell
                d_sums = ops.concatenate([d_c, d_c, d_c, d_h], axis=-1) * to_sums
                back = (times(d_sums, transposed) * dropout, d_c * forget, d_sums)
                return back, back

            factors = (d_states, forget, to_cell, to_sums)
            # On TensorFlow a scan must collect the structure that it carries.
            rest = (ops.zeros_like(initial), ops.zeros_like(initial_cell), ops.zeros_like(gates[0]))
            (*d_initial, _), (_, _, d_sums) = _walk_back(step_back, rest, factors, reverse)
            before = _previous(states, initial, reverse)
            weights = _weight_gradients(before * dropout, d_sums, product_dtype)
            nothing = [ops.zeros_like(kept) for kept in (states, cells, gates)]
            return d_sums, *weights, ops.zeros_like(dropout), *d_initial, *nothing

        return ops.copy(states), gradient

    return run(*given, *kept)


def lstm_step(
    x: Tensor, state: State, kernel: Tensor, bias: Tensor, dropout: Tensor | float = 1.0
) -> State:
    """Takes one step of `lstm`; `x` is `<float>[..., 4 * dim]`, `h` and `c` `<float>[..., dim]`."""
    h, c, _ = _lstm_step(x, state, kernel, bias, dropout)
    return h, c


def _lstm_step(
    x: Tensor, state: State, kernel: Tensor, bias: Tensor, dropout: Tensor | float
) -> tuple[Tensor, Tensor, Tensor]:
    """Takes one step; gives `h`, `c`, and the gates input, forget, candidate, output."""
    h, c = state
    dim = kernel.shape[0]
    sums = x + times(h * dropout, kernel) + bias
    take_forget, candidate, output = ops.split(sums, [2 * dim, 3 * dim], axis=-1)
    take_forget, candidate = ops.sigmoid(take_forget), ops.tanh(candidate)
    output = ops.sigmoid(output)
    take, forget = ops.split(take_forget, 2, axis=-1)
    c = forget * c + take * candidate
    gates = ops.concatenate([take_forget, candidate, output], axis=-1)
    return output * ops.tanh(c), c, gates


def _gru_gates(x: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Gives update, reset and candidate from the projected input and the recurrent product."""
    dim = x.shape[-1] // 3
    x_gates, x_candidate = ops.split(x, [2 * dim], axis=-1)
    inner_gates, inner_candidate = ops.split(inner, [2 * dim], axis=-1)
    update, reset = ops.split(ops.sigmoid(x_gates + inner_gates), 2, axis=-1)
    return update, reset, ops.tanh(x_candidate + reset * inner_candidate)


def _arriving(given: tuple, upstream: Tensor | None) -> Tensor:
    """Gives the gradient that a custom gradient receives; PyTorch passes it by name."""
    return given[0] if upstream is None else upstream


def _walk_back(step: Callable, rest: Any, inputs: tuple[Tensor, ...], reverse: bool) -> Any:
    """Runs a gradient's step over time, against the direction of the recurrence.

    Args:
        step: from what is carried, and the inputs at one time, to what is carried and collected.
        rest: what is carried at first.
        inputs: `<float>[length, ...]` each.
        reverse: whether the recurrence went from the last step to the first.

    Returns:
        The gradient of the initial state, and what the step collected at each time.
    """
    # Over times, not over the inputs: with several inputs of unknown length `ops.scan` fails on
    # TensorFlow (Keras 3.15), and `fit` makes lengths unknown once it has seen two.
    times = ops.arange(ops.shape(inputs[0])[0])

    def step_at(carry, time):
        return step(carry, tuple(x[time] for x in inputs))

    return ops.scan(step_at, rest, times, reverse=not reverse)


def _previous(states: Tensor, initial: Tensor, reverse: bool) -> Tensor:
    """Gives the state before every step, `<float>[length, batch, dim]`."""
    first = ops.expand_dims(initial, 0)
    return ops.concatenate([states[1:], first] if reverse else [first, states[:-1]], axis=0)


def _weight_gradients(
    before: Tensor, d_sums: Tensor, product_dtype: str | None
) -> tuple[Tensor, Tensor]:
    """Gives the gradients of recurrent kernel and bias from all steps at once."""
    before = ops.reshape(before, (-1, before.shape[-1]))  # [length * batch, dim]
    d_sums = ops.reshape(d_sums, (-1, d_sums.shape[-1]))  # [length * batch, gates * dim]
    return times(ops.transpose(before), _low(d_sums, product_dtype)), ops.sum(d_sums, axis=0)


def times(values: Tensor, matrix: Tensor) -> Tensor:
    """Multiplies in the matrix's type and gives the product in the values' type."""
    return ops.cast(ops.matmul(ops.cast(values, matrix.dtype), matrix), values.dtype)


def _low(matrix: Tensor, dtype: str | None) -> Tensor:
    return matrix if dtype is None else ops.cast(matrix, dtype)


class Recurrence(NamedTuple):
    """What a recurrent layer must know about its cell.

    Attributes:
        run: the function over time; the first tensor of the state is the layer's output.
        step: the function of one step.
        num_states: the number of tensors in its state.
        num_gates: the width of the kernels in multiples of `hidden_dim`.
        resting: for each gate, the projected input that leaves a zero state at zero.
        recurrent_bias: whether the recurrent product has a bias of its own.
    """

    run: Callable[..., State]
    step: Callable[..., State]
    num_states: int
    num_gates: int
    resting: tuple[float, ...]
    recurrent_bias: bool


RECURRENCES = {
    "simple_rnn": Recurrence(simple_rnn, simple_rnn_step, 1, 1, (0.0,), False),
    "gru": Recurrence(gru, gru_step, 1, 3, (SATURATED, 0.0, 0.0), True),
    "lstm": Recurrence(lstm, lstm_step, 2, 4, (-SATURATED, 0.0, 0.0, 0.0), False),
}
