"""Beam search for the translations of many texts, rows of about one length together."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from seqkit.decoding import SearchResult, beam_search, greedy
from seqkit.layers import token_logits
from seqkit.model.map_by_length import map_by_length
from seqkit.model.next_token import next_token, output_layer
from seqkit.model.search_settings import SearchSettings
from seqkit.model.sequences import Found, find_by_length
from seqkit.tasks.translation.network import encode
from seqkit.text import BOS_ID, PAD_ID, UNK_ID, Vocabulary

# The search of a translator for which nothing else is given.
SEARCH = SearchSettings(num_beams=4, length_penalty=1.3)
# Each row has several beams, so few rows fill a matrix product, and of few the longest ends sooner.
# Measured on two cores: of 11 to 32 the fastest for batches of 32, and as fast as 32 for 512.
_ROWS_TOGETHER = 16
# Tokens that a translation may have beyond those that the length of its source allows.
MORE_TOKENS = 10


class TranslationSearch(NamedTuple):
    """The search of a translator.

    Attributes:
        core: made with `build_translator_core`.
        vocabulary: of the target.
        num_beams: the most beginnings of a translation that are followed.
        length_penalty: see `seqkit.decoding.beam_search`.
        max_length: the most tokens of a translation.
        length_ratio: the most tokens of a translation for one of its source, beside ten more.
        copies: whether UNK may be chosen, and a token of the source written in its place.
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
            num_best: translations of each row.

        Returns:
            The translations, in the order of the rows.
        """

        def search(rows: tf.Tensor) -> tuple[SearchResult, tf.Tensor]:
            ids = tf.gather(token_ids, rows).to_tensor(PAD_ID)  # [n, longest]
            best = self.of_batch(ids, num_best, attend=self.copies)
            return best, self.names(best, tf.gather(tokens, rows))

        lengths = tf.cast(token_ids.row_lengths(), tf.int32)
        return find_by_length(lengths, num_best, search, _ROWS_TOGETHER)

    def of_batch(self, ids: tf.Tensor, num_best: int, *, attend: bool) -> SearchResult:
        """Translates rows that are padded to one length.

        Args:
            ids: `<int32>[batch, length]`, right-padded with 0.
            num_best: translations of each row.
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
            ids: `<int32>[batch, length]`, right-padded with 0.

        Returns:
            Ragged `<string>[batch, None]`, tokens.
        """
        source, state = encode(self.core, ids)
        step = next_token(self.core, source, attention=False)
        best = greedy(step, state, max_length=self.longest(ids))
        names = self.vocabulary.id_to_token(best.token_ids[:, 0])  # [batch, length]
        return tf.RaggedTensor.from_tensor(names, lengths=best.lengths[:, 0])

    def longest(self, ids: tf.Tensor) -> tf.Tensor:
        """The most tokens of the translation of each row, `<int32>[batch]`."""
        lengths = tf.math.count_nonzero(ids, axis=1, dtype=tf.float32)
        allowed = tf.math.ceil(self.length_ratio * lengths) + MORE_TOKENS
        return tf.minimum(self.max_length, tf.cast(allowed, tf.int32))

    def names(self, result: SearchResult, source: tf.RaggedTensor) -> tf.Tensor:
        """The tokens of translations; for UNK the source's token with the most attention.

        Args:
            result: with attention `[batch, n, length, source_length]` where tokens are copied.
            source: ragged `<string>[batch, None]`.

        Returns:
            `<string>[batch, n, length]`.
        """
        names = self.vocabulary.id_to_token(result.token_ids)
        if not self.copies:
            return names
        places = tf.argmax(result.attention, axis=-1, output_type=tf.int32)  # [batch, n, length]
        tokens = tf.pad(source.to_tensor(""), [[0, 0], [0, 1]])  # [batch, source_length + 1]
        copied = tf.gather(tokens, places, batch_dims=1)  # [batch, n, length]
        return tf.where(tf.equal(result.token_ids, UNK_ID), copied, names)


def log_probabilities(
    core: keras.Model,
    encoder_token_ids: tf.RaggedTensor,
    decoder_token_ids: tf.RaggedTensor,
    target_token_ids: tf.RaggedTensor,
) -> tf.Tensor:
    """Gives the probability of translations.

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
        tokens = tf.gather(target_token_ids, rows).to_tensor(PAD_ID)  # [n, longest]
        # [n, longest, target_size]
        logits = token_logits(output_layer(core), core(inputs, training=False))
        each = tf.gather(tf.nn.log_softmax(logits), tokens, batch_dims=2)  # [n, longest]
        return [rows, tf.reduce_sum(tf.where(tf.not_equal(tokens, PAD_ID), each, 0.0), axis=1)]

    specs = [tf.TensorSpec([None], kind) for kind in (tf.int32, tf.float32)]
    lengths = tf.cast(target_token_ids.row_lengths(), tf.int32)
    rows, sums = map_by_length(lengths, some, specs, _ROWS_TOGETHER)
    return tf.gather(sums, tf.argsort(rows))
