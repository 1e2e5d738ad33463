"""From encoded images to pixels of one size, as part of a served graph."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import tensorflow as tf

from seqkit.images.decoding import decode_batch
from seqkit.images.orientation import upright

MAX_PIXELS = 50_000_000
_CHECKED_TOGETHER = 64


class ImageReader(tf.Module):
    """Converts encoded images of any format and size, some perhaps damaged, to pixels of one size.

    It reads JPEG (CMYK too; turned according to EXIF), PNG, GIF (the first frame), BMP and WebP
    (not animated). Grey becomes three equal channels, alpha is blended onto white (but not that of
    BMP, and a GIF's transparent color stays a color), 16 bits become 8. Images are resized to the
    given size, whatever their aspect ratio, bilinearly with antialiasing. An image that cannot be
    read gives zeros and an error; the others of its batch are not affected.

    It consists of TensorFlow ops: as an attribute of a `tf.Module` it is saved with the module.

    Args:
        height: height of the pixels returned.
        width: width of the pixels returned.
        max_pixels: an image with more pixels is refused before it is decoded.

    Raises:
        ValueError: an argument is less than 1.

    Example:
        >>> reader = ImageReader(2, 2)
        >>> png = tf.io.encode_png(tf.fill([5, 7, 1], tf.constant(9, tf.uint8)))
        >>> pixels, error = reader(tf.stack([png, b"no image"]))
        >>> pixels.shape, pixels[0, 0, 0].numpy().tolist()
        (TensorShape([2, 2, 2, 3]), [9, 9, 9])
        >>> error.numpy().tolist()
        [b'', b'not an image of a known format (JPEG, PNG, GIF, BMP, WebP)']
    """

    def __init__(self, height: int, width: int, *, max_pixels: int = MAX_PIXELS) -> None:
        super().__init__(name="image_reader")
        for name, value in (("height", height), ("width", width), ("max_pixels", max_pixels)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        self.height = height
        self.width = width
        self.max_pixels = max_pixels

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="images")], autograph=False)
    def __call__(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Reads a batch.

        Args:
            images: `<string>[batch]`, encoded; the batch may be empty.

        Returns:
            Pixels, `<uint8>[batch, height, width, 3]`, and errors, `<string>[batch]`, each a single
            line, empty if the image was read.
        """
        shape = (self.height, self.width, 3)
        return decode_batch(images, self._resize, shape, self.max_pixels)

    def _resize(self, pixels: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
        """Gives `<uint8>[height, width, 3]` from `<uint8>[any, any, 1 or 3]`."""
        size = [self.height, self.width]
        # Resized first, since a small image is turned faster.
        size = tf.where(orientation > 4, size[::-1], size)
        resized = tf.cast(tf.image.resize(pixels, size, antialias=True) + 0.5, tf.uint8)
        return tf.broadcast_to(upright(resized, orientation), [self.height, self.width, 3])


def image_errors(images: Sequence[bytes], *, max_pixels: int = MAX_PIXELS) -> list[str]:
    """Tells which encoded images `ImageReader` cannot read, and why, by decoding each.

    Args:
        images: encoded images.
        max_pixels: an image with more pixels is refused before it is decoded.

    Returns:
        A line for each image, empty if it can be read.

    Raises:
        TypeError: an image is not `bytes`.
        ValueError: `max_pixels` is less than 1.

    Example:
        >>> png = tf.io.encode_png(tf.zeros([4, 5, 3], tf.uint8)).numpy()
        >>> image_errors([png, png[:50]], max_pixels=20)
        ['', 'PNG is truncated or corrupt']
        >>> image_errors([png], max_pixels=19)
        ['image of 5 x 4 pixels is larger than max_pixels=19']
    """
    if max_pixels < 1:
        raise ValueError(f"max_pixels must be at least 1, got {max_pixels}")
    for position, image in enumerate(images):
        if not isinstance(image, bytes):
            raise TypeError(
                f"images[{position}] is a {type(image).__name__}; pass encoded images as bytes, "
                "for instance from encode_images"
            )
    errors: list[str] = []
    for start in range(0, len(images), _CHECKED_TOGETHER):
        chunk = tf.constant(list(images[start : start + _CHECKED_TOGETHER]), tf.string)
        errors += [error.decode() for error in _checker(max_pixels)(chunk).numpy()]
    return errors


@functools.cache
def _checker(max_pixels: int) -> tf.types.experimental.PolymorphicFunction:
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
    def check(images: tf.Tensor) -> tf.Tensor:
        # With a pixel of each, so that the decoding is not pruned as unused.
        pixel, error = decode_batch(
            images, lambda pixels, orientation: pixels[0, 0, :1], (1,), max_pixels
        )
        with tf.control_dependencies([pixel]):
            return tf.identity(error)

    return check
