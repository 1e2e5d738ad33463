"""tf.data pipelines, as raw rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from seqkit.data.errors import DataError
from seqkit.data.raw_rows import RawRows, name_rows
from seqkit.data.request import Request

_ROWS = 4_096
# Images or the like that are held decoded at a time.
_MEDIA = 64


def is_tf_dataset(source: object) -> bool:
    """Whether an object is a `tf.data.Dataset`, told without importing TensorFlow."""
    return hasattr(source, "element_spec") and hasattr(source, "as_numpy_iterator")


def read_tf_data(
    dataset: Any,
    request: Request,
    place: str,
    convert: Mapping[str, Callable[[Any], Any]] | None = None,
) -> Iterator[RawRows]:
    """Yields the elements of a `tf.data.Dataset`, single or in batches.

    Elements are tuples in the order of the columns, dictionaries, or bare texts. In a message a row
    is `place` and its number, counted from 0.

    Args:
        dataset: The pipeline.
        request: What is wanted.
        place: Words that name the source in a message.
        convert: Element key to a function applied to each value of that key (a list of integers
            where an element holds several).

    Raises:
        DataError: The elements have another structure than they must.
        ValueError: The pipeline never ends.
    """
    if int(dataset.cardinality()) == -1:
        raise ValueError(f"{place} never ends; bound it with .take(n) or drop its .repeat().")
    spec, kind = dataset.element_spec, request.kind
    if isinstance(spec, Mapping) and kind.nested is not None:
        inner = _nested_key(spec, kind.nested, request, place)
        if inner is not None:
            dataset = dataset.map(lambda element: element[inner])
            spec = spec[inner]
            names = {k: v for k, v in (request.names or {}).items() if k in request.columns}
            request = replace(request, names=names)
    keys = _keys(spec, request, place)
    parts = {name: spec if key is None else spec[key] for name, key in keys.items()}
    if isinstance(spec, Mapping):
        kept = set(keys.values())
        dataset = dataset.map(lambda element: {key: element[key] for key in kept})
    first = parts[request.columns[0]].shape.rank
    if kind.media:
        rows = _media(dataset, parts[kind.columns[0]], keys, request, place)
    else:
        if first != kind.axes + 1:
            fixed = all(part.shape.is_fully_defined() for part in parts.values())
            dataset = dataset.batch(_ROWS) if fixed else dataset.ragged_batch(_ROWS)
        rows = _batched(dataset, keys, request, place, convert or {})
    start = 0
    for values in rows:
        lengths = {name: len(column) for name, column in values.items()}
        if len(set(lengths.values())) > 1:
            # The check of the data set's lengths would name no row.
            raise DataError(f"{place}, after row {start}: unequal numbers of values {lengths}.")
        yield RawRows(values, name_rows(place, start))
        start += len(values[request.columns[0]])


def _batched(
    dataset: Any,
    keys: Mapping[str, Any],
    request: Request,
    place: str,
    convert: Mapping[str, Callable[[Any], Any]],
) -> Iterator[dict[str, list]]:
    """Yields columns of the rows of a batched pipeline, some thousand at a time."""
    first = request.columns[0]
    rows: dict[str, list] = {name: [] for name in request.columns}
    start = 0
    for element in dataset:
        for name, key in keys.items():
            values = _values(element if key is None else element[key])
            padded = request.kind.axes and name == first
            if padded and any(len(row) and row[-1] in (b"", "") for row in values):
                raise DataError(
                    f"{place}, after row {start + len(rows[name])}: sentences end in empty tokens, "
                    "as a padded batch has them. Give sentences one by one, or in .ragged_batch(n)."
                )
            change = convert.get(str(key))
            rows[name].extend(map(change, values) if change else values)
        if len(rows[first]) >= _ROWS:
            yield rows
            start += len(rows[first])
            rows = {name: [] for name in request.columns}
    if rows[first]:
        yield rows


def _media(
    dataset: Any, media: Any, keys: Mapping[str, Any], request: Request, place: str
) -> Iterator[dict[str, list]]:
    """Yields columns of a pipeline whose values are large, and may be of many sizes."""
    if media.shape.rank == (1 if media.dtype.name == "string" else 4):
        dataset = dataset.unbatch()
    rows: dict[str, list] = {name: [] for name in keys}
    first = request.columns[0]
    for element in dataset:
        for name, key in keys.items():
            value = element[key]
            if isinstance(value, Mapping):
                # Such as COCO's in TFDS: of each caption its text, its number and more.
                inner = list(value)
                position = request.kind.resolve(inner, (name,), None, f"{place}, {key}")[name]
                value = value[inner[position]]
            rows[name].append(value.to_list() if hasattr(value, "to_list") else value.numpy())
        if len(rows[first]) >= _MEDIA:
            yield rows
            rows = {name: [] for name in keys}
    if rows[first]:
        yield rows


def _nested_key(spec: Mapping[str, Any], nested: str, request: Request, place: str) -> str | None:
    """The key whose value holds the wanted columns, where they are not found beside it."""
    available = list(spec)
    position = request.find(available, place).get(nested)
    if position is None:
        return None
    if not isinstance(spec[available[position]], Mapping):
        raise DataError(
            f"{place}: {available[position]!r} holds {spec[available[position]]}, not texts by "
            "language."
        )
    return available[position]


def _keys(spec: Any, request: Request, place: str) -> dict[str, Any]:
    """Standard name to the key or position of its part of an element (None: the element)."""
    wanted = request.columns
    if isinstance(spec, Mapping):
        available = list(spec)
        positions = request.kind.resolve(available, wanted, request.names, place)
        return {name: available[position] for name, position in positions.items()}
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
