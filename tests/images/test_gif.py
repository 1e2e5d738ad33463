from __future__ import annotations

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from seqkit.images import decoding
from seqkit.images.gif import first_frames
from tests.images.pictures import HEIGHT, WIDTH, animated, encoded


def frames(image: bytes) -> tuple[int, np.ndarray]:
    with Image.open(io.BytesIO(image)) as opened:
        return opened.n_frames, np.asarray(opened.convert("RGB"))


def with_local_table(image: bytes) -> bytes:
    """Puts the colors of a GIF of 256 into its frame."""
    table, rest = image[13 : 13 + 768], bytearray(image[13 + 768 :])
    frame = rest.index(b",")
    rest[frame + 9] = image[10] % 8 + 128
    head = image[:10] + bytes([image[10] - 128]) + image[11:13]
    return head + rest[: frame + 10] + table + rest[frame + 10 :]


def test_one_frame_is_left_and_it_is_the_first():
    noise = np.random.default_rng(0).integers(0, 256, (90, 110), dtype=np.uint8)
    images = [
        animated("GIF"),
        encoded(noise, "GIF"),
        encoded(noise, "GIF", comment=b"a comment " * 100),
        with_local_table(encoded(noise, "GIF")),
        encoded(noise, "GIF", save_all=True, append_images=[Image.fromarray(noise.T)] * 3),
    ]
    cut, size = first_frames(tf.constant(images))
    assert size.numpy().tolist() == [[HEIGHT, WIDTH]] + [[90, 110]] * 4
    for whole, part in zip(images, cut.numpy(), strict=True):
        number, pixels = frames(part)
        assert number == 1
        np.testing.assert_array_equal(pixels, frames(whole)[1])
    assert cut.numpy()[1] == images[1] and cut.numpy()[3] == images[3]


def test_a_frame_without_end_gives_nothing():
    image = encoded(np.zeros([50, 50], np.uint8), "GIF")
    short = [image[:end] for end in range(len(image) - 1)]
    cut, _ = first_frames(tf.constant(short))
    for part in cut.numpy():
        assert b"," not in part[13 + 3 * 256 :] or len(part) <= 1


def test_the_decoder_gets_one_frame(monkeypatch):
    def taken(image: tf.Tensor, kind: tf.Tensor) -> tf.Tensor:
        return tf.reshape(tf.io.decode_raw(image, tf.uint8), [1, -1, 1])

    monkeypatch.setattr(decoding, "_colors", taken)
    image = animated("GIF")
    (cut,) = first_frames(tf.constant([image]))[0].numpy()
    results, _ = decoding.decode_batch(
        tf.constant([image]), lambda pixels, _: pixels[0, :, 0], (len(cut),), 10_000
    )
    assert results.numpy()[0].tobytes() == cut
