"""Named columns in memory, with where they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# What take() gathers at a time: an Arrow string array holds at most 2 GB.
_TAKE_ROWS = 65_536
_TAKE_BYTES = 1 << 26


class Dataset:
    """Rows held column by column in Arrow memory, about as large as the text itself.

    Args:
        columns: Column name to its values, all of one length: strings, lists of strings, or for
            images a dictionary of strings (paths) or bytes (encoded images).
        name: A short name for reports.
        source: The path read, or a description of what was read.
        sha256: Digest of the file, or of the content where there was no file; of captioned images
            that of the captions and of the images' bytes, wherever they lie. A part taken from a
            data set keeps the digest of the whole: it says where the rows came from.
        license: The licence of the data, where known.
        lines: `<int32>[rows]` physical line of each row in the file, or None.
        dropped: What reading left out, in words (`"with an empty side"`), to number of rows, or
            of images. A part taken from a data set keeps the numbers of the whole, like the digest.

    Raises:
        ValueError: The columns differ in length.

    Example:
        >>> from seqkit import data
        >>> reviews = data.read([("good", "pos"), ("bad", "neg"), ("fine", "pos")])
        >>> len(reviews), reviews.to_list("label")
        (3, ['pos', 'neg', 'pos'])
        >>> reviews.take([2, 0]).to_list("text")
        ['fine', 'good']
    """

    def __init__(
        self,
        columns: Mapping[str, pa.ChunkedArray],
        *,
        name: str,
        source: str,
        sha256: str,
        license: str | None = None,
        lines: np.ndarray | None = None,
        dropped: Mapping[str, int] | None = None,
    ) -> None:
        self._columns = dict(columns)
        lengths = {column: len(values) for column, values in self._columns.items()}
        if lines is not None:
            lengths["lines"] = len(lines)
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns must have one length; they have {lengths}.")
        self._length = next(iter(lengths.values()))
        self.name = name
        self.source = source
        self.sha256 = sha256
        self.license = license
        self.lines = None if lines is None else np.asarray(lines, np.int32)
        self.dropped = dict(dropped or {})

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self._columns)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        if column not in self._columns:
            raise KeyError(f"no column {column!r}; this data set has {list(self._columns)}.")
        return self._columns[column]

    def __contains__(self, column: str) -> bool:
        return column in self._columns

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {len(self):,} rows, columns {list(self._columns)})"

    def to_list(self, column: str) -> list:
        """The values of a column as Python objects: str, lists of str, or bytes."""
        return self[column].to_pylist()

    def place(self, row: int) -> str:
        """The words that say where a row stands, such as `line 17`."""
        return f"row {row}" if self.lines is None else f"line {self.lines[row]}"

    def batches(self, column: str, size: int) -> Iterator[pa.Array]:
        """Yields a column in order, `size` rows at a time, without copying it whole.

        Args:
            column: Column name.
            size: Rows of a batch; the last may have fewer.

        Yields:
            Arrow arrays of strings, or of lists of strings.

        Raises:
            ValueError: `size` is not positive.
        """
        if size < 1:
            raise ValueError(f"size={size} must be at least 1.")
        values = self[column]
        for start in range(0, len(self), size):
            part = values.slice(start, size)
            yield part.chunk(0) if part.num_chunks == 1 else pa.concat_arrays(part.chunks)

    def head(self, number: int) -> Dataset:
        """The first rows, as a data set of its own.

        Args:
            number: how many; all where there are fewer.

        Returns:
            The rows.
        """
        return self.take(range(min(number, len(self))))

    def take(self, indices: Sequence[int] | np.ndarray) -> Dataset:
        """The rows of the given indices, in that order, as a data set of its own.

        Args:
            indices: `<int>[n]` row indices; each may come more than once.

        Returns:
            A data set of n rows, with the same name, source and digest.

        Raises:
            IndexError: An index is out of range.
            TypeError: The indices are not integers.
        """
        rows = np.asarray(indices)
        if rows.size == 0:
            rows = rows.astype(np.int64)
        if rows.ndim != 1 or rows.dtype.kind not in "iu":
            raise TypeError(
                f"indices must be one row of integers, not {rows.dtype} of shape {rows.shape}; "
                "turn a boolean mask into indices with numpy.flatnonzero(mask)."
            )
        if rows.size and (rows.min() < 0 or rows.max() >= len(self)):
            raise IndexError(
                f"indices from {rows.min()} to {rows.max()}, but the data set has rows 0 to "
                f"{len(self) - 1}."
            )
        return Dataset(
            {name: take_rows(values, rows) for name, values in self._columns.items()},
            name=self.name,
            source=self.source,
            sha256=self.sha256,
            license=self.license,
            lines=None if self.lines is None else self.lines[rows],
            dropped=self.dropped,
        )

    def content_sha256(self) -> str:
        """Digest of the column names and values, whatever file they came from."""
        return content_sha256(self._columns)


def content_sha256(columns: Mapping[str, pa.ChunkedArray]) -> str:
    """Digest of columns: for each its name, the length of every value, then the bytes."""
    digest = hashlib.sha256()
    for name, values in columns.items():
        digest.update(f"{name}\0{len(values)}\0".encode())
        if pa.types.is_dictionary(values.type):
            for chunk in values.chunks:
                digest.update(b"".join(_value_digests(chunk)))
            continue
        if pa.types.is_list(values.type):
            for chunk in values.chunks:
                digest.update(pc.list_value_length(chunk).to_numpy().astype("<i4").tobytes())
        flat = flatten(values).chunks
        for chunk in flat:
            lengths = pc.binary_length(chunk).to_numpy(zero_copy_only=False)
            digest.update(lengths.astype("<i4").tobytes())
        for chunk in flat:
            digest.update(_string_bytes(chunk))
    return digest.hexdigest()


def _value_digests(array: pa.DictionaryArray) -> list[bytes]:
    """The digest of each value, those of the dictionary taken once."""
    buffers = (value.as_buffer() for value in array.dictionary.cast(pa.large_binary()))
    digests = [hashlib.sha256(buffer).digest() for buffer in buffers]
    return [digests[index] for index in array.indices.to_pylist()]


def _string_bytes(array: pa.StringArray) -> memoryview:
    """The bytes of all strings of an array, one after another, not copied."""
    _, offsets, content = array.buffers()
    if content is None or not len(array):
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    return memoryview(content)[ends[0] : ends[-1]]


def flatten(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The strings of a column, whether its values are strings or lists of strings."""
    if not pa.types.is_list(column.type):
        return column
    return pa.chunked_array([chunk.flatten() for chunk in column.chunks], pa.string())


def take_rows(values: pa.ChunkedArray, rows: np.ndarray) -> pa.ChunkedArray:
    """Takes rows of a chunked array, some thousands at a time, in the order given.

    Arrow's own take may join all chunks first, which doubles the memory and fails above 2 GB.
    """
    ends = np.cumsum([len(chunk) for chunk in values.chunks], dtype=np.int64)
    parts = []
    # A dictionary is shared by what is taken, not copied.
    weight = 0 if pa.types.is_dictionary(values.type) else values.nbytes
    mean_bytes = weight // max(len(values), 1) + 1
    step = max(1, min(_TAKE_ROWS, _TAKE_BYTES // mean_bytes))
    for start in range(0, len(rows), step):
        wanted = rows[start : start + step].astype(np.int64)
        order = np.argsort(wanted, kind="stable")
        ordered = wanted[order]
        owners = np.searchsorted(ends, ordered, side="right")
        cuts = np.flatnonzero(np.diff(owners)) + 1
        pieces = []
        for piece in np.split(ordered, cuts):
            owner = int(np.searchsorted(ends, piece[0], side="right"))
            first = int(ends[owner]) - len(values.chunk(owner))
            pieces.append(values.chunk(owner).take(pa.array(piece - first)))
        joined = pa.concat_arrays(pieces)
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        parts.append(joined.take(pa.array(back)))
    return pa.chunked_array(parts, type=values.type)
