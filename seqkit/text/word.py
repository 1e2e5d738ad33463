"""Texts as words."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from enum import IntEnum
from typing import ClassVar

import numpy as np
import tensorflow as tf

from seqkit.text.code_points import (
    AlignedText,
    CodePointTable,
    assigned_characters,
    decode,
    encode,
)
from seqkit.text.normalization import Normalizer
from seqkit.text.ragged import flat_row_ids, places_where, previous, ragged, row_begins
from seqkit.text.spacing import WIDE, punctuation_table, space_between
from seqkit.text.tokenizer import Tokenizer, Tokens, join_rows
from seqkit.text.traced_once import traced_once


class _Kind(IntEnum):
    """How a character joins or separates words."""

    SYMBOL = 0  # a word of its own; punctuation and controls too
    SPACE = 1
    LETTER = 2
    DIGIT = 3
    HAN = 4  # a word of its own
    HIRAGANA = 5
    KATAKANA = 6
    HANGUL = 7
    HANGUL_LETTER = 8  # written on its own, as in laughter (ㅋㅋㅋ), not part of a syllable
    APOSTROPHE = 9  # joins letters
    DECIMAL = 10  # joins digits
    SKIN_TONE = 11  # belongs to the symbol before it
    REGIONAL = 12  # two make a flag
    EXTEND = 13  # marks and formats belong to the character before them
    JOINER = 14  # like a mark, but the character after it belongs to it too
    KEYCAP = 15  # like a mark, but the digit before it is a symbol


_ROW_FIRST = 16  # added to the kind of the first character of a text: nothing joins it to the left
_KINDS = 32
_SPECIAL = _Kind.APOSTROPHE  # from here on the neighbour alone does not decide

_WITHOUT_SPACES = (_Kind.HAN, _Kind.HIRAGANA, _Kind.KATAKANA)
# A mark without a base begins a word like a letter.
_BEGIN_WORDS = (_Kind.LETTER, _Kind.DIGIT, _Kind.EXTEND, _Kind.JOINER, _Kind.KEYCAP)
_ENDS_WITH_JOINER = "(?s).*\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)
_VARIATION_SELECTOR_16 = 0xFE0F
_KINDS_BY_CATEGORY = {
    **dict.fromkeys(("Mn", "Mc", "Me", "Cf"), _Kind.EXTEND),
    **dict.fromkeys(("Zs", "Zl", "Zp"), _Kind.SPACE),
    **dict.fromkeys(("Lu", "Ll", "Lt"), _Kind.LETTER),
    "Nd": _Kind.DIGIT,
}
_CATEGORIES_OF_SCRIPTS = {"Lo", "Lm", "Nl", "No"}
_KINDS_BY_NAME = {  # by the beginning of the name; the first that fits
    "CJK ": _Kind.HAN,
    "HANGUL LETTER ": _Kind.HANGUL_LETTER,
    "HANGUL ": _Kind.HANGUL,
    "HIRAGANA ": _Kind.HIRAGANA,
    "HENTAIGANA ": _Kind.HIRAGANA,
    "KATAKANA ": _Kind.KATAKANA,
}
_KINDS_BY_CHARACTER = {
    "'": _Kind.APOSTROPHE,
    "\u2019": _Kind.APOSTROPHE,
    "\uff07": _Kind.APOSTROPHE,
    ".": _Kind.DECIMAL,
    ",": _Kind.DECIMAL,
    "\u066b": _Kind.DECIMAL,
    "\u066c": _Kind.DECIMAL,
    "\uff0c": _Kind.DECIMAL,
    "\uff0e": _Kind.DECIMAL,
    "\u200b": _Kind.SPACE,  # zero width space: separates words in scripts without spaces
    "\ufeff": _Kind.SPACE,  # byte order mark
    "\u200d": _Kind.JOINER,
    "\u20e3": _Kind.KEYCAP,
    "\u3005": _Kind.HAN,  # iteration mark
    "\u3007": _Kind.HAN,  # ideographic zero
    "\u30fc": _Kind.EXTEND,  # prolonged sound mark, of either kana
    "\uff70": _Kind.EXTEND,
}


class WordTokenizer(Tokenizer):
    """Splits texts of any script into words, by rules on code points.

    - Letters, marks and digits form words. An apostrophe between letters, and a point or comma
      between digits, are part of the word.
    - Hangul syllables, separate Hangul letters (ㅋㅋㅋ), hiragana and katakana each form words of
      their own kind; each Han character is a word. Other scripts without spaces, such as Thai, are
      not split further.
    - Whitespace of any kind separates words and is dropped, like the zero width space and the byte
      order mark.
    - Every other character is a word of its own: punctuation, symbols, controls.
    - An emoji is one word with its skin tone, variation selector, keycap or tag, and with the
      emoji that it is joined to; two regional indicators are one flag.

    Joined, words do not always give the original text, but the same words when split again; `join`
    tells where it puts spaces.

    Args:
        normalizer: normalises the text first; NFC and lower case by default.

    Example:
        >>> tokenizer = WordTokenizer()
        >>> tokens = tokenizer.tokenize(["Don't pay 1,000원!"])
        >>> [token.decode() for token in tokens.values[0].numpy()]
        ["don't", 'pay', '1,000', '원', '!']
        >>> tokens.start.to_list()
        [[0, 6, 10, 15, 16]]
        >>> tokenizer.detokenize(tokens.values).numpy()[0].decode()
        "don't pay 1,000 원!"
    """

    lossless: ClassVar[bool] = False

    def __init__(self, normalizer: Normalizer | None = None) -> None:
        super().__init__(
            normalizer if normalizer is not None else Normalizer("NFC", lowercase=True)
        )
        # `_split_once` reads these tables; as attributes a SavedModel finds them.
        self._kinds = _kind_table()
        self._joins = _joins()
        self._punctuation = punctuation_table()

    def split(self, text: AlignedText) -> Tokens:
        """Splits normalised text into words.

        Args:
            text: normalised code points with their offsets, ragged `[batch, characters]`.

        Returns:
            Tokens, ragged `[batch, words]`.
        """
        row_splits = text.code_points.row_splits  # [batch + 1]
        flat = (part.flat_values for part in text)  # [characters] each
        row_splits, *words = _split_once()(row_splits, *flat)
        return Tokens(*ragged(row_splits, *words))

    def join(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        """Joins words with single spaces, except where none is written.

        There is none before closing brackets and quotes and before signs at the end of a sentence
        or clause (`. , ; : ! ? % …`), after opening ones and `¿ ¡`, around full-width punctuation,
        and between Han characters, hiragana and katakana.

        Where the words alone do not tell, the rules are simple. Straight quotes (`"` and `'`),
        hyphens, dashes, slashes and currency signs have a space on either side. Quotes open and
        close as in English and French: the last one in German „so“ is taken for an opening one. A
        colon closes, so that 10:30, three words, becomes `10: 30`.

        Args:
            tokens: ragged `<string>[batch, None]`.

        Returns:
            `<string>[batch]`.

        Example:
            >>> words = ["wait", ",", "“", "(", "they", "said", ")", "no", "”", "!"]
            >>> WordTokenizer().detokenize([words]).numpy()[0].decode()
            'wait, “(they said) no”!'
        """
        words, splits = tokens.flat_values, tf.cast(tokens.row_splits, tf.int64)  # [words]
        first, alone = _first_characters(words)
        kinds = self._kinds.lookup(first)
        # Only words of one character are signs: an emoji with a keycap may begin with `#`.
        signs = tf.where(alone, self._punctuation.lookup(first), 0)
        signs = tf.where(_among(kinds, _WITHOUT_SPACES), WIDE, signs)
        rows = flat_row_ids(tokens)  # [words]: the text of each
        same_row = tf.equal(rows, previous(rows, -1))
        spaced = self._in_one_word(words, kinds, same_row) | space_between(previous(signs), signs)
        spaced &= same_row
        words = tf.where(spaced, tf.strings.join([" ", words]), words)
        return join_rows(*ragged(splits, words))

    def _in_one_word(self, words: tf.Tensor, kinds: tf.Tensor, same_row: tf.Tensor) -> tf.Tensor:
        """Tells which words would become one word with the word before without a space.

        Args:
            words: `<string>[words]`.
            kinds: `<int32>[words]`, of their first characters.
            same_row: `<bool>[words]`, whether the word before is in the same text.

        Returns:
            `<bool>[words]`.
        """
        before = previous(kinds)
        joined = tf.gather(self._joins, before * _KINDS + kinds)
        joined |= previous(tf.strings.regex_full_match(words, _ENDS_WITH_JOINER))
        # An apostrophe or point, here as a word of its own, would join the words on its sides.
        letters = tf.equal(before, _Kind.APOSTROPHE) & tf.equal(kinds, _Kind.LETTER)
        numbers = tf.equal(before, _Kind.DECIMAL) & tf.equal(kinds, _Kind.DIGIT)
        after_word = same_row & previous(_among(kinds, _BEGIN_WORDS))
        return joined | (previous(after_word) & (letters | numbers))


@functools.cache
def _split_once() -> Callable[..., tuple[tf.Tensor, ...]]:
    """Gives the function that splits flat code points; all tokenizers share it and its tables."""
    table, joins = _kind_table(), _joins()

    def split(
        splits: tf.Tensor, code_points: tf.Tensor, start: tf.Tensor, end: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        kinds = _mark_row_first(table.lookup(code_points), splits)  # [characters]
        special = places_where(_plain(kinds) >= _SPECIAL)  # [specials]
        kinds, seen = _see_through_marks(code_points, kinds, special)  # [characters]
        joined = tf.gather(joins, previous(seen) * _KINDS + kinds)  # [characters]
        joined = _join_specials(joined, kinds, seen, special)
        kept = places_where(_plain(kinds) != _Kind.SPACE)  # [kept characters]
        starts = places_where(~tf.gather(joined, kept))  # [words]: among the kept
        token_splits = tf.concat([starts, [tf.size(kept, tf.int64)]], 0)  # [words + 1]
        begin = tf.gather(kept, starts)  # [words]: first character
        last = tf.gather(kept, token_splits[1:] - 1)  # [words]: last character
        words = encode(tf.gather(code_points, kept), token_splits)  # [words]
        row_splits = tf.searchsorted(begin, splits, out_type=tf.int64)  # [batch + 1]
        return row_splits, words, tf.gather(start, begin), tf.gather(end, last)

    characters = tf.TensorSpec([None], tf.int32)
    splits = tf.TensorSpec([None], tf.int64)
    return traced_once(split, splits, *[characters] * 3, shared=True)


def _first_characters(words: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Gives `<int32>[words]`, each word's first character, and whether it is the only one."""
    code_points = decode(words).code_points  # [words, characters]
    lengths = code_points.row_lengths()  # [words]
    first = tf.gather(tf.pad(code_points.values, [[0, 1]]), code_points.row_splits[:-1])
    # An empty word has no character, and is treated as a symbol.
    return tf.where(lengths > 0, first, 0), tf.equal(lengths, 1)


def _among(kinds: tf.Tensor, some: tuple[_Kind, ...]) -> tf.Tensor:
    """Gives `<bool>[words]`: which kinds are among some."""
    return tf.reduce_any(tf.equal(kinds[:, tf.newaxis], some), axis=1)


@functools.cache
def _joins() -> tf.Tensor:
    """Gives `<bool>[kinds before * kinds]`: whether two neighbours are in one word."""
    joins = np.zeros((_KINDS, _KINDS), bool)
    runs = [{_Kind.LETTER, _Kind.DIGIT}, {_Kind.HIRAGANA}, {_Kind.KATAKANA}]
    runs += [{_Kind.HANGUL}, {_Kind.HANGUL_LETTER}]
    for run in runs:
        for before in run:
            joins[before, list(run)] = True
    joins[_Kind.SYMBOL, _Kind.SKIN_TONE] = True
    joins[:, [_Kind.EXTEND, _Kind.JOINER, _Kind.KEYCAP]] = True
    joins[_Kind.SPACE, :] = False
    joins[_ROW_FIRST:] = joins[:_ROW_FIRST]
    with tf.init_scope(), tf.device("/CPU:0"):
        return tf.constant(joins.reshape(-1))


def _mark_row_first(kinds: tf.Tensor, splits: tf.Tensor) -> tf.Tensor:
    """Adds `_ROW_FIRST` to the kind of each text's first character; gives `<int32>[count]`."""
    begins = row_begins(splits)  # [texts with characters]
    marked = tf.gather(kinds, begins) + _ROW_FIRST
    return tf.tensor_scatter_nd_update(kinds, begins[:, None], marked)


def _see_through_marks(
    code_points: tf.Tensor, kinds: tf.Tensor, special: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the bases of marks.

    Args:
        code_points: `<int32>[count]`.
        kinds: `<int32>[count]`.
        special: `<int64>[specials]`, positions of special characters.

    Returns:
        `<int32>[count]`, twice: the kinds, where the digit of a keycap is a symbol; and the kinds
        as the following character sees them, where a mark has the kind of its base.
    """
    is_mark = _plain(tf.gather(kinds, special)) >= _Kind.EXTEND
    marks = tf.gather(special, places_where(is_mark))  # [marks]
    own = tf.gather(kinds, marks)
    before = tf.maximum(marks - 1, 0)
    # A mark without a base begins a word like a letter.
    alone = (own >= _ROW_FIRST) | (_plain(tf.gather(kinds, before)) == _Kind.SPACE)
    begin = _run_begins(marks, alone)  # [marks]: the first mark of each one's run
    base = tf.maximum(begin - 1, 0)  # [marks]
    has_base = ~tf.gather(alone, tf.searchsorted(marks, begin))

    ends_keycap = (own == _Kind.KEYCAP) & (
        (marks == begin)
        | ((marks == begin + 1) & (tf.gather(code_points, begin) == _VARIATION_SELECTOR_16))
    )
    on_digit = has_base & (_plain(tf.gather(kinds, base)) == _Kind.DIGIT)
    digits = tf.gather(base, places_where(ends_keycap & on_digit))  # [keycaps]
    row_first = tf.bitwise.bitwise_and(tf.gather(kinds, digits), _ROW_FIRST)
    kinds = tf.tensor_scatter_nd_update(kinds, digits[:, None], row_first + _Kind.SYMBOL)

    base_kinds = tf.where(has_base, tf.gather(kinds, base), _Kind.LETTER.value)
    return kinds, tf.tensor_scatter_nd_update(kinds, marks[:, None], base_kinds)


def _join_specials(
    joined: tf.Tensor, kinds: tf.Tensor, seen: tf.Tensor, special: tf.Tensor
) -> tf.Tensor:
    """Adds the joins that depend on more than two neighbouring kinds.

    Args:
        joined: `<bool>[count]`, whether a character is in the same word as the one before.
        kinds: `<int32>[count]`.
        seen: `<int32>[count]`, kinds as the following character sees them.
        special: `<int64>[specials]`, positions of special characters.

    Returns:
        `<bool>[count]`.
    """
    # The first character of a text has a kind of its own, so these never look across texts.
    own = tf.gather(kinds, special)  # [specials]
    before = _plain(tf.gather(seen, tf.maximum(special - 1, 0)))
    after = tf.gather(kinds, tf.minimum(special + 1, tf.size(kinds, tf.int64) - 1))
    letters = (own == _Kind.APOSTROPHE) & (before == _Kind.LETTER) & (after == _Kind.LETTER)
    numbers = (own == _Kind.DECIMAL) & (before == _Kind.DIGIT) & (after == _Kind.DIGIT)
    middle = tf.gather(special, places_where(letters | numbers))

    base = _plain(tf.gather(seen, special))
    joins_emoji = (
        (_plain(own) == _Kind.JOINER)
        & ((base == _Kind.SYMBOL) | (base == _Kind.SKIN_TONE))
        & (after == _Kind.SYMBOL)
    )
    joiner = tf.gather(special, places_where(joins_emoji))

    regional = tf.gather(special, places_where(_plain(own) == _Kind.REGIONAL))
    begin = _run_begins(regional, tf.gather(kinds, regional) >= _ROW_FIRST)
    second = tf.gather(regional, places_where((regional - begin) % 2 == 1))

    positions = tf.concat([middle, middle + 1, joiner + 1, second], 0)
    return tf.tensor_scatter_nd_update(joined, positions[:, None], tf.ones_like(positions, tf.bool))


def _run_begins(positions: tf.Tensor, breaks: tf.Tensor) -> tf.Tensor:
    """Finds where each position's run of neighbouring positions begins.

    Args:
        positions: `<int64>[count]`, ascending.
        breaks: `<bool>[count]`, which positions always begin a run.

    Returns:
        `<int64>[count]`.
    """
    begins = breaks | (positions != previous(positions, -2) + 1)
    run = tf.cumsum(tf.cast(begins, tf.int64)) - 1  # [count]: the run of each
    return tf.gather(tf.gather(positions, places_where(begins)), run)


def _plain(kinds: tf.Tensor) -> tf.Tensor:
    """Gives kinds without `_ROW_FIRST`."""
    return tf.bitwise.bitwise_and(kinds, _ROW_FIRST - 1)


@functools.cache
def _kind_table() -> CodePointTable:
    kinds = {}
    for character in assigned_characters():
        category = unicodedata.category(character)
        kind = _KINDS_BY_CATEGORY.get(category, _Kind.SYMBOL)
        if category in _CATEGORIES_OF_SCRIPTS:
            # `unicodedata` tells the script only in the name.
            kind = _kind_by_name(unicodedata.name(character, ""))
        elif category == "Cc" and character.isspace():
            kind = _Kind.SPACE
        if kind:
            kinds[ord(character)] = kind
    kinds.update({ord(character): kind for character, kind in _KINDS_BY_CHARACTER.items()})
    kinds.update(dict.fromkeys(_SKIN_TONES, _Kind.SKIN_TONE))
    kinds.update(dict.fromkeys(_REGIONAL, _Kind.REGIONAL))
    return CodePointTable(kinds)


def _kind_by_name(name: str) -> _Kind:
    name = name.removeprefix("HALFWIDTH ")
    for prefix, kind in _KINDS_BY_NAME.items():
        if name.startswith(prefix):
            return kind
    return _Kind.LETTER
