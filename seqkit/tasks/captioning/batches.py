"""Images and captions as padded batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from seqkit.text.encoder import TextEncoder
from seqkit.text.vocabulary import PAD_ID
from seqkit.training.batches import EpochBatches
from seqkit.training.id_rows import before_and_following, encoded_targets, short_rows

_CHUNK = 2048


class Rows(Protocol):
    """Arrays by row: pixels or features of images, such as a `seqkit.images.ArrayStore`."""

    def __len__(self) -> int:
        """The number of rows."""

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """The arrays of some rows, `[n, ...]`."""


class EncodedCaptions:
    """Captions of images, encoded once.

    A caption of more than `max_length` tokens is left out, and so is an image without any other.

    Args:
        captions: the captions of each image, one or more.
        target: captions to ids.
        max_length: the most tokens of a caption.

    Attributes:
        images: `<int64>[images]`, numbers of the images that have a caption left.
        num_left_out: how many captions were too long.

    Raises:
        ValueError: no caption is short enough.

    Example:
        >>> from seqkit.text import Vocabulary, WordTokenizer
        >>> words = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 2, "b": 1}))
        >>> captions = EncodedCaptions([["a b", "b"], ["a"]], words, max_length=5)
        >>> before, following = captions.padded(np.array([[0, 1], [2, -1]]))
        >>> before.tolist()
        [[[2, 4, 5], [2, 5, 0]], [[2, 4, 0], [0, 0, 0]]]
        >>> following.tolist()
        [[[4, 5, 3], [5, 3, 0]], [[4, 3, 0], [0, 0, 0]]]
    """

    def __init__(
        self, captions: Sequence[Sequence[str]], target: TextEncoder, *, max_length: int
    ) -> None:
        texts = [text for of_image in captions for text in of_image]
        chunks = (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))
        self._ids = encoded_targets(chunks, target)
        kept = short_rows(self._ids.lengths, max_length, "captions")
        self.num_left_out = len(texts) - len(kept)
        of_image = np.repeat(np.arange(len(captions)), [len(texts) for texts in captions])
        self.images, first, counts = np.unique(
            of_image[kept], return_index=True, return_counts=True
        )
        self._own = [
            kept[start : start + count] for start, count in zip(first, counts, strict=True)
        ]

    def __len__(self) -> int:
        return len(self.images)

    def drawn(self, indices: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
        """Some captions of each of some images, drawn at random where it has more.

        Args:
            indices: `<int>[n]`, places in `images`.
            number: the most captions of an image.
            rng: draws them.

        Returns:
            `<int64>[n, number]`, numbers of captions, -1 where an image has fewer.
        """
        captions = np.full((len(indices), number), -1)
        for row, index in enumerate(indices):
            chosen = rng.permutation(self._own[index])[:number]
            captions[row, : len(chosen)] = chosen
        return captions

    def padded(self, captions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The ids of some captions.

        Args:
            captions: `<int>[n, number]`, as `drawn` gives them.

        Returns:
            `<int32>[n, number, length]` twice: BOS and the caption, and the caption and EOS,
            right-padded with 0; a caption that is -1 is all 0.
        """
        numbers = captions.reshape(-1)  # [n * number]
        absent, rows = numbers < 0, np.maximum(numbers, 0)
        before, following = before_and_following(self._ids.padded(rows), self._ids.lengths[rows])
        before[absent] = following[absent] = PAD_ID
        shape = (*captions.shape, -1)
        longest = int((following > 0).sum(axis=1).max())
        return tuple(part[:, :longest].reshape(shape) for part in (before, following))  # type: ignore[return-value]


class CaptionBatches(EpochBatches):
    """An epoch's batches of images, each with some of its captions.

    Args:
        captions: what the model writes.
        sources: pixels, or features of a frozen encoder, of every image that has captions.
        source_name: the model's input that these are: `"images"` or `"grid"`.
        batch_size: images of a batch.
        captions_per_image: the most captions of an image in a batch.
        seed: with the epoch's number decides the order and which captions are drawn.
        augment: changes a batch of pixels, given it and its number; None leaves them.
    """

    def __init__(
        self,
        captions: EncodedCaptions,
        sources: Rows,
        *,
        source_name: str,
        batch_size: int,
        captions_per_image: int,
        seed: int,
        augment: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    ) -> None:
        super().__init__(batch_size=batch_size, seed=seed)
        self._captions = captions
        self._sources = sources
        self._source_name = source_name
        self._number = captions_per_image
        self._augment = augment

    def __len__(self) -> int:
        return -(-len(self._captions) // self.batch_size)

    def plan(self) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Of each batch its number among those of all epochs, its images, and their captions."""
        rng = np.random.default_rng([self.seed, self.epoch])
        order = rng.permutation(len(self._captions))
        parts = (
            order[start : start + self.batch_size]
            for start in range(0, len(order), self.batch_size)
        )
        return [
            (number, indices, self._captions.drawn(indices, self._number, rng))
            for number, indices in enumerate(parts, self.epoch * len(self))
        ]

    def batch(self, part: tuple[int, np.ndarray, np.ndarray]) -> tuple[Any, ...]:
        """Pixels or features, ids read, ids to predict, and the batch's number."""
        number, indices, captions = part
        before, following = self._captions.padded(captions)
        sources = self._sources[self._captions.images[indices]]
        return sources, before, following, np.int64(number)

    def signature(self) -> tuple[tf.TensorSpec, ...]:
        """Shapes and dtypes of a batch."""
        sample = self._sources[np.arange(1)]
        sources = tf.TensorSpec([None, *sample.shape[1:]], sample.dtype)
        ids = tf.TensorSpec([None, None, None], tf.int32)
        return sources, ids, ids, tf.TensorSpec([], tf.int64)

    def dataset(self) -> tf.data.Dataset:
        """Batches as a captioner is trained on, see `build_image_captioner_core`.

        Returns:
            A data set that iterates over the epoch `self.epoch`.
        """

        def inputs(
            sources: tf.Tensor, before: tf.Tensor, following: tf.Tensor, number: tf.Tensor
        ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
            if self._augment is not None:
                sources = self._augment(sources, number)
            return {self._source_name: sources, "decoder_token_ids": before}, following

        return super().dataset().map(inputs, num_parallel_calls=2)
