from __future__ import annotations

import itertools
import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.layers import LinearChainCRF

# O, B and I: an I comes only after a B or an I.
TRANSITIONS = [[True, True, False], [True, True, True], [True, True, True]]
START, END = [True, True, False], [True, False, True]
LENGTHS = np.array([5, 3, 2, 1, 0])
MASK = np.arange(5) < LENGTHS[:, np.newaxis]


def drawn_emissions(scale: float = 1.0, dtype: str = "float32") -> np.ndarray:
    return np.random.default_rng(0).normal(size=(*MASK.shape, 3), scale=scale).astype(dtype)


def constrained(**arguments) -> LinearChainCRF:
    crf = LinearChainCRF(3, TRANSITIONS, START, END, **arguments)
    rng = np.random.default_rng(1)
    crf.set_weights([rng.normal(size=w.shape) for w in crf.weights])
    return crf


def is_allowed(tags: tuple[int, ...]) -> bool:
    inside = all(TRANSITIONS[a][b] for a, b in itertools.pairwise(tags))
    return not tags or (START[tags[0]] and END[tags[-1]] and inside)


def probabilities(crf: LinearChainCRF, emissions: np.ndarray, length: int) -> dict:
    """Of every row of tags of a length, on one sentence."""
    every = list(itertools.product(range(3), repeat=length))
    given = np.repeat(emissions[np.newaxis, :length], len(every), axis=0)
    actual = crf.log_likelihood(given, np.array(every))
    return dict(zip(every, np.exp(actual), strict=True))


def test_a_call_gives_the_emissions_and_zeros_at_padding():
    emissions = drawn_emissions()
    crf = LinearChainCRF(3)
    np.testing.assert_array_equal(crf(emissions), emissions)
    emissions[~MASK] = np.nan
    np.testing.assert_array_equal(crf(emissions, MASK), np.nan_to_num(emissions))


@pytest.mark.parametrize("length", [1, 2, 4])
def test_only_allowed_rows_of_tags_are_counted(length):
    crf = constrained(dtype="float64")
    actual = probabilities(crf, drawn_emissions(dtype="float64")[0], length)
    assert math.isclose(sum(actual.values()), 1, abs_tol=1e-9)
    for tags, probability in actual.items():
        assert (probability > 0) == is_allowed(tags), tags


@pytest.mark.parametrize("length", [1, 2, 4])
def test_marginals_are_those_of_allowed_rows(length):
    crf, emissions = constrained(dtype="float64"), drawn_emissions(dtype="float64")
    expected = np.zeros((length, 3))
    for tags, probability in probabilities(crf, emissions[0], length).items():
        expected[np.arange(length), tags] += probability
    actual = crf.marginals(emissions[:1, :length])[0]
    np.testing.assert_allclose(actual, expected, atol=1e-9)


@pytest.mark.parametrize("scale", [1.0, 1e3])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_what_is_forbidden_is_never_decoded(scale, dtype):
    crf = constrained()
    emissions = drawn_emissions(scale, dtype)
    emissions[..., 2] += 5 * scale  # every tag would be an I
    tags, score = crf.decode(emissions, MASK)
    for row, length in zip(tags.numpy().tolist(), LENGTHS, strict=True):
        assert is_allowed(tuple(row[:length])), row
        assert not any(row[length:])
    assert np.isfinite(score).all() and score[-1] == 0
    free, _ = LinearChainCRF(3).decode(emissions, MASK)
    assert not all(is_allowed(tuple(row[:n])) for row, n in zip(free.numpy(), LENGTHS, strict=True))


def test_the_decoded_row_is_the_most_probable_one():
    crf, emissions = constrained(), drawn_emissions()
    actual = probabilities(crf, emissions[0], 4)
    tags, _ = crf.decode(emissions[:1, :4])
    assert actual[tuple(tags[0].numpy().tolist())] == max(actual.values())


def test_constraints_do_not_stop_gradients_of_the_rest():
    crf, emissions = constrained(), tf.constant(drawn_emissions())
    tags = crf.decode(emissions, MASK)[0]
    variables = [w.value for w in crf.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(emissions)
        total = tf.reduce_sum(crf.log_likelihood(emissions, tags, MASK))
    for name, slope in zip("TSEx", tape.gradient(total, [*variables, emissions]), strict=True):
        assert np.isfinite(slope).all() and np.any(slope), name


def test_tags_that_break_the_constraints_give_numbers():
    crf = constrained()
    emissions, tags = tf.constant(drawn_emissions()), np.full(MASK.shape, 2)
    with tf.GradientTape() as tape:
        tape.watch(emissions)
        actual = crf.log_likelihood(emissions, tags, MASK)
    assert np.isfinite(actual).all() and (actual.numpy()[:-1] < -1e5).all() and actual[-1] == 0
    slope = tape.gradient(actual, emissions).numpy()
    assert np.isfinite(slope).all() and np.abs(slope).max() <= 1


def test_weights_of_mixed_precision_are_not_rounded():
    class Asking(keras.layers.Layer):
        """Inside a call Keras casts weights, unless they say otherwise."""

        def call(self, emissions):
            return constrained(dtype="mixed_float16").log_likelihood(emissions, tags, MASK)

    emissions, tags = drawn_emissions(), np.zeros(MASK.shape, "int32")
    assert constrained(dtype="mixed_float16")(emissions).dtype == "float16"
    actual = Asking(dtype="mixed_float16", autocast=False)(emissions)
    expected = constrained().log_likelihood(emissions, tags, MASK)
    np.testing.assert_array_equal(actual, expected)


def test_served_from_a_saved_model(tmp_path):
    crf = constrained()

    class Served(tf.Module):
        def __init__(self):
            super().__init__()
            self.crf = crf

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None, 3], "float32"),
                tf.TensorSpec([None, None], "bool"),
            ]
        )
        def answer(self, emissions, padding_mask):
            tags, score = self.crf.decode(emissions, padding_mask)
            likelihood = self.crf.log_likelihood(emissions, tags, padding_mask)
            at_tags = self.crf.marginals(emissions, padding_mask)
            return {"tags": tags, "score": score, "likelihood": likelihood, "at_tags": at_tags}

    module = Served()
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    emissions = drawn_emissions()
    for length in (5, 1):
        given = emissions[:, :length], MASK[:, :length]
        tags, score = crf.decode(*given)
        served = loaded.answer(*map(tf.constant, given))
        np.testing.assert_array_equal(served["tags"], tags)
        np.testing.assert_allclose(served["score"], score, rtol=1e-6)
        np.testing.assert_allclose(served["at_tags"], crf.marginals(*given), atol=1e-6)
        expected = crf.log_likelihood(given[0], tags, given[1])
        np.testing.assert_allclose(served["likelihood"], expected, atol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_or_not_the_answers_are_the_same(jit_compile):
    crf, emissions = constrained(), drawn_emissions()
    run = tf.function(crf.decode, jit_compile=jit_compile)
    for actual, expected in zip(run(emissions, MASK), crf.decode(emissions, MASK), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-6)


def test_config_and_keras_file(tmp_path):
    crf = constrained(name="crf")
    config = json.loads(json.dumps(crf.get_config()))
    assert config["allowed_transitions"] == TRANSITIONS
    assert (config["allowed_start"], config["allowed_end"]) == (START, END)
    again = LinearChainCRF.from_config(config)
    assert again.get_config() == crf.get_config()
    assert again.allowed_transitions == TRANSITIONS
    assert LinearChainCRF.from_config(LinearChainCRF(4).get_config()).allowed_start is None

    given = keras.Input((None, 3)), keras.Input((None,), dtype="bool")
    model = keras.Model(given, crf(*given))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").get_layer("crf")
    emissions = drawn_emissions()
    for actual, expected in zip(
        loaded.decode(emissions, MASK), crf.decode(emissions, MASK), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_tags": 0}, "num_tags is 0; give at least 1"),
        ({"allowed_start": [True, True]}, r"allowed_start is \[True, True\]; give 3 truth values"),
        ({"allowed_end": [False] * 3}, r"allowed_end is .* allows no tag; allow at least one"),
        ({"allowed_transitions": [[True] * 3] * 2}, "give 3 rows of 3 truth values"),
        ({"allowed_transitions": [[True] * 2] * 3}, "give 3 rows of 3 truth values"),
        ({"allowed_transitions": [[True] * 3, [True] * 3, [True]]}, "give 3 rows of 3"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearChainCRF(**({"num_tags": 3} | arguments))


@pytest.mark.parametrize("method", ["__call__", "decode", "marginals"])
def test_emissions_of_another_width(method):
    with pytest.raises(ValueError, match=r"emissions have the shape \(2, 4, 5\) and num_tags is 3"):
        getattr(LinearChainCRF(3), method)(np.zeros((2, 4, 5), "float32"))
