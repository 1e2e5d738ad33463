"""Images in: reading, checking, keeping and augmenting them."""

from seqkit.images.array_store import ArrayStore
from seqkit.images.augmentation import LEFT_AND_RIGHT, Augmentation, may_be_flipped
from seqkit.images.encoding import encode_images
from seqkit.images.reader import MAX_PIXELS, ImageReader, image_errors

__all__ = [
    "LEFT_AND_RIGHT",
    "MAX_PIXELS",
    "ArrayStore",
    "Augmentation",
    "ImageReader",
    "encode_images",
    "image_errors",
    "may_be_flipped",
]
