"""Documents of files, of memory and of data sets, each yielded as one or more pieces."""

from __future__ import annotations

import os
import struct
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError, shown
from seqkit.data.formats import tfds
from seqkit.data.formats.text_file import TextFile
from seqkit.data.kinds.values import text_array
from seqkit.data.raw_rows import RawRows
from seqkit.data.streams.text_pieces import Piece

_ROWS = 1024
# Before every document in a temporary file: how many bytes it has.
_SIZE = struct.Struct("<q")


def file_pieces(path: Path, encoding: str) -> Iterator[Piece]:
    """Yields the text of a file, line endings as they are, some at a time.

    Args:
        path: A text file, plain or `.gz`.
        encoding: Its character encoding.

    Raises:
        DataError: A byte is not in the encoding, or a line holds NUL; the line is named.
    """
    held, starts = "", True
    with TextFile(path, encoding, "\n") as file:
        for text in file.texts():
            if held:
                yield Piece(held, starts, False)
                starts = False
            held = text
    if held:
        yield Piece(held, starts, True)


def document_pieces(documents: Iterable[str], place: str) -> Iterator[Piece]:
    """Yields texts in memory, each a document; empty ones are left out.

    Args:
        documents: The texts.
        place: Words that name the source in a message.

    Raises:
        DataError: A document is no text, or holds NUL or half a surrogate pair.
    """
    for number, text in enumerate(documents):
        if not isinstance(text, str):
            raise DataError(
                f"{place}, document {number}: {shown(text)} is not a text; every document must be "
                "a str."
            )
        if text:
            yield _document(text, f"{place}, document {number}")


def dataset_pieces(dataset: Dataset, column: str) -> Iterator[Piece]:
    """Yields the values of a column, each a document; empty ones are left out.

    Args:
        dataset: The rows.
        column: A column of strings.

    Raises:
        DataError: A value holds NUL.
    """
    row = 0
    for batch in dataset.batches(column, _ROWS):
        for value in batch:
            if text := value.as_py():
                yield _document(text, f"{dataset.source}, row {row}")
            row += 1


def tfds_pieces(address: str, column: str | None, data_dir: str | None) -> Iterator[Piece]:
    """Yields the texts of a prepared data set, each a document; empty ones are left out.

    Args:
        address: `tfds:NAME[/config][:version][:split]`.
        column: The feature to read; None finds it.
        data_dir: Where the data set was prepared.

    Raises:
        DataError: As `open_tfds`, or a text holds NUL.
    """
    names = None if column is None else {"text": column}
    for chunk in tfds.open_tfds(address, ("text",), names, data_dir).chunks:
        yield from _chunk_pieces(chunk)


def spool(documents: Iterable[str], place: str) -> Callable[[], Iterator[Piece]]:
    """Writes texts that can be read but once to a temporary file, to be read from there.

    Args:
        documents: The texts.
        place: Words that name the source in a message.

    Returns:
        What yields them as `document_pieces` does; the file is removed when it is no longer held.

    Raises:
        DataError: As `document_pieces`.
        OSError: The folder for temporary files is full.
    """
    return _Spool(documents, place).pieces


class _Spool:
    """Documents in a temporary file that lives as long as this."""

    def __init__(self, documents: Iterable[str], place: str) -> None:
        handle, path = tempfile.mkstemp(prefix="seqkit-", suffix=".documents")
        weakref.finalize(self, _remove, path)
        self._path = path
        with os.fdopen(handle, "wb") as file:
            for text, _, _ in document_pieces(documents, place):
                content = text.encode()
                file.write(_SIZE.pack(len(content)))
                file.write(content)

    def pieces(self) -> Iterator[Piece]:
        """Yields every document whole."""
        with open(self._path, "rb") as file:
            while head := file.read(_SIZE.size):
                yield Piece(file.read(*_SIZE.unpack(head)).decode(), True, True)


def _remove(path: str) -> None:
    """Removes a file that may be gone already."""
    Path(path).unlink(missing_ok=True)


def _chunk_pieces(chunk: RawRows) -> Iterator[Piece]:
    """The texts of some rows."""
    values = text_array(chunk.columns["text"], chunk.place, "text")
    for row, value in enumerate(values):
        if text := value.as_py():
            yield _document(text, chunk.place(row))


def _document(text: str, place: str) -> Piece:
    """A whole document, checked."""
    if (nul := text.find("\0")) >= 0:
        raise DataError(
            f"{place}: a NUL character at offset {nul:,}, in {shown(text[max(0, nul - 20) :])}. "
            "Remove it: it ends a text where others read it."
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise DataError(
                f"{place}: half a surrogate pair ({text[error.start]!r}) at offset "
                f"{error.start:,}. Repair it with text.encode('utf-16', 'surrogatepass')"
                ".decode('utf-16')."
            ) from None
    return Piece(text, True, True)
