"""A captioner: an image in, a sentence out, found by beam search in the graph."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.arguments import slices
from seqkit.images import MAX_PIXELS, ImageReader, encode_images
from seqkit.model.growing import copy_weights
from seqkit.model.next_token import check_output
from seqkit.model.search_settings import check_limits
from seqkit.model.servable_model import ServableModel, config_of
from seqkit.model.text_batches import at_least_one
from seqkit.tasks.captioning.answers import (
    Caption,
    CaptionAttention,
    collect_best_captions,
    collect_caption_attention,
    collect_captions,
)
from seqkit.tasks.captioning.network import (
    ENCODER,
    CaptionerNetwork,
    build_image_captioner_core,
    describer,
    grid_of,
)
from seqkit.tasks.captioning.search import MAX_LENGTH, SEARCH, CaptionSearch
from seqkit.text import TextEncoder

_IMAGE = tf.TensorSpec([None], tf.string, name="image")

Images = Sequence[str | Path | bytes | np.ndarray] | np.ndarray


class ImageCaptioner(ServableModel):
    """A core on pixels and ids, and around it encoded images and captions as text.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it. A batch may
    hold images of any size; one that cannot be read gets an empty caption and an error, and the
    others of its batch are answered as if alone. PAD, BOS and UNK are never written.

    Args:
        target: captions to ids.
        core: made with `build_image_captioner_core` for this dictionary.
        core_config: sizes and seed that `core` was made with, the name of its encoder's first
            weights, and whether the encoder was trainable.
        num_beams: the most beginnings of a caption that are followed; 1 searches greedily.
        num_best: captions that the signature `n_best` gives, from 1 to `num_beams`.
        length_penalty: 0 or more; see `seqkit.decoding.beam_search`.
        max_length: the most tokens of a caption.
        max_pixels: an image with more is refused before it is decoded.

    Raises:
        ValueError: an argument is out of range, or core and dictionary disagree.

    Example:
        >>> from seqkit.text import Vocabulary, WordTokenizer
        >>> words = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"a": 2, "dog": 1}))
        >>> small = {"height": 32, "width": 32, "widths": (4,), "strides": (2,), "hidden_dim": 4}
        >>> model = ImageCaptioner.build(words, embedding_dim=4, max_length=3, **small)
        >>> good, bad = model.caption([np.zeros((20, 30, 3), "uint8"), b"no image"])
        >>> isinstance(good.text, str), good.error, bad.text, bad.error[:12]
        (True, '', '', 'not an image')
    """

    task = "image captioner"
    network_type = CaptionerNetwork
    settings = ("num_beams", "num_best", "length_penalty", "max_length", "max_pixels")
    dictionaries = {"target": TextEncoder}  # noqa: RUF012
    earlier_sizes = {"dropout": 0.3}  # noqa: RUF012
    adjustable = settings

    def __init__(
        self,
        target: TextEncoder,
        core: keras.Model,
        *,
        core_config: Mapping[str, Any],
        num_beams: int = SEARCH.num_beams,
        num_best: int = SEARCH.num_beams,
        length_penalty: float = SEARCH.length_penalty,
        max_length: int = MAX_LENGTH,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        super().__init__(core, core_config)
        check_limits(num_beams, num_best, max_length)
        check_output(describer(core), target.vocabulary)
        self.target = target
        self.num_beams = num_beams
        self.num_best = num_best
        self.length_penalty = length_penalty
        self.max_length = max_length
        self.max_pixels = max_pixels
        height, width = core.get_layer(ENCODER).input_shape[1:3]
        self.reader = ImageReader(height, width, max_pixels=max_pixels)
        # Without AutoGraph: there is nothing to convert, and it would only make tracing slow.
        self._caption, self._n_best, self._attention = (
            tf.function(function, input_signature=[_IMAGE], autograph=False)
            for function in (self.answer, self.answer_best, self.answer_attention)
        )

    @classmethod
    def build(
        cls,
        target: TextEncoder,
        network: CaptionerNetwork = CaptionerNetwork(),
        *,
        weights: str | os.PathLike[str] | None = None,
        trainable: bool = True,
        seed: int = 0,
        **arguments: Any,
    ) -> ImageCaptioner:
        """Makes a captioner whose decoder is untrained.

        Args:
            target: captions to ids.
            weights: weights of the encoder: `"imagenet"`, a file, or None for random ones. They
                are read once; from then on the model's own file holds them.
            trainable: whether the encoder is trained.
            network, seed, arguments: see `ServableModel`.

        Returns:
            The captioner.
        """
        network, settings = cls._arrange(network, arguments)
        core = build_image_captioner_core(
            len(target.vocabulary), network, weights=weights, trainable=trainable, seed=seed
        )
        name = None if weights is None else os.fspath(weights)
        config = {**config_of(network, seed), "weights": name, "trainable": trainable}
        return cls(target, core, core_config=config, **settings)

    @property
    def search(self) -> CaptionSearch:
        """How captions are searched for."""
        return CaptionSearch(
            self.core, self.target.vocabulary, self.num_beams, self.length_penalty, self.max_length
        )

    def caption(self, images: Images, batch_size: int = 32) -> list[Caption]:
        """Describes images.

        Args:
            images: paths, encoded bytes or arrays, see `seqkit.images.encode_images`.
            batch_size: images given to the graph at once.

        Returns:
            A `Caption` for each image, in order; one that cannot be decoded has an `error`.

        Raises:
            TypeError: `images` is one image or a table, or one of them is something else.
            ValueError: a file is not there, an array has another dtype, shape or range, or
                `batch_size` is below 1.
        """
        answers = _answers_to(self._caption, images, batch_size)
        return [row for answer in answers for row in collect_captions(answer)]

    def n_best(self, images: Images, batch_size: int = 32) -> list[list[Caption]]:
        """Gives several captions of each image, the best first; arguments as `caption`."""
        answers = _answers_to(self._n_best, images, batch_size)
        return [row for answer in answers for row in collect_best_captions(answer)]

    def attention(self, images: Images, batch_size: int = 32) -> list[CaptionAttention]:
        """Tells where each token of a caption attends; arguments as `caption`."""
        answers = _answers_to(self._attention, images, batch_size)
        return [row for answer in answers for row in collect_caption_attention(answer)]

    def answer(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Describes images.

        Args:
            image: `<string>[batch]`, encoded (JPEG, PNG, GIF, BMP, WebP), of any sizes.

        Returns:
            `caption` `<string>[batch]`; `score` `<float32>[batch]`, the log-probability divided by
            the length penalty; `error` `<string>[batch]`, empty where the image was read, else why
            not; its caption is empty then, and its score 0.
        """
        answer = self._best(image, 1)
        return {
            "caption": answer["captions"][:, 0],
            "score": answer["scores"][:, 0],
            "error": answer["error"],
        }

    def answer_best(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Gives several captions of each image.

        Args:
            image: `<string>[batch]`, encoded.

        Returns:
            `captions` `<string>[batch, num_best]`, the best first; `scores`
            `<float32>[batch, num_best]`, minus infinity where there is no such caption; `error`
            `<string>[batch]`.
        """
        return self._best(image, self.num_best)

    def _best(self, image: tf.Tensor, num_best: int) -> dict[str, tf.Tensor]:
        size = tf.shape(image)[0]
        pixels, error = self.reader(at_least_one(image))
        best = self.search.of_all(pixels, num_best)
        # [batch, num_best]
        texts = tf.reshape(self.target.tokenizer.detokenize(best.tokens), [-1, num_best])
        unread = tf.not_equal(error, "")[:, tf.newaxis]
        return {
            "captions": tf.where(unread, "", texts)[:size],
            "scores": tf.where(unread, 0.0, best.score)[:size],
            "error": error[:size],
        }

    def answer_attention(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Describes images and tells where each token attends, all images at once.

        Args:
            image: `<string>[batch]`, encoded.

        Returns:
            `caption` `<string>[batch]`; `tokens` `<string>[batch, tokens]`, padded with empty
            strings; `length` `<int32>[batch]`, how many tokens there are; `attention`
            `<float32>[batch, tokens, rows, columns]`, over the image's grid; `error`
            `<string>[batch]`.
        """
        size = tf.shape(image)[0]
        pixels, error = self.reader(at_least_one(image))
        grid = grid_of(self.core, pixels)
        best = self.search.of_grid(grid, 1, attend=True)
        lengths = tf.where(tf.equal(error, ""), best.lengths[:, 0], 0)
        tokens = self.search.tokens(best._replace(lengths=lengths[:, tf.newaxis]))
        longest = tf.reduce_max(lengths)
        assert best.attention is not None
        attention = best.attention[:, 0, :longest]  # [batch, tokens, cells]
        written = tf.sequence_mask(lengths, longest)[:, :, tf.newaxis]
        shape = [tf.shape(grid)[0], longest, *grid.shape[1:3]]
        return {
            "caption": self.target.tokenizer.detokenize(tokens)[:size],
            "tokens": tokens.to_tensor("")[:size],
            "length": lengths[:size],
            "attention": tf.reshape(tf.where(written, attention, 0.0), shape)[:size],
            "error": error[:size],
        }

    def describe_greedily(self, grid: tf.Tensor) -> tf.Tensor:
        """Describes grids by greedy search, faster and less well; training is judged by it.

        Args:
            grid: `<float>[batch, rows, columns, dim]`, of the encoder; see `grid_of`.

        Returns:
            `<string>[batch]`.
        """
        return self.target.tokenizer.detokenize(self.search.greedily(grid))

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`: see `answer`. `n_best`: see `answer_best`. `attention`: see
            `answer_attention`.
        """
        return {
            "serving_default": self._caption,
            "n_best": self._n_best,
            "attention": self._attention,
        }

    def trackables(self) -> list[Any]:
        """Weights and tables that the signatures use."""
        return [*super().trackables(), self.reader]

    def extended(self, target: TextEncoder, **settings: Any) -> ImageCaptioner:
        """A captioner that knows more tokens and has learned what this one has.

        Args:
            target: as this one's, its vocabulary continued.
            settings: arguments of the class from `num_beams` on, in place of this one's.

        Returns:
            A new captioner; a new token is read as UNK was, until it is trained.
        """
        config = self.core_config
        core = build_image_captioner_core(
            len(target.vocabulary),
            self.network,
            trainable=config.get("trainable", True),
            seed=self.seed,
        )
        new = ImageCaptioner(target, core, core_config=config, **self._settings() | settings)
        # By order, since Keras numbers the layers of a backbone anew each time.
        new.core.get_layer(ENCODER).set_weights(self.core.get_layer(ENCODER).get_weights())
        copy_weights(describer(self.core), describer(new.core))
        return new


def _answers_to(
    function: Callable[..., dict[str, tf.Tensor]], images: Images, batch_size: int
) -> Iterator[dict[str, tf.Tensor]]:
    """Calls a signature with some images at a time."""
    encoded = encode_images(images)
    for rows in slices(len(encoded), batch_size):
        yield function(tf.constant(encoded[rows], tf.string))
