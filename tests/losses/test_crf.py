from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqkit.layers import LinearChainCRF
from seqkit.losses import CRFNegativeLogLikelihood

NUM_TAGS = 3


def drawn_sentences(length: int, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sentences whose first token shows the first tag; each tag is one more than the last."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, length + 1, rows)
    first = rng.integers(0, NUM_TAGS, rows)
    mask = np.arange(length) < lengths[:, np.newaxis]
    tags = (first[:, np.newaxis] + np.arange(length)) % NUM_TAGS
    token_ids = np.full((rows, length), NUM_TAGS + 1)  # a token that shows nothing
    token_ids[:, 0] = 1 + first
    return np.where(mask, token_ids, 0).astype("int32"), np.where(mask, tags, -1).astype("int32")


def tagger() -> tuple[keras.Model, LinearChainCRF]:
    keras.utils.set_random_seed(0)
    token_ids = keras.Input((None,), dtype="int32")
    emissions = keras.layers.Embedding(NUM_TAGS + 2, NUM_TAGS)(token_ids)
    crf = LinearChainCRF(NUM_TAGS, name="crf")
    return keras.Model(token_ids, crf(emissions, ops.not_equal(token_ids, 0))), crf


def compiled(rate: float = 0.1, **arguments) -> tuple[keras.Model, LinearChainCRF]:
    model, crf = tagger()
    loss = CRFNegativeLogLikelihood(crf)
    model.compile(keras.optimizers.Adam(rate), loss=loss, **arguments)
    return model, crf


def test_the_sum_is_divided_by_the_number_of_tokens():
    model, crf = tagger()
    crf.set_weights([np.random.default_rng(2).normal(size=w.shape) for w in crf.weights])
    token_ids, tags = drawn_sentences(5, 4, seed=1)
    emissions = model(token_ids)
    loss = CRFNegativeLogLikelihood(crf)
    likelihoods = crf.log_likelihood(emissions, tags, tags >= 0).numpy()
    expected = -likelihoods.sum() / (tags >= 0).sum()
    np.testing.assert_allclose(loss(tags, emissions), expected, rtol=1e-6)
    wider = np.pad(tags, [(0, 2), (0, 3)], constant_values=-1)
    padded = np.pad(emissions, [(0, 2), (0, 3), (0, 0)], constant_values=9)
    np.testing.assert_allclose(loss(wider, padded), expected, rtol=1e-6)
    weights = np.array([1.0, 0.0, 2.0, 0.5])
    weighted = -(likelihoods * weights).sum() / (tags >= 0).sum()
    np.testing.assert_allclose(loss(tags, emissions, weights), weighted, rtol=1e-6)


def test_a_batch_of_padding_costs_nothing():
    loss = CRFNegativeLogLikelihood(LinearChainCRF(3))
    assert float(loss(np.full((2, 3), -1), np.ones((2, 3, 3), "float32"))) == 0


def test_evaluate_gives_the_loss_of_the_batch():
    model, crf = compiled()
    token_ids, tags = drawn_sentences(5, 6, seed=1)
    expected = CRFNegativeLogLikelihood(crf)(tags, model(token_ids))
    np.testing.assert_allclose(model.evaluate(token_ids, tags, verbose=0), expected, rtol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_every_weight_is_trained(jit_compile):
    model, _ = compiled(jit_compile=jit_compile)
    before = [w.numpy().copy() for w in model.trainable_weights]
    assert len(before) == 4
    model.fit(*drawn_sentences(5, 16, seed=1), verbose=0)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all() and (weight.numpy() != old).any(), weight.path


@pytest.mark.score
def test_learns_what_only_transitions_can_know():
    model, crf = compiled()
    parts = [drawn_sentences(length, 64, seed=length) for length in (3, 5, 8)]

    def buckets():
        yield from parts

    data = tf.data.Dataset.from_generator(
        buckets, output_signature=(tf.TensorSpec([None, None], "int32"),) * 2
    )
    losses = model.fit(data.repeat(20), epochs=2, steps_per_epoch=30, verbose=0).history["loss"]
    token_ids, tags = drawn_sentences(8, 50, seed=9)
    actual, _ = crf.decode(model(token_ids), token_ids != 0)
    np.testing.assert_array_equal(np.where(tags >= 0, actual, -1), tags)
    # Highest seen over seeds 0 to 4: 0.0115.
    assert losses[-1] < 0.1


@pytest.mark.usefixtures("at_once")
def test_a_loaded_model_is_compiled_again_and_trains_on(tmp_path):
    model, _ = compiled()
    token_ids, tags = drawn_sentences(5, 16, seed=1)
    model.fit(token_ids, tags, verbose=0)
    model.save(tmp_path / "model.keras")
    for compile_too in (True, False):
        loaded = keras.models.load_model(tmp_path / "model.keras", compile=compile_too)
        for weight, expected in zip(loaded.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(weight, expected)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"layer is None.*compile the model again"):
        loaded.fit(token_ids, tags, verbose=0)
    for one in (model, loaded):
        loss = CRFNegativeLogLikelihood(one.get_layer("crf"))
        one.compile(keras.optimizers.SGD(0.5), loss=loss)
        one.fit(token_ids, tags, shuffle=False, verbose=0)
    for weight, expected in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_config():
    loss = CRFNegativeLogLikelihood(LinearChainCRF(3), name="x", dtype="float64")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert again.get_config() == loss.get_config()
    assert (again.name, again.dtype, again.layer) == ("x", "float64", None)


def test_a_layer_that_is_no_crf():
    with pytest.raises(TypeError, match=r"layer is <Dense.*; give the LinearChainCRF of the model"):
        CRFNegativeLogLikelihood(keras.layers.Dense(3))
