"""RecurrentDecoder: one step after the other gives what all steps together give."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from seqkit.layers import RecurrentDecoder, SourceAttention

BATCH, LENGTH, SOURCE, DIM = 3, 4, 5, 4
MASK = np.arange(SOURCE) < np.array([5, 3, 1])[:, np.newaxis]


def made(**arguments):
    keras.utils.set_random_seed(1)
    decoder = RecurrentDecoder(7, 6, **arguments)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(BATCH, LENGTH, DIM)).astype("float32")
    source = rng.normal(size=(BATCH, SOURCE, 8)).astype("float32")
    final_state = rng.normal(size=(BATCH, 8)).astype("float32")
    decoder(inputs[:, :1], source, final_state, MASK)
    for weight in decoder.weights:
        weight.assign(rng.normal(size=weight.shape, scale=0.4))
    return decoder, inputs, source, final_state


@pytest.mark.parametrize("cell", ["gru", "lstm", "simple_rnn"])
@pytest.mark.parametrize("attention", ["dot", "additive"])
@pytest.mark.parametrize("input_feeding", [False, True])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_steps_give_what_the_whole_gives(cell, attention, input_feeding, num_layers):
    decoder, inputs, source, final_state = made(
        cell=cell, attention=attention, input_feeding=input_feeding, num_layers=num_layers
    )
    whole = decoder(inputs, source, final_state, MASK)
    seen = decoder.look_at(ops.convert_to_tensor(source), ops.convert_to_tensor(MASK))
    state = decoder.first_state(ops.convert_to_tensor(final_state))
    for time in range(LENGTH):
        now = ops.convert_to_tensor(inputs[:, time : time + 1])
        features, state, weights = decoder.step(now, state, seen)
        np.testing.assert_allclose(features[:, 0], whole[:, time], atol=1e-5)
        np.testing.assert_allclose(ops.sum(weights, axis=-1), 1, atol=1e-5)
        assert not np.asarray(weights)[~np.broadcast_to(MASK[:, None], weights.shape)].any()


@pytest.mark.parametrize("input_feeding", [False, True])
@pytest.mark.parametrize("mask", [None, MASK])
def test_several_targets_of_a_source_are_as_the_source_repeated(input_feeding, mask):
    decoder, inputs, source, final_state = made(
        input_feeding=input_feeding, num_layers=2, cell="lstm"
    )
    targets = np.stack([inputs, 1 - inputs, inputs**2, -inputs], axis=1)
    masks = [] if mask is None else [mask]
    together = decoder(targets, source, final_state, *masks)
    assert tuple(together.shape) == (BATCH, 4, LENGTH, 6)
    repeated = [np.repeat(x, 4, axis=0) for x in (source, final_state, *masks)]
    apart = decoder(targets.reshape(-1, LENGTH, DIM), *repeated)
    np.testing.assert_allclose(np.reshape(together, apart.shape), apart, atol=1e-5)
    symbolic = decoder.compute_output_shape((None, None, None, DIM))
    assert symbolic == (None, None, None, 6)


@pytest.mark.parametrize("input_feeding", [False, True])
def test_each_target_has_a_dropout_of_its_own(input_feeding):
    decoder, inputs, source, final_state = made(
        input_feeding=input_feeding, num_layers=2, dropout=0.5, recurrent_dropout=0.5, seed=1
    )
    same = np.stack([inputs, inputs], axis=1)
    one, other = np.moveaxis(np.asarray(decoder(same, source, final_state, training=True)), 1, 0)
    assert np.isfinite(one).all() and (one != other).any(axis=(1, 2)).all()


def test_beams_do_not_mix():
    decoder, inputs, source, final_state = made(input_feeding=True, num_layers=2)
    seen = decoder.look_at(ops.convert_to_tensor(source), ops.convert_to_tensor(MASK))
    first = decoder.first_state(ops.convert_to_tensor(final_state))
    beams = keras.tree.map_structure(lambda x: ops.repeat(x, LENGTH, axis=1), first)
    together, _, _ = decoder.step(ops.convert_to_tensor(inputs), beams, seen)
    for beam in range(LENGTH):
        one = ops.convert_to_tensor(inputs[:, beam : beam + 1])
        alone, _, _ = decoder.step(one, first, seen)
        np.testing.assert_allclose(together[:, beam], alone[:, 0], atol=1e-6)


def test_what_comes_later_is_not_seen():
    decoder, inputs, source, final_state = made(num_layers=2)
    changed = inputs.copy()
    changed[:, 3:] += 1
    before, after = (decoder(x, source, final_state, MASK) for x in (inputs, changed))
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert (np.asarray(before[:, 3]) != np.asarray(after[:, 3])).any()


def test_input_feeding_sees_what_was_looked_at_before():
    """A change of the source at the first step is still there at a later one."""
    for input_feeding in (False, True):
        decoder, inputs, source, final_state = made(input_feeding=input_feeding)
        seen = decoder.look_at(ops.convert_to_tensor(source), None)
        other = decoder.look_at(ops.convert_to_tensor(source[::-1].copy()), None)
        state = decoder.first_state(ops.convert_to_tensor(final_state))
        now = ops.convert_to_tensor(inputs[:, :1])
        outputs = []
        for first in (seen, other):
            _, after, _ = decoder.step(now, state, first)
            outputs.append(np.asarray(decoder.step(now, after, seen)[0]))
        assert (outputs[0] != outputs[1]).any() == input_feeding


@pytest.mark.parametrize("score", ["dot", "scaled_dot", "additive"])
def test_attention_is_the_formula(score):
    rng = np.random.default_rng(2)
    query, source = rng.normal(size=(1, 2, 3)), rng.normal(size=(1, 4, 5))
    layer = SourceAttention(score)
    context, weights = layer(query, source)
    named = {weight.name: np.asarray(weight) for weight in layer.weights}
    keys = source[0] @ named["key_kernel"]
    if score != "additive":
        scores = query[0] @ keys.T / (3**0.5 if score == "scaled_dot" else 1)
    else:
        inner = query[0] @ named["query_kernel"] + named["bias"]
        scores = (np.tanh(inner[:, None] + keys[None]) @ named["vector"])[..., 0]
    expected = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(weights[0], expected, atol=1e-5)
    np.testing.assert_allclose(context[0], expected @ source[0], atol=1e-5)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("hidden_dim", 0),
        ("output_dim", 0),
        ("num_layers", 0),
        ("dropout", 1.0),
        ("cell", "rnn"),
        ("recurrent_dropout", -0.1),
        ("attention", "cosine"),
    ],
)
def test_arguments_are_checked(argument, value):
    with pytest.raises(ValueError, match=argument):
        RecurrentDecoder(**({"hidden_dim": 2, "output_dim": 2} | {argument: value}))
