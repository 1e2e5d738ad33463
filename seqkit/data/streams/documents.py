"""Documents of files, of memory and of data sets, each yielded as one or more pieces."""

from __future__ import annotations

import os
import struct
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from seqkit.arguments import shown
from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError
from seqkit.data.formats import tfds
from seqkit.data.formats.text_file import TextFile
from seqkit.data.kinds.labels import LABELS
from seqkit.data.kinds.values import text_array
from seqkit.data.request import Request
from seqkit.data.streams.text_pieces import Piece

_ROWS = 1024
# Before every document in a temporary file: how many bytes it has.
_SIZE = struct.Struct("<q")


def file_pieces(path: Path, encoding: str) -> Iterator[Piece]:
    """Yields the text of a file, plain or `.gz`, line endings as they are, some at a time."""
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
    """Yields texts in memory, each a document; empty ones are left out."""
    for number, text in enumerate(documents):
        if not isinstance(text, str):
            raise DataError(
                f"{place}, document {number}: {shown(text)} is not a text; every document must be "
                "a str."
            )
        if text:
            yield _document(text, f"{place}, document {number}")


def dataset_pieces(dataset: Dataset, column: str) -> Iterator[Piece]:
    """Yields the values of a column of strings, each a document; empty ones are left out."""
    row = 0
    for batch in dataset.batches(column, _ROWS):
        for value in batch:
            if text := value.as_py():
                yield _document(text, f"{dataset.source}, row {row}")
            row += 1


def tfds_pieces(address: str, column: str | int | None, data_dir: str | None) -> Iterator[Piece]:
    """Yields the texts of a prepared data set, each a document; empty ones are left out."""
    for rows in tfds.open_tfds(address, text_request(column), data_dir).rows:
        texts = text_array(rows.columns["text"], rows.place, "text")
        for row, value in enumerate(texts):
            if text := value.as_py():
                yield _document(text, rows.place(row))


def text_request(column: str | int | None) -> Request:
    """Asks for texts alone, in the named column or in the one that is found."""
    return Request(LABELS, ("text",), None if column is None else {"text": column})


def spool(documents: Iterable[str], place: str) -> Callable[[], Iterator[Piece]]:
    """Writes texts that can be read only once to a temporary file.

    What is returned yields them from there; with it the file goes.
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
