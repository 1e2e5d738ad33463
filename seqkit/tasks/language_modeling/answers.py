"""What a language model answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np


class Continuation(NamedTuple):
    """A prompt and the text that continues it.

    Attributes:
        text: the prompt as it was given, and what follows.
        continuation: what follows.
        log_probability: of all its tokens, and of the end if it came (natural logarithm), by the
            model itself, without temperature and limits.
        unknown_rate: share of the prompt's words that training never saw, as
            `seqkit.text.SeenWords` defines it. A model saved before words were kept gives
            `unknown_token_rate`.
        unknown_token_rate: share of the prompt's tokens that the dictionary lacks.
    """

    text: str
    continuation: str
    log_probability: float
    unknown_rate: float
    unknown_token_rate: float = 0.0


class TextScore(NamedTuple):
    """How probable a text is.

    Attributes:
        log_probability: of the whole text (natural logarithm), its end included where texts have
            one.
        tokens: what was predicted: the text's tokens as they are written, and `[EOS]` where texts
            have an end.
        token_log_probabilities: of each of these, given those before it; they add up to
            `log_probability`. A token that the dictionary lacks has that of UNK.
        perplexity: `exp(-log_probability / len(tokens))`, the number of equally likely tokens that
            would be as hard to predict; 1 where nothing was predicted.
        bits_per_character: `-log_probability / ln 2`, divided by the number of the text's
            characters (code points); None for a text without any.
        unknown_rate: share of the text's words that training never saw; 0 where it has none. See
            `Continuation`.
        unknown_token_rate: share of the text's tokens that the dictionary lacks; 0 where it has
            none.
    """

    log_probability: float
    tokens: tuple[str, ...]
    token_log_probabilities: tuple[float, ...]
    perplexity: float
    bits_per_character: float | None
    unknown_rate: float
    unknown_token_rate: float = 0.0


class Completion(NamedTuple):
    """One way to complete a word, sentence or line.

    Attributes:
        text: the prefix as it was given, and the continuation.
        continuation: what follows; empty where the word or sentence may be complete as it is.
        log_probability: of the continuation and of its end there (natural logarithm), see
            `LanguageModel.complete`.
        probability: the same as a number from 0 to 1.
    """

    text: str
    continuation: str
    log_probability: float
    probability: float


class LikelyToken(NamedTuple):
    """A token and how probable it is in its place.

    Attributes:
        token: the token.
        log_probability: natural logarithm.
    """

    token: str
    log_probability: float


class Surprise(NamedTuple):
    """The token of a text that the model least expected after those before it.

    Attributes:
        token: the token as it is written; `[EOS]` where the end itself is the surprise.
        position: its number among the text's tokens, from 0.
        start: offset of its first character (code point) in the text.
        end: offset after its last character.
        log_probability: natural logarithm.
        instead: more likely tokens, the most probable first.
    """

    token: str
    position: int
    start: int
    end: int
    log_probability: float
    instead: tuple[LikelyToken, ...]


def collect_continuations(answer: Mapping[str, Any]) -> Iterator[Continuation]:
    """Turns the answer of the signature `serving_default` into one continuation for each row."""
    columns = (answer[name].numpy() for name in Continuation._fields)
    for text, continuation, *numbers in zip(*columns, strict=True):
        # Bytes of the prompt that are not UTF-8 come back as they were.
        yield Continuation(
            text.decode(errors="replace"),
            continuation.decode(),
            *map(float, numbers),
        )


def collect_scores(answer: Mapping[str, Any]) -> Iterator[TextScore]:
    """Turns token scores, see `token_scores`, into one result for each of their texts."""
    names = ("tokens", "log_probabilities")
    rows = zip(*(_by_row(answer[name]) for name in names), strict=True)
    numbers = ("characters", "unknown_rate", "unknown_token_rate")
    columns = (answer[name].numpy() for name in numbers)
    for (tokens, each), characters, *rates in zip(rows, *columns, strict=True):
        total = float(each.sum(dtype=np.float64))
        bits = -total / math.log(2) / int(characters) if characters else None
        yield TextScore(
            total,
            tuple(token.decode() for token in tokens),
            tuple(map(float, each)),
            float(np.exp(-total / max(len(each), 1))),
            bits,
            *map(float, rates),
        )


def collect_completions(
    prefixes: Sequence[str], answer: Mapping[str, Any]
) -> Iterator[list[Completion]]:
    """Turns completions into lists, the most probable first, without those of probability 0."""
    columns = (answer[name].numpy() for name in ("continuations", "log_probabilities"))
    for prefix, *row in zip(prefixes, *columns, strict=True):
        completions = []
        for continuation, log_probability in zip(*row, strict=True):
            if log_probability > -np.inf:
                text = continuation.decode()
                value = float(log_probability)
                probability = math.exp(min(value, 0.0))
                completions.append(Completion(prefix + text, text, value, probability))
        yield completions


def collect_surprises(answer: Mapping[str, Any]) -> Iterator[Surprise | None]:
    """Turns the answer of `surprises` into one result for each text, None where it has no token."""
    names = ("token", "position", "start", "end", "log_probability", "instead", "instead_scores")
    for token, position, start, end, score, instead, scores in zip(
        *(answer[name].numpy() for name in names), strict=True
    ):
        likely = tuple(
            LikelyToken(other.decode(), float(value))
            for other, value in zip(instead, scores, strict=True)
            if value > score
        )
        place = (int(position), int(start), int(end))
        surprise = Surprise(token.decode(), *place, float(score), likely)
        yield surprise if position >= 0 else None


def _by_row(ragged: Any) -> list[np.ndarray]:
    """Splits a ragged tensor's values by its rows."""
    return np.split(ragged.values.numpy(), ragged.row_splits.numpy()[1:-1])
