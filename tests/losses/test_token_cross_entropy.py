"""TokenCrossEntropy against the formula, its gradient against TensorFlow's own."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.layers import TokenOutput, token_logits
from seqkit.losses import TokenCrossEntropy

VOCABULARY, DIM = 9, 4
TARGETS = np.array([[4, 8, 3, 0], [5, 3, 0, 0]], "int32")


def asked(seed: int = 0) -> tuple[TokenOutput, tf.Tensor]:
    layer = TokenOutput(VOCABULARY)
    rng = np.random.default_rng(seed)
    features = tf.constant(rng.normal(size=(2, 4, DIM)), tf.float32)
    layer(features)
    layer.set_weights([rng.normal(size=(VOCABULARY, DIM))])
    return layer, features


def by_formula(layer: TokenOutput, features: tf.Tensor, smoothing: float) -> tf.Tensor:
    truth = (1 - smoothing) * tf.one_hot(TARGETS, VOCABULARY) + smoothing / VOCABULARY
    logs = tf.nn.log_softmax(token_logits(layer, features))
    valid = tf.constant(TARGETS != 0, tf.float32)
    return -tf.reduce_sum(truth * logs * valid[..., None]) / tf.reduce_sum(valid)


@pytest.mark.parametrize(
    ("smoothing", "product_dtype", "tolerance"),
    [(0.0, None, 1e-5), (0.1, None, 1e-5), (0.5, None, 1e-5), (0.1, "bfloat16", 0.03)],
)
def test_value_and_gradients_are_those_of_the_formula(smoothing, product_dtype, tolerance):
    layer, features = asked()
    actual = []
    loss = TokenCrossEntropy(layer, smoothing, product_dtype=product_dtype)
    for function in (
        lambda: loss(TARGETS, features),
        lambda: by_formula(layer, features, smoothing),
    ):
        with tf.GradientTape() as tape:
            tape.watch(features)
            value = function()
        actual.append([value, *tape.gradient(value, [features, layer.embeddings.value])])
    for ours, theirs in zip(*actual, strict=True):
        assert ours.dtype == "float32"
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance / 10)


def test_a_batch_of_padding_alone_costs_nothing():
    layer, features = asked()
    assert float(TokenCrossEntropy(layer)(np.zeros((2, 4), "int32"), features)) == 0


def test_a_token_that_is_all_but_impossible_costs_much_and_not_infinitely():
    layer, features = asked()
    loss = TokenCrossEntropy(layer)(TARGETS, features * 1e4)
    assert 50 < float(loss) < 100


@pytest.mark.score
def test_the_vectors_of_an_embedding_are_trained_from_both_sides():
    keras.utils.set_random_seed(0)
    ids = keras.Input((None,), dtype="int32")
    embedding = keras.layers.Embedding(VOCABULARY, DIM)
    model = keras.Model(ids, keras.layers.Dense(DIM)(embedding(ids)))
    model.compile(keras.optimizers.Adam(0.1), TokenCrossEntropy(embedding, 0.1))
    before = embedding.get_weights()[0]
    history = model.fit(np.roll(TARGETS, 1), TARGETS, epochs=20, verbose=0).history["loss"]
    # Highest seen over seeds 0 to 4: 0.39 of the first.
    assert history[-1] < history[0] / 2
    # Token 7 comes in no text; as an answer that is wrong it is moved all the same.
    assert (before[7] != embedding.get_weights()[0][7]).any()


def test_arguments_are_checked(tmp_path):
    layer, features = asked()
    with pytest.raises(TypeError, match="TokenOutput"):
        TokenCrossEntropy("output")
    with pytest.raises(ValueError, match="label_smoothing"):
        TokenCrossEntropy(layer, 1.0)
    again = keras.losses.deserialize(keras.losses.serialize(TokenCrossEntropy(layer, 0.2)))
    assert again.label_smoothing == 0.2
    with pytest.raises(ValueError, match="compile the model again"):
        again(TARGETS, features)
