"""Names of classes that a source states apart from its rows, which hold the classes' numbers.

Hugging Face data sets have them in their features, and write these into the metadata of Parquet and
Arrow files: `ClassLabel(names=["neg", "pos"])`, alone or as what a sequence is of.
"""

from __future__ import annotations

import json
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seqkit.data.errors import DataError
from seqkit.data.raw_rows import RawRows

ClassNames = Mapping[str, Sequence[str]]
_LISTS = (list, tuple, np.ndarray)


def names_in_features(features: Any) -> ClassNames:
    """The names of the classes of each column that has them, by the column's name.

    Args:
        features: Column name to feature, an object of `datasets` or its form in JSON; anything else
            has no names.

    Example:
        >>> label = {"_type": "ClassLabel", "names": ["neg", "pos"]}
        >>> names_in_features({"label": label, "tags": {"_type": "List", "feature": label}})
        {'label': ['neg', 'pos'], 'tags': ['neg', 'pos']}
    """
    if not isinstance(features, Mapping):
        return {}
    stated = {str(column): _names(feature) for column, feature in features.items()}
    return {column: names for column, names in stated.items() if names}


def names_in_schema(schema: pa.Schema) -> ClassNames:
    """The same, as the metadata of an Arrow schema states them."""
    try:
        stated = json.loads((schema.metadata or {}).get(b"huggingface", b"null"))
    except ValueError:
        return {}
    info = stated.get("info") if isinstance(stated, Mapping) else None
    return names_in_features(info.get("features") if isinstance(info, Mapping) else None)


def name_classes(rows: RawRows, names: ClassNames) -> RawRows:
    """Replaces class numbers by names.

    Args:
        rows: Values of the columns in `names` are numbers, or lists of numbers; what is no number
            stays as it is.
        names: Standard column name to the names of its classes.

    Raises:
        DataError: A class has no name, such as -1 where a row has no label.

    Example:
        >>> rows = RawRows({"label": [1, 0], "text": ["a", "b"]}, str)
        >>> dict(name_classes(rows, {"label": ["neg", "pos"]}).columns)
        {'label': ['pos', 'neg'], 'text': ['a', 'b']}
    """
    columns = dict(rows.columns)
    for column in names.keys() & columns.keys():
        values = columns[column]
        listed = values.to_pylist() if isinstance(values, pa.Array) else values
        columns[column] = [
            _named(value, names[column], f"{rows.place(row)}: {column}")
            for row, value in enumerate(listed)
        ]
    return rows._replace(columns=columns)


def _named(value: Any, names: Sequence[str], place: str) -> Any:
    """A class number, or each of a list, as its name."""
    if isinstance(value, _LISTS):
        return [_named(item, names, place) for item in value]
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        return value
    number = int(value)
    if not 0 <= number < len(names):
        raise DataError(
            f"{place} is class number {number}, which has no name among {len(names)} classes; -1 "
            "stands for a row without a label. Leave such rows out."
        )
    return names[number]


def _names(feature: Any) -> list[str]:
    """The names of the classes of one feature, or none where it has no classes."""
    if isinstance(feature, (list, tuple)) and len(feature) == 1:
        return _names(feature[0])
    if isinstance(feature, Mapping):
        kind, names, inner = (feature.get(key) for key in ("_type", "names", "feature"))
    else:
        kind = type(feature).__name__
        names, inner = getattr(feature, "names", None), getattr(feature, "feature", None)
    if kind == "ClassLabel" and names:
        return [str(name) for name in names]
    return [] if inner is None else _names(inner)
