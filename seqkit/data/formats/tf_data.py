"""tf.data pipelines, as a stream of chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from seqkit.data import columns
from seqkit.data.errors import DataError
from seqkit.data.raw_rows import RawRows

_ROWS = 4_096
# Images that are held decoded at a time.
_IMAGES = 64


def is_tf_dataset(source: object) -> bool:
    """Whether an object is a tf.data pipeline, told without importing TensorFlow.

    Args:
        source: Anything.

    Returns:
        True for a `tf.data.Dataset`.
    """
    return hasattr(source, "element_spec") and hasattr(source, "as_numpy_iterator")


def read_tf_data(
    dataset: Any,
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
    convert: Mapping[str, Callable[[Any], Any]] | None = None,
) -> Iterator[RawRows]:
    """Yields the elements of a `tf.data.Dataset`, single or in batches.

    Args:
        dataset: Elements are tuples in the order of `wanted`, dictionaries, or bare texts.
        wanted: Standard names.
        names: Standard name to key, for dictionaries.
        place: Words that name the source in a message.
        convert: Element key to a function applied to each value of that key (a list of integers
            where an element holds several).

    Yields:
        Chunks without lines; a message names the row, counted from 0.

    Raises:
        DataError: The elements have another structure than they must.
        ValueError: The pipeline never ends.
    """
    if int(dataset.cardinality()) == -1:
        raise ValueError(f"{place} never ends; bound it with .take(n) or drop its .repeat().")
    spec = dataset.element_spec
    if isinstance(spec, Mapping) and columns.is_pair(wanted):
        inner = _by_language(spec, wanted, names, place)
        if inner is not None:
            dataset = dataset.map(lambda element: element[inner])
            spec = spec[inner]
            names = {name: key for name, key in (names or {}).items() if name in wanted}
    keys = _keys(spec, wanted, names, place)
    parts = {name: spec if key is None else spec[key] for name, key in keys.items()}
    if isinstance(spec, Mapping):
        kept = set(keys.values())
        dataset = dataset.map(lambda element: {key: element[key] for key in kept})
    if columns.is_captioned(wanted):
        yield from _captioned(dataset, parts["image"], keys, place)
        return
    first = wanted[0]
    batched = parts[first].shape.rank == (2 if "tokens" in wanted else 1)
    if not batched:
        fixed = all(part.shape.is_fully_defined() for part in parts.values())
        dataset = dataset.batch(_ROWS) if fixed else dataset.ragged_batch(_ROWS)
    rows: dict[str, list] = {name: [] for name in wanted}
    start = 0
    for element in dataset:
        for name, key in keys.items():
            values = _values(element if key is None else element[key])
            if name == "tokens" and any(len(row) and row[-1] in (b"", "") for row in values):
                raise DataError(
                    f"{place}, after row {start + len(rows[name])}: sentences end in empty tokens, "
                    "as a padded batch has them. Give sentences one by one, or in .ragged_batch(n)."
                )
            change = (convert or {}).get(str(key))
            rows[name].extend(map(change, values) if change else values)
        if len(rows[first]) >= _ROWS:
            yield _chunk(rows, place, start)
            start += len(rows[first])
            rows = {name: [] for name in wanted}
    if rows[first]:
        yield _chunk(rows, place, start)


def _captioned(dataset: Any, image: Any, keys: Mapping[str, Any], place: str) -> Iterator[RawRows]:
    """The images of a pipeline with their captions; they may be of many sizes."""
    if image.shape.rank == (1 if image.dtype.name == "string" else 4):
        dataset = dataset.unbatch()
    rows: dict[str, list] = {name: [] for name in keys}
    start = 0
    for element in dataset:
        for name, key in keys.items():
            value = element[key]
            if isinstance(value, Mapping):
                # Such as COCO's in TFDS: of each caption its text, its number and more.
                inner = list(value)
                value = value[inner[columns.resolve(inner, (name,), None, f"{place}, {key}")[name]]]
            rows[name].append(value.to_list() if hasattr(value, "to_list") else value.numpy())
        if len(rows["image"]) >= _IMAGES:
            yield _chunk(rows, place, start)
            start += len(rows["image"])
            rows = {name: [] for name in keys}
    if rows["image"]:
        yield _chunk(rows, place, start)


def _by_language(
    spec: Mapping[str, Any],
    wanted: Sequence[str],
    names: Mapping[str, str | int] | None,
    place: str,
) -> str | None:
    """The key whose value holds texts by language, where the pair is not found beside it."""
    available = list(spec)
    position = columns.resolve_raw(available, wanted, names, place).get(columns.BY_LANGUAGE)
    if position is None:
        return None
    if not isinstance(spec[available[position]], Mapping):
        raise DataError(
            f"{place}: {available[position]!r} holds {spec[available[position]]}, not texts by "
            "language."
        )
    return available[position]


def _keys(
    spec: Any, wanted: Sequence[str], names: Mapping[str, str | int] | None, place: str
) -> dict[str, Any]:
    """Standard name to the key or position of its part of an element (None: the element)."""
    if isinstance(spec, Mapping):
        available = list(spec)
        found = columns.resolve(available, wanted, names, place)
        return {name: available[position] for name, position in found.items()}
    if isinstance(spec, tuple) and len(spec) == len(wanted):
        return {name: position for position, name in enumerate(wanted)}
    if not isinstance(spec, tuple) and len(wanted) == 1:
        return {wanted[0]: None}
    raise DataError(
        f"{place}: its elements are {spec}, not tuples of {', '.join(wanted)} and not "
        "dictionaries. Map them first, or say with columns=… what they hold."
    )


def _values(tensor: Any) -> list:
    """The values of one part of a batch, one for each row."""
    return tensor.to_list() if hasattr(tensor, "to_list") else np.asarray(tensor).tolist()


def _chunk(rows: Mapping[str, list], place: str, start: int) -> RawRows:
    """Gathered rows; of unequal columns the check of the data set's lengths would tell no row."""
    lengths = {name: len(values) for name, values in rows.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"{place}, after row {start}: unequal numbers of values {lengths}.")
    return RawRows(rows, lambda row: f"{place}, row {start + row}")
