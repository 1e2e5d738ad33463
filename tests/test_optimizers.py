from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.optimizers import LazyAdam, sum_repeated

ROWS, DIM = 8, 3
START = np.random.default_rng(0).normal(size=(ROWS, DIM)).astype("float32")


def row_gradient(indices: list[int], seed: int) -> tf.IndexedSlices:
    values = np.random.default_rng(seed).normal(size=(len(indices), DIM)).astype("float32")
    return tf.IndexedSlices(tf.constant(values), tf.constant(indices), tf.constant([ROWS, DIM]))


def whole(gradient: tf.IndexedSlices) -> np.ndarray:
    dense = np.zeros((ROWS, DIM), "float32")
    np.add.at(dense, gradient.indices.numpy(), gradient.values.numpy())
    return dense


def after(optimizer, gradients, start=START) -> tuple[np.ndarray, list[np.ndarray]]:
    """The weights, and the moments, after these gradients."""
    variable = keras.Variable(start)
    optimizer.build([variable])
    for gradient in gradients:
        optimizer.apply([gradient], [variable])
    kept = [v.numpy() for v in optimizer.variables if v.shape == (ROWS, DIM)]
    return variable.numpy(), kept


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"amsgrad": True},
        {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
        {"global_clipnorm": 0.7},
        {"clipnorm": 0.7},
        {"clipvalue": 0.2},
        {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
        {"weight_decay": 0.1},
        {"learning_rate": keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)},
    ],
    ids=lambda arguments: "-".join(arguments) or "plain",
)
def test_equals_adam_where_every_row_is_used(arguments):
    # Every row, in any order, some of them several times.
    orders = [[7, 6, 5, 4, 3, 2, 1, 0], [0, 1, 2, 3, 4, 5, 6, 7, 7, 3], [3, 3, 3, *range(8)]]
    rows = [row_gradient(order, seed) for seed, order in enumerate(orders)]
    settings = {"learning_rate": 0.05} | arguments
    lazy, lazy_state = after(LazyAdam(**settings), rows)
    adam, adam_state = after(keras.optimizers.Adam(**settings), [whole(g) for g in rows])
    np.testing.assert_allclose(lazy, adam, atol=1e-6)
    assert len(lazy_state) == len(adam_state) >= 2
    for here, there in zip(lazy_state, adam_state, strict=True):
        np.testing.assert_allclose(here, there, atol=1e-6)


def test_rows_that_are_not_used_are_left_alone():
    """Also those that have moments from an earlier step, which Adam would go on moving."""
    first, second = row_gradient([2, 5, 2], 0), row_gradient([5], 1)
    weights_1, state_1 = after(LazyAdam(0.1, amsgrad=True), [first])
    weights_2, state_2 = after(LazyAdam(0.1, amsgrad=True), [first, second])
    others = [0, 1, 3, 4, 6, 7]
    np.testing.assert_array_equal(weights_1[others], START[others])
    assert (weights_1[[2, 5]] != START[[2, 5]]).all()
    np.testing.assert_array_equal(weights_2[2], weights_1[2])
    assert (weights_2[5] != weights_1[5]).all()
    assert len(state_1) == 3
    for early, late in zip(state_1, state_2, strict=True):
        assert not early[others].any() and early[[2, 5]].all()
        np.testing.assert_array_equal(late[2], early[2])


def test_bias_correction_counts_all_steps():
    """A row first met at step three moves as Adam moves it there after two zero gradients."""
    nothing, something = row_gradient([0], 0), row_gradient([4, 4], 1)
    lazy, _ = after(LazyAdam(0.1), [nothing, nothing, something])
    zero = np.zeros((ROWS, DIM), "float32")
    adam, _ = after(keras.optimizers.Adam(0.1), [zero, zero, whole(something)])
    np.testing.assert_allclose(lazy[4], adam[4], atol=1e-6)


def test_equal_indices_are_summed_before_they_are_squared():
    gradient = row_gradient([6, 1, 6, 6], 3)
    rows = sum_repeated(gradient)
    assert rows.indices.numpy().tolist() == [1, 6, 6, 6]
    assert rows.first.numpy().ravel().tolist() == [True, True, False, False]
    np.testing.assert_allclose(rows.values[:2], whole(gradient)[[1, 6]], rtol=1e-6)
    assert not rows.values[2:].numpy().any()
    _, (_, velocity) = after(LazyAdam(0.1, beta_2=0.0), [gradient])
    np.testing.assert_allclose(velocity, whole(gradient) ** 2, rtol=1e-5)


def test_clipping_sees_the_summed_rows_beside_other_gradients():
    gradient, dense = row_gradient([1, 1, 2], 0), np.full((4,), 3.0, "float32")
    optimizer = LazyAdam(0.1, global_clipnorm=0.5)
    rows, other = optimizer._clip_gradients([gradient, tf.constant(dense)])
    norm = np.sqrt((whole(gradient) ** 2).sum() + (dense**2).sum())
    np.testing.assert_allclose(whole(rows), whole(gradient) * 0.5 / norm, rtol=1e-5)
    np.testing.assert_allclose(other, dense * 0.5 / norm, rtol=1e-5)


def classifier(optimizer, **compile_arguments) -> keras.Model:
    keras.utils.set_random_seed(0)
    given = keras.Input((None,), dtype="int32")
    x = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(40, 4)(given))
    model = keras.Model(given, keras.layers.Dense(1, dtype="float32")(x))
    model.compile(optimizer, "mse", **compile_arguments)
    return model


IDS = np.random.default_rng(0).integers(0, 20, (32, 6)).astype("int32")
TARGET = IDS.mean(axis=1, keepdims=True) / 20


def fitted(optimizer, epochs: int = 3, **compile_arguments) -> list[np.ndarray]:
    model = classifier(optimizer, **compile_arguments)
    model.fit(IDS, TARGET, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
    return [np.array(w.numpy()) for w in model.weights]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_fit_uses_rows_and_moves_no_other(jit_compile):
    start = classifier(LazyAdam(0.01)).get_weights()[0]
    embedding = fitted(LazyAdam(0.01, global_clipnorm=1.0), jit_compile=jit_compile)[0]
    used = np.unique(IDS)
    assert (embedding[used] != start[used]).all()
    unused = np.setdiff1d(np.arange(40), used)
    np.testing.assert_array_equal(embedding[unused], start[unused])


def test_training_twice_gives_the_same_bits():
    for one, other in zip(
        fitted(LazyAdam(0.01), jit_compile=False),
        fitted(LazyAdam(0.01), jit_compile=False),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_sums_of_many_rows_have_the_same_bits_each_time():
    """Enough of them that several threads could take part."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20_000, 16)).astype("float32")
    gradient = tf.IndexedSlices(
        tf.constant(values), tf.constant(rng.integers(0, 50, 20_000)), tf.constant([50, 16])
    )
    function = tf.function(lambda: sum_repeated(gradient).values)
    first = function().numpy()
    for _ in range(10):
        np.testing.assert_array_equal(function(), first)


def test_a_tied_embedding_is_treated_by_adam():
    """Its gradient has values in every row, and comes whole."""

    class Tied(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = keras.layers.Embedding(10, 4)

        def call(self, ids):
            x = keras.ops.mean(self.embedding(ids), axis=1)
            return keras.ops.matmul(x, keras.ops.transpose(self.embedding.embeddings))

    results = []
    for optimizer in (LazyAdam(0.1), keras.optimizers.Adam(0.1)):
        keras.utils.set_random_seed(0)
        model = Tied()
        model.compile(optimizer, "mse", jit_compile=False)
        model.fit(IDS % 10, np.ones((32, 10)), batch_size=8, shuffle=False, verbose=0)
        results.append(model.get_weights()[0])
    np.testing.assert_array_equal(*results)


def test_gradients_are_accumulated_as_adam_does():
    lazy = fitted(LazyAdam(0.01, gradient_accumulation_steps=2), jit_compile=False)
    adam = fitted(keras.optimizers.Adam(0.01, gradient_accumulation_steps=2), jit_compile=False)
    for here, there in zip(lazy, adam, strict=True):
        np.testing.assert_array_equal(here, there)


def test_float16_with_a_scaled_loss():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = classifier(LazyAdam(0.01), jit_compile=False)
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
        losses = model.fit(IDS, TARGET, batch_size=8, epochs=6, verbose=0).history["loss"]
    finally:
        keras.config.set_dtype_policy("float32")
    assert losses[-1] < losses[0] and np.isfinite(model.get_weights()[0]).all()
