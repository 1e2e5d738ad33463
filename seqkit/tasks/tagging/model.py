"""A token tagger: words in, one tag for each of them out, with confidences and spans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.arguments import as_rows, slices
from seqkit.data.kinds import tag_scheme
from seqkit.model.growing import copy_weights
from seqkit.model.servable_model import ServableModel, config_of
from seqkit.tasks.tagging.answers import Tagging, collect
from seqkit.tasks.tagging.given_words import given_sources, word_tensor
from seqkit.tasks.tagging.network import VECTORS, TaggerNetwork, build_tagger_core, word_reader
from seqkit.tasks.tagging.search import TagSearch
from seqkit.tasks.tagging.word_vectors import continue_vectors, vector_sizes
from seqkit.text import Normalizer, Vocabulary, WordTokenizer
from seqkit.text.code_points import as_text_tensor, byte_offsets
from seqkit.text.traced_once import traced_once
from seqkit.text.word_encoder import NUM_AFFIXES, WordEncoder
from seqkit.text.word_parts import MOST_PARTS


class TokenTagger(ServableModel):
    """A core on ids, and around it the strings: words, letters, tags, places in the text.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it. A text is
    split by `WordTokenizer`, case kept; words given one by one are taken as they are, and each gets
    exactly one tag. A document longer than `max_length` words is read in windows that overlap;
    the best path of tags is found over the whole of it.

    Args:
        encoder: words to ids.
        tags: made with `Vocabulary.from_labels`.
        core: made with `build_tagger_core` for this encoder and these tags.
        core_config: sizes and seed that `core` was made with.
        max_length: words that the recurrent network reads at once.

    Raises:
        ValueError: `max_length` is too small, or core and tags disagree.

    Example:
        >>> encoder = WordEncoder.learn([["Ann", "sleeps"]], min_count=1)
        >>> tags = Vocabulary.from_labels(["NAME", "VERB"])
        >>> model = TokenTagger.build(encoder, tags, hidden_dim=4)
        >>> tagging = model.tag(["Ann sleeps."])[0]
        >>> tagging.tokens, len(tagging.tags), tagging.start
        (('Ann', 'sleeps', '.'), 3, (0, 4, 10))
    """

    task = "token tagger"
    network_type = TaggerNetwork
    dictionaries = {"encoder": WordEncoder, "tags": Vocabulary}  # noqa: RUF012
    settings = ("max_length",)

    def __init__(
        self,
        encoder: WordEncoder,
        tags: Vocabulary,
        core: keras.Model,
        *,
        core_config: Mapping[str, Any],
        max_length: int = 256,
    ) -> None:
        super().__init__(core, core_config)
        if max_length < 16:
            raise ValueError(f"max_length is {max_length}; give at least 16 words")
        if core.output.shape[-1] != len(tags):
            raise ValueError(f"core scores {core.output.shape[-1]} tags, there are {len(tags)}")
        self.encoder = encoder
        self.tags = tags
        self.max_length = max_length
        self.scheme = tag_scheme.scheme(tags.tokens)
        self.tokenizer = WordTokenizer(Normalizer("NFC", lowercase=False))
        text = tf.TensorSpec([None], tf.string, name="text")
        tokens = tf.TensorSpec([None, None], tf.string, name="tokens")
        # Without AutoGraph: there is nothing to convert, and it would only make tracing slow.
        self._of_texts, self._of_tokens = (
            tf.function(function, input_signature=[given], autograph=False)
            for function, given in ((self.answer_texts, text), (self.answer_tokens, tokens))
        )
        search = TagSearch(encoder, tags, core, word_reader(core), max_length)
        self._decide = traced_once(search.of_all, tf.RaggedTensorSpec([None, None], tf.string))

    @classmethod
    def build(
        cls,
        encoder: WordEncoder,
        tags: Vocabulary,
        network: TaggerNetwork = TaggerNetwork(),
        *,
        vectors: np.ndarray | None = None,
        pretrained_scale: float | None = None,
        seed: int = 0,
        **arguments: Any,
    ) -> TokenTagger:
        """Makes an untrained tagger; tags of BIO or IOBES can only follow as their scheme says.

        Args:
            encoder: words to ids.
            tags: made with `Vocabulary.from_labels`.
            vectors: `<float32>[len(encoder.pretrained), dim]`, the pretrained vectors, as
                `seqkit.text.with_vectors` gives them; None where the encoder has none.
            pretrained_scale: what the vectors are multiplied by; None follows from their size.
            network, seed, arguments: see `ServableModel`.

        Returns:
            The tagger.

        Raises:
            ValueError: there is not one vector for each word of `encoder.pretrained`.
        """
        network, settings = cls._arrange(network, arguments)
        pretrained = vector_sizes(encoder.pretrained, vectors)
        if pretrained and pretrained_scale is not None:
            pretrained["pretrained_scale"] = pretrained_scale
        core = build_tagger_core(
            len(encoder.vocabulary),
            len(encoder.characters),
            len(tags),
            network,
            affix_buckets=encoder.affix_buckets,
            num_affixes=NUM_AFFIXES,
            num_pretrained=0 if vectors is None else len(vectors),
            vector_parts=0 if encoder.whole_words else MOST_PARTS,
            seed=seed,
            **pretrained,
            **_constraints(tags),
        )
        if vectors is not None:
            core.get_layer(VECTORS).set_weights([vectors])
        config = config_of(network, seed) | pretrained
        return cls(encoder, tags, core, core_config=config, **settings)

    @property
    def vectors(self) -> np.ndarray | None:
        """The pretrained vectors, `<float32>[words, dim]`, or None."""
        if self.encoder.pretrained is None:
            return None
        return self.core.get_layer(VECTORS).get_weights()[0]

    def targets(self, tags: Iterable[str]) -> np.ndarray:
        """Tags as numbers.

        Args:
            tags: of words one after another.

        Returns:
            `<int32>[words]`.

        Raises:
            TypeError: `tags` is one string, or a table.
            ValueError: a tag is not known; its name is given.
        """
        names = as_rows(tags, "tags", "tags")
        return self.tags.token_to_id(tf.constant(names, tf.string, [len(names)])).numpy()

    def tag(
        self, sources: Sequence[str] | Sequence[Sequence[str]], batch_size: int = 256
    ) -> list[Tagging]:
        """Tags texts, or words given one by one.

        Args:
            sources: texts, or lists of words; not both.
            batch_size: how many are given to the graph at once.

        Returns:
            A `Tagging` for each, in order; of a list of words it has no places in a text.

        Raises:
            TypeError: `sources` is one string, or a table.
            ValueError: a text or word is not a string that UTF-8 can hold, and its index is named;
                both kinds are given; or `batch_size` is below 1.
        """
        split, given = given_sources(sources)
        taggings: list[Tagging] = []
        texts = None if split else as_text_tensor(given, "sources")
        for rows in slices(len(given), batch_size):
            if texts is None:
                answer = self._of_tokens(word_tensor(given[rows], rows.start))
                taggings += collect(answer, self.scheme, given=given[rows])
            else:
                answer = self._of_texts(texts[rows])
                taggings += collect(answer, self.scheme, texts=given[rows])
        return taggings

    def answer_texts(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Splits texts into words and tags each.

        Args:
            text: `<string>[batch]`, UTF-8; bytes that are not become U+FFFD.

        Returns:
            `tokens` and `tags` `<string>[batch, n]`, padded with empty strings; `confidence`
            `<float32>[batch, n]`, the probability of the tag, padded with 0; `unknown`
            `<bool>[batch, n]`, whether the dictionary lacks the word; `start` and `end`
            `<int32>[batch, n]`, offsets of the word in characters (code points), `start_byte` and
            `end_byte`, the same in bytes, padded with -1; `unknown_rate` and `unknown_token_rate`
            `<float32>[batch]`, the shares of words that training never saw and of those that are
            `unknown`.
        """
        words = self.tokenizer.tokenize(text)
        tags, confidence, unknown = self._decide(words.values)
        start_byte, end_byte = byte_offsets(text, words.start, words.end)
        return {
            "tokens": words.values.to_tensor(""),
            "tags": tags.to_tensor(""),
            "confidence": confidence.to_tensor(0.0),
            "unknown": unknown.to_tensor(False),
            "start": words.start.to_tensor(-1),
            "end": words.end.to_tensor(-1),
            "start_byte": start_byte.to_tensor(-1),
            "end_byte": end_byte.to_tensor(-1),
            **self.encoder.unknown_rates(words.values, unknown),
        }

    def answer_tokens(self, tokens: tf.Tensor) -> dict[str, tf.Tensor]:
        """Tags words given one by one.

        Args:
            tokens: `<string>[batch, n]`; empty strings at the end of a row are padding.

        Returns:
            `tags` `<string>[batch, n]`, empty at padding; `confidence` `<float32>[batch, n]`, 0 at
            padding; `unknown` `<bool>[batch, n]`; `unknown_rate` and `unknown_token_rate`
            `<float32>[batch]`.
        """
        width = tf.shape(tokens)[1]
        used = tf.cast(tf.not_equal(tokens, ""), tf.int32) * (tf.range(width) + 1)
        lengths = tf.reduce_max(tf.pad(used, [[0, 0], [0, 1]]), axis=1)
        words = tf.RaggedTensor.from_tensor(tokens, lengths=tf.cast(lengths, tf.int64))
        shape = tf.stack([-1, tf.cast(width, tf.int64)])
        tags, confidence, unknown = self._decide(words)
        return {
            "tags": tags.to_tensor("", shape=shape),
            "confidence": confidence.to_tensor(0.0, shape=shape),
            "unknown": unknown.to_tensor(False, shape=shape),
            **self.encoder.unknown_rates(words, unknown),
        }

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`: see `answer_texts`. `tokens`: see `answer_tokens`. `tag_names`: no
            input, `tag` `<string>[tags]`.
        """

        def tag_names() -> dict[str, tf.Tensor]:
            """All tags."""
            return {"tag": tf.constant(self.tags.tokens)}

        return {
            "serving_default": self._of_texts,
            "tokens": self._of_tokens,
            "tag_names": tf.function(tag_names, input_signature=[], autograph=False),
        }

    def trackables(self) -> list[Any]:
        """Weights and tables that the signatures use."""
        return [*super().trackables(), self.tokenizer]

    def extended(
        self, encoder: WordEncoder, tags: Vocabulary, vectors: np.ndarray | None = None
    ) -> TokenTagger:
        """A tagger that knows more words or tags and has learned what this one has.

        Args:
            encoder: as this one's, its vocabularies continued.
            tags: this one's tags, continued.
            vectors: this one's pretrained vectors, continued; None where there are no more.

        Returns:
            A new tagger; a new word is read as UNK was, until it is trained.

        Raises:
            ValueError: `vectors` are not this one's, continued.
        """
        vectors = continue_vectors(self.vectors, vectors)
        new = TokenTagger.build(
            encoder,
            tags,
            self.network,
            vectors=vectors,
            pretrained_scale=self.core_config.get("pretrained_scale"),
            seed=self.seed,
            **self._settings(),
        )
        copy_weights(self.core, new.core)
        return new


def _constraints(tags: Vocabulary) -> dict[str, Any]:
    """Which tags may stand where, as arguments of the network; none for plain tags."""
    if tag_scheme.scheme(tags.tokens) == "plain":
        return {}
    names = ("allowed_start", "allowed_transitions", "allowed_end")
    return dict(zip(names, tag_scheme.allowed(tags.tokens), strict=True))
