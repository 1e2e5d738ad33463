"""Small random changes of images that keep their captions true."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import tensorflow as tf

LEFT_AND_RIGHT = (
    *("left", "right", "lefthand", "righthand", "leftmost", "rightmost"),
    *("leftward", "rightward", "leftwards", "rightwards"),
    *("links", "rechts"),
    *(side + ending for side in ("linke", "rechte") for ending in ("", "m", "n", "r", "s")),
    *("gauche", "gauches", "droite", "droites"),
    *("izquierda", "izquierdas", "izquierdo", "izquierdos"),
    *("derecha", "derechas", "derecho", "derechos"),
    *("왼", "오른", "좌측", "우측"),
)
# Scripts without spaces, or with endings joined to words: words are found inside others there.
_JOINED = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")


def may_be_flipped(captions: Iterable[str], words: Sequence[str] = LEFT_AND_RIGHT) -> bool:
    """Tells whether captions stay true when their images are mirrored: none names a side.

    Args:
        captions: any number of captions.
        words: words for sides, whole words in any case, but parts of words in Korean, Chinese and
            Japanese; by default left and right in English, German, French, Spanish and Korean.

    Returns:
        Whether no caption contains any of the words.

    Raises:
        ValueError: a word is empty.

    Example:
        >>> may_be_flipped(["a dog runs", "two copyrighted leftovers"])
        True
        >>> may_be_flipped(["a dog runs", "A dog on the Left-hand side"])
        False
    """
    if not all(words):
        raise ValueError(f"words has an empty word: {list(words)!r}")
    patterns = [re.escape(_fold(word)) for word in words]
    patterns = [word if _JOINED.search(word) else rf"\b{word}\b" for word in patterns]
    side = re.compile("|".join(patterns) or "(?!)")
    return not any(side.search(_fold(caption)) for caption in captions)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Mirrors and crops images and changes their brightness and contrast, each image on its own.

    The changes depend only on the seed and the step, so that a run that is resumed or repeated
    sees the same images. It works in a graph.

    Attributes:
        flip: whether half of the images are mirrored; see `may_be_flipped`.
        crop: the greatest share of height and width that is cut off; the rest is resized to the
            whole.
        brightness: the greatest share of the range that is added to all values or subtracted.
        contrast: the greatest share by which values move from or to the mean of their image.
        seed: of the random numbers.

    Raises:
        ValueError: an amount is not from 0 to below 1.

    Example:
        >>> augmentation = Augmentation(seed=3)
        >>> pixels = tf.random.stateless_uniform([2, 4, 4, 3], [1, 2], maxval=255)
        >>> once, again = augmentation(pixels, step=5), augmentation(pixels, step=5)
        >>> bool(tf.reduce_all(once == again)), bool(tf.reduce_all(once == pixels))
        (True, False)
    """

    flip: bool = True
    crop: float = 0.1
    brightness: float = 0.1
    contrast: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("crop", "brightness", "contrast"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be from 0 to below 1, got {getattr(self, name)}")

    def __call__(self, pixels: tf.Tensor, step: int | tf.Tensor) -> tf.Tensor:
        """Changes a batch.

        Args:
            pixels: `<uint8 or float>[batch, height, width, 3]`, 0 to 255.
            step: `<int>[]`, the number of the batch.

        Returns:
            Images of the same shape, dtype and range.
        """
        seeds = tf.stack([tf.constant(self.seed, tf.int64), tf.cast(step, tf.int64)])
        flip_seed, crop_seed, light_seed = tf.unstack(tf.random.split(seeds, 3))
        images = tf.cast(pixels, tf.float32)
        if self.flip:
            mirrored = tf.random.stateless_uniform(tf.shape(images)[:1], flip_seed) < 0.5  # [batch]
            images = tf.where(mirrored[:, None, None, None], images[:, :, ::-1], images)
        if self.crop:
            images = self._crop(images, crop_seed)
        if self.brightness or self.contrast:
            images = self._change_light(images, light_seed)
        images = tf.ensure_shape(images, pixels.shape)
        return tf.cast(tf.round(images) if pixels.dtype.is_integer else images, pixels.dtype)

    def _crop(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        shape = tf.shape(images)
        # [batch] each
        part, top, left = tf.unstack(tf.random.stateless_uniform([3, shape[0]], seed))
        cut = self.crop * part
        begin = tf.stack([top * cut, left * cut], axis=1)  # [batch, 2]
        boxes = tf.concat([begin, begin + (1 - cut)[:, None]], axis=1)  # [batch, 4]
        return tf.image.crop_and_resize(images, boxes, tf.range(shape[0]), shape[1:3])

    def _change_light(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        # [2, batch, 1, 1, 1]
        amounts = tf.random.stateless_uniform([2, tf.shape(images)[0], 1, 1, 1], seed, -1.0, 1.0)
        mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)  # [batch, 1, 1, 1]
        images = mean + (images - mean) * (1 + self.contrast * amounts[0])
        return tf.clip_by_value(images + 255 * self.brightness * amounts[1], 0.0, 255.0)
