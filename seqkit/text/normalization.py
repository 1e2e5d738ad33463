"""Bringing different spellings of the same text together, before it is split."""

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
    row_ids,
    take_rows,
)
from seqkit.text.composition import composition, second_characters
from seqkit.text.traced_once import traced_once

UnicodeForm = Literal["NFC", "NFKC"]
Digits = Literal["keep", "zero"]

_Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

_DECOMPOSED: dict[str, _Form] = {"NFC": "NFD", "NFKC": "NFKD"}

# An action of the table for plain characters: how far to shift a character, above the bits that
# send its text to be decomposed and composed.
_CLASS = 255  # its canonical combining class: marks may be out of order
_UNSURE = 256  # it is changed in another way than by a shift, or together with its neighbours
_SHIFT = 9


class Normalizer(tf.Module):
    """Normalises code points and keeps their places in the raw text.

    The result is that of `unicodedata.normalize` with the form, then of `str.lower` for each
    character alone, then of the form again (a lower-case letter may compose with a mark where its
    capital does not), then of the digits. Being lowered alone, a Greek capital sigma always
    becomes "σ", while `str.lower` of a whole text gives "ς" at the end of a word.

    Texts that the quick check of the standard finds in the form already need no more than a table;
    the others are worked on all at once.

    The tables are those of the running Python's `unicodedata`. Unicode never changes the forms of
    characters it has assigned, so newer versions differ only in newer characters.

    Source: Unicode Standard Annex 15, Unicode Normalization Forms.

    Args:
        unicode_form: `"NFC"` writes letters and their marks in one way; `"NFKC"` also replaces
            compatibility characters such as ligatures, circled letters and full-width forms by
            plain ones; `None` leaves all as it is.
        lowercase: whether letters become lower case.
        digits: `"zero"` writes every decimal digit of any script as 0, `"keep"` leaves them.

    Raises:
        ValueError: an argument has none of the values named above.

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
        # A SavedModel must find these tables, which `_unsure_once` reads.
        self._decompose = _decomposition(unicode_form, lowercase, digits)
        self._compose = None if unicode_form is None else composition()

    @tf.autograph.experimental.do_not_convert  # converting would only make tracing slow
    def __call__(self, text: AlignedText) -> AlignedText:
        """Normalises texts.

        Args:
            text: code points with their places in the raw text.

        Returns:
            Normalised code points with their places in the raw text.
        """
        code_points = text.code_points.flat_values
        actions = self._plain.lookup(code_points)
        shifted = code_points + tf.bitwise.right_shift(actions, _SHIFT)
        plain = text._replace(code_points=text.code_points.with_flat_values(shifted))
        normalize_unsure = _unsure_once(self.unicode_form, self.lowercase, self.digits)
        return tf.cond(
            tf.reduce_any(tf.bitwise.bitwise_and(actions, _UNSURE | _CLASS) > 0),
            lambda: normalize_unsure(text, plain, actions),
            lambda: plain,
        )

    def get_config(self) -> dict[str, Any]:
        """Arguments that make this normalizer again, as JSON-able values."""
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
def _unsure_once(
    form: UnicodeForm | None, lowercase: bool, digits: Digits
) -> Callable[[AlignedText, AlignedText, tf.Tensor], AlignedText]:
    """Gives what normalises texts in which characters may change each other.

    All normalizers with the same settings share it, as they share the tables that it reads.
    """
    decompose = _decomposition(form, lowercase, digits)
    compose = None if form is None else composition()

    def normalize(text: AlignedText, plain: AlignedText, actions: tf.Tensor) -> AlignedText:
        rows = _unsure_rows(actions, text.code_points.row_splits)
        unsure = decompose(take_rows(text, rows))
        if compose is not None:
            unsure = compose(unsure)
        return replace_rows(plain, rows, unsure)

    aligned = AlignedText(*[tf.RaggedTensorSpec([None, None], tf.int32)] * 3)
    return traced_once(normalize, aligned, aligned, tf.TensorSpec([None], tf.int32))


def _unsure_rows(actions: tf.Tensor, splits: tf.Tensor) -> tf.Tensor:
    combining = tf.bitwise.bitwise_and(actions, _CLASS)
    unsure = tf.bitwise.bitwise_and(actions, _UNSURE) > 0
    # Marks across two texts may look out of order; that only costs a needless look.
    before = tf.concat([tf.zeros([1], combining.dtype), combining], 0)[:-1]
    unordered = (combining > 0) & (combining < before)
    rows = row_ids(splits, tf.reshape(tf.where(unsure | unordered), [-1]))
    return tf.unique(rows)[0]


@functools.cache
def _plain_table(form: UnicodeForm | None, lowercase: bool, digits: Digits) -> CodePointTable:
    """What becomes of a character that none of its neighbours can change."""
    seconds = second_characters() if form else frozenset()
    actions = {}
    for character in _changing_characters():
        combining = unicodedata.combining(character) if form else 0
        to = _mapped(character, lowercase, digits)
        unsure = (
            len(to) > 1
            or (to != character and combining > 0)
            or _formed(form, character) != character
            or _formed(form, to) != to
            or ord(character) in seconds
            or ord(to) in seconds
        )
        action = _UNSURE if unsure else (ord(to) - ord(character)) << _SHIFT
        if action := action | combining:
            actions[ord(character)] = action
    return CodePointTable(actions)


@functools.cache
def _decomposition(form: UnicodeForm | None, lowercase: bool, digits: Digits) -> CodePointMap:
    """What becomes of a character before composition.

    Lowering the decomposed characters gives what lowering the composed ones and decomposing again
    would: a test holds this for all of Unicode.
    """
    decomposed = None if form is None else _DECOMPOSED[form]
    sequences = {}
    for character in _changing_characters():
        parts = _formed(decomposed, character)
        to = "".join([_mapped(part, lowercase, digits) for part in parts])
        if to != character:
            sequences[ord(character)] = [*map(ord, to)]
    return CodePointMap(sequences)


@functools.cache
def _changing_characters() -> tuple[str, ...]:
    """Characters that any of the steps changes, alone or together with others."""
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


def _formed(form: _Form | None, character: str) -> str:
    # Hangul syllables have no decomposition here: `composition` knows them whole.
    if form is None or not unicodedata.decomposition(character):
        return character
    return unicodedata.normalize(form, character)


def _mapped(character: str, lowercase: bool, digits: Digits) -> str:
    if digits == "zero" and unicodedata.category(character) == "Nd":
        return "0"
    return character.lower() if lowercase else character
