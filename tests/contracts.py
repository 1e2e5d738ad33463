"""What every public class promises: each promise once, as a function that takes a case.

A promise fails if it is broken. `test_contracts.py` applies all promises to all cases of
`contract_cases.py`, and `layers/test_jax.py` those of the layers again where TensorFlow is not
installed; so nothing here imports TensorFlow until a promise needs it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from tests.contract_cases import (
    TEXTS,
    ConfigCase,
    OptimizerCase,
    ServableCase,
)
from tests.layer_cases import BATCH, LENGTH, NUM_IDS, LayerCase
from tests.running import step_by_step
from tests.small_models import TRAINING_TEXTS, UNSEEN_TEXTS

# ---------------------------------------------------------------------------- promises of layers


def tiny_model(case: LayerCase) -> tuple[keras.Model, keras.layers.Layer]:
    """A functional model with the layer in it and one number for each row as its output."""
    layer = case.make()
    given = {
        key: keras.Input((None, *value.shape[2:]), dtype=value.dtype.name, name=key)
        for key, value in case.inputs().items()
    }
    x = layer(*given.values())
    if isinstance(x, tuple | list):
        x = ops.concatenate([ops.mean(x[0], axis=1), x[1]], axis=-1)
    if case.reads == "ids" and x.dtype == "int32":
        x = keras.layers.Embedding(NUM_IDS, 3)(x)
    if len(x.shape) == 3:
        x = ops.max(x, axis=1)
    return keras.Model(given, keras.layers.Dense(1, dtype="float32")(x)), layer


def shake(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Gives every weight, biases included, values that are not zero."""
    rng = np.random.default_rng(8)
    for weight in layer.weights:
        weight.assign(rng.uniform(0.2, 0.5, weight.shape) * rng.choice([-1, 1], weight.shape))
    return layer


def outputs_of(layer: keras.layers.Layer, inputs: Mapping[str, Any], **kw: Any) -> list[np.ndarray]:
    """A layer's outputs as arrays, one or several."""
    given = layer(*inputs.values(), **kw)
    several = given if isinstance(given, tuple | list) else [given]
    return [ops.convert_to_numpy(ops.cast(x, "float32")) for x in several]


def built(case: LayerCase) -> keras.layers.Layer:
    """The layer with its weights made and shaken."""
    layer = case.make()
    layer(*case.inputs().values())
    return shake(layer)


def arguments_come_back_from_config(case: LayerCase) -> None:
    """Every argument is an attribute and in the configuration, which is JSON and makes it again."""
    layer = case.make()
    config = json.loads(json.dumps(layer.get_config()))
    for name in inspect.signature(type(layer).__init__).parameters:
        if name not in ("self", "kwargs"):
            assert config[name] == getattr(layer, name), name
    assert type(layer).from_config(config).get_config() == layer.get_config()


def keras_file_round_trip(case: LayerCase, directory: Path) -> None:
    """A model with the layer answers the same after it was saved and loaded."""
    model, layer = tiny_model(case)
    shake(layer)
    expected = ops.convert_to_numpy(model(case.inputs()))
    model.save(directory / "model.keras")
    loaded = keras.models.load_model(directory / "model.keras")
    np.testing.assert_array_equal(ops.convert_to_numpy(loaded(case.inputs())), expected)
    assert [w.shape for w in loaded.weights] == [w.shape for w in model.weights]


def extra_padding_changes_nothing(case: LayerCase) -> None:
    """More padding on the right, whatever it holds, leaves the answer as it was."""
    layer = built(case)
    for plain, padded in zip(
        outputs_of(layer, case.inputs()), outputs_of(layer, case.inputs(extra=3)), strict=True
    ):
        if padded.shape != plain.shape:
            assert not padded[:, LENGTH:].any(), "the padding's outputs are not zero"
            padded = padded[:, :LENGTH]
        np.testing.assert_allclose(padded, plain, rtol=1e-5, atol=1e-6)


def row_of_padding_is_answered(case: LayerCase) -> None:
    """A row that is all padding gives zeros, or at least numbers."""
    for values in outputs_of(built(case), case.inputs()):
        assert np.isfinite(values).all()
        if case.empty_row_is_zero:
            assert not values[-1].any()


def every_weight_gets_a_gradient(case: LayerCase) -> None:
    """The gradient of every trainable weight is there, finite and not all zero."""
    import tensorflow as tf

    layer = built(case)
    with tf.GradientTape() as tape:
        outputs = layer(*case.inputs().values())
        several = outputs if isinstance(outputs, tuple | list) else [outputs]
        loss = sum(ops.sum(ops.square(ops.cast(x, "float32") - 0.3)) for x in several)
    weights = [w.value for w in layer.trainable_weights]
    gradients = tape.gradient(loss, weights)
    for weight, gradient in zip(layer.trainable_weights, gradients, strict=True):
        assert gradient is not None, f"{weight.path} has no gradient"
        values = tf.convert_to_tensor(gradient).numpy()
        assert np.isfinite(values).all() and values.any(), f"the gradient of {weight.path} is off"


def one_step_changes_every_weight(case: LayerCase) -> None:
    """`fit` on one batch moves every trainable weight of a model with the layer."""
    model, layer = tiny_model(case)
    shake(layer)
    # TensorFlow is done with a step long before a graph of it would be made; JAX compiles each
    # operation by itself where it may not compile the step.
    eagerly = keras.backend.backend() == "tensorflow"
    # The loss is not scaled in float16, or the first steps would be left out as too large.
    model.compile(keras.optimizers.Adam(0.1), "mse", run_eagerly=eagerly, auto_scale_loss=False)
    before = [ops.convert_to_numpy(w).copy() for w in model.trainable_weights]
    fit(model, case)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = ops.convert_to_numpy(weight)
        assert np.isfinite(new).all() and (new != old).any(), f"{weight.path} did not move"


def fit(model: keras.Model, case: LayerCase) -> None:
    """Trains on the case's inputs as one batch."""
    target = np.linspace(-3, 4, BATCH)[:, np.newaxis]
    model.fit(case.inputs(), target, batch_size=BATCH, verbose=0)


def seed_decides_training_output(case: LayerCase) -> None:
    """Two layers with one seed agree in training; one layer draws anew at each call."""
    one, other = built(case), built(case)
    first, same = (outputs_of(layer, case.inputs(), training=True) for layer in (one, other))
    for a, b in zip(first, same, strict=True):
        np.testing.assert_array_equal(a, b)
    again = outputs_of(one, case.inputs(), training=True)
    assert any((a != b).any() for a, b in zip(first, again, strict=True)) == case.random


def compiled_step_equals_plain_step(case: LayerCase) -> None:
    """A training step with `jit_compile` gives what it gives without."""
    if not case.compiles:
        return
    results = []
    for jit_compile in (False, True):
        keras.utils.set_random_seed(2)
        model, layer = tiny_model(case)
        shake(layer)
        model.compile(
            keras.optimizers.SGD(0.01), "mse", jit_compile=jit_compile, run_eagerly=not jit_compile
        )
        fit(model, case)
        results.append([ops.convert_to_numpy(w) for w in model.trainable_weights])
    for plain, compiled in zip(*results, strict=True):
        assert np.isfinite(compiled).all()
        if not case.random:  # the compiler draws other numbers
            np.testing.assert_allclose(compiled, plain, rtol=1e-4, atol=1e-5)


def mixed_precision_trains(case: LayerCase, policy: str) -> None:
    """Under a mixed policy the layer answers about the same, and a training step stays finite."""
    expected = outputs_of(built(case), case.inputs())
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        layer = built(case)
        assert all(w.dtype == "float32" for w in layer.weights)
        raw = layer(*case.inputs().values())
        several = raw if isinstance(raw, tuple | list) else [raw]
        if case.reads == "vectors":
            expected_dtype = policy.removeprefix("mixed_")
            assert {keras.backend.standardize_dtype(x.dtype) for x in several} == {expected_dtype}
        for values, wide in zip(outputs_of(layer, case.inputs()), expected, strict=True):
            np.testing.assert_allclose(values, wide, atol=0.05, rtol=0.05)
        one_step_changes_every_weight(case)
    finally:
        keras.config.set_dtype_policy(before)


# What a layer promises beyond these needs TensorFlow, or a directory or policy.
LAYER_PROMISES: list[Callable[[LayerCase], None]] = [
    arguments_come_back_from_config,
    extra_padding_changes_nothing,
    row_of_padding_is_answered,
    one_step_changes_every_weight,
    seed_decides_training_output,
]

# ------------------------------------------------------------------------ promises of optimizers


def optimizer_survives_a_keras_file(case: OptimizerCase, directory: Path) -> None:
    """Training goes on after saving and loading as if there had been no break."""
    ids = np.array([[1, 2], [2, 2], [5, 1], [7, 3]], "int32")
    target = np.arange(4.0)[:, np.newaxis]

    def trained(model: keras.Model) -> list[np.ndarray]:
        for _ in range(2):
            model.fit(ids, target, batch_size=2, shuffle=False, verbose=0)
        return [ops.convert_to_numpy(w) for w in model.weights]

    keras.utils.set_random_seed(1)
    given = keras.Input((2,), dtype="int32")
    x = keras.layers.Flatten()(keras.layers.Embedding(9, 3)(given))
    model = keras.Model(given, keras.layers.Dense(1)(x))
    model.compile(case.make(), "mse")
    trained(model)
    model.save(directory / "model.keras")
    loaded = keras.models.load_model(directory / "model.keras")
    assert type(loaded.optimizer) is type(model.optimizer)
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for here, there in zip(trained(model), trained(loaded), strict=True):
        np.testing.assert_array_equal(there, here)


# ------------------------------------------------------------------------------ promises of text


def config_makes_it_again(case: ConfigCase) -> None:
    """The configuration is JSON, and what is made from it answers the same."""
    one = case.make()
    config = json.loads(json.dumps(one.get_config()))
    other = type(one).from_config(config)
    assert other.get_config() == one.get_config()
    assert case.answers(other) == case.answers(one)


def text_comes_back(case: ConfigCase) -> None:
    """A lossless tokenizer's tokens and ids, joined again, are the normalised text."""
    from seqkit import text
    from seqkit.text.code_points import decode

    tokenizer = case.make()
    if not tokenizer.lossless:
        return
    tokens = tokenizer.tokenize(TEXTS).values
    normalized = tokenizer.normalizer(decode(TEXTS)).code_points
    expected = ["".join(map(chr, row)) for row in normalized.to_list()]
    assert [t.decode() for t in tokenizer.detokenize(tokens).numpy()] == expected
    counts = dict.fromkeys((t.decode() for t in tokens.flat_values.numpy()), 1)
    vocabulary = text.Vocabulary.from_counts(counts)
    back = vocabulary.id_to_token(vocabulary.token_to_id(tokens))
    assert [t.decode() for t in tokenizer.detokenize(back).numpy()] == expected


# ---------------------------------------------------------------------------- promises of models


def exported_signature_equals_python(case: ServableCase, servable: Any, directory: Path) -> None:
    """A SavedModel of the signatures answers as the model's Python methods do.

    One that reads texts tells the words that training never saw.
    """
    import tensorflow as tf

    from seqkit.export import saved_model

    # First, so that saving finds the graph traced.
    expected = case.python_answers(servable, case.inputs["serving_default"])
    saved_model.save(servable, directory)
    served = tf.saved_model.load(str(directory)).signatures
    assert set(served) == set(case.inputs)

    def ask(name: str) -> dict[str, Any]:
        tensors = {key: tf.constant(values) for key, values in case.inputs[name].items()}
        given = served[name](**tensors)
        return {key: value.numpy() for key, value in given.items()}

    for name in case.inputs:
        assert ask(name), f"{name} answers nothing"
    answers = ask("serving_default")
    assert set(answers) == set(expected)
    for key, values in answers.items():
        if values.dtype == object:
            given = [text.decode() for text in values.ravel()]
            assert given == np.array(expected[key], object).ravel().tolist(), key
        else:
            np.testing.assert_allclose(values, np.array(expected[key]), atol=1e-5, err_msg=key)
    if any(values is TEXTS for values in case.inputs["serving_default"].values()):
        _words_never_seen_are_told(case, servable, served)


def _words_never_seen_are_told(case: ServableCase, servable: Any, served: Mapping) -> None:
    """Of texts of training no word is unknown, of others every word: in Python and served."""
    import tensorflow as tf

    inputs = dict(case.inputs["serving_default"])
    (name,) = (key for key, values in inputs.items() if values is TEXTS)
    inputs[name] = [*TRAINING_TEXTS, *UNSEEN_TEXTS, f"{TRAINING_TEXTS[0]} glorp", ""]
    words = len(TRAINING_TEXTS[0].split()) + 1
    expected = [0.0] * len(TRAINING_TEXTS) + [1.0] * len(UNSEEN_TEXTS) + [1 / words, 0.0]
    here = case.python_answers(servable, inputs)["unknown_rate"]
    np.testing.assert_allclose(here, expected, atol=1e-6)
    given = served["serving_default"](**{key: tf.constant(inputs[key]) for key in inputs})
    np.testing.assert_allclose(given["unknown_rate"], expected, atol=1e-6)
    assert given["unknown_token_rate"].shape == given["unknown_rate"].shape


def model_file_round_trip(case: ServableCase, servable: Any, directory: Path) -> None:
    """What `save` wrote, `load` reads, and it answers the same."""
    servable.save(directory / "model.keras")
    loaded = type(servable).load(directory / "model.keras")
    inputs = case.inputs["serving_default"]
    with step_by_step():
        assert case.python_answers(loaded, inputs) == case.python_answers(servable, inputs)
