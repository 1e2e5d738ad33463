"""GIFs reduced to their first frames."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from seqkit.images.image_bytes import bytes_at, little_endian

_EXTENSION, _FRAME = 0x21, 0x2C
_BETWEEN, _IN_EXTENSION, _IN_FRAME, _ENDED = (np.int64(place) for place in range(4))
# Pixels come in blocks, all full except the last: the size, 255, and 255 bytes.
_FULL_BLOCK = 256
_BLOCKS_A_STEP = 16
# Enough for a first frame of 80 MB in full blocks; files of tiny blocks, made to stall, stop here.
_MOST_STEPS = 20_000


def first_frames(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Removes all frames of GIFs except the first.

    The decoder unpacks every frame, even if only one is wanted, and each has its own size: a file
    of a few kilobytes can take any amount of memory.

    Args:
        images: `<string>[batch]`, GIFs.

    Returns:
        `<string>[batch]`, GIFs with one frame, empty if the first frame is incomplete; and
        `<int64>[batch, 2]`, height and width of the frames.

    Example:
        >>> frame = b"\\x2c" + bytes(4) + b"\\1\\0\\2\\0\\0" + b"\\2\\1\\0\\0"
        >>> gif = b"GIF89a" + bytes(7) + frame
        >>> cut, size = first_frames(tf.constant([gif + frame + b";"]))
        >>> cut.numpy()[0] == gif + b";", size.numpy().tolist()
        (True, [[2, 1]])
    """
    length = tf.cast(tf.strings.length(images), tf.int64)

    def color_table(flags: tf.Tensor) -> tf.Tensor:
        """Gives the number of bytes of the color table that follows."""
        return tf.where(
            flags >= 128,
            3 * tf.bitwise.left_shift(tf.fill(tf.shape(flags), np.int64(2)), flags % 8),
            0,
        )

    def step(position: tf.Tensor, place: tf.Tensor, size: tf.Tensor) -> tuple[tf.Tensor, ...]:
        head = bytes_at(images, position, _FULL_BLOCK * _BLOCKS_A_STEP)  # [batch, bytes]
        first = head[:, 0]
        extension = (place == _BETWEEN) & (first == _EXTENSION)
        frame = (place == _BETWEEN) & (first == _FRAME)
        inside = (place == _IN_EXTENSION) | (place == _IN_FRAME)
        # Width and height in the file: [batch, 2 numbers, 2 bytes]
        frame_size = tf.reverse(little_endian(tf.reshape(head[:, 5:9], [-1, 2, 2])), [1])
        size = tf.where(frame[:, None], frame_size, size)
        after = tf.where(extension, position + 2, position)
        after = tf.where(frame, position + 11 + color_table(head[:, 9]), after)
        is_full = tf.cast(head[:, ::_FULL_BLOCK] == _FULL_BLOCK - 1, tf.int64)  # [batch, blocks]
        full = tf.reduce_sum(tf.math.cumprod(is_full, axis=1), axis=1)
        blocks = tf.where(full > 0, _FULL_BLOCK * full, 1 + first)
        after = tf.where(inside, position + blocks, after)
        last = inside & (first == 0)
        next_place = tf.where(extension, _IN_EXTENSION, tf.where(frame, _IN_FRAME, place))
        next_place = tf.where(last & (place == _IN_EXTENSION), _BETWEEN, next_place)
        # No block follows, or the frame is complete, or the file ends.
        stray = (place == _BETWEEN) & ~extension & ~frame
        ended = stray | (last & (place == _IN_FRAME)) | (place == _ENDED) | (after > length)
        return after, tf.where(ended, _ENDED, next_place), size

    start = tf.zeros_like(length)
    position = 13 + color_table(bytes_at(images, start, 13)[:, 10])
    position, place, size = tf.while_loop(
        lambda position, place, size: tf.reduce_any(place != _ENDED),
        step,
        (position, start + _BETWEEN, tf.zeros([tf.size(images), 2], tf.int64)),
        maximum_iterations=_MOST_STEPS,
    )
    end = tf.where((place == _ENDED) & (position <= length), position, 0)
    cut = tf.strings.substr(images, tf.zeros_like(end), end)
    return tf.strings.join([cut, ";"]), size
