from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageOps

from seqkit.images import ImageReader
from seqkit.images.orientation import exif_orientation
from tests.images.pictures import encoded, picture


def turned(orientation: int, endian: str, **options) -> bytes:
    exif = Image.Exif()
    exif.endian = endian
    exif[0x010E] = "a description before it"
    exif[0x0112] = orientation
    exif[0x0131] = "software behind it"
    return encoded(picture(), "JPEG", quality=98, exif=exif.tobytes(), **options)


@pytest.fixture(scope="module")
def reader() -> ImageReader:
    return ImageReader(9, 14)


@pytest.mark.parametrize("endian", ["<", ">"])
def test_pixels_are_turned_as_pillow_turns_them(reader, endian):
    pixels, error = reader(tf.constant([turned(number, endian) for number in range(1, 9)]))
    assert not any(error.numpy())
    for number, got in enumerate(pixels.numpy(), 1):
        image = Image.fromarray(picture())
        image.getexif()[0x0112] = number
        expected = np.asarray(ImageOps.exif_transpose(image).resize((14, 9), Image.BILINEAR))
        assert np.abs(got.astype(int) - expected).max() <= 12, number


def test_it_is_found_behind_other_segments():
    comment_and_profile = turned(6, ">", icc_profile=bytes(150_000), comment=b"c" * 300)
    at = comment_and_profile.index(b"\xff\xe1")
    size = 2 + int.from_bytes(comment_and_profile[at + 2 : at + 4], "big")
    exif = comment_and_profile[at : at + size]
    without = comment_and_profile.replace(exif, b"")
    tables = without.index(b"\xff\xdb")
    behind = without[:tables] + exif + without[tables:]
    assert len(behind) > tables > 150_000
    assert exif_orientation(tf.constant([behind, comment_and_profile])).numpy().tolist() == [6, 6]


@pytest.mark.parametrize("orientation", [0, 9, 60000])
def test_other_numbers_are_upright(orientation):
    assert exif_orientation(tf.constant([turned(orientation, "<")])).numpy().tolist() == [1]


def test_damaged_data_are_upright():
    whole = turned(6, ">")
    start = whole.index(b"Exif")
    cut = [whole[:end] for end in range(start + 20)]
    noise = np.random.default_rng(0).integers(0, 256, (200, 40), dtype=np.uint8)
    noisy = [whole[: start + 6] + row.tobytes() for row in noise]
    actual = exif_orientation(tf.constant([*cut, *noisy])).numpy()
    assert (actual[: len(cut)] == 1).all() and ((actual >= 1) & (actual <= 8)).all()
