"""Gradients are measured as they are, and the picture of them is whole and always the same."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from benchmarks import vanishing_gradients
from benchmarks.vanishing_gradients import CELLS, PICTURE, TRAINED, UNTRAINED, Curve
from seqkit.layers import RecurrentStack

_NAME = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str | None]:
    return [element.text for element in ElementTree.fromstring(picture).iter(f"{_NAME}text")]


@pytest.mark.parametrize("cell", CELLS)
def test_norms_are_those_of_the_jacobian(cell):
    stack = RecurrentStack(4, cell=cell)
    random = np.random.default_rng(0)
    inputs = random.normal(size=(1, 5, 3)).astype("float32")
    # The same sequence often: the mean over the random vectors is then close to what is estimated.
    norms = vanishing_gradients.gradient_norms(stack, inputs.repeat(4000, axis=0), random)

    def last(sequence):
        return stack(sequence, np.zeros((len(sequence), stack.state_dim), "float32"))[0][:, -1]

    for distance, norm in enumerate(norms):
        moved = inputs.repeat(6, axis=0)
        for number in range(3):
            moved[2 * number, -1 - distance, number] += 0.01
            moved[2 * number + 1, -1 - distance, number] -= 0.01
        found = np.asarray(last(moved))
        jacobian = (found[::2] - found[1::2]) / 0.02
        assert norm == pytest.approx(float(np.linalg.norm(jacobian)), rel=0.05)


def test_what_is_to_be_remembered_came_first_and_is_marked():
    inputs, first = vanishing_gradients.make_sequences(np.random.default_rng(0), 20, 6)
    assert inputs.shape == (20, 6, 9) and (inputs[:, :, :8].sum(axis=2) == 1).all()
    assert (inputs[:, 0, :8].argmax(axis=1) == first).all()
    assert inputs[:, :, 8].tolist() == [[1, 0, 0, 0, 0, 0]] * 20


def test_a_few_steps_give_finite_falling_norms_and_a_picture(tmp_path, monkeypatch):
    cells = ("simple_rnn", "lstm")
    monkeypatch.setattr(vanishing_gradients, "CELLS", cells)
    picture = tmp_path / "picture.svg"
    curves = vanishing_gradients.main(steps=2, seeds=1, hidden_dim=8, picture=picture)
    assert {title: tuple(by_cell) for title, by_cell in curves.items()} == {
        UNTRAINED: cells,
        TRAINED: cells,
    }
    for by_cell in curves.values():
        for norms, accuracy in by_cell.values():
            assert norms.shape == (51,) and np.isfinite(norms).all()
            assert norms[0] == 1 and 0 < norms[50] < norms[20] < norms[5] < 1
            assert 0 <= accuracy <= 1
    assert {*cells, UNTRAINED, TRAINED, "steps back"} <= set(texts(picture.read_text("utf-8")))


def test_the_same_curves_give_the_same_picture(tmp_path):
    curves = {TRAINED: {cell: Curve(np.array([1.0, 0.1, 0.01]), 0.5) for cell in CELLS}}
    paths = [tmp_path / name for name in ("one.svg", "two.svg")]
    for path in paths:
        vanishing_gradients.draw(curves, path)
    one, two = (path.read_text("utf-8") for path in paths)
    assert one == two and "simple_rnn, 50% right" in texts(one)


def test_the_committed_picture_is_whole():
    found = texts(PICTURE.read_text("utf-8"))
    assert {*CELLS, UNTRAINED, TRAINED} <= set(found)
    assert sum("% right" in (text or "") for text in found) == len(CELLS)
