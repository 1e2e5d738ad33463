"""Encoders of images by name: a small residual network, or any backbone of `keras.applications`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
from keras import ops

RESIDUAL = "residual"
IMAGENET = "imagenet"
_ENDINGS = (".weights.h5", ".h5", ".keras")
# Standard deviations of the channels of ImageNet's pixels, from 0 to 1.
_DEVIATION = (0.229, 0.224, 0.225)

Tensor = Any


def build_image_encoder(
    name: str = RESIDUAL,
    height: int = 160,
    width: int = 160,
    *,
    weights: str | os.PathLike[str] | None = None,
    widths: Sequence[int] = (32, 64, 128, 256),
    strides: Sequence[int] = (2, 2, 2, 1),
    blocks: int = 1,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that gives a grid of features of an image.

    Args:
        name: `"residual"` for a small residual network, meant to be trained from scratch; or a
            backbone of `keras.applications`, such as `"MobileNetV3Small"`, `"EfficientNetB0"` or
            `"ResNet50"`, whose preprocessing is then part of the encoder.
        height: height of the images in pixels.
        width: width of the images in pixels.
        weights: `"imagenet"`, which Keras fetches once and keeps; a file of weights, from
            `save_weights` of the backbone without its top; None for random ones.
        widths: channels of each stage of the residual network.
        strides: stride of each stage of the residual network, after a first convolution of stride
            2. By default 160 pixels give a grid of 10.
        blocks: residual blocks of each stage.
        seed: seed of the residual network's first weights.

    Returns:
        A model of `<uint8 or float>[batch, height, width, 3]`, red, green and blue from 0 to 255,
        to `<float>[batch, rows, columns, dim]`.

    Raises:
        ValueError: the name is unknown, a size does not suit the backbone, or `weights` is no file
            of weights for it.
        ConnectionError: ImageNet's weights cannot be fetched.

    Example:
        >>> encoder = build_image_encoder(height=64, width=96, widths=(4, 8), strides=(2, 2))
        >>> tuple(encoder(np.zeros((1, 64, 96, 3), "uint8")).shape)
        (1, 8, 12, 8)

    Sources: He et al. (2015), arXiv:1512.03385, figure 2 and section 3.3 (residual blocks, with a
    projection where the width changes); He et al. (2018), arXiv:1812.01187, section 4.2, ResNet-D
    (averaged before the projection).
    """
    for argument, size in (("height", height), ("width", width), ("blocks", blocks)):
        if size < 1:
            raise ValueError(f"{argument} must be at least 1, got {size}")
    pixels = keras.Input((height, width, 3), name="pixels")
    if name == RESIDUAL:
        if weights == IMAGENET:
            raise ValueError(
                "weights is 'imagenet', but encoder is 'residual', which nobody has trained on it; "
                "give a backbone of keras.applications, or weights=None"
            )
        if not widths or len(widths) != len(strides):
            raise ValueError(
                f"widths has {len(widths)} stages and strides {len(strides)}: give as many, and "
                "at least one"
            )
        backbone = _residual((height, width, 3), widths, strides, blocks, seed)
        x = keras.layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(pixels)
    else:
        make, module = _application(name)
        backbone = _fetched(make, name, (height, width, 3), weights)
        x = _preprocessed(pixels, module)
    if weights not in (None, IMAGENET):
        _load(backbone, name, weights)
    return keras.Model(pixels, backbone(x), name="encoder")


def set_trainable(encoder: keras.Model, trainable: bool, *, normalization: bool = True) -> None:
    """Freezes or unfreezes an encoder; compile the model again afterwards.

    A frozen batch normalization uses the statistics it has, in training too.

    Args:
        encoder: from `build_image_encoder`; changed in place.
        trainable: whether its weights are trained.
        normalization: whether its batch normalizations are trained with it. False suits weights
            that were trained on many more images.

    Example:
        >>> encoder = build_image_encoder(height=64, width=64, widths=(4,), strides=(2,))
        >>> set_trainable(encoder, False)
        >>> len(encoder.trainable_weights)
        0
    """
    # One by one: Keras passes a value on to the layers within only where it changes.
    for layer in encoder._flatten_layers():
        kept = not normalization and isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = trainable and not kept


def _residual(
    shape: tuple[int, int, int],
    widths: Sequence[int],
    strides: Sequence[int],
    blocks: int,
    seed: int,
) -> keras.Model:
    seeds = iter(np.random.SeedSequence(seed).generate_state(1 + 3 * blocks * len(widths)).tolist())

    def convolved(x: Tensor, width: int, size: int, stride: int, name: str) -> Tensor:
        x = keras.layers.Conv2D(
            width,
            size,
            stride,
            padding="same",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(seed=next(seeds)),
            name=name,
        )(x)
        # A low momentum: a small network may be trained for only some hundred steps.
        return keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)

    def block(x: Tensor, width: int, stride: int, name: str) -> Tensor:
        y = keras.layers.ReLU(name=f"{name}_relu_1")(convolved(x, width, 3, stride, f"{name}_1"))
        y = convolved(y, width, 3, 1, f"{name}_2")
        # Averaged, since a projection with a stride would skip most of its input, and TensorFlow
        # 2.21 crashes in its gradient on some processors where there are few channels.
        if stride != 1:
            x = keras.layers.AveragePooling2D(stride, padding="same", name=f"{name}_pooling")(x)
        if x.shape[-1] != width:
            x = convolved(x, width, 1, 1, f"{name}_projection")
        return keras.layers.ReLU(name=f"{name}_relu_2")(
            keras.layers.Add(name=f"{name}_sum")([x, y])
        )

    given = keras.Input(shape, name="rescaled")
    x = keras.layers.ReLU(name="stem_relu")(convolved(given, widths[0], 3, 2, "stem"))
    for stage, (width, stride) in enumerate(zip(widths, strides, strict=True)):
        for number in range(blocks):
            x = block(x, width, 1 if number else stride, f"stage_{stage}_block_{number}")
    return keras.Model(given, x, name=RESIDUAL)


def _application(name: str) -> tuple[Any, ModuleType]:
    """A backbone's function and the module with its preprocessing."""
    known = {key: value for key, value in vars(keras.applications).items() if isfunction(value)}
    if name not in known:
        raise ValueError(
            f"encoder is {name!r}; give 'residual' or one of {', '.join(sorted(known))}"
        )
    make = known[name]
    return make, getattr(keras.applications, make.__module__.rpartition(".")[-1])


def _fetched(
    make: Any, name: str, shape: tuple[int, int, int], weights: str | os.PathLike[str] | None
) -> keras.Model:
    fetch = IMAGENET if weights == IMAGENET else None
    try:
        return make(include_top=False, weights=fetch, input_shape=shape)
    except Exception as error:
        # Keras raises a plain Exception where it cannot fetch a file.
        if "URL fetch failure" not in str(error):
            raise
        folder = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"), "models")
        raise ConnectionError(
            f"weights is 'imagenet', but those of {name} could not be fetched ({error}). Connect "
            f"to the internet once, or fetch that file elsewhere and put it into {folder}, or give "
            "the path of a file of weights, or weights=None to train from scratch"
        ) from error


def _load(backbone: keras.Model, name: str, weights: Any) -> None:
    path = Path(weights)
    if not path.is_file():
        raise ValueError(
            f"weights is {str(path)!r}, but there is no such file; give 'imagenet', None, or the "
            f"path of a file of weights ({', '.join(_ENDINGS)})"
        )
    if not path.name.endswith(_ENDINGS):
        raise ValueError(
            f"weights is {str(path)!r}; the name of a file of weights ends in {', '.join(_ENDINGS)}"
        )
    try:
        with warnings.catch_warnings():
            # Keras warns of every missing layer before it fails.
            warnings.simplefilter("ignore")
            backbone.load_weights(path)
    except Exception as error:
        # Each format fails in its own way, with exceptions of many types.
        reason = " ".join(str(error).split())[:300]
        raise ValueError(
            f"weights is {str(path)!r}, which holds no weights of the encoder {name!r} of this "
            f"shape without its top ({reason}); make it with save_weights of that backbone, "
            "include_top=False"
        ) from error
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.Normalization):
            _mend(layer)


def _mend(layer: keras.layers.Normalization) -> None:
    """Gives the normalization of an EfficientNet its variance.

    ImageNet's files hold the standard deviation in its place. Keras corrects that with another
    layer where it fetched the file itself (`weights="imagenet"`), but not where it is given a path.
    """
    if np.allclose(ops.convert_to_numpy(layer.adapt_variance), _DEVIATION, atol=1e-3):
        layer.adapt_variance.assign(np.square(_DEVIATION))
        layer.finalize_state()


def _preprocessed(pixels: Tensor, module: ModuleType) -> Tensor:
    """Applies a backbone's preprocessing as layers, which a file can hold.

    What it does is found by trying it out: it is linear in each channel, and may reverse their
    order.
    """

    def tried(values: Sequence[float]) -> np.ndarray:
        return module.preprocess_input(np.array(values, "float32").reshape(1, 1, 1, 3)).ravel()

    black, white, red = tried([0, 0, 0]), tried([255, 255, 255]), tried([255, 0, 0])
    x = pixels
    if red[0] == black[0]:
        x = ops.flip(x, axis=-1)
    scale, offset = (white - black) / 255, black
    if np.allclose(scale, 1) and not offset.any():
        return x
    return keras.layers.Rescaling(scale.tolist(), offset.tolist(), name="rescaling")(x)
