"""Image encoders: grids, preprocessing as Keras does it, weights from files, frozen statistics."""

from types import ModuleType

import keras
import numpy as np
import pytest
from keras.src.applications import efficientnet
from keras.src.utils import file_utils

from seqkit.tasks.captioning import encoders
from seqkit.tasks.captioning.encoders import build_image_encoder, set_trainable
from tests.small_captioners import SIZES

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 32, 48, 3)).astype("uint8")


def small(**arguments):
    return build_image_encoder(**(SIZES | arguments))


def shaken(model, seed=0):
    """Weights that are not those of any other model, statistics included."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if "float" in weight.dtype and weight.shape:
            weight.assign(rng.uniform(0.2, 1.0, weight.shape))
    return model


def test_bytes_and_floats_give_one_grid_and_the_seed_decides():
    encoder = small(blocks=2)
    grid = np.asarray(encoder(IMAGES))
    assert grid.shape == (2, 4, 6, 6) and np.isfinite(grid).all()
    np.testing.assert_array_equal(encoder(IMAGES.astype("float32")), grid)
    np.testing.assert_array_equal(small(blocks=2)(IMAGES), grid)
    assert (np.asarray(small(blocks=2, seed=1)(IMAGES)) != grid).any()
    assert build_image_encoder().output_shape == (None, 10, 10, 256)


def test_frozen_statistics_stay_and_are_used_in_training():
    encoder = small()
    trained = np.asarray(encoder(IMAGES, training=True))
    set_trainable(encoder, False)
    before = [np.asarray(w) for w in encoder.weights]
    np.testing.assert_array_equal(encoder(IMAGES, training=True), encoder(IMAGES, training=False))
    assert not encoder.trainable_weights
    assert all((np.asarray(w) == b).all() for w, b in zip(encoder.weights, before, strict=True))
    set_trainable(encoder, True, normalization=False)
    names = {weight.path.split("/")[-1] for weight in encoder.trainable_weights}
    assert names == {"kernel"}
    np.testing.assert_array_equal(encoder(IMAGES, training=True), encoder(IMAGES, training=False))
    set_trainable(encoder, True)
    assert (trained != np.asarray(encoder(IMAGES, training=False))).any()
    assert {w.path.split("/")[-1] for w in encoder.trainable_weights} == {"kernel", "gamma", "beta"}


def applications():
    """One backbone of each module, the smallest; small weights, as preprocessing needs none."""
    modules = [m for m in vars(keras.applications).values() if isinstance(m, ModuleType)]
    return [m for m in modules if hasattr(m, "preprocess_input") and m.__name__[-5:] != "utils"]


@pytest.mark.parametrize("module", applications(), ids=lambda module: module.__name__[19:])
def test_preprocessing_is_that_of_keras(module):
    pixels = keras.Input((4, 5, 3))
    model = keras.Model(pixels, encoders._preprocessed(pixels, module))
    model = keras.Model.from_config(model.get_config())
    given = IMAGES[:, :4, :5].astype("float32")
    expected = module.preprocess_input(given.copy())
    np.testing.assert_allclose(model(given), expected, rtol=1e-5, atol=1e-4)


def test_weights_come_from_a_file(tmp_path):
    path = tmp_path / "small.weights.h5"
    source = shaken(small())
    source.get_layer("residual").save_weights(path)
    np.testing.assert_array_equal(small(weights=path, seed=3)(IMAGES), source(IMAGES))
    for other in ({"widths": (4, 7)}, {"blocks": 2}):
        with pytest.raises(ValueError, match=r"small\.weights\.h5', which holds no weights of"):
            small(weights=str(path), **other)
    with pytest.raises(ValueError, match="there is no such file"):
        small(weights=tmp_path / "other.weights.h5")
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(path)
    with pytest.raises(ValueError, match="holds no weights"):
        small(weights=path)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="holds no weights"):
        small(weights=path)
    (tmp_path / "weights.bin").write_bytes(b"")
    with pytest.raises(ValueError, match=r"ends in \.weights\.h5"):
        small(weights=tmp_path / "weights.bin")


def test_a_backbone_takes_weights_from_a_file_and_frozen_it_stays(tmp_path):
    path = tmp_path / "mobile.weights.h5"
    made = keras.applications.MobileNet(include_top=False, weights=None, input_shape=(32, 64, 3))
    made.layers[-2].set_weights([w * 0 + 0.3 for w in made.layers[-2].get_weights()])
    made.save_weights(path)
    encoder = build_image_encoder("MobileNet", 32, 64, weights=path)
    given = np.random.default_rng(1).integers(0, 256, (2, 32, 64, 3)).astype("float32")
    prepared = keras.applications.mobilenet.preprocess_input(given.copy())
    grid = np.asarray(encoder(given))
    assert grid.shape == (2, 1, 2, 1024)
    np.testing.assert_allclose(grid, made(prepared), atol=1e-4)
    set_trainable(encoder, False)
    np.testing.assert_allclose(encoder(given, training=True), grid, atol=1e-5)
    with pytest.raises(ValueError, match="holds no weights of the encoder 'VGG16'"):
        build_image_encoder("VGG16", 32, 64, weights=path)


def test_a_file_of_imagenet_gives_what_keras_gives_that_has_fetched_it(tmp_path, monkeypatch):
    """Keras corrects its EfficientNets only where it has fetched the file itself."""

    def narrow(weights, **arguments):
        return efficientnet.EfficientNet(
            0.1, 0.1, 32, weights=weights, name="efficientnetb0", weights_name="b0", **arguments
        )

    narrow.__module__ = efficientnet.__name__
    monkeypatch.setattr(keras.applications, "EfficientNetB0", narrow)
    path = tmp_path / "efficient.weights.h5"
    made = narrow(None, include_top=False, input_shape=(32, 32, 3))
    mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    [normalization] = [x for x in made.layers if isinstance(x, keras.layers.Normalization)]
    normalization.set_weights([np.array(x) for x in (mean, deviation, 0)])
    made.save_weights(path)
    with monkeypatch.context() as patch:
        patch.setattr(file_utils, "get_file", lambda *a, **k: str(path))
        fetched = build_image_encoder("EfficientNetB0", 32, 32, weights="imagenet")
    given = IMAGES[:, :32, :32]
    ours = build_image_encoder("EfficientNetB0", 32, 32, weights=path)
    np.testing.assert_allclose(ours(given), fetched(given), rtol=1e-3, atol=1e-6)
    # A second time, as when it is saved and read again, nothing is corrected.
    expected = np.asarray(ours(given))
    for layer in ours._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            encoders._mend(layer)
    np.testing.assert_array_equal(ours(given), expected)


def test_a_download_that_fails_says_what_to_do(monkeypatch):
    asked = []

    def fail(file, *arguments, **more):
        asked.append(file)
        raise Exception("URL fetch failure on https://example.org/x.h5: None -- name not known")

    monkeypatch.setattr(file_utils, "get_file", fail)
    with pytest.raises(ConnectionError, match=r"example.org/x\.h5.*put it into .*models.*=None"):
        build_image_encoder("MobileNet", 128, 128, weights="imagenet")
    assert asked == ["mobilenet_1_0_128_tf_no_top.h5"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "ResNet5"}, "'ResNet5'; give 'residual' or one of .*ResNet50,"),
        ({"weights": "imagenet"}, "nobody has trained"),
        ({"strides": (2,)}, "widths has 2 stages and strides 1"),
        ({"height": 0}, "height must be at least 1"),
        ({"blocks": 0}, "blocks must be at least 1"),
    ],
)
def test_arguments_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        small(**arguments)
