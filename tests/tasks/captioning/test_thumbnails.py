"""Images made small for the report."""

import io

import matplotlib.image
import numpy as np
import pytest
import tensorflow as tf

from seqkit.tasks.captioning.thumbnails import thumbnails

# Exif with one entry: orientation 6, the first row is at the right.
TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def jpeg(pixels):
    return tf.io.encode_jpeg(pixels, quality=95).numpy()


def turned(encoded):
    segment = b"\xff\xe1" + (len(TURNED) + 2).to_bytes(2, "big") + TURNED
    return encoded[:2] + segment + encoded[2:]


def test_of_any_kind_in_their_own_ratio(tmp_path):
    wide = np.zeros([20, 60, 3], np.uint8)
    wide[:, 30:] = 250, 120, 10
    tall = np.full([90, 30], 77, np.uint8)
    path = tmp_path / "wide.jpg"
    path.write_bytes(jpeg(wide))
    png = io.BytesIO()
    matplotlib.image.imsave(png, wide, format="png")
    found = thumbnails([path, str(path), png.getvalue(), wide, tall, b"no image", b""], size=30)
    assert [None if one is None else one.shape for one in found] == [
        *[(10, 30, 3)] * 4,
        (30, 10, 3),
        None,
        None,
    ]
    for one in found[:4]:
        assert one.dtype == np.uint8
        np.testing.assert_allclose(one[:, 20:].mean((0, 1)), [250, 120, 10], atol=4)
        assert one[:, :10].max() < 8
    assert (found[4] == 77).all()


def test_they_stand_upright():
    pixels = np.zeros([20, 60, 3], np.uint8)
    pixels[:, 30:] = 255
    (found,) = thumbnails([turned(jpeg(pixels))], size=30)
    assert found.shape == (30, 10, 3)
    assert found[:10].max() < 10 and found[20:].min() > 245


def test_large_ratios_and_none():
    (line,) = thumbnails([np.zeros([1, 500, 3], np.uint8)], size=30)
    assert line.shape == (1, 30, 3)
    assert thumbnails([]) == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"images\[0\] is .*gone\.png.*cannot be read"):
        thumbnails([tmp_path / "gone.png"])
