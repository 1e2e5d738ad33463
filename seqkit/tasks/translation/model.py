"""A translator: any sequence of tokens in, any other out, found by beam search in the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.model.growing import copy_weights
from seqkit.model.next_token import check_output
from seqkit.model.search_settings import check_limits
from seqkit.model.servable_model import ServableModel, config_of
from seqkit.model.text_batches import answers_to, at_least_one
from seqkit.tasks.translation.answers import (
    Alignment,
    Translation,
    collect_alignments,
    collect_best,
    collect_translations,
)
from seqkit.tasks.translation.network import TranslatorNetwork, build_translator_core
from seqkit.tasks.translation.search import SEARCH, TranslationSearch, log_probabilities
from seqkit.text import BOS_ID, EOS_ID, PAD_ID, SubwordTokenizer, TextEncoder

_TEXT = tf.TensorSpec([None], tf.string, name="text")


class Translator(ServableModel):
    """A core on ids, and around it the strings: tokens, beam search, text joined again.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it. A text is
    read whole, whatever its length. A translation has no more than `max_length` tokens, and no more
    than `length_ratio` times the tokens of its source and ten.

    PAD, BOS and UNK are never written. Where both sides have the same kind of tokenizer and the
    target has a dictionary of whole tokens, which may lack names, UNK may be chosen, and the token
    of the source with the most attention is written in its place (`copy_unknown`).

    Args:
        source: texts to ids.
        target: translations to ids; the same object as `source` for one shared dictionary.
        core: made with `build_translator_core` for these dictionaries.
        core_config: sizes and seed that `core` was made with.
        num_beams: the most beginnings of a translation that are followed.
        num_best: translations that the signature `n_best` gives, no more than `num_beams`; None
            gives as many.
        length_penalty: 0 or more; see `seqkit.decoding.beam_search`.
        max_length: the most tokens of a translation.
        length_ratio: the most tokens of a translation for one of its source; `fit_translator` sets
            it by the training data. The lower the bound, the sooner a search is over.
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
    network_type = TranslatorNetwork
    dictionaries = {"source": TextEncoder, "target": TextEncoder}  # noqa: RUF012
    settings = (
        "num_beams",
        "num_best",
        "length_penalty",
        "max_length",
        "length_ratio",
        "copy_unknown",
    )
    adjustable = ("num_beams", "length_penalty", "max_length", "copy_unknown")
    earlier_sizes = {"decoder_layers": 1, "dropout": 0.3}  # noqa: RUF012

    def __init__(
        self,
        source: TextEncoder,
        target: TextEncoder,
        core: keras.Model,
        *,
        core_config: Mapping[str, Any],
        num_beams: int = SEARCH.num_beams,
        num_best: int | None = None,
        length_penalty: float = SEARCH.length_penalty,
        max_length: int = 200,
        length_ratio: float = 3.0,
        copy_unknown: bool = True,
    ) -> None:
        super().__init__(core, core_config)
        num_best = num_beams if num_best is None else num_best
        check_limits(num_beams, num_best, max_length)
        check_output(core, target.vocabulary)
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
    def build(
        cls,
        source: TextEncoder,
        target: TextEncoder,
        network: TranslatorNetwork = TranslatorNetwork(),
        *,
        seed: int = 0,
        **arguments: Any,
    ) -> Translator:
        """Makes an untrained translator.

        Args:
            source: texts to ids.
            target: translations to ids; the same object for one shared dictionary.
            network, seed, arguments: see `ServableModel`.

        Returns:
            The translator.
        """
        network, settings = cls._arrange(network, arguments)
        core = build_translator_core(
            len(source.vocabulary),
            len(target.vocabulary),
            network,
            shared=source is target,
            seed=seed,
        )
        return cls(source, target, core, core_config=config_of(network, seed), **settings)

    @property
    def length_ratio(self) -> float:
        """The most tokens of a translation for one of its source."""
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
            TypeError: `texts` is one string, or a table.
            ValueError: an item is not a string that UTF-8 can hold, and its index is named; or
                `batch_size` is below 1.
        """
        answers = answers_to(self._translate, batch_size, texts=texts)
        return [row for answer in answers for row in collect_translations(answer)]

    def n_best(self, texts: Sequence[str], batch_size: int = 256) -> list[list[Translation]]:
        """Gives several translations of each text, the best first; arguments as `translate`."""
        answers = answers_to(self._n_best, batch_size, texts=texts)
        return [row for answer in answers for row in collect_best(answer)]

    def align(self, texts: Sequence[str], batch_size: int = 32) -> list[Alignment]:
        """Gives the attention of each token of a translation; arguments as `translate`."""
        answers = answers_to(self._attention, batch_size, texts=texts)
        return [row for answer in answers for row in collect_alignments(answer)]

    def score(
        self, sources: Sequence[str], targets: Sequence[str], batch_size: int = 256
    ) -> np.ndarray:
        """Gives the probability of translations.

        Args:
            sources: strings.
            targets: as many strings.
            batch_size: pairs given to the graph at once.

        Returns:
            `<float32>[pairs]`, log-probabilities of all tokens and the end (natural logarithm).

        Raises:
            TypeError: `sources` or `targets` is one string, or a table.
            ValueError: the numbers of sources and targets differ, or `batch_size` is below 1.
        """
        answers = answers_to(self._scores, batch_size, sources=sources, targets=targets)
        parts = [answer["log_probability"].numpy() for answer in answers]
        return np.concatenate([np.zeros(0, "float32"), *parts])

    def answer(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Translates texts.

        Args:
            text: `<string>[batch]`, UTF-8; bytes that are not become U+FFFD.

        Returns:
            `translation` `<string>[batch]`, empty for a text without a token; `score`
            `<float32>[batch]`, the log-probability divided by the length penalty; `unknown_rate`
            `<float32>[batch]`, share of the source's words that training never saw;
            `unknown_token_rate` `<float32>[batch]`, share of its tokens that the dictionary lacks.
        """
        answer = self._best(text, 1)
        return {
            "translation": answer["translations"][:, 0],
            "score": answer["scores"][:, 0],
            "unknown_rate": answer["unknown_rate"],
            "unknown_token_rate": answer["unknown_token_rate"],
        }

    def answer_best(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Gives several translations of each text.

        Args:
            text: `<string>[batch]`.

        Returns:
            `translations` `<string>[batch, num_best]`, the best first; `scores`
            `<float32>[batch, num_best]`, minus infinity where there are no more; `unknown_rate`
            and `unknown_token_rate` `<float32>[batch]`.
        """
        return self._best(text, self.num_best)

    def _best(self, text: tf.Tensor, num_best: int) -> dict[str, tf.Tensor]:
        size = tf.shape(text)[0]
        encoded = self.source(at_least_one(text))
        best = self.search.of_all(encoded.token_ids, encoded.tokens, num_best)
        texts = tf.reshape(self.target.tokenizer.detokenize(best.tokens), [-1, num_best])
        nothing = tf.equal(encoded.tokens.row_lengths(), 0)[:, tf.newaxis]  # [batch, 1]
        return {
            "translations": tf.where(nothing, "", texts)[:size],
            "scores": tf.where(nothing, 0.0, best.score)[:size],
            "unknown_rate": encoded.unknown_rate[:size],
            "unknown_token_rate": encoded.unknown_token_rate[:size],
        }

    @property
    def search(self) -> TranslationSearch:
        """The search for translations."""
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
        """Translates a few texts fast and less well, `<string>[batch]`, for validation."""
        ids = self.source(text).token_ids.to_tensor(PAD_ID)  # [batch, source_length]
        return self.target.tokenizer.detokenize(self.search.greedily(ids))

    def answer_attention(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Translates texts and gives the attention of each token; all texts at once.

        Args:
            text: `<string>[batch]`.

        Returns:
            `translation` `<string>[batch]`; `source_tokens` `<string>[batch, s]` and
            `target_tokens` `<string>[batch, t]`, padded with empty strings; `source_length` and
            `target_length` `<int32>[batch]`; `attention` `<float32>[batch, t, s]`, shares of the
            source's tokens.
        """
        size = tf.shape(text)[0]
        encoded = self.source(at_least_one(text))
        best = self.search.of_batch(encoded.token_ids.to_tensor(PAD_ID), 1, attend=True)
        lengths = tf.where(tf.equal(encoded.tokens.row_lengths(), 0), 0, best.lengths[:, 0])
        written = tf.sequence_mask(lengths, tf.shape(best.token_ids)[-1])
        names = self.search.names(best, encoded.tokens)[:, 0]  # [batch, length]
        names = tf.RaggedTensor.from_row_lengths(
            tf.boolean_mask(names, written), lengths, validate=False
        )  # [batch, (t)]
        source_tokens = encoded.tokens.to_tensor("")  # [batch, s]
        assert best.attention is not None
        return {
            "translation": self.target.tokenizer.detokenize(names)[:size],
            "source_tokens": source_tokens[:size],
            "target_tokens": names.to_tensor("")[:size],
            "source_length": tf.cast(encoded.tokens.row_lengths(), tf.int32)[:size],
            "target_length": lengths[:size],
            "attention": best.attention[
                :size, 0, : tf.reduce_max(lengths), : tf.shape(source_tokens)[1]
            ],
        }

    def answer_scores(self, source: tf.Tensor, target: tf.Tensor) -> dict[str, tf.Tensor]:
        """Gives the probability of translations.

        Args:
            source: `<string>[batch]`.
            target: `<string>[batch]`.

        Returns:
            `log_probability` `<float32>[batch]`, of all tokens and the end; `tokens`
            `<int32>[batch]`, the number of these.
        """
        size = tf.shape(source)[0]
        one = [at_least_one(text) for text in (source, target)]
        ids = self.source(one[0]).token_ids
        # From the tokens: a target without tokens is EOS alone, and not UNK.
        wanted = self.target.vocabulary.token_to_id(self.target(one[1]).tokens)  # [batch, (t)]
        ends = tf.ones([tf.shape(one[0])[0], 1], tf.int32)
        following = tf.concat([wanted, ends * EOS_ID], axis=1)  # [batch, (t + 1)]
        before = tf.concat([ends * BOS_ID, wanted], axis=1)  # [batch, (t + 1)]
        return {
            "log_probability": log_probabilities(self.core, ids, before, following)[:size],
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
        return [*super().trackables(), self._length_ratio]

    def extended(self, source: TextEncoder, target: TextEncoder, **settings: Any) -> Translator:
        """A translator that knows more tokens and has learned what this one has.

        Args:
            source: as this one's, its vocabulary continued.
            target: likewise; the same object as `source` exactly where this one's is.
            settings: other values for some of `adjustable`. With other `num_beams` the signature
                `n_best` gives as many.

        Returns:
            A new translator; a new token is read as UNK was, until it is trained.
        """
        own = self._settings()
        if settings.get("num_beams", self.num_beams) != self.num_beams:
            own["num_best"] = None
        new = Translator.build(source, target, self.network, seed=self.seed, **(own | settings))
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
