"""Scores of a language model: how well it predicts a text, and what surprised it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol, get_args

import numpy as np
from numpy.typing import ArrayLike

from seqkit.data import Dataset, TextStream
from seqkit.evaluation import Comparison, Scored, Scores, beside, compare
from seqkit.evaluation.comparison import share
from seqkit.tasks.language_modeling.baselines import plain_language_model
from seqkit.tasks.language_modeling.held_out import HeldOutText
from seqkit.tasks.language_modeling.model import LanguageModel
from seqkit.tasks.language_modeling.texts import count_characters, mean_unknown_rate
from seqkit.text import EOS_ID, UNK_ID

Unit = Literal["character", "token"]
# Tokens kept before a surprising one.
_BEFORE = 20
# In single precision a logarithm of a probability may be a little above 0.
_TOLERANCE = 1e-4
# The most tokens in a row of the bootstrap: of a long document, what is near depends on each other.
_BLOCK = 500


class BaselineScores(NamedTuple):
    """Scores of a plain model on the same text.

    Attributes:
        nats_per_token: mean negative natural logarithm of a token's probability.
        nats_per_character: the same sum over the number of characters.
        perplexity: e to the power of `nats_per_token`.
    """

    nats_per_token: float
    nats_per_character: float
    perplexity: float


class SurprisingToken(NamedTuple):
    """A token that the model hardly expected.

    Attributes:
        position: its place among the tokens, from 0.
        before: the last 20 tokens of its document before it.
        token: the token.
        nats: negative natural logarithm of its probability.
    """

    position: int
    before: tuple[str, ...]
    token: str
    nats: float


@dataclass(frozen=True)
class LanguageModelScores(Scores):
    """Scores of a language model on a text it was not trained on; mostly, lower is better.

    Attributes:
        tokens: number of tokens predicted, ends of documents among them.
        characters: number of characters of the text.
        nats_per_token: mean negative natural logarithm of a token's probability.
        perplexity: e to the power of that: the number of equally likely tokens that would be as
            hard to predict.
        nats_per_character: the sum over tokens, over the number of characters. It compares models
            with different tokens, as long as their dictionaries lack equally few.
        bits_per_character: the same in bits.
        unknown_token_rate: share of the tokens that the dictionary lacks.
        nats_per_token_known: the mean without those; NaN where there is no other. An unknown token
            is easy to predict, since it stands for many: a small dictionary flatters.
        unit: "character" or "token", by which models are compared.
        surprising: the least expected tokens, the least expected first.
        baselines: scores of plain models on the same text, by their names.
        unknown_rate: mean share of the words of a text, of a stream of a line, that training never
            saw, as `seqkit.text.SeenWords` defines it; NaN where the texts are not given.
    """

    tokens: int
    characters: int
    nats_per_token: float
    perplexity: float
    nats_per_character: float
    bits_per_character: float
    unknown_token_rate: float
    nats_per_token_known: float
    unit: Unit
    surprising: tuple[SurprisingToken, ...]
    baselines: Mapping[str, BaselineScores]
    unknown_rate: float = float("nan")

    details = ("unit", "surprising", "baselines")

    @property
    def _main(self) -> tuple[str, str]:
        if self.unit == "character":
            return "nats per character", "nats_per_character"
        return "perplexity", "perplexity"


class HeldOut(Protocol):
    """Text that a language model is judged by; `HeldOutText` is one."""

    token_ids: np.ndarray

    def log_probabilities(self) -> np.ndarray:
        """The log-probability that the model gives each token."""


def score_beside_ngrams(
    model: LanguageModel,
    parts: Mapping[str, TextStream] | Mapping[str, Dataset],
    of: str | None = None,
) -> Scored:
    """Scores a language model on the test data beside n-grams of its tokens.

    Args:
        model: the language model.
        parts: `train`, which the n-grams count; `validation`, by which their order is chosen;
            `test`.
        of: what was scored, such as "60 test tunes"; None counts the tokens.

    Returns:
        The scores.
    """
    scores, comparison = _score(
        {part: HeldOutText(model, data) for part, data in parts.items()},
        tokens=model.encoder.vocabulary.tokens,
        characters=count_characters(parts["test"]),
    )
    scores = replace(scores, unknown_rate=mean_unknown_rate(model.encoder, parts["test"]))
    what, score = scores.main
    of = of or f"{scores.tokens:,} test tokens"
    lines = [
        *beside(f"{what} on {of}", score, scores.main_baselines, comparison),
        f"  {scores.bits_per_character:.3f} bits a character, perplexity of a token "
        f"{scores.perplexity:.2f}, unknown words {scores.unknown_rate:.2%}, unknown tokens "
        f"{scores.unknown_token_rate:.2%}",
    ]
    return Scored(scores, scores.main_baselines, lines, comparison)


def measure_language_model(model: LanguageModel, text: TextStream | Dataset) -> tuple[str, float]:
    """Scores a language model on a text, without n-grams beside it.

    Args:
        model: the language model.
        text: of the kind that it was trained on.

    Returns:
        Name and value of the score by which language models are compared.
    """
    held_out = HeldOutText(model, text)
    tokens = model.encoder.vocabulary.tokens
    return language_model_scores(
        held_out.log_probabilities(),
        held_out.token_ids,
        characters=count_characters(text),
        tokens=tokens,
        unit=_unit(tokens),
    ).main


def score_language_model(
    held_out: Mapping[str, HeldOut], *, tokens: Sequence[str], characters: int
) -> LanguageModelScores:
    """Scores a language model beside n-grams on the same tokens.

    Args:
        held_out: `train`, which the n-grams count; `validation`, by which their order is chosen;
            `test`, which is scored.
        tokens: the names of the ids, in their order; where each is a character, models are compared
            by the character.
        characters: number of characters of the test.

    Returns:
        The scores.

    Raises:
        ValueError: there is nothing to score.

    Example:
        >>> from types import SimpleNamespace
        >>> even = SimpleNamespace(
        ...     token_ids=np.array([4, 5, 3] * 9), log_probabilities=lambda: np.log([0.5] * 27)
        ... )
        >>> names = ["[PAD]", "[UNK]", "[BOS]", "[EOS]", "a", "b"]
        >>> parts = {"train": even, "validation": even, "test": even}
        >>> scores = score_language_model(parts, tokens=names, characters=18)
        >>> scores.main[0], *scores.baselines
        ('nats per character', '4-gram, Witten-Bell')
    """
    return _score(held_out, tokens=tokens, characters=characters)[0]


def _score(
    held_out: Mapping[str, HeldOut], *, tokens: Sequence[str], characters: int
) -> tuple[LanguageModelScores, Comparison]:
    """The scores, and the model beside the n-grams."""
    train, validation, test = (held_out[part] for part in ("train", "validation", "test"))
    name, plain = plain_language_model(
        train.token_ids, validation.token_ids, test.token_ids, len(tokens)
    )
    given = test.log_probabilities()
    scores = language_model_scores(
        given,
        test.token_ids,
        characters=characters,
        tokens=tokens,
        baselines={name: plain},
        unit=_unit(tokens),
    )
    return scores, _compare(scores, given, {name: plain}, test.token_ids)


def _unit(tokens: Sequence[str]) -> Unit:
    return "character" if all(len(token) == 1 for token in tokens[EOS_ID + 1 :]) else "token"


def _compare(
    scores: LanguageModelScores,
    given: ArrayLike,
    baselines: Mapping[str, ArrayLike],
    token_ids: np.ndarray,
) -> Comparison:
    """The model beside plain ones, on documents or blocks of them."""

    def figure(sums: np.ndarray) -> float:
        if scores.unit == "character":
            return share(sums) * scores.tokens / scores.characters
        with np.errstate(over="ignore"):
            return float(np.exp(share(sums)))

    starts = _block_starts(token_ids)
    sizes = np.diff([*starts, len(token_ids)])

    def rows(log_probabilities: ArrayLike) -> np.ndarray:
        nats = -np.add.reduceat(np.asarray(log_probabilities, np.float64), starts)
        return np.stack([nats, sizes], axis=1)  # [blocks, 2]

    return compare(
        scores.main[0],
        rows(given),
        {name: rows(plain) for name, plain in baselines.items()},
        figure,
        unit=f"texts or blocks of {_BLOCK} tokens",
        lower_is_better=True,
    )


def _block_starts(token_ids: np.ndarray) -> np.ndarray:
    """Where documents begin, and within long ones a block, `<int>[blocks]`."""
    ends = np.flatnonzero(token_ids[:-1] == EOS_ID) + 1
    begins = [0, *ends.tolist(), len(token_ids)]
    return np.concatenate(
        [np.arange(start, end, _BLOCK) for start, end in itertools.pairwise(begins)]
    )


def language_model_scores(
    log_probabilities: ArrayLike,
    token_ids: ArrayLike,
    *,
    characters: int,
    tokens: Sequence[str] | Callable[[int], str],
    baselines: Mapping[str, ArrayLike] | None = None,
    unit: Unit = "character",
    num_surprising: int = 20,
) -> LanguageModelScores:
    """Sums up the log-probabilities of a text's tokens.

    Args:
        log_probabilities: `<float>[tokens]`, natural logarithms.
        token_ids: `<int32>[tokens]`, the text: without BOS and PAD, an EOS at each document's end.
        characters: number of characters of the text.
        tokens: the names of the ids, in their order or by a function.
        baselines: log-probabilities by plain models of the same tokens, by name.
        unit: how models are compared: "character", by nats per character, where tokens are
            characters; "token", by the perplexity of a token, where they are words or pieces.
        num_surprising: how many of the least expected tokens to keep.

    Returns:
        The scores.

    Raises:
        ValueError: there is nothing to score, lengths differ, or a value is not the logarithm of a
            probability.

    Example:
        >>> names = ["[PAD]", "[UNK]", "[BOS]", "[EOS]", "a", "b"]
        >>> given = np.log([0.5, 0.25, 0.5])
        >>> scores = language_model_scores(given, [4, 5, 4], characters=3, tokens=names)
        >>> round(scores.bits_per_character, 4), scores.surprising[0].token
        (1.3333, 'b')
    """
    if unit not in get_args(Unit):
        raise ValueError(f"unit={unit!r}: give one of {list(get_args(Unit))}")
    if characters < 1:
        raise ValueError(f"characters={characters}: give how many characters the text has")
    ids = np.asarray(token_ids)
    if ids.ndim != 1 or not ids.size:
        raise ValueError(f"token_ids has shape {ids.shape}: give at least one token, <int>[tokens]")
    nats = _nats(log_probabilities, len(ids), "log_probabilities")
    known = ids != UNK_ID
    name = tokens if callable(tokens) else tokens.__getitem__
    plain = {
        model: _scored(_nats(given, len(ids), f"baselines[{model!r}]"), characters)
        for model, given in (baselines or {}).items()
    }
    whole = _scored(nats, characters)
    return LanguageModelScores(
        tokens=len(ids),
        characters=characters,
        nats_per_token=whole.nats_per_token,
        perplexity=whole.perplexity,
        nats_per_character=whole.nats_per_character,
        bits_per_character=whole.nats_per_character / float(np.log(2)),
        unknown_token_rate=float(1 - known.mean()),
        nats_per_token_known=float(nats[known].mean()) if known.any() else float("nan"),
        unit=unit,
        surprising=_surprising(nats, ids, name, num_surprising),
        baselines=plain,
    )


def _nats(log_probabilities: ArrayLike, number: int, argument: str) -> np.ndarray:
    """Minus the logarithms, checked, as `<float64>[tokens]`."""
    given = np.asarray(log_probabilities, np.float64)
    if given.shape != (number,):
        raise ValueError(f"{argument} has shape {given.shape} for {number} tokens: give one each")
    wrong = np.flatnonzero(~(given <= _TOLERANCE))
    if wrong.size:
        raise ValueError(
            f"{argument}[{wrong[0]}] is {given[wrong[0]]}: give natural logarithms of "
            "probabilities, which are at most 0"
        )
    return -given


def _scored(nats: np.ndarray, characters: int) -> BaselineScores:
    mean = float(nats.mean())
    with np.errstate(over="ignore"):
        return BaselineScores(mean, float(nats.sum()) / characters, float(np.exp(mean)))


def _surprising(
    nats: np.ndarray, ids: np.ndarray, name: Callable[[int], str], number: int
) -> tuple[SurprisingToken, ...]:
    surprising = []
    for position in np.argsort(-nats, kind="stable")[: max(0, number)].tolist():
        before = ids[max(0, position - _BEFORE) : position]
        # The model does not see the document before this one.
        ends = np.flatnonzero(before == EOS_ID)
        if ends.size:
            before = before[ends[-1] + 1 :]
        surprising.append(
            SurprisingToken(
                position,
                tuple(map(name, before.tolist())),
                name(int(ids[position])),
                float(nats[position]),
            )
        )
    return tuple(surprising)
