"""Raw tokens and tags made into checked Arrow columns of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.kinds.values import Place, label_array, python_values, text_array

_STRINGS = pa.list_(pa.string())
_LISTS = (list, tuple, np.ndarray)


def token_array(values: Sequence[object] | pa.Array, place: Place) -> pa.Array:
    """Tokens of sentences as `list<string>[rows]`; no sentence and no token is empty.

    Example:
        >>> token_array([["a", "b"], ["c"]], lambda row: f"row {row}").to_pylist()
        [['a', 'b'], ['c']]
    """

    def made(flat: Sequence[object] | pa.Array, at: Place) -> pa.Array:
        _refuse_missing(flat, at, "the token", "Remove it and its tag")
        return text_array(flat, at, "token")

    return _lists(values, place, "tokens", made)


def tag_array(values: Sequence[object] | pa.Array, place: Place) -> pa.Array:
    """Tags of sentences as `list<string>[rows]`; integers and booleans become strings.

    Example:
        >>> tag_array([["O", "B-PER"]], lambda row: f"row {row}").to_pylist()
        [['O', 'B-PER']]
    """

    def made(flat: Sequence[object] | pa.Array, at: Place) -> pa.Array:
        _refuse_missing(flat, at, "the tag", "Give the token a tag, such as 'O' outside all spans")
        tags = label_array(flat, at, "tag", None)
        if pa.types.is_list(tags.type):
            raise DataError(f"{at(0)}: tag is {shown(flat[0])}, a list. Give each token one tag.")
        return tags

    return _lists(values, place, "tags", made)


def refuse_unequal(tokens: pa.Array, tags: pa.Array, place: Place) -> None:
    """Raises where a sentence has not one tag for each token."""
    counts = [pc.list_value_length(column).to_numpy() for column in (tokens, tags)]
    for row in np.flatnonzero(counts[0] != counts[1])[:1].tolist():
        raise DataError(
            f"{place(row)}: {counts[0][row]} tokens but {counts[1][row]} tags: "
            f"{shown(tokens[row].as_py(), 80)}, {shown(tags[row].as_py(), 80)}. "
            "Give every token one tag."
        )


def _refuse_missing(flat: Sequence[object] | pa.Array, at: Place, what: str, remedy: str) -> None:
    """Raises for the first value that is missing or empty."""
    for index, value in enumerate(python_values(flat)):
        if value is None or (isinstance(value, (str, bytes)) and not value):
            gap = "missing (None)" if value is None else f"empty ({value!r})"
            raise DataError(f"{at(index)}: {what} is {gap}. {remedy}.")


def _lists(
    values: Sequence[object] | pa.Array,
    place: Place,
    column: str,
    made: Callable[[Sequence[object] | pa.Array, Place], pa.Array],
) -> pa.Array:
    """Lists whose values, all in one row, are checked by `made`."""
    if isinstance(values, pa.Array) and pa.types.is_list(values.type) and not values.null_count:
        lengths = pc.list_value_length(values).to_numpy()
        flat: Sequence[object] | pa.Array = values.flatten()
    else:
        rows = python_values(values)
        for row, value in enumerate(rows):
            if not isinstance(value, _LISTS):
                raise DataError(
                    f"{place(row)}: {column} is {shown(value)} ({type(value).__name__}), not a "
                    "list. Give a list with one string for each token."
                )
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        flat = [item for value in rows for item in value]
    for row in np.flatnonzero(lengths == 0)[:1].tolist():
        raise DataError(f"{place(row)}: {column} is an empty list. Remove the row.")
    ends = np.cumsum(lengths)

    def at(index: int) -> str:
        row = int(np.searchsorted(ends, index, side="right"))
        return f"{place(row)}, token {index - int(ends[row] - lengths[row])}"

    offsets = pa.array(np.append(0, ends), pa.int32())
    return pa.ListArray.from_arrays(offsets, made(flat, at)).cast(_STRINGS)
