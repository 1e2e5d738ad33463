"""A language model: what comes next, how plausible a text is, and how it may go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import keras
import numpy as np
import tensorflow as tf

from seqkit.model.growing import copy_weights
from seqkit.model.next_token import output_layer
from seqkit.model.servable_model import ServableModel
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
from seqkit.tasks.language_modeling.network import build_language_model_core
from seqkit.tasks.language_modeling.text_ends import UNTIL
from seqkit.text import TextEncoder
from seqkit.text.code_points import as_text_tensor

UNITS = ("stream", "sentences")


class LanguageModel(ServableModel):
    """A core on ids, and around it the strings: what comes next, and how plausible texts are.

    One graph answers in Python and in the exported SavedModel; `signatures` gives it. PAD, BOS and
    UNK are never written; a token that the dictionary does not hold is read, and scored, as UNK.

    Args:
        encoder: texts to ids.
        core: made with `build_language_model_core` for this dictionary.
        core_config: the arguments `core` was made with, but for the number of ids.
        unit: what the model is trained on: `"stream"`, long texts of which any stretch may be
            given, or `"sentences"`, texts of their own whose end counts when they are scored.
        max_length: tokens of a text that is generated, at most, and of `"sentences"` to train on.
        num_beams: sequences that are followed to complete what was begun.
        num_best: completions that the signature `complete` gives, at most `num_beams`.
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
    dictionaries = {"encoder": TextEncoder}  # noqa: RUF012
    settings = (
        "unit",
        "max_length",
        "num_beams",
        "num_best",
        "until",
    )

    def __init__(
        self,
        encoder: TextEncoder,
        core: keras.Model,
        *,
        core_config: Mapping[str, Any],
        unit: str = "stream",
        max_length: int = 10_000,
        num_beams: int = 10,
        num_best: int = 5,
        until: str = "word",
    ) -> None:
        super().__init__(core, core_config)
        if unit not in UNITS:
            raise ValueError(f"unit is {unit!r}; give one of {', '.join(map(repr, UNITS))}")
        if max_length < 1:
            raise ValueError(f"max_length is {max_length}; give at least 1 token")
        if not 1 <= num_best <= num_beams:
            raise ValueError(f"num_best is {num_best}; give from 1 to num_beams, {num_beams}")
        if until not in UNTIL:
            raise ValueError(f"until is {until!r}; give one of {', '.join(map(repr, UNTIL))}")
        scored = output_layer(core).embeddings.shape[0]
        if scored != len(encoder.vocabulary):
            raise ValueError(
                f"core scores {scored} tokens, the dictionary has {len(encoder.vocabulary)}"
            )
        self.encoder = encoder
        self.unit = unit
        self.max_length = max_length
        self.num_beams = num_beams
        self.num_best = num_best
        self.until = until
        self._graph = LanguageGraph(encoder, core, self._settings())

    @classmethod
    def build(cls, encoder: TextEncoder, **arguments: Any) -> LanguageModel:
        """Makes an untrained language model.

        Args:
            encoder: texts to ids.
            arguments: those of the class from `unit` on, and those of `build_language_model_core`
                but for the number of ids.

        Returns:
            The model.
        """
        settings = {name: arguments.pop(name) for name in cls.settings if name in arguments}
        core = build_language_model_core(len(encoder.vocabulary), **arguments)
        return cls(encoder, core, core_config=arguments, **settings)

    def generate(self, prompts: Sequence[str], length: int = 200, **drawing: Any) -> list[str]:
        """Goes on from prompts.

        Args:
            prompts: strings; an empty one begins a text.
            length: tokens that are written at most; EOS ends a text earlier.
            drawing: `temperature`, `top_k`, `top_p`, `seed` and `batch_size` of `go_on`.

        Returns:
            Each prompt as it was given, and what follows.
        """
        return [found.text for found in self.go_on(prompts, length, **drawing)]

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
        """Goes on from prompts, and tells how probable that was.

        What is written for a prompt depends on the prompt and its seed alone, not on the others.

        Args:
            prompts: strings; an empty one begins a text.
            length: tokens that are written at most, `max_length` and fewer.
            temperature: what logits are divided by: below 1 for more probable tokens, above for
                less probable ones; 0 for the most probable one each time.
            top_k: draw among that many most probable tokens; 0 for all.
            top_p: draw among the fewest most probable tokens that have this share of the
                probability together.
            seed: one for each prompt; or one number, the first prompt's, from which the others
                count on.
            batch_size: prompts given to the graph at once.

        Returns:
            A `Continuation` for each prompt, in order.

        Raises:
            ValueError: a number is out of its range, there are not as many seeds as prompts, or a
                prompt is not a string that UTF-8 can hold.
        """
        if not 1 <= length <= self.max_length:
            raise ValueError(f"length is {length}; give from 1 to max_length, {self.max_length}")
        if not temperature >= 0:
            raise ValueError(f"temperature is {temperature}; give 0 or more")
        if top_k < 0:
            raise ValueError(f"top_k is {top_k}; give 1 or more, or 0 for all tokens")
        if not 0 < top_p <= 1:
            raise ValueError(f"top_p is {top_p}; give more than 0 and at most 1")
        texts = as_text_tensor(prompts)
        size = int(tf.size(texts))
        one = isinstance(seed, int | np.integer)
        seeds = np.arange(size) + seed if one else np.asarray(seed, "int64")
        if seeds.shape != (size,):
            raise ValueError(f"seed has the shape {seeds.shape}; give one, or one for each prompt")
        found: list[Continuation] = []
        for start in range(0, size, batch_size):
            rows = slice(start, start + batch_size)
            given = (length, float(temperature), top_k, float(top_p), seeds[rows])
            numbers = (tf.constant(x, s.dtype) for x, s in zip(given, DRAWING, strict=True))
            found += collect_continuations(self._graph.generate(texts[rows], *numbers))
        return found

    def score(self, texts: Sequence[str], batch_size: int = 64) -> list[TextScore]:
        """Tells how probable texts are.

        Args:
            texts: strings of any length.
            batch_size: texts given to the graph at once.

        Returns:
            A `TextScore` for each text, in order; the end of a text counts where the model's unit
            is `"sentences"`.

        Raises:
            ValueError: an item is not a string that UTF-8 can hold; its index is named.
        """
        answers = answers_to(self._graph.token_scores, batch_size, texts)
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
        """Finds the most probable ways to go on to the end of the word or sentence.

        Where the prefix breaks off within a word, that word is completed; otherwise a whole one
        follows. A sentence ends with its sign, which is part of the completion; a word or line ends
        before what is no longer part of it. Letters go on from the prefix as it is. A word model
        looks for one of its words that begins as the unfinished one; its probability is that among
        all known words that do. Of pieces the unfinished word is written anew, and the probability
        is that of the whole word after what stands before it.

        Args:
            prefix: what was begun, or a list of such.
            k: how many completions; `num_best` if None.
            until: `"word"`, `"sentence"` or `"line"`; the model's own if None.
            max_length: tokens of a completion; one with more is cut, and its end not counted.
            batch_size: prefixes given to the graph at once.

        Returns:
            At most `k` completions, the most probable one first; for a list, one such for each.

        Raises:
            ValueError: a number is below 1, or `until` is something else.
        """
        k, until = self.num_best if k is None else k, until or self.until
        for name, value in (("k", k), ("max_length", max_length)):
            if value < 1:
                raise ValueError(f"{name} is {value}; give at least 1")
        if until not in UNTIL:
            raise ValueError(f"until is {until!r}; give one of {', '.join(map(repr, UNTIL))}")
        prefixes = [prefix] if isinstance(prefix, str) else list(prefix)

        def of_batch(prefix: tf.Tensor) -> dict[str, tf.Tensor]:
            return self._graph.completions(prefix, max_length, k=k, until=until)

        found: list[list[Completion]] = []
        for number, answer in enumerate(answers_to(of_batch, batch_size, prefixes)):
            some = prefixes[number * batch_size : (number + 1) * batch_size]
            found += collect_completions(some, answer)
        return found[0] if isinstance(prefix, str) else found

    @overload
    def surprise(  # type: ignore[overload-overlap]
        self, text: str, batch_size: int = ...
    ) -> Surprise | None: ...

    @overload
    def surprise(self, text: Sequence[str], batch_size: int = ...) -> list[Surprise | None]: ...

    def surprise(
        self, text: str | Sequence[str], batch_size: int = 64
    ) -> Surprise | list[Surprise | None] | None:
        """Finds the token that is the least expected one after those before it.

        Args:
            text: a text, or a list of such.
            batch_size: texts given to the graph at once.

        Returns:
            A `Surprise`, with up to five tokens that are more likely there; None for a text without
            any token. For a list, one for each.
        """
        texts = [text] if isinstance(text, str) else text
        answers: Iterator[Any] = answers_to(self._graph.surprises, batch_size, texts)
        found = [row for answer in answers for row in collect_surprises(answer)]
        return found[0] if isinstance(text, str) else found

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`, `scores`, `complete`, `step` and `vocabulary`: see `LanguageGraph`.
        """
        return self._graph.signatures()

    def trackables(self) -> list[Any]:
        """Weights and tables that the signatures use."""
        return [*(v.value for v in self.core.variables), self.encoder]

    def extended(self, encoder: TextEncoder) -> LanguageModel:
        """A language model that knows more tokens and has learned what this one has.

        Args:
            encoder: as this one's, its vocabulary continued.

        Returns:
            A new model; a new token is read as UNK was, until it is trained.
        """
        new = LanguageModel.build(encoder, **self._settings(), **self.core_config)
        copy_weights(self.core, new.core)
        return new
