"""Images are read once, and what a frozen encoder makes of them is computed once."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import data
from seqkit.images import ImageReader, encode_images
from seqkit.tasks.captioning.cached_images import KeptImages

READER = ImageReader(8, 6)
LEVELS = range(0, 200, 2)  # more than are read together


def pictures():
    return [np.full((5, 7, 3), level, np.uint8) for level in LEVELS]


def rows(images):
    made = [(image, f"of number {n}") for n, image in enumerate(images)]
    return data.read(made, columns=("image", "caption"))


def kept(folder, images, reader=READER):
    return KeptImages(rows(images), reader, folder / "train")


def encoder():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [keras.Input((8, 6, 3)), keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(4, 3, 2)]
    )


def nothing_is_read(monkeypatch):
    def read(*_):
        raise AssertionError("images are read")

    monkeypatch.setattr(KeptImages, "_read", read)


def test_pixels_are_those_that_a_server_sees(tmp_path):
    images = kept(tmp_path, pictures())
    pixels, _ = READER(tf.constant(encode_images(pictures())))
    np.testing.assert_array_equal(images.pixels[:], pixels)
    assert images.captions == [[f"of number {n}"] for n in range(100)]


def test_an_image_with_several_captions_is_kept_once(tmp_path):
    first, second, *_ = pictures()
    images = kept(tmp_path, [first, second, first])
    assert images.captions == [["of number 0", "of number 2"], ["of number 1"]]
    assert images.pixels[:, 0, 0, 0].tolist() == [0, 2]


def test_what_was_read_is_there_the_next_time(tmp_path, monkeypatch):
    first = kept(tmp_path, pictures()).pixels[:]
    nothing_is_read(monkeypatch)
    np.testing.assert_array_equal(kept(tmp_path, pictures()).pixels[:], first)
    with pytest.raises(AssertionError, match="images are read"):
        kept(tmp_path, pictures()[::-1])
    with pytest.raises(AssertionError, match="images are read"):
        kept(tmp_path, pictures(), ImageReader(6, 8))


def test_reading_goes_on_after_an_interruption(tmp_path, monkeypatch):
    read, seen = KeptImages._read, []

    def interrupted(self, reader, given):
        if seen:
            raise KeyboardInterrupt
        seen.extend(given)
        return read(self, reader, given)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(KeptImages, "_read", interrupted)
        kept(tmp_path, pictures())
    assert 0 < len(seen) < 100

    def noted(self, reader, given):
        seen.extend(given)
        return read(self, reader, given)

    monkeypatch.setattr(KeptImages, "_read", noted)
    assert kept(tmp_path, pictures()).pixels[:, 0, 0, 0].tolist() == list(LEVELS)
    assert seen == list(range(100))


def test_features_are_the_encoders_and_are_computed_once_for_its_weights(tmp_path):
    images, model = kept(tmp_path, pictures()), encoder()
    found = images.grids(model)
    assert (found.shape, found.dtype) == ((3, 2, 4), np.float16)
    expected = model(images.pixels[:]).numpy()
    np.testing.assert_allclose(found[:], expected, rtol=1e-3, atol=1e-4)

    calls = []
    model.call = lambda *_, **__: calls.append(1)
    np.testing.assert_array_equal(images.grids(model)[:], found[:])
    assert not calls
    other = encoder()
    other.set_weights([2 * weight for weight in other.get_weights()])
    np.testing.assert_allclose(images.grids(other)[:], 2 * expected, rtol=1e-3, atol=1e-4)


def test_an_image_that_broke_since_is_named(tmp_path):
    for n, content in enumerate(encode_images(pictures()[:3])):
        (tmp_path / f"{n}.png").write_bytes(content)
    (tmp_path / "all.csv").write_text("image,caption\n0.png,a\n1.png,b\n2.png,c\n")
    dataset = data.read(str(tmp_path / "all.csv"), columns=("image", "caption"))
    (tmp_path / "1.png").write_bytes(b"no image")
    told = r"1\.png: not an image of a known format .*; read the data with bad_images='skip'"
    with pytest.raises(ValueError, match=told):
        KeptImages(dataset, READER, tmp_path / "train")


def test_an_image_without_a_name_is_numbered(tmp_path):
    with pytest.raises(ValueError, match=r"^image 0: image of 7 x 5 pixels is larger than"):
        kept(tmp_path, pictures(), ImageReader(8, 6, max_pixels=34))
