"""The orientation of a JPEG, as the camera wrote it (EXIF)."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from seqkit.images.image_bytes import big_endian, bytes_at, little_endian

_ORIENTATION_TAG = 0x0112
_MOST_SEGMENTS = 64
_MOST_ENTRIES = 64


def exif_orientation(images: tf.Tensor) -> tf.Tensor:
    """Reads the EXIF orientation of JPEGs.

    Args:
        images: `<string>[batch]`; only JPEGs have an orientation.

    Returns:
        `<int64>[batch]`, 1 to 8; 1, upright, for images without one.

    Source:
        CIPA DC-008 (Exif 2.32), 4.5.4 and 4.6.4 A; TIFF 6.0, section 2.

    Example:
        >>> exif_orientation(tf.constant([b"", b"GIF89a"])).numpy().tolist()
        [1, 1]
    """
    start = _tiff_start(images)
    head = bytes_at(images, start, 8)  # [batch, 8]
    is_little = head[:, 0] == ord("I")

    def number(values: tf.Tensor) -> tf.Tensor:
        little = tf.reshape(is_little, [-1] + [1] * (values.shape.rank - 2))  # [batch, 1...]
        return tf.where(little, little_endian(values), big_endian(values))

    directory = start + number(head[:, 4:8])
    count = number(bytes_at(images, directory, 2))
    entries = bytes_at(images, directory + 2, 12 * _MOST_ENTRIES)
    entries = tf.reshape(entries, [-1, _MOST_ENTRIES, 12])  # [batch, entries, bytes]
    is_entry = tf.range(_MOST_ENTRIES, dtype=tf.int64) < count[:, None]  # [batch, entries]
    is_tag = is_entry & (number(entries[:, :, 0:2]) == _ORIENTATION_TAG) & (start > 0)[:, None]
    orientation = tf.reduce_max(tf.where(is_tag, number(entries[:, :, 8:10]), 0), axis=1)  # [batch]
    return tf.where((orientation >= 1) & (orientation <= 8), orientation, np.int64(1))


def upright(pixels: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Turns and mirrors an image according to its EXIF orientation.

    Args:
        pixels: `[height, width, channels]`; if `orientation` is above 4, height and width are
            swapped.
        orientation: `<int64>[]`, 1 to 8.

    Returns:
        The image upright, of the same dtype.

    Example:
        >>> pixels = tf.constant([[[1], [2]], [[3], [4]]])
        >>> upright(pixels, tf.constant(6, tf.int64))[:, :, 0].numpy().tolist()
        [[3, 1], [4, 2]]
    """
    pixels = tf.cond(orientation > 4, lambda: tf.transpose(pixels, [1, 0, 2]), lambda: pixels)
    upside_down = tf.reduce_any(orientation == [3, 4, 7, 8])
    mirrored = tf.reduce_any(orientation == [2, 3, 6, 7])
    return tf.reverse(pixels, tf.where(tf.stack([upside_down, mirrored]))[:, 0])


def _tiff_start(images: tf.Tensor) -> tf.Tensor:
    """Finds where the EXIF data of each JPEG begin, `<int64>[batch]`; 0 if there are none.

    They are in one of the application segments at the start of the file.
    """
    exif = tf.constant([0xFF, 0xE1, *b"Exif\0\0"], tf.int64)

    def step(position: tf.Tensor, start: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, ...]:
        head = bytes_at(images, position, 10)
        marker, size = head[:, 1], big_endian(head[:, 2:4])
        is_exif = tf.reduce_all(tf.concat([head[:, :2], head[:, 4:]], 1) == exif, axis=1)
        is_exif &= start == 0
        skipped = (head[:, 0] == 0xFF) & ((marker // 16 == 0xE) | (marker == 0xFE)) & (size >= 2)
        skipped &= ~is_exif & (start == 0)
        start = tf.where(is_exif, position + 10, start)
        return tf.where(skipped, position + 2 + size, position), start, tf.reduce_any(skipped)

    jpeg = tf.strings.substr(images, 0, 2) == b"\xff\xd8"
    # Other images start at their end, where no segment follows.
    first = tf.where(jpeg, np.int64(2), tf.cast(tf.strings.length(images), tf.int64))
    _, start, _ = tf.while_loop(
        lambda position, start, going: going,
        step,
        (first, tf.zeros_like(first), tf.constant(True)),
        maximum_iterations=_MOST_SEGMENTS,
    )
    return start
