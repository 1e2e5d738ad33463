"""Bytes of encoded images as numbers, in TensorFlow ops that cannot fail."""

from __future__ import annotations

import tensorflow as tf


def bytes_at(images: tf.Tensor, position: tf.Tensor, count: int) -> tf.Tensor:
    """Reads bytes of each image, zeros after its end.

    Args:
        images: `<string>[batch]`.
        position: `<int64>[batch]`, not negative; the first byte to read.
        count: the number of bytes.

    Returns:
        `<int64>[batch, count]`.

    Example:
        >>> bytes_at(tf.constant([b"abc", b""]), tf.constant([1, 7], tf.int64), 3).numpy().tolist()
        [[98, 99, 0], [0, 0, 0]]
    """
    length = tf.strings.length(images)
    position = tf.cast(tf.minimum(position, tf.cast(length, tf.int64)), tf.int32)
    piece = tf.strings.substr(images, position, tf.fill(tf.shape(images), count))
    return tf.cast(tf.io.decode_raw(piece, tf.uint8, fixed_length=count), tf.int64)


def little_endian(values: tf.Tensor) -> tf.Tensor:
    """Reads bytes as a number, the last being the most significant.

    Args:
        values: `<int64>[..., count]`, at most seven bytes.

    Returns:
        `<int64>[...]`.

    Example:
        >>> little_endian(tf.constant([[1, 2]], tf.int64)).numpy().tolist()
        [513]
    """
    places = tf.constant([256**place for place in range(values.shape[-1])], tf.int64)
    return tf.reduce_sum(values * places, axis=-1)


def big_endian(values: tf.Tensor) -> tf.Tensor:
    """Reads bytes as a number, the first being the most significant.

    Args:
        values: `<int64>[..., count]`, at most seven bytes.

    Returns:
        `<int64>[...]`.

    Example:
        >>> big_endian(tf.constant([[1, 2]], tf.int64)).numpy().tolist()
        [258]
    """
    return little_endian(tf.reverse(values, axis=[-1]))


def as_signed(value: tf.Tensor) -> tf.Tensor:
    """Reads numbers of 32 bits as signed.

    Args:
        value: `<int64>[...]`, 0 to 2^32 - 1.

    Returns:
        `<int64>[...]`.

    Example:
        >>> as_signed(tf.constant([1, 2**32 - 1], tf.int64)).numpy().tolist()
        [1, -1]
    """
    return tf.where(value >= 2**31, value - 2**32, value)
