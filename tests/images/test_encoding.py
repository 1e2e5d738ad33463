from __future__ import annotations

import re

import numpy as np
import pytest
import tensorflow as tf

from seqkit.images import encode_images
from tests.images.pictures import encoded, picture


def decoded(image: bytes) -> np.ndarray:
    return tf.io.decode_image(image).numpy()


def test_paths_and_bytes_are_taken_as_they_are(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(picture(), "JPEG"))
    assert encode_images([str(path), path, b"x"]) == [path.read_bytes()] * 2 + [b"x"]
    assert encode_images(()) == []


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_arrays_become_png(channels):
    pixels = picture(channels=channels)
    as_floats = [(pixels / 255).astype(dtype) for dtype in (np.float32, np.float64)]
    for image in encode_images([pixels, *as_floats, pixels[:, ::-1][:, ::-1]]):
        np.testing.assert_array_equal(decoded(image), pixels)


def test_an_array_of_two_dimensions_is_grey():
    pixels = picture(channels=1)
    np.testing.assert_array_equal(decoded(encode_images([pixels[..., 0]])[0]), pixels)


def test_one_array_of_a_batch():
    batch = np.stack([picture(0), picture(1)])
    for image, pixels in zip(encode_images(batch), batch, strict=True):
        np.testing.assert_array_equal(decoded(image), pixels)


NOT_RANGE = "images[1] has values from {} to {}; floats must be from 0 to 1: divide by 255"


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (None, TypeError, "images[1] is None of type NoneType; pass a path, encoded bytes or a"),
        ([1, 2], TypeError, "images[1] is [1, 2] of type list; pass a path"),
        ("no/such.png", ValueError, "images[1] is 'no/such.png', which cannot be read: No such"),
        ("/", ValueError, "images[1] is '/', which cannot be read: Is a directory"),
        ("a\0b", ValueError, "images[1] is 'a\\x00b', which cannot be read: embedded null"),
        (np.zeros([2, 2, 2], "uint8"), ValueError, "images[1] has shape (2, 2, 2); pass [height"),
        (np.zeros([2], "uint8"), ValueError, "images[1] has shape (2,); pass [height, width] or"),
        (np.zeros([0, 2], "uint8"), ValueError, "images[1] has shape (0, 2); pass [height, width"),
        (np.zeros([2, 2], "int64"), ValueError, "images[1] is int64; pass uint8 of 0 to 255"),
        (np.full([2, 2], 7.5), ValueError, NOT_RANGE.format("7.5", "7.5")),
        (np.full([2, 2], -0.5), ValueError, NOT_RANGE.format("-0.5", "-0.5")),
        (np.full([2, 2], np.nan), ValueError, NOT_RANGE.format("nan", "nan")),
    ],
)
def test_an_error_names_the_position_and_the_value(image, error, message):
    with pytest.raises(error, match=re.escape(message)):
        encode_images([b"", image])


@pytest.mark.parametrize("images", ["a.png", b"bytes", np.zeros([4, 4, 3], np.uint8)])
def test_one_image_is_no_list(images):
    with pytest.raises(TypeError, match=r"images is one .*; pass a list of images"):
        encode_images(images)
