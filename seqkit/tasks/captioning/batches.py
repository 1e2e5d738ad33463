"""Images and captions as padded batches, in an order that depends on seed and epoch alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from seqkit.text.encoder import TextEncoder
from seqkit.text.vocabulary import PAD_ID
from seqkit.training.id_rows import before_and_following, encoded_targets
from seqkit.training.streaming import streamed

_CHUNK = 2048


class Rows(Protocol):
    """Arrays by number: pixels or features of images, such as a `seqkit.images.ArrayStore`."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """Some of them, `[n, ...]`."""


class EncodedCaptions:
    """Captions of images that were encoded once.

    A caption of more than `max_length` tokens is left out, and an image all of whose captions are.

    Args:
        captions: of each image, one or more.
        target: turns captions into ids.
        max_length: tokens of the longest caption.

    Attributes:
        images: `<int64>[images]`, numbers of the images that have a caption still.
        num_left_out: captions that were too long.

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
        fits = self._ids.lengths <= max_length
        self.num_left_out = int(len(fits) - fits.sum())
        if not fits.any():
            raise ValueError(
                f"max_length is {max_length} tokens, and each of {len(fits):,} captions has more; "
                "give a greater max_length"
            )
        of_image = np.repeat(np.arange(len(captions)), [len(texts) for texts in captions])
        kept = np.flatnonzero(fits)
        self.images, first, counts = np.unique(
            of_image[kept], return_index=True, return_counts=True
        )
        self._own = [
            kept[start : start + count] for start, count in zip(first, counts, strict=True)
        ]

    def __len__(self) -> int:
        return len(self.images)

    def drawn(self, indices: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
        """Some captions of each of some images, drawn at random where there are more.

        Args:
            indices: `<int>[n]`, places in `images`.
            number: captions of an image, at most.
            rng: draws them.

        Returns:
            `<int64>[n, number]`, numbers of captions, -1 where an image has fewer.
        """
        found = np.full((len(indices), number), -1)
        for row, index in enumerate(indices):
            own = self._own[index]
            chosen = rng.permutation(own)[:number]
            found[row, : len(chosen)] = chosen
        return found

    def padded(self, captions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The ids of some captions.

        Args:
            captions: `<int>[n, number]`, as `drawn` gives them.

        Returns:
            `<int32>[n, number, length]` twice: BOS and the caption, and the caption and EOS; padded
            on the right with 0, which alone is in the place of a caption that is not there.
        """
        numbers = captions.reshape(-1)
        absent, rows = numbers < 0, np.maximum(numbers, 0)
        before, following = before_and_following(self._ids.padded(rows), self._ids.lengths[rows])
        before[absent] = following[absent] = PAD_ID
        shape = (*captions.shape, -1)
        longest = int((following > 0).sum(axis=1).max())
        return tuple(part[:, :longest].reshape(shape) for part in (before, following))  # type: ignore[return-value]


class CaptionBatches:
    """An epoch's batches as a `tf.data.Dataset`: images, each with some of its captions.

    Args:
        captions: what the model writes.
        sources: pixels, or features of a frozen encoder, of every image there is a caption list of.
        source_name: which input of the model they are: `"images"` or `"grid"`.
        batch_size: images of a batch.
        captions_per_image: captions of an image in a batch, at most.
        seed: with the epoch's number decides the order and which captions are drawn.
        augment: changes a batch of pixels, given it and its number; None leaves them.

    Attributes:
        epoch: the epoch whose order the next iteration gives; whoever trains sets it.
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
        self._captions = captions
        self._sources = sources
        self._source_name = source_name
        self._batch_size = batch_size
        self._number = captions_per_image
        self._seed = seed
        self._augment = augment
        self.epoch = 0

    def __len__(self) -> int:
        return -(-len(self._captions) // self._batch_size)

    def _made(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.int64]]:
        """The epoch's batches: pixels or features, ids before and to come, the batch's number."""
        rng = np.random.default_rng([self._seed, self.epoch])
        order = rng.permutation(len(self._captions))
        for number in range(len(self)):
            indices = order[number * self._batch_size : (number + 1) * self._batch_size]
            before, following = self._captions.padded(
                self._captions.drawn(indices, self._number, rng)
            )
            sources = self._sources[self._captions.images[indices]]
            yield sources, before, following, np.int64(self.epoch * len(self) + number)

    def dataset(self) -> tf.data.Dataset:
        """Batches as a captioner is trained on, see `build_image_captioner_core`.

        Returns:
            A data set that iterates over the epoch `self.epoch`.
        """
        sample = self._sources[np.arange(1)]
        ids = tf.TensorSpec([None, None, None], tf.int32)
        sources = tf.TensorSpec([None, *sample.shape[1:]], sample.dtype)
        signature = (sources, ids, ids, tf.TensorSpec([], tf.int64))

        def inputs(
            sources: tf.Tensor, before: tf.Tensor, following: tf.Tensor, number: tf.Tensor
        ) -> tuple[dict[str, tf.Tensor], Any]:
            if self._augment is not None:
                sources = self._augment(sources, number)
            return {self._source_name: sources, "decoder_token_ids": before}, following

        made = streamed(self._made, signature, len(self))
        return made.map(inputs, num_parallel_calls=2)
