"""Search for the captions of many images, some at a time."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from seqkit.decoding import SearchResult, beam_search, greedy
from seqkit.model.next_token import next_token
from seqkit.model.search_settings import SearchSettings
from seqkit.model.sequences import Found, find_by_length
from seqkit.tasks.captioning.network import describer, grid_of, look_at
from seqkit.text import Vocabulary

# Defaults of the model and of the recipe.
SEARCH = SearchSettings(num_beams=4, length_penalty=1.0)
MAX_LENGTH = 50
# Enough to fill the encoder's matrix products, few enough for its largest maps to stay small.
_IMAGES_TOGETHER = 32


class CaptionSearch(NamedTuple):
    """How a captioner searches for captions.

    Attributes:
        core: made with `build_image_captioner_core`.
        vocabulary: the tokens of captions.
        num_beams: the most beginnings of a caption that are followed; 1 searches greedily.
        length_penalty: see `seqkit.decoding.beam_search`.
        max_length: the most tokens of a caption.
    """

    core: keras.Model
    vocabulary: Vocabulary
    num_beams: int
    length_penalty: float
    max_length: int

    def of_all(self, pixels: tf.Tensor, num_best: int) -> Found:
        """Describes any number of images.

        Args:
            pixels: `<uint8>[batch, height, width, 3]`, at least one image.
            num_best: captions of each image.

        Returns:
            The tokens and scores of the captions.
        """

        def search(rows: tf.Tensor) -> tuple[SearchResult, tf.Tensor]:
            grid = grid_of(self.core, tf.gather(pixels, rows))  # [n, rows, columns, dim]
            best = self.of_grid(grid, num_best, attend=False)
            return best, self.vocabulary.id_to_token(best.token_ids)

        alike = tf.ones([tf.shape(pixels)[0]], tf.int32)
        return find_by_length(alike, num_best, search, _IMAGES_TOGETHER)

    def of_grid(self, grid: tf.Tensor, num_best: int, *, attend: bool) -> SearchResult:
        """Describes grids.

        Args:
            grid: `<float>[batch, rows, columns, dim]`.
            num_best: captions of each image.
            attend: whether attention is among the results; a search is faster without.

        Returns:
            A `SearchResult`; its attention is over the cells, row by row.
        """
        source, state = look_at(self.core, grid)
        step = next_token(describer(self.core), source, attention=attend)
        if self.num_beams == 1:
            return greedy(step, state, max_length=self.max_length)
        return beam_search(
            step,
            state,
            max_length=self.max_length,
            num_beams=self.num_beams,
            num_best=num_best,
            length_penalty=self.length_penalty,
        )

    def greedily(self, grid: tf.Tensor) -> tf.RaggedTensor:
        """Describes grids by greedy search, ragged `<string>[batch, None]`, tokens."""
        return self.tokens(self._replace(num_beams=1).of_grid(grid, 1, attend=False))

    def tokens(self, best: SearchResult) -> tf.RaggedTensor:
        """The tokens of the best sequence of each row, ragged `<string>[batch, None]`."""
        names = self.vocabulary.id_to_token(best.token_ids[:, 0])  # [batch, length]
        return tf.RaggedTensor.from_tensor(names, lengths=best.lengths[:, 0])
