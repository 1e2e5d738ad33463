"""What a language model answers, as graphs on strings: the same in Python and served."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seqkit.model.recurrent_core import state_dim
from seqkit.model.row_errors import first_error, number_error, state_error, temperature_error
from seqkit.model.text_batches import at_least_one
from seqkit.tasks.language_modeling.completion import complete
from seqkit.tasks.language_modeling.network import following
from seqkit.tasks.language_modeling.scores import surprises, text_scores, token_scores
from seqkit.tasks.language_modeling.search import Drawing, continuation, write_on
from seqkit.text import BOS_ID, TextEncoder

# The most tokens of a completion, unless Python gives another number.
LONGEST_COMPLETION = 200

_NUM_LIKELY = 5
_TEXT = tf.TensorSpec([None], tf.string, name="text")
_PREFIX = tf.TensorSpec([None], tf.string, name="prefix")
# Of unknown rank: one number for all rows, or one for each, all that a row of JSON can say.
DRAWING = [
    tf.TensorSpec(None, kind, name=name)
    for name, kind in (
        ("length", tf.int32),
        ("temperature", tf.float32),
        ("top_k", tf.int32),
        ("top_p", tf.float32),
        ("seed", tf.int64),
    )
]


class LanguageGraph:
    """The functions that `LanguageModel` answers with.

    Args:
        encoder: texts to ids.
        core: made with `build_language_model_core`.
        settings: `unit`, `max_length`, `num_beams`, `num_best` and `until` of the model.

    Attributes:
        generate: see `answer`.
        token_scores: what `score` needs of each `<string>[batch]`, see `scores`.
        surprises: what `surprise` needs, see `scores`.
    """

    def __init__(
        self, encoder: TextEncoder, core: keras.Model, settings: Mapping[str, Any]
    ) -> None:
        self._encoder = encoder
        self._core = core
        self._settings = settings
        self._with_end = settings["unit"] == "sentences"
        state = tf.TensorSpec([None, state_dim(core)], tf.float32, name="state")
        # Without AutoGraph: there is nothing to convert, and it would only make tracing slow.
        self.generate, self._scores, self._complete, self._step, self._names = (
            tf.function(function, input_signature=signature, autograph=False)
            for function, signature in (
                (self.answer, [tf.TensorSpec([None], tf.string, name="prompt"), *DRAWING]),
                (self.answer_scores, [_TEXT]),
                (self.answer_complete, [_PREFIX]),
                (self.answer_step, [tf.TensorSpec([None], tf.string, name="token"), state]),
                (self.answer_vocabulary, []),
            )
        )
        self.token_scores, self.surprises = (
            tf.function(function, input_signature=[_TEXT], autograph=False)
            for function in (self._scores_of_tokens, self._surprises_of)
        )
        self._completers: dict[tuple[int, str], Callable[..., dict[str, tf.Tensor]]] = {}

    def signatures(self) -> dict[str, Any]:
        """What a server offers.

        Returns:
            `serving_default`: see `answer`. `scores`: see `answer_scores`. `complete`: see
            `answer_complete`. `step`: see `answer_step`. `vocabulary`: see `answer_vocabulary`.
        """
        return {
            "serving_default": self.generate,
            "scores": self._scores,
            "complete": self._complete,
            "step": self._step,
            "vocabulary": self._names,
        }

    def completions(
        self, prefix: tf.Tensor, max_length: int, *, k: int, until: str
    ) -> dict[str, tf.Tensor]:
        """Completes beginnings of texts.

        Args:
            prefix: `<string>[batch]`, at least one.
            max_length: tokens of a completion.
            k: how many completions.
            until: `"word"`, `"sentence"` or `"line"`.

        Returns:
            `continuations` `<string>[batch, k]` and `log_probabilities` `<float32>[batch, k]`.
        """
        # One graph for each `k` and `until`.
        if (k, until) not in self._completers:
            self._completers[k, until] = tf.function(
                functools.partial(self._completions, k=k, until=until),
                input_signature=[_PREFIX, tf.TensorSpec([], tf.int32)],
                autograph=False,
            )
        return self._completers[k, until](prefix, tf.constant(max_length))

    def answer(
        self,
        prompt: tf.Tensor,
        length: tf.Tensor,
        temperature: tf.Tensor,
        top_k: tf.Tensor,
        top_p: tf.Tensor,
        seed: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Continues prompts; all inputs but the prompts are one number, or `[batch]`, one a row.

        Args:
            prompt: `<string>[batch]`; an empty one begins a text.
            length: `<int32>`, the most tokens that are generated.
            temperature: `<float32>`, what logits are divided by; 0 for the most probable token each
                time.
            top_k: `<int32>`, how many of the most probable tokens to draw from; 0 for all.
            top_p: `<float32>`, draw from the fewest most probable tokens whose probabilities sum to
                this; 1 for all.
            seed: `<int64>`; if it is one number, row `i` has `seed + i`. A row's continuation
                depends on its prompt and seed alone.

        Returns:
            `text` `<string>[batch]`, the prompt as it was given and what follows; `continuation`
            `<string>[batch]`, what follows; `log_probability` `<float32>[batch]`, of its tokens and
            of the end if it came; `unknown_rate` `<float32>[batch]`, share of the prompt's words
            that training never saw; `unknown_token_rate` `<float32>[batch]`, share of its tokens
            that the dictionary lacks; `error` `<string>[batch]`, empty, or which number of the row
            is out of its range: nothing follows its prompt then, with log-probability 0.
        """
        size = tf.shape(prompt)[0]
        prompt = at_least_one(prompt)
        rows = tf.shape(prompt)[0]
        tokenizer, vocabulary = self._encoder.tokenizer, self._encoder.vocabulary
        encoded = self._encoder(prompt)
        drawing = Drawing(
            tf.clip_by_value(_of_rows(length, rows), 0, self._settings["max_length"]),
            _of_rows(temperature, rows),
            _of_rows(top_k, rows),
            _of_rows(top_p, rows),
            _of_rows(seed, rows) + _counting_on(seed, rows),
        )
        error = _drawing_error(drawing)
        drawing = _draw_nothing(drawing, tf.not_equal(error, ""))
        # From the tokens: a prompt without any is one UNK to the encoder.
        written = write_on(self._core, vocabulary.token_to_id(encoded.tokens), drawing)
        names = vocabulary.id_to_token(written.token_ids)
        added = continuation(tokenizer, prompt, encoded.tokens, encoded.tokens[:, :0], names)
        nothing = tf.equal(encoded.tokens.row_lengths(), 0)
        return {
            "text": tf.strings.join([prompt, added])[:size],
            "continuation": added[:size],
            "log_probability": written.log_probability[:size],
            "unknown_rate": tf.where(nothing, 0.0, encoded.unknown_rate)[:size],
            "unknown_token_rate": tf.where(nothing, 0.0, encoded.unknown_token_rate)[:size],
            "error": error[:size],
        }

    def answer_scores(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores how probable texts are.

        Args:
            text: `<string>[batch]`.

        Returns:
            `log_probability` `<float32>[batch]`, of the whole text (natural logarithm), its end
            included where the model was trained on separate texts; `perplexity`
            `<float32>[batch]`, for each token; `tokens` `<int32>[batch]`, how many were predicted.
        """
        size = tf.shape(text)[0]
        scores = text_scores(self._scores_of_tokens(at_least_one(text))["log_probabilities"])
        return {name: values[:size] for name, values in scores.items()}

    def answer_complete(self, prefix: tf.Tensor) -> dict[str, tf.Tensor]:
        """Completes beginnings of texts, to the end of the word or of what `until` says.

        Args:
            prefix: `<string>[batch]`.

        Returns:
            `completions` `<string>[batch, num_best]`, the prefix and how it may continue, the most
            probable first, empty strings where there are no more; `log_probabilities`
            `<float32>[batch, num_best]`, minus infinity there.
        """
        size = tf.shape(prefix)[0]
        prefix = at_least_one(prefix)
        completions = self._completions(
            prefix, LONGEST_COMPLETION, k=self._settings["num_best"], until=self._settings["until"]
        )
        scores = completions["log_probabilities"]
        begun = tf.repeat(prefix[:, tf.newaxis], self._settings["num_best"], axis=1)
        texts = tf.strings.join([begun, completions["continuations"]])
        return {
            "completions": tf.where(scores > -np.inf, texts, "")[:size],
            "log_probabilities": scores[:size],
        }

    def answer_step(self, token: tf.Tensor, state: tf.Tensor) -> dict[str, tf.Tensor]:
        """Reads one token and predicts the next: a stream, in constant memory.

        Args:
            token: `<string>[batch]`, an empty string for the beginning.
            state: `<float32>[batch, state_dim]`, zeros at first, then what the last step gave.

        Returns:
            `probabilities` `<float32>[batch, vocabulary]`, of each token to come next, in the order
            of the signature `vocabulary`; `state` `<float32>[batch, state_dim]`; `error`
            `<string>[batch]`, empty, or that the state given is not finite: both are zeros then.
        """
        size = tf.shape(token)[0]
        token = at_least_one(token)
        state = tf.cond(size > 0, lambda: state, lambda: tf.zeros([1, state.shape[1]]))
        ids = self._encoder.vocabulary.token_to_id(token)
        ids = tf.where(tf.equal(token, ""), BOS_ID, ids)
        error = state_error(state)
        wrong = tf.not_equal(error, "")[:, tf.newaxis]
        own = tf.cast(tf.where(wrong, 0.0, state), self._core.compute_dtype)
        result = following(self._core)(ids[:, tf.newaxis], own[:, tf.newaxis])
        logits = tf.cast(result.logits[:, 0], tf.float32)
        return {
            "probabilities": tf.where(wrong, 0.0, tf.nn.softmax(logits))[:size],
            "state": tf.where(wrong, 0.0, tf.cast(result.state[:, 0], tf.float32))[:size],
            "error": error[:size],
        }

    def answer_vocabulary(self) -> dict[str, tf.Tensor]:
        """The tokens, `token` `<string>[vocabulary]`, in the order of `step`'s probabilities."""
        return {"token": tf.constant(self._encoder.vocabulary.tokens)}

    def _scores_of_tokens(self, text: tf.Tensor) -> dict[str, Any]:
        return token_scores(self._core, self._encoder, text, with_end=self._with_end)

    def _surprises_of(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        return surprises(
            self._core, self._encoder, text, with_end=self._with_end, num_likely=_NUM_LIKELY
        )

    def _completions(
        self, prefix: tf.Tensor, max_length: int | tf.Tensor, *, k: int, until: str
    ) -> dict[str, tf.Tensor]:
        return complete(
            self._core,
            self._encoder,
            prefix,
            k=k,
            until=until,
            num_beams=max(k, self._settings["num_beams"]),
            max_length=max_length,
        )._asdict()


def _of_rows(numbers: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """One number for each row, of a single number or of one for each; zeros where there is none."""
    flat = tf.reshape(numbers, [-1])
    flat = tf.cond(tf.size(flat) > 0, lambda: flat, lambda: tf.zeros([1], flat.dtype))
    return tf.broadcast_to(flat, [rows])


def _drawing_error(drawing: Drawing) -> tf.Tensor:
    """`<string>[batch]`: which number of a row is out of its range, empty where none is."""
    top_k, top_p = drawing.top_k, drawing.top_p
    share = (top_p > 0) & (top_p <= 1)
    return first_error(
        [
            temperature_error(drawing.temperature),
            number_error("top_k", top_k, top_k >= 0, "give 1 or more, or 0 for all tokens"),
            number_error("top_p", top_p, share, "give more than 0 and at most 1"),
        ]
    )


def _draw_nothing(drawing: Drawing, rows: tf.Tensor) -> Drawing:
    """Lets some rows, `<bool>[batch]`, draw no token, by numbers that all may have."""
    others = {"max_length": 0, "temperature": 0.0, "top_k": 0, "top_p": 1.0}
    values = {n: tf.where(rows, value, getattr(drawing, n)) for n, value in others.items()}
    return drawing._replace(**values)


def _counting_on(numbers: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """0, 1, 2 … where there is a single number, zeros where each row has its own."""
    counted = tf.range(tf.cast(rows, numbers.dtype))
    return tf.where(tf.size(numbers) > 1, tf.zeros_like(counted), counted)
