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
from functools import partial
from typing import Any, NamedTuple

from keras import ops

Tensor = Any
# The state of a cell: `(h,)`, or `(h, c)` of an LSTM, each `<float>[..., dim]`.
State = tuple[Tensor, ...]

# Saturates a gate in every floating type, and is finite in float16 too.
SATURATED = 1e4


class Run(NamedTuple):
    """What a recurrence is run over time with.

    Attributes:
        projected: `<float>[length, batch, gates * dim]`, inputs times kernel plus bias.
        kernel: `<float>[dim, gates * dim]`, of the recurrent product.
        bias: `<float>[gates * dim]`, of the recurrent product.
        dropout: `<float>[batch, dim]`, the factors of `h` in the recurrent product, the same at
            every step; ones for none.
        initial: the state before the first step, `<float>[batch, dim]` each.
        reverse: whether to go from the last step to the first.
        product_dtype: type of the products of states, and of their gradients, with the kernel,
            such as `"bfloat16"`; None for their own type.
    """

    projected: Tensor
    kernel: Tensor
    bias: Tensor
    dropout: Tensor
    initial: State
    reverse: bool
    product_dtype: str | None = None


def simple_rnn_step(
    x: Tensor, state: State, kernel: Tensor, bias: Tensor, dropout: Tensor | float = 1.0
) -> State:
    """Takes one step, `h = tanh(x + (h * dropout) U + b)`.

    `x` is `<float>[..., dim]`, and so is the state.

    Source: Elman (1990), "Finding structure in time".
    """
    (h,) = state
    return (ops.tanh(x + times(h * dropout, kernel) + bias),)


def _simple_rnn_gradient(
    given: Run, states: Tensor, before: Tensor, d_states: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of projected inputs, of recurrent products and of the initial state."""
    transposed = ops.transpose(given.kernel)

    def step_back(d_h, now):
        d_state, slope = now
        d_sum = (d_h + d_state) * slope
        return times(d_sum, transposed) * given.dropout, d_sum

    factors = (d_states, 1 - ops.square(states))
    rest = ops.zeros_like(given.initial[0])
    d_initial, d_sums = _walk_back(step_back, rest, factors, given.reverse)
    return d_sums, d_sums, d_initial


def gru_step(
    x: Tensor, state: State, kernel: Tensor, bias: Tensor, dropout: Tensor | float = 1.0
) -> State:
    """Takes one step of a gated recurrent unit; gates update, reset, candidate.

    `x` is `<float>[..., 3 * dim]`, the state `<float>[..., dim]`.

    Source: Cho et al. (2014), arXiv:1406.1078v3, equations 5 to 8, with the reset gate applied
    after the recurrent product as in cuDNN.
    """
    (h,) = state
    update, _, candidate = _gru_gates(x, times(h * dropout, kernel) + bias)
    return (candidate + update * (h - candidate),)


def _gru_gradient(
    given: Run, states: Tensor, before: Tensor, d_states: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of projected inputs, of recurrent products and of the initial state."""
    dim = given.kernel.shape[0]
    inner = times(before * given.dropout, given.kernel) + given.bias
    update, reset, candidate = _gru_gates(given.projected, inner)
    # The derivatives of the state with respect to the sum under each gate.
    to_candidate = (1 - update) * (1 - ops.square(candidate))
    to_update = (before - candidate) * update * (1 - update)
    to_reset = to_candidate * inner[..., 2 * dim :] * reset * (1 - reset)
    to_inner = ops.concatenate([to_update, to_reset, to_candidate * reset], axis=-1)
    transposed = ops.transpose(given.kernel)

    def step_back(d_h, now):
        d_state, update, to_inner = now
        d_h = d_h + d_state
        d_inner = ops.tile(d_h, (1, 3)) * to_inner
        return d_h * update + times(d_inner, transposed) * given.dropout, d_h

    factors = (d_states, update, to_inner)
    rest = ops.zeros_like(given.initial[0])
    d_initial, d_h = _walk_back(step_back, rest, factors, given.reverse)
    d_inner = ops.tile(d_h, (1, 1, 3)) * to_inner
    d_projected = ops.concatenate([d_inner[..., : 2 * dim], d_h * to_candidate], axis=-1)
    return d_projected, d_inner, d_initial


def _run_one_state(step: Callable[..., State], find_gradients: Callable, given: Run) -> State:
    """Runs a cell whose only state is its output.

    Args:
        step: its function of one step.
        find_gradients: from the arguments of the run, the kernel in the type of its products, the
            states after and before every step and the gradient of those after it, to the gradients
            of projected inputs, of recurrent products and of the initial state.
        given: the arguments of the run.

    Returns:
        `(h,)`, `<float>[length, batch, dim]`, the state after every step.
    """

    @ops.custom_gradient
    def run(projected, kernel, bias, dropout, initial):
        low = _low(kernel, given.product_dtype)
        inside = Run(projected, low, bias, dropout, (initial,), given.reverse)

        def go_on(h, x):
            (h,) = step(x, (h,), low, bias, dropout)
            return h, h

        _, states = ops.scan(go_on, initial, projected, reverse=given.reverse)

        def gradient(*arriving, upstream=None):
            before = _previous(states, initial, given.reverse)
            d_projected, d_products, d_initial = find_gradients(
                inside, states, before, _arriving(arriving, upstream)
            )
            weights = _weight_gradients(before * dropout, d_products, given.product_dtype)
            return d_projected, *weights, ops.zeros_like(dropout), d_initial

        return states, gradient

    return (run(*given[:4], *given.initial),)


def _run_lstm(given: Run) -> State:
    """Runs a long short-term memory over time.

    Returns:
        `(h, c)`, `<float>[length, batch, dim]` each, the state after every step. No gradient flows
        through the `c` returned, as in truncated backpropagation.
    """
    # The loop runs outside the function with the gradient, since the cells are returned too: in
    # PyTorch such a function has one result.
    stopped = [ops.stop_gradient(value) for value in (*given[:4], *given.initial)]
    low = _low(stopped[1], given.product_dtype)

    def step(carry, x):
        h, c, _ = carry
        h, c, gates = _lstm_step(x, (h, c), low, *stopped[2:4])
        return (h, c, gates), (h, c, gates)

    first = (*stopped[4:], ops.zeros_like(stopped[0][0]))
    _, kept = ops.scan(step, first, stopped[0], reverse=given.reverse)
    return _lstm_states(given, kept), kept[1]


def _lstm_states(given: Run, kept: tuple[Tensor, ...]) -> Tensor:
    """Gives the states of an LSTM that has been run, with their gradient.

    Args:
        given: the arguments of the run.
        kept: states, cells and gates, `<float>[length, batch, ...]`.

    Returns:
        `<float>[length, batch, dim]`.
    """
    reverse, product_dtype = given.reverse, given.product_dtype

    @ops.custom_gradient
    def run(projected, kernel, bias, dropout, initial, initial_cell, states, cells, gates):
        def gradient(*arriving, upstream=None):
            d_states = _arriving(arriving, upstream)
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

    return run(*given[:4], *given.initial, *kept)


def lstm_step(
    x: Tensor, state: State, kernel: Tensor, bias: Tensor, dropout: Tensor | float = 1.0
) -> State:
    """Takes one step of a long short-term memory; gates input, forget, candidate, output.

    `x` is `<float>[..., 4 * dim]`, `h` and `c` `<float>[..., dim]`.

    Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000).
    """
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
        step: the function of one step.
        over_time: the function over time, from the arguments of a run to the state after every
            step, `<float>[length, batch, dim]` each; the first of them is the layer's output.
        num_states: the number of tensors in its state.
        num_gates: the width of the kernels in multiples of `hidden_dim`.
        resting: for each gate, the projected input that leaves a zero state at zero.
        recurrent_bias: whether the recurrent product has a bias of its own.
    """

    step: Callable[..., State]
    over_time: Callable[[Run], State]
    num_states: int
    num_gates: int
    resting: tuple[float, ...]
    recurrent_bias: bool

    def run(self, *given: Any) -> State:
        """Runs over time; for arguments and results see `Run` and `over_time`."""
        return self.over_time(Run(*given))


_simple_rnn = partial(_run_one_state, simple_rnn_step, _simple_rnn_gradient)
_gru = partial(_run_one_state, gru_step, _gru_gradient)
RECURRENCES = {
    "simple_rnn": Recurrence(simple_rnn_step, _simple_rnn, 1, 1, (0.0,), False),
    "gru": Recurrence(gru_step, _gru, 1, 3, (SATURATED, 0.0, 0.0), True),
    "lstm": Recurrence(lstm_step, _run_lstm, 2, 4, (-SATURATED, 0.0, 0.0, 0.0), False),
}
