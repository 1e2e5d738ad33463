"""Draws how the gradient of a recurrent layer falls with distance: `docs/vanishing_gradients.svg`.

    python -m benchmarks.vanishing_gradients [--steps 300] [--seeds 5]

For each kind of cell, before training and after learning to say, at every step, which symbol came
first: what the output of the last step owes to the input of each step before. The same version of
the libraries gives the same file.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import matplotlib
import numpy as np
import tensorflow as tf
import tyro
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from seqkit.layers import RecurrentStack
from seqkit.layers.recurrences import RECURRENCES

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "vanishing_gradients.svg"
CELLS = tuple(RECURRENCES)
UNTRAINED, TRAINED = "before training", "after learning what came first"

_SYMBOLS = 8
# Longer than what is learned on: what was learned is to hold beyond.
_LEARNED_LENGTH, _MEASURED_LENGTH = 30, 51
_BATCH = 64
_LEARNING_RATE, _LARGEST_NORM = 5e-3, 1.0
# Colours that differ in lightness too, and dashes: colour never is the only sign.
_LINES = {"simple_rnn": ("#b3361b", "-"), "gru": ("#e8a010", "--"), "lstm": ("#0b5cad", "-.")}
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "seqkit",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


class Network(NamedTuple):
    """A recurrent layer, and the network that says with it which symbol came first.

    Attributes:
        stack: the layer.
        model: `<float32>[batch, length, symbols + 1]` and a first state to logits
            `<float32>[batch, length, symbols]`.
    """

    stack: RecurrentStack
    model: keras.Model


class Curve(NamedTuple):
    """What was measured of a kind of cell.

    Attributes:
        norms: `<float64>[length]`, the norm at each distance as a share of that at distance 0; the
            median of the seeds.
        accuracy: how often the last step says rightly which symbol came first; likewise.
    """

    norms: np.ndarray
    accuracy: float


def main(
    steps: int = 300, seeds: int = 5, hidden_dim: int = 32, picture: Path = PICTURE
) -> dict[str, dict[str, Curve]]:
    """Measures, draws the picture, and prints how much is left at some distances.

    Args:
        steps: Training steps.
        seeds: Networks of each kind; medians are drawn.
        hidden_dim: Units of the layer.
        picture: The file to write.

    Returns:
        What is drawn, by panel and kind of cell.
    """
    curves = {
        title: {cell: measure(cell, number, range(seeds), hidden_dim) for cell in CELLS}
        for title, number in ((UNTRAINED, 0), (TRAINED, steps))
    }
    for title, by_cell in curves.items():
        for cell, (norms, accuracy) in by_cell.items():
            left = ", ".join(f"{norms[k]:.0e} at {k}" for k in (1, 10, len(norms) - 1))
            print(f"{title}, {cell}: {left}; {accuracy:.0%} right", flush=True)
    draw(curves, picture)
    print(picture)
    return curves


def measure(cell: str, steps: int, seeds: range, hidden_dim: int) -> Curve:
    """Trains networks of a kind and measures them.

    Args:
        cell: kind of recurrent cell.
        steps: of training; 0 for none.
        seeds: one network for each.
        hidden_dim: units of the layer.

    Returns:
        Medians over the networks.
    """
    norms, right = [], []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        random = np.random.default_rng(seed)
        network = build_network(cell, hidden_dim)
        if steps:
            inputs, first = make_sequences(random, steps * _BATCH, _LEARNED_LENGTH)
            targets = first[:, np.newaxis].repeat(_LEARNED_LENGTH, axis=1)
            state = np.zeros((len(inputs), network.stack.state_dim), "float32")
            network.model.fit([inputs, state], targets, batch_size=_BATCH, shuffle=False, verbose=0)
        inputs, first = make_sequences(random, _BATCH, _MEASURED_LENGTH)
        state = np.zeros((len(inputs), network.stack.state_dim), "float32")
        said = np.asarray(network.model([inputs, state]))[:, -1].argmax(axis=-1)
        right.append(float((said == first).mean()))
        measured = gradient_norms(network.stack, inputs, random)
        norms.append(measured / measured[0])
    return Curve(np.median(norms, axis=0), statistics.median(right))


def build_network(cell: str, hidden_dim: int) -> Network:
    """Builds and compiles a network.

    Args:
        cell: kind of recurrent cell.
        hidden_dim: units of the layer.

    Returns:
        The network, untrained.
    """
    stack = RecurrentStack(hidden_dim, cell=cell)
    inputs, state = keras.Input((None, _SYMBOLS + 1)), keras.Input((stack.state_dim,))
    outputs, _ = stack(inputs, state)
    model = keras.Model([inputs, state], keras.layers.Dense(_SYMBOLS)(outputs))
    model.compile(
        keras.optimizers.Adam(_LEARNING_RATE, global_clipnorm=_LARGEST_NORM),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # Compiling would take longer than these few steps.
        jit_compile=False,
    )
    return Network(stack, model)


def make_sequences(
    random: np.random.Generator, rows: int, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Makes sequences of which the first symbol is to be remembered, and no other.

    Args:
        random: where they come from.
        rows: how many.
        length: steps of each.

    Returns:
        `<float32>[rows, length, symbols + 1]`, symbols as one-hot vectors and, beside them, 1 at
        the first step; and `<int64>[rows]`, the first symbols.

    Source: after the tasks of Hochreiter and Schmidhuber (1997), section 5.2, where a symbol must
    be kept while others pass.
    """
    symbols = random.integers(0, _SYMBOLS, (rows, length))
    inputs = np.zeros((rows, length, _SYMBOLS + 1), "float32")
    np.put_along_axis(inputs, symbols[..., np.newaxis], 1.0, axis=2)
    inputs[:, 0, _SYMBOLS] = 1.0
    return inputs, symbols[:, 0]


def gradient_norms(
    stack: RecurrentStack, inputs: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Measures how much the last output changes with the input at each step before.

    The Frobenius norm of the Jacobian matrix is estimated: for a vector `u` of independent normal
    values, the mean of the squared norm of `u` times the matrix is the square of it. So one walk
    back through time is enough, with a `u` for each row.

    Args:
        stack: the layer.
        inputs: `<float32>[batch, length, dim]`.
        random: where the vectors come from.

    Returns:
        `<float64>[length]`, the root of the mean square over the rows, by distance from the last
        step: 0, 1, 2, …
    """
    given = tf.constant(inputs)
    vectors = random.normal(size=(len(inputs), stack.hidden_dim)).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(given)
        outputs, _ = stack(given, tf.zeros((len(inputs), stack.state_dim)))
        seen = tf.reduce_sum(outputs[:, -1] * vectors)
    gradient = tape.gradient(seen, given).numpy().astype("float64")
    return np.sqrt(np.square(gradient).sum(axis=2).mean(axis=0))[::-1]


def draw(curves: Mapping[str, Mapping[str, Curve]], picture: Path) -> None:
    """Draws a panel for each title, on one logarithmic axis.

    Args:
        curves: by title and kind of cell.
        picture: the file to write, in SVG; letters are text in the reader's own fonts.
    """
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(8.4, 3.6), layout="constrained")
        FigureCanvasSVG(figure)
        panels: Any = figure.subplots(1, len(curves), sharey=True, squeeze=False)[0]
        for axes, (title, by_cell) in zip(panels, curves.items(), strict=True):
            for cell, (norms, accuracy) in by_cell.items():
                colour, dashes = _LINES[cell]
                label = cell if title == UNTRAINED else f"{cell}, {accuracy:.0%} right"
                axes.plot(range(len(norms)), norms, dashes, color=colour, label=label)
            axes.set_yscale("log")
            axes.set_title(title, fontsize=11)
            axes.set_xlabel("steps back")
            axes.grid(alpha=0.25)
            axes.legend(frameon=False)
        panels[0].set_ylabel("norm of the gradient, of that at 0")
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    tyro.cli(main)
