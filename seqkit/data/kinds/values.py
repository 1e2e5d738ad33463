"""Raw values of a source made into checked Arrow columns."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.arguments import shown
from seqkit.data.errors import DataError

Place = Callable[[int], str]
_CONVERSION_ERRORS = (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError)
_NO_LABEL = "Give the row a label or remove it; to read text alone: columns=('text',)."


class _RefusedError(Exception):
    """Why one value cannot be used."""


def text_array(
    values: Sequence[object] | pa.Array, place: Place, column: str, missing: str | None = None
) -> pa.Array:
    """Texts as an Arrow array `<string>[rows]` without nulls; an empty text is allowed.

    `missing` stands for a value that is missing, or None refuses one; `column` is for messages.
    """
    array = _strings(values)
    if array is not None and array.null_count == 0:
        return array
    texts: list[str] = []
    for row, value in enumerate(python_values(values)):
        if missing is not None and _missing(value):
            texts.append(missing)
            continue
        try:
            texts.append(_string(value))
        except _RefusedError as refused:
            raise DataError(f"{place(row)}: {column} {refused}.") from None
    return pa.array(texts, pa.string())


def label_array(
    values: Sequence[object] | pa.Array, place: Place, column: str, separator: str | None
) -> pa.Array:
    """Labels as `<string>[rows]`, or `list<string>[rows]` for several labels a row.

    Outer spaces are cut off; integers and booleans become what `str` makes of them. `separator` is
    what separates the labels of one cell (`"a|b"`), or None for one label a cell.
    """
    array = _strings(values) if separator is None else None
    if array is not None and array.null_count == 0:
        array = pc.utf8_trim_whitespace(array)
        if pc.index(array, "").as_py() < 0:
            return array
    rows: list[str | list[str]] = []
    for row, value in enumerate(python_values(values)):
        try:
            rows.append(_label(value, separator))
        except _RefusedError as refused:
            raise DataError(f"{place(row)}: {column} {refused}.") from None
        if isinstance(rows[row], list) != isinstance(rows[0], list):
            raise DataError(
                f"{place(row)}: {column} is {shown(value)}, but other rows have "
                f"{'lists' if isinstance(rows[0], list) else 'single labels'}. "
                "Give every row a list (of one label, too), or none."
            )
    several = bool(rows) and isinstance(rows[0], list)
    return pa.array(rows, pa.list_(pa.string()) if several else pa.string())


def _strings(values: Sequence[object] | pa.Array) -> pa.Array | None:
    """All values as strings in one go, or None where some are not strings."""
    try:
        if not isinstance(values, pa.Array):
            return pa.array(values, pa.string())
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        kind = values.type
        if pa.types.is_string(kind):
            return values
        text_like = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
        byte_like = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
        return values.cast(pa.string()) if text_like or byte_like else None
    except _CONVERSION_ERRORS:
        return None


def python_values(values: Sequence[object] | pa.Array) -> Sequence[Any]:
    """The values one by one as Python has them, for those that need a closer look."""
    return values.to_pylist() if isinstance(values, pa.Array) else values


def _string(value: object) -> str:
    """One text."""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _RefusedError(
                f"has byte 0x{value[error.start]:02x} at position {error.start}, which is not "
                f"UTF-8: {shown(value)}. Decode it before reading"
            ) from None
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise _RefusedError(
                f"has the lone surrogate U+{ord(value[error.start]):04X} at position "
                f"{error.start}: {shown(value)}. Replace it: "
                "text.encode('utf-8', 'replace').decode()"
            ) from None
        return str(value)
    if _missing(value):
        raise _RefusedError(f"is missing ({value}). Give an empty string, or remove the row")
    raise _RefusedError(f"is {shown(value)} ({type(value).__name__}), not a string. Convert it")


def _label(value: object, separator: str | None) -> str | list[str]:
    """One label, or the labels of one row."""
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        parts = sorted(value) if isinstance(value, (set, frozenset)) else list(value)
        return _distinct([_single_label(part) for part in parts])
    if separator is None:
        return _single_label(value)
    text = _single_label(value) if not isinstance(value, str) else _string(value)
    if not text.strip():
        return []
    return _distinct([_single_label(part) for part in text.split(separator)])


def _distinct(labels: list[str]) -> list[str]:
    """Labels of one row, none of them twice: a 0/1 vector would be read as labels 0 and 1."""
    if len(set(labels)) < len(labels):
        raise _RefusedError(
            f"is {shown(labels)}, which names a label twice. Name each label of the row once (in "
            "place of a 0/1 vector, the labels that are set)"
        )
    return labels


def _single_label(value: object) -> str:
    """One label as a string."""
    if isinstance(value, (str, bytes)):
        text = _string(value).strip()
        if not text:
            raise _RefusedError(f"is empty ({shown(value)}). {_NO_LABEL[:-1]}")
        return text
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if _missing(value):
        raise _RefusedError(f"is missing ({value}). {_NO_LABEL[:-1]}")
    remedy = "Convert it to int or str"
    raise _RefusedError(f"is {shown(value)} ({type(value).__name__}). {remedy}")


def _missing(value: object) -> bool:
    """Whether a value is one of the things that stand for no value."""
    is_nan = isinstance(value, (float, np.floating)) and math.isnan(value)
    return value is None or is_nan or type(value).__name__ in ("NAType", "NaTType")
