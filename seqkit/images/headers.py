"""Format and size of encoded images, from their first bytes and before they are decoded."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from seqkit.images.image_bytes import as_signed, big_endian, bytes_at, little_endian

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WebP")
JPEG, PNG, GIF, BMP, WEBP = range(len(FORMATS))
UNKNOWN = len(FORMATS)

_EMPTY = "image is empty"
_UNKNOWN = f"not an image of a known format ({', '.join(FORMATS)})"
_ANIMATED = "animated WebP is not read; save one frame of it"
_BMP = (
    "BMP of a kind that is not read (8, 24 and 32 bits a pixel without compression are); "
    "save it as PNG"
)


class ImageHeaders(NamedTuple):
    """Formats and sizes of a batch of encoded images.

    Attributes:
        kind: `<int64>[batch]`, index into `FORMATS`; `UNKNOWN` for others.
        size: `<int64>[batch, 2]`, height and width in pixels; 0 where the header does not tell,
            and for JPEGs, whose size is not at a fixed place.
        error: `<string>[batch]`, why the image cannot be decoded; empty where it may be.
    """

    kind: tf.Tensor
    size: tf.Tensor
    error: tf.Tensor


def damage_error(kind: tf.Tensor) -> tf.Tensor:
    """Gives the error of images that end too early or break their format.

    Args:
        kind: `<int64>[batch]`, index into `FORMATS`.

    Returns:
        `<string>[batch]`.

    Example:
        >>> damage_error(tf.constant([PNG], tf.int64)).numpy().tolist()
        [b'PNG is truncated or corrupt']
    """
    return tf.gather([f"{name} is truncated or corrupt" for name in (*FORMATS, "image")], kind)


def read_headers(images: tf.Tensor) -> ImageHeaders:
    """Reads the headers of a batch of encoded images.

    Args:
        images: `<string>[batch]`.

    Returns:
        Formats, sizes and errors.

    Example:
        >>> png = tf.io.encode_png(tf.zeros([2, 3, 1], tf.uint8))
        >>> headers = read_headers(tf.stack([png, b"text"]))
        >>> headers.size.numpy().tolist()
        [[2, 3], [0, 0]]
        >>> headers.error.numpy().tolist()
        [b'', b'not an image of a known format (JPEG, PNG, GIF, BMP, WebP)']
    """
    head = bytes_at(images, tf.zeros(tf.shape(images), tf.int64), 66)  # [batch, 66]
    kind = _kind(head)
    # Height and width by format, [batch, 2] each.
    png = tf.stack([big_endian(head[:, 20:24]), big_endian(head[:, 16:20])], 1)
    gif = tf.stack([little_endian(head[:, 8:10]), little_endian(head[:, 6:8])], 1)
    bmp = tf.stack([as_signed(little_endian(head[:, at : at + 4])) for at in (22, 18)], 1)
    webp, animated = _webp(head)
    sizes = tf.stack(
        [
            tf.zeros_like(png),
            # The first chunk must be IHDR; the decoder refuses any other.
            tf.where(_has(head, 12, b"IHDR")[:, None], png, 0),
            gif,
            tf.abs(bmp),  # a negative height means that the first row comes first
            webp,
            tf.zeros_like(png),
        ]
    )
    size = tf.gather(tf.transpose(sizes, [1, 0, 2]), kind, batch_dims=1)  # [batch, 2]
    no_size = (kind != JPEG) & tf.reduce_any(size <= 0, axis=1)
    error = tf.fill(tf.shape(images), "")
    error = tf.where(no_size, damage_error(kind), error)
    error = tf.where((kind == BMP) & ~_bmp_is_read(head), _BMP, error)
    error = tf.where((kind == WEBP) & animated, _ANIMATED, error)
    error = tf.where(kind == UNKNOWN, _UNKNOWN, error)
    error = tf.where(tf.strings.length(images) == 0, _EMPTY, error)
    return ImageHeaders(kind, size, error)


def _has(head: tf.Tensor, at: int, name: bytes) -> tf.Tensor:
    """Tells whether these bytes stand at a place, `<bool>[batch]`."""
    return tf.reduce_all(head[:, at : at + len(name)] == list(name), axis=1)


def _kind(head: tf.Tensor) -> tf.Tensor:
    kind = tf.fill(tf.shape(head)[:1], tf.constant(UNKNOWN, tf.int64))
    for number, is_format in (
        (JPEG, _has(head, 0, b"\xff\xd8\xff")),
        (PNG, _has(head, 0, b"\x89PNG\r\n\x1a\n")),
        (GIF, _has(head, 0, b"GIF87a") | _has(head, 0, b"GIF89a")),
        (BMP, _has(head, 0, b"BM")),
        (WEBP, _has(head, 0, b"RIFF") & _has(head, 8, b"WEBP")),
    ):
        kind = tf.where(is_format, tf.constant(number, tf.int64), kind)
    return kind


def _webp(head: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives sizes `<int64>[batch, 2]`, and whether there may be an animation, `<bool>[batch]`."""
    # Width and height, [batch, 2] each, of numbers of two and of three bytes.
    lossy = little_endian(tf.reshape(head[:, 26:30], [-1, 2, 2])) % 2**14
    packed = little_endian(head[:, 21:25])
    lossless = tf.stack([packed % 2**14, packed // 2**14 % 2**14], 1) + 1
    extended = little_endian(tf.reshape(head[:, 24:30], [-1, 2, 3])) + 1
    size = tf.zeros_like(lossy)
    for name, named_size in ((b"VP8 ", lossy), (b"VP8L", lossless), (b"VP8X", extended)):
        size = tf.where(_has(head, 12, name)[:, None], named_size, size)
    # TensorFlow 2.21 writes past its buffer when it decodes an animation without alpha, which kills
    # the process: nothing that may be one reaches the decoder.
    flagged = head[:, 20] // 2 % 2 == 1
    animated = _has(head, 12, b"VP8X") & (flagged | _has(head, 30, b"ANIM"))
    return tf.reverse(size, [1]), animated | _has(head, 12, b"ANIM") | _has(head, 12, b"ANMF")


def _bmp_is_read(head: tf.Tensor) -> tf.Tensor:
    """Tells whether the decoder reads such pixels correctly, `<bool>[batch]`."""
    bits, compression = little_endian(head[:, 28:30]), little_endian(head[:, 30:34])
    plain = (compression == 0) & ((bits == 8) | (bits == 24) | (bits == 32))
    usual_masks = tf.constant([0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0], tf.int64)
    masks = tf.reduce_all(head[:, 54:66] == usual_masks, axis=1)
    known = plain | ((compression == 3) & (bits == 32) & masks)
    return known & (little_endian(head[:, 14:18]) >= 40)
