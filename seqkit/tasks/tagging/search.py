"""The tag of each word of any number of texts, found as the best path through a sentence."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from seqkit.model.map_by_length import map_by_length
from seqkit.tasks.tagging.network import CRF, read_sentences
from seqkit.tasks.tagging.windows import windows
from seqkit.text import EncodedWords, Vocabulary, WordEncoder

# Words are short, so more of them fill a matrix product than of sentences.
_WORDS_TOGETHER = 512


class Decided(NamedTuple):
    """What was decided of words.

    Attributes:
        tags: ragged `<string>[batch, None]`.
        confidence: ragged `<float32>[batch, None]`, the probability of the tag.
        unknown: ragged `<bool>[batch, None]`, whether the dictionary lacks the word.
    """

    tags: tf.RaggedTensor
    confidence: tf.RaggedTensor
    unknown: tf.RaggedTensor


class TagSearch(NamedTuple):
    """How a tagger decides: by the best path through the tags of a sentence.

    Attributes:
        encoder: words to ids.
        tags: made with `Vocabulary.from_labels`.
        core: made with `build_tagger_core`.
        word_reader: the part of it that reads words by themselves.
        max_length: words that the core reads at once; of longer texts, windows.
    """

    encoder: WordEncoder
    tags: Vocabulary
    core: keras.Model
    word_reader: keras.Model
    max_length: int

    def of_all(self, words: tf.RaggedTensor) -> Decided:
        """Decides for any number of texts.

        Args:
            words: ragged `<string>[batch, None]`.

        Returns:
            Decided.
        """
        # Kernels fail on an empty batch: a text of one word is added, and removed afterwards.
        flat = tf.concat([words.values, ["."]], 0)
        splits = tf.cast(words.row_splits, tf.int32)
        splits = tf.concat([splits, splits[-1:] + 1], 0)
        distinct, number = tf.unique(flat)
        encoded = self.encoder(distinct)
        scores = self._emissions(tf.gather(self._word_vectors(encoded), number), splits)
        places, best, confidence = map_by_length(
            splits[1:] - splits[:-1],
            lambda rows: self._best_paths(scores, splits, rows),
            [tf.TensorSpec([None], dtype) for dtype in (tf.int32, tf.int32, tf.float32)],
        )
        order = tf.argsort(places)[:-1]
        return Decided(
            words.with_values(tf.gather(self.tags.tokens, tf.gather(best, order))),
            words.with_values(tf.gather(confidence, order)),
            words.with_values(tf.gather(encoded.unknown, number[:-1])),
        )

    def _word_vectors(self, encoded: EncodedWords) -> tf.Tensor:
        """`<float32>[words, dim]`: what the core reads of each word by itself."""
        levels = {name: ids for name, ids in encoded._asdict().items() if name in self.core.input}
        letters = tf.math.count_nonzero(encoded.character_ids, axis=1, dtype=tf.int32)

        def some(rows: tf.Tensor) -> list[tf.Tensor]:
            inputs = {name: tf.gather(ids, rows)[tf.newaxis] for name, ids in levels.items()}
            if "character_ids" in inputs:
                longest = tf.reduce_max(tf.gather(letters, rows))
                inputs["character_ids"] = inputs["character_ids"][:, :, :longest]
            vectors = self.word_reader(inputs, training=False)[0]
            return [rows, tf.cast(vectors, tf.float32)]  # of a lower type under a mixed policy

        dim = self.word_reader.output.shape[-1]
        specs = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, dim], tf.float32)]
        rows, vectors = map_by_length(letters, some, specs, _WORDS_TOGETHER)
        return tf.gather(vectors, tf.argsort(rows))

    def _emissions(self, vectors: tf.Tensor, splits: tf.Tensor) -> tf.Tensor:
        """`<float32>[words, tags]`: what the core says of each word, window by window."""
        cut = windows(splits, self.max_length)

        def some(rows: tf.Tensor) -> list[tf.Tensor]:
            begin, end = tf.gather(cut.begin, rows), tf.gather(cut.end, rows)
            places = tf.ragged.range(begin, end).to_tensor(-1)
            kept = (places >= tf.gather(cut.keep_begin, rows)[:, tf.newaxis]) & (
                places < tf.gather(cut.keep_end, rows)[:, tf.newaxis]
            )
            sentences = tf.gather(vectors, tf.maximum(places, 0))
            emissions = read_sentences(self.core, sentences, places >= 0)
            return [tf.boolean_mask(places, kept), tf.boolean_mask(emissions, kept)]

        specs = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, len(self.tags)], tf.float32)]
        places, emissions = map_by_length(cut.end - cut.begin, some, specs)
        return tf.gather(emissions, tf.argsort(places))

    def _best_paths(self, scores: tf.Tensor, splits: tf.Tensor, rows: tf.Tensor) -> list[tf.Tensor]:
        """Places, tag ids and marginal probabilities of the words of some texts."""
        places = tf.ragged.range(tf.gather(splits, rows), tf.gather(splits, rows + 1))
        padded = tf.cond(
            tf.size(places.values) > 0,
            lambda: places.to_tensor(-1),
            lambda: tf.fill([tf.size(rows), 1], -1),
        )
        mask = padded >= 0
        emissions = tf.gather(scores, tf.maximum(padded, 0))
        crf = self.core.get_layer(CRF)
        best, _ = crf.decode(emissions, mask)
        chances = tf.gather(crf.marginals(emissions, mask), best, batch_dims=2)
        return [tf.boolean_mask(value, mask) for value in (padded, best, chances)]
