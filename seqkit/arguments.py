"""What callers give to methods: rows one by one, never a table, and the sizes of batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral
from typing import Any


def as_rows(values: Any, name: str, column: str = "text") -> list[Any]:
    """Lists rows in whatever holds them: a list, generator, array, frame column or tensor.

    Args:
        values: the rows.
        name: the argument, as errors name it.
        column: a table's likely column of such rows.

    Returns:
        The rows.

    Raises:
        TypeError: `values` is one string, has columns, or holds no rows.

    Example:
        >>> as_rows(("a", "b"), "texts"), as_rows((letter for letter in "ab"), "texts")
        (['a', 'b'], ['a', 'b'])
        >>> as_rows({"text": ["a"], "label": ["b"]}, "texts")
        Traceback (most recent call last):
            ...
        TypeError: texts is a dict with the columns text, label; pass one of them: df["text"]
    """
    if isinstance(values, str | bytes):
        raise TypeError(f"{name} is one string, {shown(values, 40)}; pass a list: [{column}]")
    refuse_table(values, name, column)
    # pyarrow; ragged tensors and Polars; NumPy and pandas; eager tensors.
    for method in ("to_pylist", "to_list", "tolist", "numpy"):
        if hasattr(values, method):
            values = getattr(values, method)()
            return values.tolist() if method == "numpy" else list(values)
    if not isinstance(values, Iterable):
        raise TypeError(f"{name} is a {type(values).__name__}; pass a list")
    return list(values)


def refuse_table(values: Any, name: str, column: str) -> None:
    """Refuses what has columns: iterated over, it would give their names in place of its rows.

    Args:
        values: anything.
        name: the argument, as the error names it.
        column: the likely column; where there is none of this name, the first is proposed.

    Raises:
        TypeError: `values` is a mapping, frame, Arrow table or data set with named columns.

    Example:
        >>> refuse_table(["a", "b"], "texts", "text")
    """
    columns = _columns_of(values)
    if columns is None:
        return
    kind = f"{name} is a {type(values).__name__}"
    if not columns:
        raise TypeError(f"{kind} without columns; pass a list")
    chosen = column if column in columns else columns[0]
    one = chosen if isinstance(chosen, int) else f'"{chosen}"'
    listed = ", ".join(map(str, columns[:5])) + (", …" if len(columns) > 5 else "")
    remedy = f"df[{one}]"
    if hasattr(values, "collect"):  # a lazy frame
        remedy = f"df.collect()[{one}]"
    elif hasattr(values, "element_spec"):  # a tf.data.Dataset
        remedy = f"[row[{one}] for row in df.as_numpy_iterator()]"
    raise TypeError(f"{kind} with the columns {listed}; pass one of them: {remedy}")


def slices(size: int, batch_size: int) -> Iterator[slice]:
    """Divides rows into batches.

    Args:
        size: number of rows.
        batch_size: rows of a batch; the last may have fewer.

    Yields:
        The rows of each batch.

    Raises:
        ValueError: `batch_size` is not a whole number from 1.

    Example:
        >>> [list(range(5))[rows] for rows in slices(5, 2)]
        [[0, 1], [2, 3], [4]]
    """
    check_batch_size(batch_size)
    for start in range(0, size, batch_size):
        yield slice(start, start + batch_size)


def check_batch_size(batch_size: Any) -> None:
    """Raises `ValueError` for a `batch_size` that is not a whole number from 1."""
    if not isinstance(batch_size, Integral) or batch_size < 1:
        raise ValueError(f"batch_size={batch_size!r} must be at least 1, a whole number")


def shown(value: object, limit: int = 60) -> str:
    """A value as an error message shows it: its Python form, cut to `limit` characters.

    Example:
        >>> shown("a" * 100, limit=8)
        "'aaaaaa…"
    """
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _columns_of(values: Any) -> list[Any] | None:
    """The names of the columns of a table; None for anything else."""
    if isinstance(values, Mapping):
        return list(values)
    fields = getattr(getattr(values, "dtype", None), "names", None)  # NumPy's structured arrays
    if fields:
        return list(fields)
    spec = getattr(values, "element_spec", None)  # rows of a tf.data.Dataset
    if isinstance(spec, Mapping):
        return list(spec)
    if hasattr(values, "collect_schema"):  # Polars: asking a lazy frame for `columns` warns
        return list(values.collect_schema())
    # Of the type: a pandas series has an attribute for each of its row labels.
    for attribute in ("column_names", "columns"):
        if hasattr(type(values), attribute):
            return list(getattr(values, attribute))
    return None
