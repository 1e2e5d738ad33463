"""`read`: whatever people have, made into a `Dataset`."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from seqkit.data import columns as column_names
from seqkit.data import in_memory, parquet, tf_data, tfds
from seqkit.data.chunk import Chunk
from seqkit.data.dataset import Dataset, content_sha256
from seqkit.data.delimited import read_delimited
from seqkit.data.errors import DataError
from seqkit.data.jsonl import read_jsonl
from seqkit.data.labelled_lines import PREFIX, read_labelled_lines
from seqkit.data.text_file import TextFile, canonical_encoding
from seqkit.data.values import label_array, text_array

FORMATS = ("csv", "tsv", "jsonl", "parquet", "lines")
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}


class _Options(NamedTuple):
    """What the caller said about a source."""

    wanted: tuple[str, ...]
    names: Mapping[str, str | int] | None
    format: str | None
    encoding: str
    separator: str | None
    quoting: bool
    label_separator: str | None
    name: str | None
    license: str | None
    data_dir: str | None


def read(
    source: Any,
    *,
    columns: Sequence[str] = ("text", "label"),
    names: Mapping[str, str | int] | None = None,
    format: str | None = None,
    encoding: str = "utf-8",
    separator: str | None = None,
    quoting: bool = True,
    label_separator: str | None = None,
    name: str | None = None,
    license: str | None = None,
    data_dir: str | None = None,
) -> Dataset:
    """Reads rows of text (and labels) from a file, from memory or from a prepared collection.

    Args:
        source: A path (`.csv`, `.tsv`, `.txt` with tabs, `.jsonl`, `.parquet`, each also `.gz`);
            `"tfds:NAME[/config][:split]"`; a list of `(text, label)` tuples or of dictionaries;
            a dictionary of lists; a pandas or Polars frame; an Arrow table; a
            `tf.data.Dataset`; or a `Dataset`, which is given back.
        columns: Standard names to read; `("text",)` reads text alone.
        names: Standard name to the source's own column name, where it is not found by itself;
            for a delimited file without a header line, to the position, counted from 0.
        format: `"csv"`, `"tsv"`, `"jsonl"`, `"parquet"` or `"lines"` (a label, a space and the
            text on each line; fastText's `__label__x` too); None goes by the file's name.
        encoding: Character encoding of a text file.
        separator: What parts the fields of a delimited file; None finds it in the first line.
        quoting: Whether double quotes enclose fields of a delimited file.
        label_separator: What parts the labels of one cell where a row may have several; lists
            of labels in other sources need no argument.
        name: A name for reports; None takes the file's.
        license: The licence of the data, for reports.
        data_dir: Where TensorFlow Datasets keeps what it prepared.

    Returns:
        The rows, with strings in `text`, and in `label` strings or lists of strings.

    Raises:
        DataError: Something in the data cannot be used; the message names the place.
        FileNotFoundError: There is no such file.
        TypeError: The source is of no kind known.
        ValueError: An argument cannot be used.

    Example:
        >>> from seqkit import data
        >>> rows = data.read({"review": ["good", "bad"], "rating": [5, 1]})
        >>> rows.to_list("text"), rows.to_list("label")
        (['good', 'bad'], ['5', '1'])
        >>> data.read([("good", "pos"), ("bad", "")])
        Traceback (most recent call last):
            ...
        seqkit.data.errors.DataError: list of 2, row 1: label is empty ('')...
    """
    column_names.check_arguments(columns, names)
    if format is not None and format not in FORMATS:
        raise ValueError(f"format={format!r} must be one of {', '.join(map(repr, FORMATS))}.")
    if label_separator == "":
        raise ValueError("label_separator='' must be at least one character, such as '|'.")
    options = _Options(
        tuple(columns), names, format, encoding, separator, quoting, label_separator, name,
        license, data_dir,
    )  # fmt: skip
    if isinstance(source, Dataset):
        column_names.resolve(source.column_names, columns, None, repr(source))
        return source
    if isinstance(source, str) and source.startswith(tfds.SCHEME):
        prepared = tfds.open_tfds(source, options.wanted, names, data_dir)
        place = f"{prepared.name}, split {prepared.split}"
        options = options._replace(license=license or prepared.license)
        return _from_memory(prepared.chunks, f"{tfds.SCHEME}{place}", options)
    if isinstance(source, (str, os.PathLike)):
        return _from_file(Path(source), options)
    return _from_memory(*_memory_chunks(source, options), options)


def _memory_chunks(source: Any, options: _Options) -> tuple[Iterator[Chunk], str]:
    """The rows of a source in memory and the words that describe it."""
    wanted, names = options.wanted, options.names
    if tf_data.is_tf_dataset(source):
        return tf_data.read_tf_data(source, wanted, names, "tf.data.Dataset"), "tf.data.Dataset"
    if isinstance(source, (pa.Table, pa.RecordBatch)):
        return parquet.read_table(source, wanted, names, "Arrow table"), "Arrow table"
    if isinstance(source, Mapping):
        return in_memory.read_columns(source, wanted, names, "dict"), "dict"
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):
        return in_memory.read_frame(source, wanted, names, "frame"), "frame"
    if isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray)):
        kind = type(source).__name__
        place = f"{kind} of {len(source):,}" if isinstance(source, Sized) else kind
        return in_memory.read_rows(source, wanted, names, place), place
    raise TypeError(
        f"source is {type(source).__name__}; give a path, 'tfds:NAME', a list of tuples or "
        "dictionaries, a dictionary of lists, a frame, an Arrow table or a tf.data.Dataset."
    )


def _from_memory(chunks: Iterator[Chunk], place: str, options: _Options) -> Dataset:
    """A data set of rows that no file holds; its digest is that of the content."""
    values, _ = _assembled(chunks, place, options)
    return Dataset(
        values,
        name=options.name or place,
        source=place,
        sha256=content_sha256(values),
        license=options.license,
    )


def _from_file(path: Path, options: _Options) -> Dataset:
    """A data set of a file's rows; its digest is that of the file."""
    if not path.is_file():
        raise FileNotFoundError(
            f"source={str(path)!r}: there is no such file (looked in {Path.cwd()})."
        )
    form = options.format or _format_of(path, options)
    if form == "parquet":
        chunks = parquet.read_parquet(path, options.wanted, options.names)
        values, lines = _assembled(chunks, str(path), options)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    else:
        newline = "" if form in ("csv", "tsv") else "\n"
        with TextFile(path, options.encoding, newline) as text:
            values, lines = _assembled(_text_chunks(text, form, options), str(path), options)
            digest = text.sha256()
    return Dataset(
        values,
        name=options.name or _stem(path),
        source=str(path),
        sha256=digest,
        license=options.license,
        lines=lines,
    )


def _text_chunks(text: TextFile, form: str, options: _Options) -> Iterator[Chunk]:
    """The rows of an open text file."""
    if form == "jsonl":
        return read_jsonl(text, options.wanted, options.names)
    if form == "lines":
        return read_labelled_lines(text, options.wanted, options.separator, options.label_separator)
    separator = "\t" if form == "tsv" and options.separator is None else options.separator
    return read_delimited(text, options.wanted, options.names, separator, options.quoting)


def _assembled(
    chunks: Iterator[Chunk], place: str, options: _Options
) -> tuple[dict[str, pa.ChunkedArray], np.ndarray | None]:
    """Chunks checked and joined into columns, with the line of each row where there are lines."""
    parts: dict[str, list[pa.Array]] = {column: [] for column in options.wanted}
    lines = array("i")
    for chunk in chunks:
        for column, values in chunk.columns.items():
            if column == "label":
                made = label_array(values, chunk.place, column, options.label_separator)
                first = parts[column][0].type if parts[column] else made.type
                if made.type != first and len(made):
                    raise DataError(
                        f"{chunk.place(0)}: from here on {column} is {made.type}, before it was "
                        f"{first}. Give every row a list (of one label, too), or none."
                    )
            else:
                made = text_array(values, chunk.place, column)
            parts[column].append(made)
        lines.extend(chunk.lines or ())
    if not any(len(part) for part in parts["text"]):
        raise DataError(f"{place}: no rows. Give at least one.")
    joined = {
        column: pa.chunked_array([part for part in arrays if len(part)])
        for column, arrays in parts.items()
    }
    return joined, np.array(lines, np.int32) if lines else None


def _format_of(path: Path, options: _Options) -> str:
    """The format that a file's name tells, or its first line where the name is `.txt`."""
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    suffix = plain.suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix == ".txt":
        with TextFile(path, canonical_encoding(options.encoding), "\n") as text:
            first = next(iter(text), "")
        if first.startswith(PREFIX):
            return "lines"
        if "\t" in first:
            return "tsv"
        if "label" not in options.wanted:
            return "lines"
    raise ValueError(
        f"source={str(path)!r}: its name does not tell its format"
        + (", and its first line holds no tab" if suffix == ".txt" else "")
        + f"; give format= one of {', '.join(map(repr, FORMATS))}."
    )


def _stem(path: Path) -> str:
    """A file's name without its suffixes for format and packing."""
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return plain.stem if plain.suffix.lower() in (*_SUFFIXES, ".txt") else plain.name
