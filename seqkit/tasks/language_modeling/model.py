"""A language model: what comes next, how plausible a text is, and how it may go on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, overload

import keras
import numpy as np
import tensorflow as tf

from seqkit.arguments import as_rows, slices
from seqkit.model.growing import copy_weights
from seqkit.model.next_token import check_output
from seqkit.model.search_settings import check_limits, check_temperature
from seqkit.model.servable_model import ServableModel, config_of
from seqkit.model.text_batches import answers_to
from seqkit.tasks.language_modeling.answers import (
    Completion,
    Continuation,
    Surprise,
    TextScore,
    collect_completions,
    collect_continuations,
    collect_scores,
    collect_surprises,
)
from seqkit.tasks.language_modeling.graph import DRAWING, LONGEST_COMPLETION, LanguageGraph
from seqkit.tasks.language_modeling.network import (
    LanguageModelNetwork,
    build_language_model_core,
)
from seqkit.tasks.language_modeling.text_ends import UNTIL
from seqkit.text import SubwordTokenizer, TextEncoder, WordTokenizer
from seqkit.text.code_points import as_text_tensor

UNITS = ("stream", "sentences")
# Tokens of the longest text that is generated at once.
MAX_LENGTH = 10_000


class LanguageModel(ServableModel):
    """A core on ids, and around it the strings: what comes next, and how plausible texts are.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it. PAD, BOS and
    UNK are never generated; a token that the dictionary lacks is read, and scored, as UNK.

    Args:
        encoder: texts to ids.
        core: made with `build_language_model_core` for this dictionary.
        core_config: sizes and seed that `core` was made with.
        unit: what the model is trained on: `"stream"`, long texts of which any stretch may be
            given, or `"sentences"`, separate texts whose end counts when they are scored.
        max_length: tokens of the longest text that is generated, and of the longest of
            `"sentences"` to train on.
        num_beams: sequences that the search for completions follows.
        num_best: completions that the signature `complete` gives, from 1 to `num_beams`.
        until: what that signature completes: `"word"`, `"sentence"` or `"line"`.

    Raises:
        ValueError: an argument is out of its range, or core and dictionary disagree.

    Example:
        >>> from seqkit.text import CharTokenizer, Vocabulary
        >>> vocabulary = Vocabulary.from_counts(dict.fromkeys("helo ", 1))
        >>> letters = TextEncoder(CharTokenizer(), vocabulary)
        >>> model = LanguageModel.build(letters, embedding_dim=3, hidden_dim=4)
        >>> [text] = model.generate(["hell"], length=3, seed=2)
        >>> text.startswith("hell"), len(text)
        (True, 7)
        >>> [score] = model.score(["hello"])
        >>> score.tokens, score.log_probability < 0
        (('h', 'e', 'l', 'l', 'o'), True)
    """

    task = "language model"
    network_type = LanguageModelNetwork
    earlier_sizes = {  # noqa: RUF012
        "tie_embeddings": False,
        "input_dropout": 0.0,
        "dropout": 0.0,
        "dropout_warm_up": 0,
        "recurrent_dropout": 0.0,
    }
    dictionaries = {"encoder": TextEncoder}  # noqa: RUF012
    settings = ("unit", "max_length", "num_beams", "num_best", "until")
    adjustable = ("max_length", "num_beams", "num_best", "until")

    def __init__(
        self,
        encoder: TextEncoder,
        core: keras.Model,
        *,
        core_config: Mapping[str, Any],
        unit: str = "stream",
        max_length: int = MAX_LENGTH,
        num_beams: int = 10,
        num_best: int = 5,
        until: str = "word",
    ) -> None:
        super().__init__(core, core_config)
        if unit not in UNITS:
            raise ValueError(f"unit is {unit!r}; give one of {', '.join(map(repr, UNITS))}")
        if until not in UNTIL:
            raise ValueError(f"until is {until!r}; give one of {', '.join(map(repr, UNTIL))}")
        check_limits(num_beams, num_best, max_length)
        check_output(core, encoder.vocabulary)
        self.encoder = encoder
        self.unit = unit
        self.max_length = max_length
        self.num_beams = num_beams
        self.num_best = num_best
        self.until = until
        self._graph = LanguageGraph(encoder, core, self._settings())

    @classmethod
    def build(
        cls,
        encoder: TextEncoder,
        network: LanguageModelNetwork = LanguageModelNetwork(),
        *,
        seed: int = 0,
        **arguments: Any,
    ) -> LanguageModel:
        """Makes an untrained language model.

        Args:
            encoder: texts to ids.
            network, seed, arguments: see `ServableModel`.

        Returns:
            The model.
        """
        network, settings = cls._arrange(network, arguments)
        if network.tie_embeddings is None:
            tied = isinstance(encoder.tokenizer, (WordTokenizer, SubwordTokenizer))
            network = dataclasses.replace(network, tie_embeddings=tied)
        core = build_language_model_core(len(encoder.vocabulary), network, seed=seed)
        return cls(encoder, core, core_config=config_of(network, seed), **settings)

    def generate(self, prompts: Sequence[str], length: int = 200, **drawing: Any) -> list[str]:
        """Continues prompts.

        Args:
            prompts: strings; an empty one begins a text.
            length: the most tokens that are generated; EOS ends a text earlier.
            drawing: `temperature`, `top_k`, `top_p`, `seed` and `batch_size` of `go_on`.

        Returns:
            Each prompt as it was given, and what follows.
        """
        return [answer.text for answer in self.go_on(prompts, length, **drawing)]

    def go_on(
        self,
        prompts: Sequence[str],
        length: int = 200,
        *,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int | Sequence[int] = 0,
        batch_size: int = 64,
    ) -> list[Continuation]:
        """Continues prompts, and says how probable each continuation is.

        A continuation depends on its prompt and seed alone, not on the other prompts.

        Args:
            prompts: strings; an empty one begins a text.
            length: the most tokens that are generated, from 1 to `max_length`.
            temperature: what logits are divided by: below 1 for more probable tokens, above for
                less probable ones; 0 for the most probable one each time.
            top_k: how many of the most probable tokens to draw from; 0 for all.
            top_p: draw from the fewest most probable tokens whose probabilities sum to this.
            seed: one for each prompt; or the first prompt's, from which the others count up.
            batch_size: prompts given to the graph at once.

        Returns:
            A `Continuation` for each prompt, in order.

        Raises:
            TypeError: `prompts` is one string, or a table.
            ValueError: a number is out of its range, there are not as many seeds as prompts, or a
                prompt is not a string that UTF-8 can hold.
        """
        if not 1 <= length <= self.max_length:
            raise ValueError(f"length is {length}; give from 1 to max_length, {self.max_length}")
        check_temperature(temperature)
        if top_k < 0:
            raise ValueError(f"top_k is {top_k}; give 1 or more, or 0 for all tokens")
        if not 0 < np.float32(top_p) <= 1:
            raise ValueError(f"top_p is {top_p}; give more than 0 and at most 1")
        texts = as_text_tensor(prompts, "prompts")
        size = int(tf.size(texts))
        one = isinstance(seed, int | np.integer)
        seeds = np.arange(size) + seed if one else np.asarray(seed, "int64")
        if seeds.shape != (size,):
            raise ValueError(f"seed has the shape {seeds.shape}; give one, or one for each prompt")
        answers: list[Continuation] = []
        for rows in slices(size, batch_size):
            given = (length, float(temperature), top_k, float(top_p), seeds[rows])
            numbers = (tf.constant(x, s.dtype) for x, s in zip(given, DRAWING, strict=True))
            answers += collect_continuations(self._graph.generate(texts[rows], *numbers))
        return answers

    def score(self, texts: Sequence[str], batch_size: int = 64) -> list[TextScore]:
        """Scores how probable texts are.

        Args:
            texts: strings of any length.
            batch_size: texts given to the graph at once.

        Returns:
            A `TextScore` for each text, in order; the end of a text counts where the model's unit
            is `"sentences"`.

        Raises:
            TypeError: `texts` is one string, or a table.
            ValueError: an item is not a string that UTF-8 can hold, and its index is named; or
                `batch_size` is below 1.
        """
        answers = answers_to(self._graph.token_scores, batch_size, texts=texts)
        return [row for answer in answers for row in collect_scores(answer)]

    @overload
    def complete(  # type: ignore[overload-overlap]
        self,
        prefix: str,
        k: int | None = ...,
        *,
        until: str | None = ...,
        max_length: int = ...,
        batch_size: int = ...,
    ) -> list[Completion]: ...

    @overload
    def complete(
        self,
        prefix: Sequence[str],
        k: int | None = ...,
        *,
        until: str | None = ...,
        max_length: int = ...,
        batch_size: int = ...,
    ) -> list[list[Completion]]: ...

    def complete(
        self,
        prefix: str | Sequence[str],
        k: int | None = None,
        *,
        until: str | None = None,
        max_length: int = LONGEST_COMPLETION,
        batch_size: int = 64,
    ) -> list[Completion] | list[list[Completion]]:
        """Finds the most probable completions, to the end of the word, sentence or line.

        A prefix that ends within a word has that word completed; after any other a whole word
        follows. A sentence's completion includes its final punctuation; that of a word or line ends
        before whatever follows it. A model of characters continues the prefix as it is. A model of
        words looks for words that begin as the unfinished one does, and gives their probability
        among these. A model of pieces spells the unfinished word anew, and gives the probability of
        the whole word after what stands before it.

        Args:
            prefix: the beginning of a text, or a list of them.
            k: how many completions; `num_best` if None.
            until: `"word"`, `"sentence"` or `"line"`; the model's own if None.
            max_length: tokens of a completion; one with more is cut, and its end not counted.
            batch_size: prefixes given to the graph at once.

        Returns:
            Up to `k` completions, the most probable first; for a list, such a list for each.

        Raises:
            TypeError: `prefix` is a table.
            ValueError: a number is below 1, or `until` is something else.
        """
        k, until = self.num_best if k is None else k, until or self.until
        for name, value in (("k", k), ("max_length", max_length)):
            if value < 1:
                raise ValueError(f"{name} is {value}; give at least 1")
        if until not in UNTIL:
            raise ValueError(f"until is {until!r}; give one of {', '.join(map(repr, UNTIL))}")
        prefixes = [prefix] if isinstance(prefix, str) else as_rows(prefix, "prefix")

        def of_batch(prefix: tf.Tensor) -> dict[str, tf.Tensor]:
            return self._graph.completions(prefix, max_length, k=k, until=until)

        completions: list[list[Completion]] = []
        for number, answer in enumerate(answers_to(of_batch, batch_size, prefix=prefixes)):
            some = prefixes[number * batch_size : (number + 1) * batch_size]
            completions += collect_completions(some, answer)
        return completions[0] if isinstance(prefix, str) else completions

    @overload
    def surprise(  # type: ignore[overload-overlap]
        self, text: str, batch_size: int = ...
    ) -> Surprise | None: ...

    @overload
    def surprise(self, text: Sequence[str], batch_size: int = ...) -> list[Surprise | None]: ...

    def surprise(
        self, text: str | Sequence[str], batch_size: int = 64
    ) -> Surprise | list[Surprise | None] | None:
        """Finds the token that the model least expected after those before it.

        Args:
            text: a text, or a list of texts.
            batch_size: texts given to the graph at once.

        Returns:
            A `Surprise`, with up to five tokens that are more likely there; None for a text that
            has no token. For a list, one for each.

        Raises:
            TypeError: `text` is a table.
            ValueError: an item is not a string that UTF-8 can hold, and its index is named; or
                `batch_size` is below 1.
        """
        texts = [text] if isinstance(text, str) else text
        answers = answers_to(self._graph.surprises, batch_size, text=texts)
        surprises = [row for answer in answers for row in collect_surprises(answer)]
        return surprises[0] if isinstance(text, str) else surprises

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`, `scores`, `complete`, `step` and `vocabulary`: see `LanguageGraph`.
        """
        return self._graph.signatures()

    def extended(self, encoder: TextEncoder, **settings: Any) -> LanguageModel:
        """A language model that knows more tokens and has learned what this one has.

        Args:
            encoder: as this one's, its vocabulary continued.
            settings: those of the class that shall differ from this one's.

        Returns:
            A new model; a new token is read as UNK was, until it is trained.
        """
        settings = self._settings() | settings
        new = LanguageModel.build(encoder, self.network, seed=self.seed, **settings)
        copy_weights(self.core, new.core)
        return new
