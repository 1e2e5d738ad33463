"""Normalising different spellings of the same text, before it is split."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import tensorflow as tf

from seqkit.text.code_point_map import CodePointMap
from seqkit.text.code_points import (
    AlignedText,
    CodePointTable,
    assigned_characters,
    replace_rows,
    take_rows,
)
from seqkit.text.composition import composition, second_characters
from seqkit.text.ragged import places_where, previous, row_ids
from seqkit.text.traced_once import traced_once

UnicodeForm = Literal["NFC", "NFKC"]
Digits = Literal["keep", "zero"]

_Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

_DECOMPOSED: dict[str, _Form] = {"NFC": "NFD", "NFKC": "NFKD"}

# An action of the table for plain characters: how far to shift a character, above bits that decide
# whether its text must be decomposed and composed.
_CLASS = 255  # its canonical combining class: marks may be out of order
_UNSURE = 256  # it changes in another way than by a shift, or together with its neighbours
_SHIFT = 9


class Normalizer(tf.Module):
    """Normalises code points and keeps their offsets in the raw text.

    The result is that of `unicodedata.normalize` with the form, then of `str.lower` on each single
    character, then of the form again (a lower-case letter may compose with a mark where its
    capital does not), then of the digits. Lowered on its own, a Greek capital sigma always becomes
    "σ", while `str.lower` of a whole text gives "ς" at the end of a word.

    Texts that the quick check of the standard finds in the form already need only a table; the
    others are normalised together.

    The tables are those of the running Python's `unicodedata`. Unicode never changes the forms of
    assigned characters, so that other versions differ only in newer characters.

    Source: Unicode Standard Annex 15, Unicode Normalization Forms.

    Args:
        unicode_form: `"NFC"` composes letters and their marks; `"NFKC"` also replaces
            compatibility characters such as ligatures, circled letters and full-width forms by
            plain ones; `None` changes nothing.
        lowercase: whether letters become lower case.
        digits: `"zero"` replaces every decimal digit of any script by 0, `"keep"` keeps them.

    Raises:
        ValueError: an argument has another value.

    Example:
        >>> from seqkit.text.code_points import decode
        >>> normalizer = Normalizer(lowercase=True, digits="zero")
        >>> text = normalizer(decode(tf.constant(["E\\u0301 7"])))
        >>> "".join(map(chr, text.code_points.to_list()[0])), text.end.to_list()
        ('é 0', [[2, 3, 4]])
    """

    def __init__(
        self,
        unicode_form: UnicodeForm | None = "NFC",
        lowercase: bool = False,
        digits: Digits = "keep",
    ) -> None:
        super().__init__()
        forms = (*get_args(UnicodeForm), None)
        if unicode_form not in forms:
            raise ValueError(f"unicode_form is {unicode_form!r}; expected one of {forms}")
        if not isinstance(lowercase, bool):
            raise ValueError(f"lowercase is {lowercase!r}; expected True or False")
        if digits not in get_args(Digits):
            raise ValueError(f"digits is {digits!r}; expected one of {get_args(Digits)}")
        self.unicode_form = unicode_form
        self.lowercase = lowercase
        self.digits = digits
        self._plain = _plain_table(unicode_form, lowercase, digits)
        # `_normalize_once` reads these tables; as attributes a SavedModel finds them.
        self._decompose = _decomposition(unicode_form, lowercase, digits)
        self._compose = None if unicode_form is None else composition()

    @tf.autograph.experimental.do_not_convert  # converting would only make tracing slow
    def __call__(self, text: AlignedText) -> AlignedText:
        """Normalises texts.

        Args:
            text: code points with their offsets, ragged `[batch, characters]`.

        Returns:
            Normalised code points with their offsets in the raw text.
        """
        return _normalize_once(self.unicode_form, self.lowercase, self.digits)(text)

    def get_config(self) -> dict[str, Any]:
        """Gives the arguments that make this normalizer again, as JSON-able values."""
        return {
            "unicode_form": self.unicode_form,
            "lowercase": self.lowercase,
            "digits": self.digits,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Normalizer:
        """Makes a normalizer from the result of `get_config`.

        Args:
            config: arguments by name.

        Returns:
            The normalizer.
        """
        return cls(**config)


@functools.cache
def _normalize_once(
    form: UnicodeForm | None, lowercase: bool, digits: Digits
) -> Callable[[AlignedText], AlignedText]:
    """Gives the function that normalises texts.

    All normalizers with the same settings share it, and the tables that it reads.
    """
    table = _plain_table(form, lowercase, digits)
    decompose = _decomposition(form, lowercase, digits)
    compose = None if form is None else composition()

    def normalize_unsure(text: AlignedText, plain: AlignedText, actions: tf.Tensor) -> AlignedText:
        """Normalises texts of which some have characters that may change each other."""
        rows = _unsure_rows(actions, text.code_points.row_splits)
        unsure = decompose(take_rows(text, rows))
        if compose is not None:
            unsure = compose(unsure)
        return replace_rows(plain, rows, unsure)

    def normalize(text: AlignedText) -> AlignedText:
        code_points = text.code_points.flat_values  # [characters]
        actions = table.lookup(code_points)
        shifted = code_points + tf.bitwise.right_shift(actions, _SHIFT)
        plain = text._replace(code_points=text.code_points.with_flat_values(shifted))
        return tf.cond(
            tf.reduce_any(tf.bitwise.bitwise_and(actions, _UNSURE | _CLASS) > 0),
            lambda: normalize_unsure(text, plain, actions),
            lambda: plain,
        )

    aligned = AlignedText(*[tf.RaggedTensorSpec([None, None], tf.int32)] * 3)
    return traced_once(normalize, aligned, shared=True)


def _unsure_rows(actions: tf.Tensor, splits: tf.Tensor) -> tf.Tensor:
    """Gives `<int64>[rows]`: the texts that the table of plain characters does not normalise."""
    combining = tf.bitwise.bitwise_and(actions, _CLASS)  # [characters]
    unsure = tf.bitwise.bitwise_and(actions, _UNSURE) > 0
    # Marks in two texts may look out of order; their texts are then normalised needlessly.
    unordered = (combining > 0) & (combining < previous(combining))
    rows = row_ids(splits, places_where(unsure | unordered))
    return tf.unique(rows)[0]


@functools.cache
def _plain_table(form: UnicodeForm | None, lowercase: bool, digits: Digits) -> CodePointTable:
    """Gives the actions for characters that no neighbour can change."""
    seconds = second_characters() if form else frozenset()
    actions = {}
    for character in _changing_characters():
        combining = unicodedata.combining(character) if form else 0
        to = _map_case_and_digit(character, lowercase, digits)
        unsure = (
            len(to) > 1
            or (to != character and combining > 0)
            or _normalize(form, character) != character
            or _normalize(form, to) != to
            or ord(character) in seconds
            or ord(to) in seconds
        )
        action = _UNSURE if unsure else (ord(to) - ord(character)) << _SHIFT
        if action := action | combining:
            actions[ord(character)] = action
    return CodePointTable(actions)


@functools.cache
def _decomposition(form: UnicodeForm | None, lowercase: bool, digits: Digits) -> CodePointMap:
    """Gives what each character becomes before composition.

    Lowering the decomposed characters is the same as lowering the composed ones and decomposing
    again; a test checks this for all of Unicode.
    """
    decomposed = None if form is None else _DECOMPOSED[form]
    sequences = {}
    for character in _changing_characters():
        parts = _normalize(decomposed, character)
        to = "".join([_map_case_and_digit(part, lowercase, digits) for part in parts])
        if to != character:
            sequences[ord(character)] = [*map(ord, to)]
    return CodePointMap(sequences)


@functools.cache
def _changing_characters() -> tuple[str, ...]:
    """Gives the characters that any of the steps changes, alone or together with others."""
    seconds = second_characters()
    return tuple(
        character
        for character in assigned_characters()
        if unicodedata.decomposition(character)
        or unicodedata.combining(character)
        or unicodedata.category(character) == "Nd"
        or character.lower() != character
        or ord(character) in seconds
    )


def _normalize(form: _Form | None, character: str) -> str:
    # Hangul syllables have no decomposition here: `composition` composes whole ones.
    if form is None or not unicodedata.decomposition(character):
        return character
    return unicodedata.normalize(form, character)


def _map_case_and_digit(character: str, lowercase: bool, digits: Digits) -> str:
    if digits == "zero" and unicodedata.category(character) == "Nd":
        return "0"
    return character.lower() if lowercase else character
