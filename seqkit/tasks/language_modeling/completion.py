"""Completions: the most probable ways to the end of a word, sentence or line."""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from seqkit.decoding import Step, StepResult, beam_search
from seqkit.model.map_by_length import map_by_length
from seqkit.tasks.language_modeling.network import following
from seqkit.tasks.language_modeling.reading import Read, read
from seqkit.tasks.language_modeling.search import continuation
from seqkit.tasks.language_modeling.text_ends import TextEnds, text_ends
from seqkit.tasks.language_modeling.unfinished_words import (
    Begun,
    begun_texts,
    fitting_tokens,
    token_lengths,
)
from seqkit.text import EOS_ID, PAD_ID, TextEncoder, WordTokenizer

_ROWS_TOGETHER = 16


class Completions(NamedTuple):
    """Completions by a search.

    Attributes:
        continuations: `<string>[rows, k]`, the most probable first.
        log_probabilities: `<float32>[rows, k]`, minus infinity where there are no more.
    """

    continuations: tf.Tensor
    log_probabilities: tf.Tensor


def complete(
    core: keras.Model,
    encoder: TextEncoder,
    prefix: tf.Tensor,
    *,
    k: int,
    until: str,
    num_beams: int,
    max_length: int | tf.Tensor,
) -> Completions:
    """Completes beginnings of texts.

    Args:
        core: made with `build_language_model_core`.
        encoder: texts to ids.
        prefix: `<string>[rows]`, at least one.
        k: how many completions of each.
        until: `"word"`, `"sentence"` or `"line"`.
        num_beams: sequences that are followed, at least `k`.
        max_length: tokens of a completion; one with more is cut.

    Returns:
        Completions; those of a row all differ.
    """
    ends = text_ends(encoder.tokenizer, encoder.vocabulary, until)
    texts = begun_texts(encoder, ends, prefix, word=until == "word")

    def some(rows: tf.Tensor) -> list[tf.Tensor]:
        begun = texts.take(rows)
        fits = fitting_tokens(encoder, ends, begun.rest_text)
        search = _Search(core, encoder, ends, begun, fits, read(core, begun.head_ids))
        return [rows, *_merge_equal(search.best(num_beams, max_length), k)]

    kinds = ((tf.int32, [None]), (tf.string, [None, k]), (tf.float32, [None, k]))
    specs = [tf.TensorSpec(shape, kind) for kind, shape in kinds]
    lengths = tf.cast(texts.head_ids.row_lengths(), tf.int32)
    rows, *columns = map_by_length(lengths, some, specs, _ROWS_TOGETHER)
    return Completions(*(tf.gather(values, tf.argsort(rows)) for values in columns))


class _Search(NamedTuple):
    """A beam search in which a sequence is finished where its word or sentence may end."""

    core: keras.Model
    encoder: TextEncoder
    ends: TextEnds
    begun: Begun
    fits: tf.Tensor
    read: Read

    def best(self, num_beams: int, max_length: int | tf.Tensor) -> Completions:
        """Finds `num_beams` completions of each row; some may be one text in two spellings."""
        rows = tf.shape(self.read.last)[0]
        nothing = tf.zeros([rows, 1, 1], tf.int32)
        state = {
            "core": self.read.state[:, tf.newaxis],
            "begun": nothing,
            "progress": nothing,
            "closed": nothing,
        }
        result = beam_search(
            self.step(),
            state,
            bos_id=self.read.last,
            max_length=max_length,
            num_beams=num_beams,
            num_best=num_beams,
        )
        names = self.encoder.vocabulary.id_to_token(result.token_ids)
        # [rows * num_beams, tokens]
        written = tf.RaggedTensor.from_row_lengths(
            tf.boolean_mask(names, tf.sequence_mask(result.lengths, tf.shape(names)[-1])),
            tf.cast(tf.reshape(result.lengths, [-1]), tf.int64),
            validate=False,
        )
        row = tf.repeat(tf.range(rows), num_beams)
        parts = (self.begun.prefix, self.begun.head, self.begun.rest)
        prefix, head, rest = (tf.gather(part, row) for part in parts)
        texts = continuation(self.encoder.tokenizer, prefix, head, rest, written)
        scores = result.log_probability
        if isinstance(self.encoder.tokenizer, WordTokenizer):
            scores -= self._of_words_begun()[:, tf.newaxis]
        return Completions(tf.reshape(texts, [rows, num_beams]), scores)

    def step(self) -> Step:
        """The model's step, with EOS for all tokens before which the text ends.

        Probabilities stay the model's own, and are not renormalised over the tokens that may come:
        those that may not come add up in PAD, which no search produces.
        """
        own = following(self.core)
        before, after = tf.constant(self.ends.before), tf.constant(self.ends.after)
        lengths = tf.constant(token_lengths(self.encoder, self.ends))
        is_eos = np.arange(len(self.ends.before)) == EOS_ID
        is_pad = np.arange(len(self.ends.before)) == PAD_ID

        def step(token_ids: tf.Tensor, state: dict[str, tf.Tensor]) -> StepResult:
            result = own(token_ids, state["core"])
            # The first token given is the prefix's last, which is no progress towards an end.
            begun = state["begun"]
            last = token_ids[..., tf.newaxis]
            blank = tf.gather(tf.constant(self.ends.blank), last)
            writing = state["progress"] < self.begun.rest_length[:, tf.newaxis, tf.newaxis]
            counts = begun * tf.cast(writing | ~blank, tf.int32)
            progress = state["progress"] + counts * tf.gather(lengths, last)
            closed = begun * tf.cast(tf.gather(after, last), tf.int32)
            spaced = tf.where(begun > 0, blank, self.begun.spaced[:, tf.newaxis, tf.newaxis])
            usable = self.usable(progress, spaced)
            may_end = progress >= self.begun.required[:, tf.newaxis, tf.newaxis]
            logits = tf.cast(result.logits, tf.float32)
            ending = before & may_end
            end = _log_sum(logits, ending)
            none = _log_sum(logits, ~(usable | ending))
            logits = tf.where(usable, logits, -np.inf)
            logits = tf.where(is_eos, end, tf.where(is_pad, none, logits))
            logits = tf.where(closed > 0, tf.where(is_eos, 0.0, -np.inf), logits)
            after_step = {
                "core": result.state,
                "begun": tf.ones_like(begun),
                "progress": progress,
                "closed": closed,
            }
            return StepResult(logits, after_step)

        return step

    def usable(self, progress: tf.Tensor, spaced: tf.Tensor) -> tf.Tensor:
        """Which tokens may come next, apart from an end.

        Args:
            progress: `<int32>[rows, beams, 1]`, how much of the unfinished word is spelled again.
            spaced: `<bool>[rows, beams, 1]`, whether there is a space already.

        Returns:
            `<bool>[rows, beams, vocabulary]`.
        """
        by_row = (slice(None), tf.newaxis, tf.newaxis)
        place = tf.minimum(progress[..., 0], tf.shape(self.fits)[1] - 1)
        to_come = (progress < self.begun.required[by_row]) & ~spaced
        usable = tf.where(
            progress < self.begun.rest_length[by_row],
            tf.gather(self.fits, place, batch_dims=1),
            # A character without a piece of its own is spelled in bytes, perhaps incompletely.
            tf.constant(~(self.ends.before | self.ends.partial))
            | (tf.constant(self.ends.spaced) & to_come),
        )
        return usable & (np.arange(len(self.ends.before)) > EOS_ID)

    def _of_words_begun(self) -> tf.Tensor:
        """Log-probability that a known word with the given beginning comes, `<float32>[rows]`."""
        result = following(self.core)(self.read.last[:, tf.newaxis], self.read.state[:, tf.newaxis])
        each = tf.nn.log_softmax(tf.cast(result.logits, tf.float32))
        nothing = tf.zeros_like(self.read.last)[:, tf.newaxis, tf.newaxis]
        known = _log_sum(each, self.usable(nothing, tf.cast(nothing, tf.bool)))[:, 0, 0]
        return tf.where((self.begun.rest_length > 0) & (known > -np.inf), known, 0.0)


def _log_sum(logits: tf.Tensor, some: tf.Tensor) -> tf.Tensor:
    """Log-sum-exp of the logits that `some` holds for, the last axis kept with size 1."""
    return tf.reduce_logsumexp(tf.where(some, logits, -np.inf), axis=-1, keepdims=True)


def _merge_equal(completions: Completions, k: int) -> Completions:
    """Adds up the probabilities of equal texts, and gives the `k` most probable."""
    texts, scores = completions
    places = tf.range(tf.shape(texts)[1])
    same = tf.equal(texts[:, :, tf.newaxis], texts[:, tf.newaxis, :])  # [rows, beams, beams]
    same &= scores[:, tf.newaxis, :] > -np.inf
    first = tf.reduce_min(tf.where(same, places, tf.shape(texts)[1]), axis=-1)
    together = _log_sum(tf.broadcast_to(scores[:, tf.newaxis, :], tf.shape(same)), same)[..., 0]
    together = tf.where(tf.equal(first, places), together, -np.inf)
    best, places = tf.math.top_k(together, k)
    chosen = tf.gather(texts, places, batch_dims=1)
    return Completions(tf.where(best > -np.inf, chosen, ""), best)
