"""Decodes a batch of encoded images of any size, some of which may be damaged."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from seqkit.images.gif import first_frames
from seqkit.images.headers import BMP, GIF, JPEG, damage_error, read_headers
from seqkit.images.image_bytes import bytes_at, little_endian
from seqkit.images.orientation import exif_orientation

# So few, since each may be an image of max_pixels.
_PARALLEL_IMAGES = 4


def decode_batch(
    images: tf.Tensor,
    finish: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    shape: tuple[int, ...],
    max_pixels: int,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decodes images and converts each to a tensor of the same shape.

    A graph cannot catch an error, but a `tf.data` pipeline can drop the elements that fail: the
    batch goes through one, and each result is put back in its place.

    Args:
        images: `<string>[batch]`.
        finish: from pixels, `<uint8>[height, width, 1 or 3]`, and their EXIF orientation,
            `<int64>[]`, to `<uint8>[*shape]`.
        shape: the shape of what `finish` returns.
        max_pixels: larger images are refused before they are decoded.

    Returns:
        `<uint8>[batch, *shape]`, zeros where there is an error, and the errors,
        `<string>[batch]`, empty where there is none.

    Example:
        >>> png = tf.io.encode_png(tf.fill([2, 3, 1], tf.constant(7, tf.uint8)))
        >>> first = lambda pixels, orientation: pixels[0, 0, :1]
        >>> results, error = decode_batch(tf.stack([png, ""]), first, (1,), max_pixels=6)
        >>> results.numpy().tolist(), error.numpy().tolist()
        ([[7], [0]], [b'', b'image is empty'])
    """
    headers = read_headers(images)
    images, size = _with_first_frames(images, headers.kind, headers.size)
    batch = tf.size(images, tf.int64)
    rows = tf.where(headers.error == "")[:, 0]  # [candidates]
    parts = (images, headers.kind, size, exif_orientation(images))
    candidates = tf.data.Dataset.from_tensor_slices(
        (rows, *(tf.gather(part, rows) for part in parts))
    )

    def decode(
        row: tf.Tensor, image: tf.Tensor, kind: tf.Tensor, size: tf.Tensor, orientation: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        size = tf.cond(
            kind == JPEG,
            lambda: tf.image.extract_jpeg_shape(image, tf.int64)[:2],
            lambda: size,
        )
        result = tf.cond(
            tf.reduce_prod(size) <= max_pixels,
            lambda: tf.ensure_shape(finish(_colors(image, kind), orientation), shape),
            lambda: tf.zeros(shape, tf.uint8),
        )
        return row, size, result

    # One more element, since an empty pipeline has no batch.
    nothing = (batch, tf.zeros([2], tf.int64), tf.zeros(shape, tf.uint8))
    rows, sizes, results = (
        candidates.map(decode, num_parallel_calls=_PARALLEL_IMAGES)
        .ignore_errors()
        .concatenate(tf.data.Dataset.from_tensors(nothing))
        .batch(batch + 1)
        .get_single_element()
    )
    size = tf.scatter_nd(rows[:, None], sizes, [batch + 1, 2])[:-1]  # [batch, 2]
    error = _errors(headers.kind, headers.error, size, max_pixels)
    results = tf.scatter_nd(rows[:, None], results, [batch + 1, *shape])[:-1]  # [batch, *shape]
    return results, error


def _with_first_frames(
    images: tf.Tensor, kind: tf.Tensor, size: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Replaces GIFs by their first frames, and their sizes by those of the frames if larger."""

    def cut() -> tuple[tf.Tensor, tf.Tensor]:
        rows = tf.where(kind == GIF)  # [gifs, 1]
        frames, frame_sizes = first_frames(tf.gather(images, rows[:, 0]))
        return (
            tf.tensor_scatter_nd_update(images, rows, frames),
            # A frame may be larger than the size in the header.
            tf.tensor_scatter_nd_max(size, rows, frame_sizes),
        )

    return tf.cond(tf.reduce_any(kind == GIF), cut, lambda: (images, size))


def _errors(
    kind: tf.Tensor, header_error: tf.Tensor, size: tf.Tensor, max_pixels: int
) -> tf.Tensor:
    height, width = (tf.strings.as_string(size[:, axis]) for axis in (0, 1))
    too_large = tf.strings.join(
        ["image of ", width, " x ", height, f" pixels is larger than max_pixels={max_pixels}"]
    )
    error = tf.where(tf.reduce_prod(size, axis=1) > max_pixels, too_large, header_error)
    # Images that failed in the pipeline have no size.
    return tf.where((size[:, 0] == 0) & (error == ""), damage_error(kind), error)


def _colors(image: tf.Tensor, kind: tf.Tensor) -> tf.Tensor:
    """Decodes one image to `<uint8>[height, width, 1 or 3]`."""
    pixels = tf.io.decode_image(image, channels=0, expand_animations=False)
    pixels = tf.ensure_shape(pixels, [None, None, None])
    channels = tf.shape(pixels)[2]
    return tf.cond(
        kind == BMP,
        lambda: tf.cond(
            channels == 1,
            lambda: tf.gather(_palette(image), tf.cast(pixels[:, :, 0], tf.int32)),
            lambda: pixels[:, :, :3],  # the fourth byte is unused in most
        ),
        lambda: tf.cond(channels % 2 == 0, lambda: _over_white(pixels), lambda: pixels),
    )


def _palette(image: tf.Tensor) -> tf.Tensor:
    """Gives the colors of a BMP of 8 bits a pixel, `<uint8>[256, 3]`; the decoder gives indices."""
    start = little_endian(bytes_at(image[None], tf.constant([14], tf.int64), 4)) + 14  # [1]
    colors = tf.reshape(bytes_at(image[None], start, 1024), [256, 4])
    return tf.cast(tf.reverse(colors[:, :3], [1]), tf.uint8)  # blue, green, red in the file


def _over_white(pixels: tf.Tensor) -> tf.Tensor:
    """Blends an image with alpha onto white: `<uint8>[height, width, 2 or 4]` to a channel less."""
    wide = tf.cast(pixels, tf.uint16)  # 255 * 255 fits; float32 would take twice the memory
    alpha = wide[:, :, -1:]
    return tf.cast((wide[:, :, :-1] * alpha + 255 * (255 - alpha) + 127) // 255, tf.uint8)
