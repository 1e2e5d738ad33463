"""Validation rows that an artefact keeps, so that what more training forgets can be measured.

They stand in golden.json as JSON values: texts with their labels, sentences with their tags, pairs,
images with their captions, pieces, or the beginning of a stream.
"""

from __future__ import annotations

import base64
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.data import Dataset, TextStream, read_stream
from seqkit.data.dataset import content_sha256, flatten
from seqkit.data.grouping import text_keys
from seqkit.data.kinds.by_columns import kind_of
from seqkit.export import layout
from seqkit.images import encode_images

# The key in golden.json.
VALIDATION = "validation"
MOST_ROWS = 200
MOST_CHARACTERS = 20_000
# Of all values of the rows together, where there are images and where there are none.
_MOST_BYTES_OF_IMAGES, _MOST_BYTES = 2_000_000, 200_000

Rows = Dataset | TextStream


def keep_rows(validation: Rows, earlier: Rows | None = None, *, seed: int = 0) -> dict[str, Any]:
    """Chooses rows at random, about as many of each label, and writes them as JSON values.

    Args:
        validation: the validation data.
        earlier: rows that the model before kept; up to half of the room is theirs.
        seed: decides which rows.

    Returns:
        `columns`, the values of each by its name, at most `MOST_ROWS`; of a stream
        `documents`, its beginning of at most `MOST_CHARACTERS`.

    Example:
        >>> from seqkit import data
        >>> keep_rows(data.read([("good", "pos"), ("bad", "neg")]))["columns"]["text"]
        ['good', 'bad']
    """
    if isinstance(validation, TextStream):
        old = earlier.head(MOST_CHARACTERS // 2) if isinstance(earlier, TextStream) else ""
        new = validation.head(MOST_CHARACTERS - len(old))
        return {"documents": [text for text in (old, new) if text]}
    kind = kind_of(validation)
    names = [name for name in (*kind.columns, *kind.adds) if name in validation]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    rows_left, bytes_left = MOST_ROWS, _MOST_BYTES_OF_IMAGES if kind.media else _MOST_BYTES
    if isinstance(earlier, Dataset):
        kept, size = _choose(without(earlier, validation), rows_left // 2, bytes_left // 2, seed)
        rows_left, bytes_left = rows_left - len(kept), bytes_left - size
        columns = {name: kept.to_list(name) for name in names}
    kept, _ = _choose(validation, rows_left, bytes_left, seed)
    for name in names:
        columns[name] += kept.to_list(name)
    return {"columns": {name: _encode(name, values) for name, values in columns.items()}}


def read_kept(path: Path) -> Rows | None:
    """Reads the rows that an artefact keeps.

    Args:
        path: its directory, or the model in it.

    Returns:
        The rows; None where there are none, as in an export of an earlier version.
    """
    golden = (path if path.is_dir() else path.parent) / layout.GOLDEN
    try:
        kept = layout.read_json(golden)[VALIDATION]
        if "documents" in kept:
            return read_stream(kept["documents"])
        columns = {name: _decode(values) for name, values in kept["columns"].items()}
        digest = content_sha256(columns)
        rows = Dataset(columns, name="kept rows", source=str(golden), sha256=digest)
        return rows if len(rows) and kind_of(rows) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException):
        return None


def without(rows: Dataset, others: Dataset) -> Dataset:
    """The rows whose text, or other content, some other rows do not have.

    Args:
        rows: any rows.
        others: rows of the same kind.

    Returns:
        Some of the rows, in their order.

    Example:
        >>> from seqkit import data
        >>> without(data.read([("a", "x"), ("b", "y")]), data.read([("A", "z")])).to_list("text")
        ['b']
    """
    content = kind_of(rows).content
    known = np.isin(text_keys(rows[content]), text_keys(others[content]))
    return rows.take(np.flatnonzero(~known))


def labels_of_rows(rows: Dataset) -> list[set[str]]:
    """The labels of each row, or the tags in it.

    Args:
        rows: any rows.

    Returns:
        A set for each row, empty where there are no labels.

    Example:
        >>> from seqkit import data
        >>> labels_of_rows(data.read([("good", "pos"), ("bad", "neg")]))
        [{'pos'}, {'neg'}]
    """
    column = _label_column(rows)
    if column is None:
        return [set()] * len(rows)
    values = rows.to_list(column)
    return [{value} if isinstance(value, str) else set(value) for value in values]


def labels_in(rows: Dataset) -> set[str]:
    """The labels, or tags, of some rows.

    Args:
        rows: any rows.

    Returns:
        Each once.
    """
    column = _label_column(rows)
    return set() if column is None else set(flatten(rows[column]).unique().to_pylist())


def _label_column(rows: Dataset) -> str | None:
    answer = kind_of(rows).answer
    return answer.column if answer and answer.counted and answer.column in rows else None


def _choose(rows: Dataset, most_rows: int, most_bytes: int, seed: int) -> tuple[Dataset, int]:
    """Some rows, and the bytes of their values."""
    chosen: list[int] = []
    left = most_bytes
    # Not all of them are tried: where none is small enough, all images would be read.
    for group in islice(_balance(_group(rows, seed), labels_of_rows(rows)), 2 * MOST_ROWS):
        size = _count_bytes(rows.take(group))
        if len(chosen) + len(group) <= most_rows and size <= left:
            chosen += group
            left -= size
        if len(chosen) == most_rows:
            break
    return rows.take(sorted(chosen)), most_bytes - left


def _group(rows: Dataset, seed: int) -> list[list[int]]:
    """Numbers of rows in random order; an image stays with all its captions."""
    kind = kind_of(rows)
    keys = rows.to_list(kind.content) if kind.media else range(len(rows))
    groups: dict[Any, list[int]] = {}
    for row, key in enumerate(keys):
        groups.setdefault(key, []).append(row)
    shuffled = np.random.default_rng(seed).permutation(len(groups))
    listed = list(groups.values())
    return [listed[number] for number in shuffled]


def _balance(groups: Sequence[list[int]], labels: Sequence[set[str]]) -> Iterator[list[int]]:
    """The groups, next always one with a label that had fewest so far."""
    waiting: dict[str, deque[int]] = {}
    of_group = [sorted({label for row in group for label in labels[row]}) for group in groups]
    for number, names in enumerate(of_group):
        for name in names or [""]:
            waiting.setdefault(name, deque()).append(number)
    given: Counter[str] = Counter()
    seen: set[int] = set()
    while waiting:
        name = min(waiting, key=lambda name: (given[name], name))
        number = waiting[name].popleft()
        if not waiting[name]:
            del waiting[name]
        if number not in seen:
            seen.add(number)
            given.update(of_group[number] or [""])
            yield groups[number]


def _count_bytes(rows: Dataset) -> int:
    """Bytes of all values; of an image once."""
    if kind_of(rows).media:
        [image] = set(rows.to_list("image")[:1])
        return len(encode_images([image])[0])
    return sum(rows[name].nbytes for name in rows.column_names)


def _encode(name: str, values: list[Any]) -> Any:
    """A column as JSON has it: of images each once, and which of them each row has."""
    if name != "image":
        return values
    images = encode_images(values)
    places = {image: place for place, image in enumerate(dict.fromkeys(images))}
    return {
        "base64": [base64.b64encode(image).decode() for image in places],
        "rows": [places[image] for image in images],
    }


def _decode(values: Any) -> pa.ChunkedArray:
    """A column as a data set has it."""
    if isinstance(values, dict):
        images = pa.array([base64.b64decode(image) for image in values["base64"]], pa.binary())
        rows = pa.array(values["rows"], pa.int32())
        return pa.chunked_array([pa.DictionaryArray.from_arrays(rows, images)])
    # Some rows may have one label where others have several.
    if any(isinstance(value, list) for value in values):
        rows = [value if isinstance(value, list) else [value] for value in values]
        return pa.chunked_array([pa.array(rows, pa.list_(pa.string()))])
    return pa.chunked_array([pa.array(values, pa.string())])
