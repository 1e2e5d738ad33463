"""Canonical ordering and composition of Unicode, in tensor operations."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import tensorflow as tf

from seqkit.text.code_points import AlignedText, CodePointTable, assigned_characters
from seqkit.text.ragged import flat_row_ids, places_where, previous, ragged, row_begins

# Hangul, The Unicode Standard, chapter 3.12: S = syllable, L, V, T = its letters.
HANGUL_S, HANGUL_L, HANGUL_V, HANGUL_T = 0xAC00, 0x1100, 0x1161, 0x11A7
COUNT_L, COUNT_V, COUNT_T = 19, 21, 28
COUNT_S = COUNT_L * COUNT_V * COUNT_T

# Properties of a character: its canonical combining class in the low eight bits, and a flag.
_CLASS = 255
_STARTER_JOINS = 256  # of class 0, but may compose with the character before it

_PAIR_SHIFT = 1 << 21  # two code points make one key


class _Pairs(NamedTuple):
    """Pairs that compose, from Python's Unicode database, without Hangul, which is arithmetic."""

    composites: dict[tuple[int, int], int]
    links: set[tuple[int, int]]  # neighbours within a composite, the second of class 0


class _Segments(NamedTuple):
    """State of the composition, all `<int64>[segments]` unless stated otherwise.

    A segment is a starter and the characters that may compose with it; all segments advance
    together.
    """

    cursor: tf.Tensor  # the next character to look at
    stop: tf.Tensor  # where the segment ends
    starter: tf.Tensor  # position of the current starter
    composed: tf.Tensor  # <int32>, the starter with everything composed so far
    gap: tf.Tensor  # <bool>, whether a character after the starter was left uncomposed


class Composition(tf.Module):
    """Orders and composes characters that are fully decomposed.

    After a full decomposition, these are the remaining steps of the normalisation forms C and KC:
    canonical ordering of marks, and composition with its blocking rule. Hangul syllables need not
    be decomposed; one that ends with a vowel still takes a final consonant.

    The offsets of a composed character reach from the first to the last character in it. Offsets
    never descend: marks that had to be sorted share the offsets of their whole run, and a mark
    that another one was composed across gets those of the composed character.

    Source: The Unicode Standard, chapter 3.11 (Normalization Forms) and 3.12.

    Example:
        >>> from seqkit.text.code_points import decode
        >>> text = Composition()(decode(tf.constant(["e\\u0301!"])))
        >>> text.code_points.to_list(), text.end.to_list()
        ([[233, 33]], [[2, 3]])
    """

    def __init__(self) -> None:
        super().__init__()
        composites, links = _pairs()
        properties = {
            ord(character): combining
            for character in assigned_characters()
            if (combining := unicodedata.combining(character))
        }
        for code_point in second_characters():
            if not properties.get(code_point):
                properties[code_point] = _STARTER_JOINS
        self._properties = CodePointTable(properties)
        keys = sorted(composites)
        with tf.init_scope(), tf.device("/CPU:0"):
            self._pairs = tf.constant([_pair_key(*pair) for pair in keys], tf.int64)
            self._composites = tf.constant([composites[pair] for pair in keys], tf.int32)
            self._links = tf.constant([_pair_key(*pair) for pair in sorted(links)], tf.int64)

    def __call__(self, text: AlignedText) -> AlignedText:
        """Composes texts.

        Args:
            text: decomposed code points with their offsets, ragged `[batch, characters]`.

        Returns:
            Composed code points with their offsets in the raw text.
        """
        splits = text.code_points.row_splits  # [batch + 1]
        flat = AlignedText(*(part.flat_values for part in text))  # [characters] each
        properties = self._properties.lookup(flat.code_points)
        combining = tf.bitwise.bitwise_and(properties, _CLASS)
        first = _is_row_first(splits, tf.size(combining, tf.int64))
        # A run of marks ends where a starter or another row begins.
        unordered = (combining > 0) & (combining < previous(combining)) & ~first
        flat, properties = tf.cond(
            tf.reduce_any(unordered),
            lambda: _canonical_order(flat, properties, first, unordered),
            lambda: (flat, properties),
        )
        flat, kept = self._compose(flat, properties, first)
        splits = tf.searchsorted(kept, splits, out_type=tf.int64)
        return AlignedText(*ragged(splits, *flat))

    def _compose(
        self, text: AlignedText, properties: tf.Tensor, first: tf.Tensor
    ) -> tuple[AlignedText, tf.Tensor]:
        """Composes flat characters whose marks are in order.

        Args:
            text: flat code points with their offsets, `[count]` each.
            properties: `<int32>[count]`.
            first: `<bool>[count]`, where texts begin.

        Returns:
            The remaining code points with their offsets, and their positions.
        """
        count = tf.size(properties, tf.int64)
        combining = tf.bitwise.bitwise_and(properties, _CLASS)
        begins = self._segment_begins(text.code_points, properties, first)
        begin = places_where(begins)  # [all segments]
        stop = tf.concat([begin[1:], [count]], 0)
        several = places_where(stop - begin > 1)  # [segments], of more than one character
        begin = tf.gather(begin, several)
        # A character that stays uncomposed blocks the others of its class: skip to the next class.
        bound = first | (combining == 0) | (combining != previous(combining))
        bounds = tf.concat([places_where(bound), [count]], 0)
        state = _Segments(
            cursor=begin + 1,
            stop=tf.gather(stop, several),
            starter=begin,
            composed=tf.gather(text.code_points, begin),
            gap=tf.zeros_like(begin, tf.bool),
        )
        owner = tf.fill([count + 1], tf.constant(-1, tf.int64))  # misses are written to the last

        def step(
            state: _Segments, code_points: tf.Tensor, owner: tf.Tensor
        ) -> tuple[_Segments, tf.Tensor, tf.Tensor]:
            alive = state.cursor < state.stop
            at = tf.minimum(state.cursor, count - 1)
            character = tf.gather(text.code_points, at)
            is_starter = tf.gather(combining, at) == 0
            composite = self._composite(state.composed, character)
            hit = alive & (composite >= 0) & ~(is_starter & state.gap)
            restart = alive & ~hit & is_starter
            composed = tf.where(hit, composite, state.composed)
            code_points = tf.tensor_scatter_nd_update(code_points, state.starter[:, None], composed)
            owner = tf.tensor_scatter_nd_update(
                owner,
                tf.where(hit, at, count)[:, None],
                tf.where(hit, state.starter, -1),
            )
            skip = tf.gather(bounds, tf.searchsorted(bounds[:-1], at, side="right"))
            return (
                _Segments(
                    cursor=tf.where(hit | restart, state.cursor + 1, skip),
                    stop=state.stop,
                    starter=tf.where(restart, at, state.starter),
                    composed=tf.where(restart, character, composed),
                    gap=(state.gap | (alive & ~hit)) & ~restart,
                ),
                code_points,
                owner,
            )

        _, code_points, owner = tf.while_loop(
            lambda state, *_: tf.reduce_any(state.cursor < state.stop),
            step,
            (state, text.code_points, owner),
        )
        return _absorb(text._replace(code_points=code_points), owner[:-1])

    def _segment_begins(
        self, code_points: tf.Tensor, properties: tf.Tensor, first: tf.Tensor
    ) -> tf.Tensor:
        """Gives `<bool>[count]`: where segments begin; arguments as for `_compose`."""
        combining = tf.bitwise.bitwise_and(properties, _CLASS)
        begins = first | (combining == 0)
        joins = tf.bitwise.bitwise_and(properties, _STARTER_JOINS) > 0
        joins = places_where(joins & ~first)  # [joins]
        before, character = tf.gather(code_points, joins - 1), tf.gather(code_points, joins)
        linked = (_find(self._links, before, character) >= 0) | _hangul_link(before, character)
        return tf.tensor_scatter_nd_update(begins, joins[:, None], ~linked)

    def _composite(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        """Gives the composites of pairs, `<int32>[segments]`, -1 for a pair without one."""
        pair = _find(self._pairs, first, second)
        composite = tf.where(pair >= 0, tf.gather(self._composites, tf.maximum(pair, 0)), -1)
        l_index, v_index, t_index = first - HANGUL_L, second - HANGUL_V, second - HANGUL_T
        lv = HANGUL_S + (l_index * COUNT_V + v_index) * COUNT_T
        is_lv = _within(l_index, COUNT_L) & _within(v_index, COUNT_V)
        is_lvt = _is_lv_syllable(first) & (t_index > 0) & _within(t_index, COUNT_T)
        return tf.where(is_lv, lv, tf.where(is_lvt, first + t_index, composite))


@functools.cache
def composition() -> Composition:
    """Gives the composition, built once in a process."""
    return Composition()


@functools.cache
def second_characters() -> frozenset[int]:
    """Gives the code points that may compose with the character before them."""
    seconds = {second for _, second in _pairs().composites}
    seconds.update(range(HANGUL_V, HANGUL_V + COUNT_V))
    seconds.update(range(HANGUL_T + 1, HANGUL_T + COUNT_T))
    return frozenset(seconds)


@functools.cache
def _pairs() -> _Pairs:
    pairs = _Pairs({}, set())
    for character in assigned_characters():
        # Hangul syllables have no mapping here: their decomposition is arithmetic.
        mapping = unicodedata.decomposition(character)
        if not mapping or mapping.startswith("<"):
            continue
        if unicodedata.normalize("NFC", character) == character:  # not excluded
            first, second = (int(part, 16) for part in mapping.split())
            pairs.composites[first, second] = ord(character)
            pairs.links.update(_starter_links(unicodedata.normalize("NFD", character)))
    return pairs


def _starter_links(decomposition: str) -> Iterator[tuple[int, int]]:
    for before, character in itertools.pairwise(decomposition):
        if not unicodedata.combining(character):
            yield ord(before), ord(character)


def _canonical_order(
    text: AlignedText, properties: tf.Tensor, first: tf.Tensor, unordered: tf.Tensor
) -> tuple[AlignedText, tf.Tensor]:
    """Sorts the marks of each character by their class.

    Args:
        text: flat code points with their offsets, `[count]` each.
        properties: `<int32>[count]`.
        first: `<bool>[count]`, where texts begin.
        unordered: `<bool>[count]`, marks of a lower class than the one before them.

    Returns:
        The sorted code points and properties.
    """
    combining = tf.bitwise.bitwise_and(properties, _CLASS)
    marks = places_where(combining > 0)  # [marks]
    follows = tf.gather(~first & (previous(combining) > 0), marks)
    run = tf.cumsum(tf.cast(~follows, tf.int64)) - 1  # [marks]: the run of each
    key = run * (_CLASS + 1) + tf.cast(tf.gather(combining, marks), tf.int64)
    source = tf.gather(marks, tf.argsort(key, stable=True))
    order = tf.tensor_scatter_nd_update(
        tf.range(tf.size(combining, tf.int64)), marks[:, None], source
    )  # [count]
    # Marks that had to be sorted share the offsets of their run, so that offsets keep ascending.
    moved = tf.unique(tf.gather(run, places_where(tf.gather(unordered, marks))))[0]  # [moved runs]
    begins = places_where(~follows)  # [runs]
    ends = tf.concat([begins[1:], [tf.size(marks, tf.int64)]], 0)
    moved_begin, moved_end = tf.gather(begins, moved), tf.gather(ends, moved)  # [moved runs]
    # [moved runs, marks]
    members = tf.ragged.range(moved_begin, moved_end, row_splits_dtype=tf.int64)
    which = flat_row_ids(members)  # [moved marks]: the moved run of each
    at = tf.gather(marks, members.values)[:, None]  # [moved marks, 1]
    start = tf.gather(text.start, tf.gather(marks, tf.gather(moved_begin, which)))
    end = tf.gather(text.end, tf.gather(marks, tf.gather(moved_end, which) - 1))
    ordered = AlignedText(
        tf.gather(text.code_points, order),
        tf.tensor_scatter_nd_update(text.start, at, start),
        tf.tensor_scatter_nd_update(text.end, at, end),
    )
    return ordered, tf.gather(properties, order)


def _absorb(text: AlignedText, owner: tf.Tensor) -> tuple[AlignedText, tf.Tensor]:
    """Drops characters composed into others, which get their offsets too.

    Args:
        text: flat code points with their offsets, `[count]` each.
        owner: `<int64>[count]`, position of the character that each was composed into, -1 if it
            was not.

    Returns:
        The remaining code points with their offsets, and their positions.
    """
    gone, kept = places_where(owner >= 0), places_where(owner < 0)  # [gone], [kept]
    to = tf.gather(owner, gone)  # [gone]
    start = tf.tensor_scatter_nd_min(text.start, to[:, None], tf.gather(text.start, gone))
    end = tf.tensor_scatter_nd_max(text.end, to[:, None], tf.gather(text.end, gone))
    # A mark that another one was composed across gets the offsets of the whole: they ascend.
    across = tf.gather(tf.concat([to, [tf.constant(-1, tf.int64)]], 0), tf.searchsorted(gone, kept))
    source = tf.where((across >= 0) & (across < kept), across, kept)
    parts = (
        tf.gather(text.code_points, kept),
        tf.gather(start, source),
        tf.gather(end, source),
    )
    return AlignedText(*parts), kept


def _is_row_first(splits: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Gives `<bool>[count]`: which characters are the first of their text."""
    begins = row_begins(splits)
    return tf.tensor_scatter_nd_update(
        tf.zeros([count], tf.bool), begins[:, None], tf.ones_like(begins, tf.bool)
    )


def _find(keys: tf.Tensor, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Finds pairs, `[count]` each, among sorted keys; gives their indices, -1 if missing."""
    wanted = tf.cast(first, tf.int64) * _PAIR_SHIFT + tf.cast(second, tf.int64)
    index = tf.minimum(tf.searchsorted(keys, wanted), tf.size(keys) - 1)
    return tf.where(tf.gather(keys, index) == wanted, index, -1)


def _within(index: tf.Tensor, count: int) -> tf.Tensor:
    return (index >= 0) & (index < count)


def _is_lv_syllable(code_points: tf.Tensor) -> tf.Tensor:
    index = code_points - HANGUL_S
    return _within(index, COUNT_S) & (index % COUNT_T == 0)


def _hangul_link(before: tf.Tensor, character: tf.Tensor) -> tf.Tensor:
    is_v = _within(character - HANGUL_V, COUNT_V)
    is_t = _within(character - HANGUL_T - 1, COUNT_T - 1)
    takes_t = _within(before - HANGUL_V, COUNT_V) | _is_lv_syllable(before)
    return (_within(before - HANGUL_L, COUNT_L) & is_v) | (takes_t & is_t)


def _pair_key(first: int, second: int) -> int:
    return first * _PAIR_SHIFT + second
