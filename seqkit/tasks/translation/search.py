"""Beam search for the translations of many texts, rows of about one length together."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from seqkit.decoding import SearchResult, beam_search, greedy
from seqkit.layers import token_logits
from seqkit.model.map_by_length import map_by_length
from seqkit.model.next_token import next_token, output_layer
from seqkit.model.sequences import Found, find_by_length
from seqkit.tasks.translation.network import encode
from seqkit.text import BOS_ID, PAD_ID, UNK_ID, Vocabulary

# Each row has several beams, so few rows fill a matrix product, and of few the longest ends sooner.
# Measured on two cores: of 11 to 32 the fastest for batches of 32, and as fast as 32 for 512.
_ROWS_TOGETHER = 16
# A translation may have so many tokens more than its source lets expect.
MORE_TOKENS = 10


class TranslationSearch(NamedTuple):
    """How a translator looks for translations.

    Attributes:
        core: made with `build_translator_core`.
        vocabulary: of the target.
        num_beams: sequences that are followed.
        length_penalty: see `seqkit.decoding.beam_search`.
        max_length: tokens of a translation.
        length_ratio: tokens of a translation for one of its source, beside ten more.
        copies: whether UNK may come, and a token of the source in its place.
    """

    core: keras.Model
    vocabulary: Vocabulary
    num_beams: int
    length_penalty: float
    max_length: int
    length_ratio: tf.Variable
    copies: bool

    def of_all(self, token_ids: tf.RaggedTensor, tokens: tf.RaggedTensor, num_best: int) -> Found:
        """Translates any number of rows.

        Args:
            token_ids: ragged `<int32>[batch, None]`, at least one row, and one id in each.
            tokens: ragged `<string>[batch, None]`, what is copied.
            num_best: how many translations of each row.

        Returns:
            Found.
        """

        def search(rows: tf.Tensor) -> tuple[SearchResult, tf.Tensor]:
            ids = tf.gather(token_ids, rows).to_tensor(PAD_ID)
            found = self.of_batch(ids, num_best, attend=self.copies)
            return found, self.names(found, tf.gather(tokens, rows))

        lengths = tf.cast(token_ids.row_lengths(), tf.int32)
        return find_by_length(lengths, num_best, search, _ROWS_TOGETHER)

    def of_batch(self, ids: tf.Tensor, num_best: int, *, attend: bool) -> SearchResult:
        """Translates rows that are padded to one length.

        Args:
            ids: `<int32>[batch, length]`, padded on the right with 0.
            num_best: how many translations of each row.
            attend: whether attention is among the results; a search is faster without.

        Returns:
            A `SearchResult`.
        """
        source, state = encode(self.core, ids)
        return beam_search(
            next_token(self.core, source, attention=attend),
            state,
            max_length=self.longest(ids),
            num_beams=self.num_beams,
            num_best=num_best,
            length_penalty=self.length_penalty,
            banned=(PAD_ID, BOS_ID) if self.copies else (PAD_ID, UNK_ID, BOS_ID),
        )

    def greedily(self, ids: tf.Tensor) -> tf.RaggedTensor:
        """Translates rows that are padded to one length, by greedy search and without copying.

        Args:
            ids: `<int32>[batch, length]`, padded on the right with 0.

        Returns:
            Ragged `<string>[batch, None]`, tokens.
        """
        source, state = encode(self.core, ids)
        step = next_token(self.core, source, attention=False)
        found = greedy(step, state, max_length=self.longest(ids))
        names = self.vocabulary.id_to_token(found.token_ids[:, 0])
        return tf.RaggedTensor.from_tensor(names, lengths=found.lengths[:, 0])

    def longest(self, ids: tf.Tensor) -> tf.Tensor:
        """How many tokens the translation of each row may have, `<int32>[batch]`."""
        lengths = tf.math.count_nonzero(ids, axis=1, dtype=tf.float32)
        allowed = tf.math.ceil(self.length_ratio * lengths) + MORE_TOKENS
        return tf.minimum(self.max_length, tf.cast(allowed, tf.int32))

    def names(self, found: SearchResult, source: tf.RaggedTensor) -> tf.Tensor:
        """The tokens found; for UNK the source's token that was looked at most.

        Args:
            found: with attention `[batch, n, length, source_length]` where tokens are copied.
            source: ragged `<string>[batch, None]`.

        Returns:
            `<string>[batch, n, length]`.
        """
        names = self.vocabulary.id_to_token(found.token_ids)
        if not self.copies:
            return names
        places = tf.argmax(found.attention, axis=-1, output_type=tf.int32)
        tokens = tf.gather(tf.pad(source.to_tensor(""), [[0, 0], [0, 1]]), places, batch_dims=1)
        return tf.where(tf.equal(found.token_ids, UNK_ID), tokens, names)


def log_probabilities(
    core: keras.Model,
    encoder_token_ids: tf.RaggedTensor,
    decoder_token_ids: tf.RaggedTensor,
    target_token_ids: tf.RaggedTensor,
) -> tf.Tensor:
    """How probable given translations are.

    Args:
        core: made with `build_translator_core`.
        encoder_token_ids: ragged `<int32>[batch, None]`, sources, at least one row.
        decoder_token_ids: ragged `<int32>[batch, None]`, BOS and the target.
        target_token_ids: ragged `<int32>[batch, None]`, the target and EOS.

    Returns:
        `<float32>[batch]`, natural logarithms.
    """

    def some(rows: tf.Tensor) -> list[tf.Tensor]:
        inputs = {
            "encoder_token_ids": tf.gather(encoder_token_ids, rows).to_tensor(PAD_ID),
            "decoder_token_ids": tf.gather(decoder_token_ids, rows).to_tensor(PAD_ID),
        }
        tokens = tf.gather(target_token_ids, rows).to_tensor(PAD_ID)
        logits = token_logits(output_layer(core), core(inputs, training=False))
        each = tf.gather(tf.nn.log_softmax(logits), tokens, batch_dims=2)
        return [rows, tf.reduce_sum(tf.where(tf.not_equal(tokens, PAD_ID), each, 0.0), axis=1)]

    specs = [tf.TensorSpec([None], kind) for kind in (tf.int32, tf.float32)]
    lengths = tf.cast(target_token_ids.row_lengths(), tf.int32)
    rows, found = map_by_length(lengths, some, specs, _ROWS_TOGETHER)
    return tf.gather(found, tf.argsort(rows))
