"""A translator: any sequence of tokens in, any other out, found by beam search in the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.model.growing import copy_weights
from seqkit.model.next_token import output_layer
from seqkit.model.servable_model import ServableModel
from seqkit.model.text_batches import answers_to, at_least_one
from seqkit.tasks.translation.answers import (
    Alignment,
    Translation,
    collect_alignments,
    collect_best,
    collect_translations,
)
from seqkit.tasks.translation.network import build_translator_core
from seqkit.tasks.translation.search import TranslationSearch, log_probabilities
from seqkit.text import BOS_ID, EOS_ID, PAD_ID, SubwordTokenizer, TextEncoder

_TEXT = tf.TensorSpec([None], tf.string, name="text")


class Translator(ServableModel):
    """A core on ids, and around it the strings: tokens, beam search, text put together again.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it. A text is
    read as a whole, whatever its length; a translation has at most `max_length` tokens, and at
    most `length_ratio` times as many as its source and ten more.

    PAD, BOS and UNK are never written. Where both sides are split in the same way and the target
    has a dictionary of whole tokens, so that names may be missing there, UNK may come instead, and
    the token of the source that was looked at most is put in its place (`copy_unknown`).

    Args:
        source: texts to ids.
        target: the same for translations; the same object as `source` for one shared dictionary.
        core: made with `build_translator_core` for these dictionaries.
        core_config: the arguments `core` was made with, but for the sizes.
        num_beams: sequences that are followed.
        num_best: translations that the signature `n_best` gives, at most `num_beams`.
        length_penalty: 0 or more; see `seqkit.decoding.beam_search`.
        max_length: tokens of a translation.
        length_ratio: tokens of a translation for one of its source, at most; `fit_translator` sets
            it by the training data. The closer the bound, the sooner a search is over.
        copy_unknown: whether a token of the source may stand for one that the dictionary lacks.

    Raises:
        ValueError: a number is out of its range, or core and dictionary disagree.

    Example:
        >>> from seqkit.text import Vocabulary, WordTokenizer
        >>> words = TextEncoder(WordTokenizer(), Vocabulary.from_counts({"good": 2, "gut": 1}))
        >>> model = Translator.build(words, words, embedding_dim=4, hidden_dim=4, max_length=3)
        >>> [translation] = model.translate(["good"])
        >>> isinstance(translation.text, str), translation.unknown_rate
        (True, 0.0)
    """

    task = "translator"
    dictionaries = {"source": TextEncoder, "target": TextEncoder}  # noqa: RUF012
    settings = (
        "num_beams",
        "num_best",
        "length_penalty",
        "max_length",
        "length_ratio",
        "copy_unknown",
    )

    def __init__(
        self,
        source: TextEncoder,
        target: TextEncoder,
        core: keras.Model,
        *,
        core_config: Mapping[str, Any],
        num_beams: int = 4,
        num_best: int = 4,
        length_penalty: float = 1.0,
        max_length: int = 200,
        length_ratio: float = 3.0,
        copy_unknown: bool = True,
    ) -> None:
        super().__init__(core, core_config)
        if max_length < 1:
            raise ValueError(f"max_length is {max_length}; give at least 1 token")
        if not 1 <= num_best <= num_beams:
            raise ValueError(f"num_best is {num_best}; give from 1 to num_beams, {num_beams}")
        if output_layer(core).embeddings.shape[0] != len(target.vocabulary):
            raise ValueError(
                f"core scores {output_layer(core).embeddings.shape[0]} tokens, the dictionary has "
                f"{len(target.vocabulary)}"
            )
        self.source = source
        self.target = target
        self.num_beams = num_beams
        self.num_best = num_best
        self.length_penalty = length_penalty
        self.max_length = max_length
        # A variable, so that graphs traced before and after training know the same one.
        self._length_ratio = tf.Variable(length_ratio, trainable=False, dtype=tf.float32)
        self.copy_unknown = copy_unknown
        alike = type(source.tokenizer) is type(target.tokenizer)
        spelled = isinstance(target.tokenizer, SubwordTokenizer)
        self._copies = copy_unknown and alike and not spelled
        pair = [tf.TensorSpec([None], tf.string, name=name) for name in ("source", "target")]
        # Without AutoGraph: there is nothing to convert, and it would only make tracing slow.
        self._translate, self._n_best, self._attention, self._scores = (
            tf.function(function, input_signature=signature, autograph=False)
            for function, signature in (
                (self.answer, [_TEXT]),
                (self.answer_best, [_TEXT]),
                (self.answer_attention, [_TEXT]),
                (self.answer_scores, pair),
            )
        )

    @classmethod
    def build(cls, source: TextEncoder, target: TextEncoder, **arguments: Any) -> Translator:
        """Makes an untrained translator.

        Args:
            source: texts to ids.
            target: the same for translations; the same object for one shared dictionary.
            arguments: those of the class from `num_beams` on, and those of `build_translator_core`
                but for the sizes.

        Returns:
            The translator.
        """
        settings = {name: arguments.pop(name) for name in cls.settings if name in arguments}
        sizes = (len(source.vocabulary), len(target.vocabulary))
        core = build_translator_core(*sizes, shared=source is target, **arguments)
        return cls(source, target, core, core_config=arguments, **settings)

    @property
    def length_ratio(self) -> float:
        """Tokens of a translation for one of its source, at most."""
        return float(self._length_ratio.numpy())

    @length_ratio.setter
    def length_ratio(self, ratio: float) -> None:
        self._length_ratio.assign(ratio)

    def translate(self, texts: Sequence[str], batch_size: int = 256) -> list[Translation]:
        """Translates texts.

        Args:
            texts: strings; the translation of an empty one is empty.
            batch_size: texts given to the graph at once.

        Returns:
            A `Translation` for each text, in order.

        Raises:
            ValueError: an item is not a string that UTF-8 can hold; its index is named.
        """
        answers = answers_to(self._translate, batch_size, texts)
        return [row for answer in answers for row in collect_translations(answer)]

    def n_best(self, texts: Sequence[str], batch_size: int = 256) -> list[list[Translation]]:
        """Gives several translations of each text, the best first; arguments as `translate`."""
        answers = answers_to(self._n_best, batch_size, texts)
        return [row for answer in answers for row in collect_best(answer)]

    def align(self, texts: Sequence[str], batch_size: int = 32) -> list[Alignment]:
        """Tells what each token of a translation looked at; arguments as `translate`."""
        answers = answers_to(self._attention, batch_size, texts)
        return [row for answer in answers for row in collect_alignments(answer)]

    def score(
        self, sources: Sequence[str], targets: Sequence[str], batch_size: int = 256
    ) -> np.ndarray:
        """Tells how probable given translations are.

        Args:
            sources: strings.
            targets: as many strings.
            batch_size: pairs given to the graph at once.

        Returns:
            `<float32>[pairs]`, log-probabilities of all tokens and the end (natural logarithm).

        Raises:
            ValueError: there are not as many targets as sources.
        """
        if len(sources) != len(targets):
            raise ValueError(f"{len(sources)} sources and {len(targets)} targets: give as many")
        answers = answers_to(self._scores, batch_size, sources, targets)
        parts = [answer["log_probability"].numpy() for answer in answers]
        return np.concatenate([np.zeros(0, "float32"), *parts])

    def answer(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Translates texts.

        Args:
            text: `<string>[batch]`, UTF-8; bytes that are not become U+FFFD.

        Returns:
            `translation` `<string>[batch]`, empty for a text without a token; `score`
            `<float32>[batch]`, the log-probability divided by the length penalty; `unknown_rate`
            `<float32>[batch]`, share of the source's tokens that the dictionary does not hold.
        """
        answer = self._best(text, 1)
        return {
            "translation": answer["translations"][:, 0],
            "score": answer["scores"][:, 0],
            "unknown_rate": answer["unknown_rate"],
        }

    def answer_best(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Gives several translations of each text.

        Args:
            text: `<string>[batch]`.

        Returns:
            `translations` `<string>[batch, num_best]`, the best first; `scores`
            `<float32>[batch, num_best]`, minus infinity where there are no more; `unknown_rate`
            `<float32>[batch]`.
        """
        return self._best(text, self.num_best)

    def _best(self, text: tf.Tensor, num_best: int) -> dict[str, tf.Tensor]:
        size = tf.shape(text)[0]
        encoded = self.source(at_least_one(text))
        found = self.search.of_all(encoded.token_ids, encoded.tokens, num_best)
        texts = tf.reshape(self.target.tokenizer.detokenize(found.tokens), [-1, num_best])
        nothing = tf.equal(encoded.tokens.row_lengths(), 0)[:, tf.newaxis]
        return {
            "translations": tf.where(nothing, "", texts)[:size],
            "scores": tf.where(nothing, 0.0, found.score)[:size],
            "unknown_rate": encoded.unknown_rate[:size],
        }

    @property
    def search(self) -> TranslationSearch:
        """How translations are looked for."""
        return TranslationSearch(
            self.core,
            self.target.vocabulary,
            self.num_beams,
            self.length_penalty,
            self.max_length,
            self._length_ratio,
            self._copies,
        )

    def answer_greedily(self, text: tf.Tensor) -> tf.Tensor:
        """Translates a few texts fast and less well, `<string>[batch]`; training judges by it."""
        ids = self.source(text).token_ids.to_tensor(PAD_ID)
        return self.target.tokenizer.detokenize(self.search.greedily(ids))

    def answer_attention(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Translates texts and tells what each token looked at; for pictures, all at once.

        Args:
            text: `<string>[batch]`.

        Returns:
            `translation` `<string>[batch]`; `source_tokens` `<string>[batch, s]` and
            `target_tokens` `<string>[batch, t]`, padded with empty strings; `source_length` and
            `target_length` `<int32>[batch]`; `attention` `<float32>[batch, t, s]`, of each token of
            the translation to those of the source.
        """
        size = tf.shape(text)[0]
        encoded = self.source(at_least_one(text))
        found = self.search.of_batch(encoded.token_ids.to_tensor(PAD_ID), 1, attend=True)
        lengths = tf.where(tf.equal(encoded.tokens.row_lengths(), 0), 0, found.lengths[:, 0])
        written = tf.sequence_mask(lengths, tf.shape(found.token_ids)[-1])
        names = self.search.names(found, encoded.tokens)[:, 0]
        names = tf.RaggedTensor.from_row_lengths(
            tf.boolean_mask(names, written), lengths, validate=False
        )
        source_tokens = encoded.tokens.to_tensor("")
        assert found.attention is not None
        return {
            "translation": self.target.tokenizer.detokenize(names)[:size],
            "source_tokens": source_tokens[:size],
            "target_tokens": names.to_tensor("")[:size],
            "source_length": tf.cast(encoded.tokens.row_lengths(), tf.int32)[:size],
            "target_length": lengths[:size],
            "attention": found.attention[
                :size, 0, : tf.reduce_max(lengths), : tf.shape(source_tokens)[1]
            ],
        }

    def answer_scores(self, source: tf.Tensor, target: tf.Tensor) -> dict[str, tf.Tensor]:
        """Tells how probable given translations are.

        Args:
            source: `<string>[batch]`.
            target: `<string>[batch]`.

        Returns:
            `log_probability` `<float32>[batch]`, of all tokens and the end; `tokens`
            `<int32>[batch]`, how many these are.
        """
        size = tf.shape(source)[0]
        one = [at_least_one(text) for text in (source, target)]
        ids = self.source(one[0]).token_ids
        # From the tokens: of a target without any EOS alone is wanted, and not UNK.
        wanted = self.target.vocabulary.token_to_id(self.target(one[1]).tokens)
        ends = tf.ones([tf.shape(one[0])[0], 1], tf.int32)
        following = tf.concat([wanted, ends * EOS_ID], axis=1)
        before = tf.concat([ends * BOS_ID, wanted], axis=1)
        found = log_probabilities(self.core, ids, before, following)
        return {
            "log_probability": found[:size],
            "tokens": tf.cast(following.row_lengths(), tf.int32)[:size],
        }

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`: see `answer`. `n_best`: see `answer_best`. `attention`: see
            `answer_attention`. `scores`: see `answer_scores`.
        """
        return {
            "serving_default": self._translate,
            "n_best": self._n_best,
            "attention": self._attention,
            "scores": self._scores,
        }

    def trackables(self) -> list[Any]:
        """Weights and tables that the signatures use."""
        variables = [v.value for v in self.core.variables]
        return [*variables, self._length_ratio, self.source, self.target]

    def extended(self, source: TextEncoder, target: TextEncoder) -> Translator:
        """A translator that knows more tokens and has learned what this one has.

        Args:
            source: as this one's, its vocabulary continued.
            target: the same; the same object as `source` exactly where this one's is.

        Returns:
            A new translator; a new token is read as UNK was, until it is trained.
        """
        new = Translator.build(source, target, **self._settings(), **self.core_config)
        copy_weights(self.core, new.core)
        return new

    def _dictionary_configs(self) -> dict[str, Any]:
        shared = self.source is self.target
        configs = super()._dictionary_configs()
        return configs | {"target": None} if shared else configs

    @classmethod
    def _read_dictionaries(cls, shell: dict[str, Any]) -> dict[str, Any]:
        shared = shell["target"] is None
        if shared:
            shell["target"] = shell["source"]
        made = super()._read_dictionaries(shell)
        return made | {"target": made["source"]} if shared else made
