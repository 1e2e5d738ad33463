"""Interpolated n-grams: the plain model that language models are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from seqkit.text import BOS_ID, EOS_ID, PAD_ID

# PAD and BOS never come next; UNK and EOS do.
_NEVER = (PAD_ID, BOS_ID)
# Tokens looked up at a time: about 100 MB.
_ROWS = 2**20
# This many orders in a row without improvement end the search: one more token of context may not
# help where two do.
_PATIENCE = 2


class _Level(NamedTuple):
    """What follows each context of one length.

    A context's number is its place in `contexts`, whose values are the number of the context
    without its first token, times the size of the vocabulary, plus that token. An n-gram's value is
    the number of its context, times the size of the vocabulary, plus its last token.

    Attributes:
        contexts: `<int64>[contexts]`, sorted; those seen.
        grams: `<int64>[grams]`, sorted; those seen.
        counts: `<int32>[grams]`, how often each was seen.
        totals: `<int32>[contexts]`, how many tokens followed each context.
        kinds: `<int32>[contexts]`, how many different ones.
    """

    contexts: np.ndarray
    grams: np.ndarray
    counts: np.ndarray
    totals: np.ndarray
    kinds: np.ndarray


class _Layout(NamedTuple):
    """Documents one after another, a BOS before each.

    Attributes:
        tokens: `<int32>[tokens + documents]`.
        places: `<int64>[tokens]`, the places in it of the tokens to predict.
    """

    tokens: np.ndarray
    places: np.ndarray


class WittenBell:
    """Predicts tokens from those before them by counts of a text: interpolated n-grams.

    The probability of a token w after the tokens h is (c(h w) + T(h) P(w|h')) / (c(h) + T(h)): c
    counts, T(h) is how many different tokens followed h, and h' is h without its first token. For
    an empty h, P(w|h') is uniform over all tokens that can come: the vocabulary without PAD and
    BOS. For an h that nothing followed, P(w|h) is P(w|h').

    Args:
        order: the most tokens of an n-gram: it looks back at `order - 1` tokens.
        vocabulary_size: number of ids, the four special ones included.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> model = WittenBell(2, vocabulary_size=6).fit([4, 5, 4, 5, 4])
        >>> print(np.exp(model.log_probabilities([4, 5])).round(4))
        [0.75   0.7857]

    Source: Witten and Bell 1991, "The zero-frequency problem", method C; interpolated as in Chen
    and Goodman 1999, "An empirical study of smoothing techniques for language modeling", the
    section on Witten-Bell smoothing.
    """

    def __init__(self, order: int, vocabulary_size: int) -> None:
        if order < 1:
            raise ValueError(f"order={order}: give at least 1")
        _check_size(vocabulary_size)
        self.order = order
        self.vocabulary_size = vocabulary_size
        self._levels: list[_Level] = []

    def fit(self, token_ids: ArrayLike) -> WittenBell:
        """Counts a text, in place of what was counted before.

        It takes a few seconds for a million tokens. While it counts it holds about 100 bytes for
        each token; then it keeps 12 bytes for every different n-gram of up to `order` tokens and 16
        for every different context.

        Args:
            token_ids: `<int>[tokens]`, without BOS and PAD, and with an EOS at the end of each
                document, where there are several. No context reaches back over an EOS; a document
                begins after BOS.

        Returns:
            Itself.

        Raises:
            ValueError: there is no token, or an id is out of range or one that never comes.
        """
        layout = _lay_out(token_ids, self.vocabulary_size, "token_ids")
        if not len(layout.places):
            raise ValueError("token_ids=[]: give at least one token to count")
        counted = _count_levels(layout, self.vocabulary_size)
        self._levels = [level for _, level in zip(range(self.order), counted, strict=False)]
        return self

    def log_probabilities(self, token_ids: ArrayLike) -> np.ndarray:
        """Scores how likely each token of a text is, given those before it.

        Args:
            token_ids: `<int>[tokens]`, as `fit` takes them.

        Returns:
            `<float64>[tokens]`, natural logarithms.

        Raises:
            ValueError: nothing was counted yet, or an id is out of range or one that never comes.
        """
        if not self._levels:
            raise ValueError("the model has counted nothing: call fit(token_ids) first")
        layout = _lay_out(token_ids, self.vocabulary_size, "token_ids")
        scores = np.zeros(len(layout.places))
        for start in range(0, len(scores), _ROWS):
            part = layout._replace(places=layout.places[start : start + _ROWS])
            for probabilities in _interpolate(part, self._levels, self.vocabulary_size):
                scores[start : start + _ROWS] = probabilities
        return np.log(scores)


def choose_order(
    train_ids: ArrayLike,
    validation_ids: ArrayLike,
    vocabulary_size: int,
    orders: Sequence[int] = range(1, 11),
) -> tuple[WittenBell, dict[int, float]]:
    """Finds how far back to look: further and further, until two orders in a row do not help.

    Args:
        train_ids: `<int>[tokens]`, counted; see `WittenBell.fit`.
        validation_ids: `<int>[tokens]`, scored by these counts.
        vocabulary_size: number of ids, the four special ones included.
        orders: which orders to try, from the smallest on.

    Returns:
        The model of the best order, fitted; and nats per token of validation for each order tried.

    Raises:
        ValueError: there is no token or no order, or an argument is out of range.

    Example:
        >>> model, nats = choose_order([4, 5, 3] * 50, [4, 5, 3] * 10, vocabulary_size=6)
        >>> model.order, sorted(nats)
        (4, [1, 2, 3, 4, 5, 6])
    """
    if not len(orders) or min(orders) < 1:
        raise ValueError(f"orders={list(orders)}: give at least one, none less than 1")
    _check_size(vocabulary_size)
    train = _lay_out(train_ids, vocabulary_size, "train_ids")
    validation = _lay_out(validation_ids, vocabulary_size, "validation_ids")
    for name, layout in (("train_ids", train), ("validation_ids", validation)):
        if not len(layout.places):
            raise ValueError(f"{name}=[]: give at least one token")
    levels: list[_Level] = []

    def counted() -> Iterator[_Level]:
        for level in _count_levels(train, vocabulary_size):
            levels.append(level)
            yield level

    best, without = 0, 0
    nats: dict[int, float] = {}
    # A model of one order holds those of all smaller ones: each step counts one length more.
    growing = enumerate(_interpolate(validation, counted(), vocabulary_size), 1)
    for order, probabilities in growing:
        if order in orders:
            nats[order] = -float(np.log(probabilities).mean())
            improves = not best or nats[order] < nats[best]
            best, without = (order, 0) if improves else (best, without + 1)
        if without == _PATIENCE or order >= max(orders):
            break
    model = WittenBell(best, vocabulary_size)
    model._levels = levels[:best]
    return model, nats


def plain_language_model(
    train_ids: ArrayLike,
    validation_ids: ArrayLike,
    test_ids: ArrayLike,
    vocabulary_size: int,
    *,
    most_tokens: int = 10_000_000,
) -> tuple[str, np.ndarray]:
    """Scores a text by n-grams, their order chosen on validation.

    Args:
        train_ids: `<int>[tokens]`, counted; see `WittenBell.fit`.
        validation_ids: `<int>[tokens]`, by which the order is chosen.
        test_ids: `<int>[tokens]`, scored.
        vocabulary_size: number of ids, the four special ones included.
        most_tokens: the most tokens of the training and of the validation text that are used, from
            its beginning: counts of ten million tokens take one to two gigabytes.

    Returns:
        The name of the model, such as "5-gram, Witten-Bell", which also says where only a part of
        the text was counted; and `<float64>[tokens]`, natural logarithms.

    Raises:
        ValueError: as `choose_order`, or `most_tokens` is not positive.

    Example:
        >>> ids = [4, 5, 3] * 50
        >>> name, scores = plain_language_model(ids, ids, [4, 5], vocabulary_size=6)
        >>> name, scores.shape
        ('4-gram, Witten-Bell', (2,))
    """
    if most_tokens < 1:
        raise ValueError(f"most_tokens={most_tokens}: give at least 1")
    train, validation = np.asarray(train_ids), np.asarray(validation_ids)
    part = slice(most_tokens)
    model, _ = choose_order(train[part], validation[part], vocabulary_size)
    name = f"{model.order}-gram, Witten-Bell"
    if len(train) > most_tokens:
        name += f", of the first {most_tokens:,} tokens"
    return name, model.log_probabilities(test_ids)


def _check_size(vocabulary_size: int) -> None:
    if vocabulary_size <= EOS_ID:
        raise ValueError(
            f"vocabulary_size={vocabulary_size}: give at least {EOS_ID + 1}, the number of ids "
            "with the four special ones"
        )


def _lay_out(token_ids: ArrayLike, vocabulary_size: int, argument: str) -> _Layout:
    """Checks ids, and puts a BOS before each document."""
    ids = np.asarray(token_ids)
    if ids.ndim != 1 or (ids.size and not np.issubdtype(ids.dtype, np.integer)):
        raise ValueError(
            f"{argument} is {ids.dtype} of shape {ids.shape}: give whole numbers, <int>[tokens]"
        )
    if ids.size and not (ids.min() >= 0 and ids.max() < vocabulary_size):
        wrong = ids.min() if ids.min() < 0 else ids.max()
        raise ValueError(
            f"{argument} has the id {wrong}, of vocabulary_size={vocabulary_size}: give ids from "
            "0 up to less than that"
        )
    for wrong in _NEVER:
        if (places := np.flatnonzero(ids == wrong)).size:
            raise ValueError(
                f"{argument}[{places[0]}] is {wrong}, which never comes next: leave PAD "
                f"({PAD_ID}) and BOS ({BOS_ID}) out"
            )
    begins = np.ones(len(ids), bool)
    begins[1:] = ids[:-1] == EOS_ID
    places = np.arange(len(ids)) + begins.cumsum()
    tokens = np.full(len(ids) + begins.sum(), BOS_ID, np.int32)
    tokens[places] = ids
    return _Layout(tokens, places)


def _count_levels(layout: _Layout, size: int) -> Iterator[_Level]:
    """Yields levels, for contexts of no token, of one, and so on without end."""
    tokens, places = layout
    context = np.zeros(len(places), np.int64)
    contexts = np.zeros(1, np.int64)
    for length in count():
        if length:
            within = _within(tokens, places, length)
            places, context = places[within], context[within]
            contexts, context = np.unique(
                context * size + tokens[places - length], return_inverse=True
            )
        grams, counts = np.unique(context * size + tokens[places], return_counts=True)
        yield _Level(
            contexts,
            grams,
            counts.astype(np.int32),
            np.bincount(context, minlength=len(contexts)).astype(np.int32),
            np.bincount(grams // size, minlength=len(contexts)).astype(np.int32),
        )


def _interpolate(
    layout: _Layout, levels: Iterator[_Level] | list[_Level], size: int
) -> Iterator[np.ndarray]:
    """Yields the probabilities after each level, `<float64>[tokens]`: one array, overwritten."""
    tokens, places = layout
    probabilities = np.full(len(places), 1 / (size - len(_NEVER)))
    rows = np.arange(len(places))
    context = np.zeros(len(places), np.int64)
    for length, level in enumerate(levels):
        if length:
            # A longer context was seen only where the shorter one was.
            within = _within(tokens, places[rows], length)
            rows, context = rows[within], context[within]
            context = _place(context * size + tokens[places[rows] - length], level.contexts)
            rows, context = rows[context >= 0], context[context >= 0]
        gram = _place(context * size + tokens[places[rows]], level.grams)
        counts = np.where(gram >= 0, level.counts[gram], 0)
        total, kinds = level.totals[context].astype(float), level.kinds[context]
        probabilities[rows] = (counts + kinds * probabilities[rows]) / (total + kinds)
        yield probabilities


def _within(tokens: np.ndarray, places: np.ndarray, length: int) -> np.ndarray:
    """Whether `length` tokens before each place are of its document, given that one less are."""
    return tokens[places - (length - 1)] != BOS_ID


def _place(keys: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The place of each key in a sorted table, or -1; sorted keys are looked up faster."""
    if not len(table):
        return np.full(len(keys), -1)
    order = np.argsort(keys)
    place = np.empty(len(keys), np.int64)
    place[order] = np.searchsorted(table, keys[order])
    place = np.minimum(place, len(table) - 1)
    return np.where(table[place] == keys, place, -1)
