"""A text file read line by line: unpacked, decoded, hashed, and its faults placed."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.packing import BROKEN, broken, unpack

_BLOCK = 1 << 20
# Tried on a line that is not in the encoding expected, to propose what it may be in.
_WESTERN = ("cp1252", "latin-1")
_EAST_ASIAN = ("cp949", "cp932", "gb18030")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What files begin with that are no text, whatever their names say.
_NO_TEXT = {
    b"\x1f\x8b": "packed by gzip: end its name in .gz",
    b"BZh": "packed by bzip2: end its name in .bz2",
    b"\xfd7zXZ": "packed by xz: end its name in .xz",
    b"\x28\xb5\x2f\xfd": "packed by Zstandard: end its name in .zst",
    b"PK\x03\x04": "a spreadsheet or an archive: end its name in .xlsx or .zip",
    b"\xd0\xcf\x11\xe0": "a file of an old office program: save it as .xlsx or as CSV",
    b"PAR1": "Parquet: end its name in .parquet",
    b"%PDF": "a PDF: save its text as .txt",
}


class TextFile:
    """Lines of a file, plain or packed, with the SHA-256 of its bytes taken on the way.

    Args:
        path: The file.
        encoding: Name of its character encoding; a UTF-8 byte order mark is skipped. A file that
            should be UTF-8 and begins with the mark of UTF-16 is read as that.
        newline: `""` where `\\r`, `\\n` and `\\r\\n` end a line (and are kept as they are),
            `"\\n"` where only `\\n` does.

    Raises:
        ValueError: The encoding is unknown.
        FileNotFoundError: There is no such file.
    """

    def __init__(self, path: Path, encoding: str, newline: str) -> None:
        self.path = path
        self.encoding = canonical_encoding(encoding)
        self._newline = newline
        self._raw = _HashingFile(path)
        # Kept, since what is let go is closed, and with it the file that is yet to be hashed.
        self._packed: io.BufferedReader[Any] = io.BufferedReader(self._raw, _BLOCK)
        stream = unpack(self._packed, path)
        unpacked = self._packed if stream is self._packed else io.BufferedReader(stream, _BLOCK)
        if self.encoding == "utf-8-sig" and self._begins(unpacked) in _UTF_16:
            self.encoding = "utf-16"
        self._text = io.TextIOWrapper(unpacked, self.encoding, newline=newline)

    def __enter__(self) -> TextFile:
        return self

    def __exit__(self, *error: object) -> None:
        self._text.close()
        self._raw.close()

    def __iter__(self) -> Iterator[str]:
        """Yields each line with its ending.

        Raises:
            DataError: A byte is not in the encoding, a line holds NUL, or the packing is broken.
        """
        number = 0
        try:
            for line in self._text:
                number += 1
                if "\0" in line:
                    raise self._nul(number, line)
                yield line
        except UnicodeDecodeError:
            raise self._undecodable() from None
        except BROKEN as error:
            raise broken(self.path, f"after line {number}", error) from error

    def texts(self, characters: int = _BLOCK) -> Iterator[str]:
        """Yields the text, some characters at a time, however long its lines are."""
        ended = 0
        try:
            while text := self._text.read(characters):
                if (place := text.find("\0")) >= 0:
                    line = text[text.rfind("\n", 0, place) + 1 :].split("\n", 1)[0]
                    raise self._nul(ended + text.count("\n", 0, place) + 1, line)
                ended += text.count("\n")
                yield text
        except UnicodeDecodeError:
            raise self._undecodable() from None
        except BROKEN as error:
            raise broken(self.path, f"after line {ended}", error) from error

    def blocks(self) -> Iterator[bytes]:
        """Yields the unpacked bytes, some at a time, for a format that states its own encoding."""
        count = 0
        try:
            while block := self._text.buffer.read(_BLOCK):
                count += len(block)
                yield block
        except BROKEN as error:
            raise broken(self.path, f"after byte {count:,}", error) from error

    def sha256(self) -> str:
        """Digest of the file's bytes as they lie on disk, the rest of them read if need be."""
        while self._raw.read(_BLOCK):
            pass
        return self._raw.digest.hexdigest()

    def _nul(self, line: int, text: str) -> DataError:
        """The error for a NUL character on a line."""
        return DataError(
            f"{self.path}, line {line}: a NUL character in {shown(text)}. If the file is UTF-16, "
            "read it with encoding='utf-16'; otherwise remove it."
        )

    def _begins(self, unpacked: io.BufferedReader[Any]) -> bytes:
        """The first two bytes, which stay unread."""
        try:
            return unpacked.peek(2)[:2]
        except BROKEN as error:
            # Not every packing fails a second time: some are then read as if they ended here.
            raise broken(self.path, "after byte 0", error) from error

    def _undecodable(self) -> DataError:
        """Where and what the first byte is that the encoding does not have.

        The file is read once more: only here are the byte's place and its line worth knowing.
        """
        decoder = codecs.getincrementaldecoder(self.encoding)()
        read_bytes, last = 0, ""
        newlines = io.IncrementalNewlineDecoder(None, translate=not self._newline)
        line = 1
        with unpack(self.path.open("rb"), self.path) as file:
            while True:
                block = file.read(_BLOCK)
                read_bytes += len(block)
                try:
                    text = decoder.decode(block, final=not block)
                except UnicodeDecodeError as error:
                    before = error.object[: error.start].decode(self.encoding, "ignore")
                    line += newlines.decode(before, final=True).count("\n")
                    offset = read_bytes - len(error.object) + error.start
                    return self._decoding_error(error, offset, line, last)
                line += newlines.decode(text).count("\n")
                last = (last + text)[-_BLOCK:]
                if not block:
                    return DataError(f"{self.path}: cannot be decoded as {self.encoding}.")

    def _decoding_error(
        self, error: UnicodeDecodeError, offset: int, line: int, decoded: str
    ) -> DataError:
        """The message for a byte that is not in the encoding."""
        data, start = error.object, error.start
        begin = data.rfind(b"\n", 0, start) + 1
        end = data.find(b"\n", start)
        row = data[begin : end if end >= 0 else len(data)].rstrip(b"\r")
        magic = (
            None if decoded else next((mark for mark in _NO_TEXT if data.startswith(mark)), None)
        )
        if not decoded and data[:2] in _UTF_16:
            proposal = "it begins like UTF-16: read it with encoding='utf-16'"
        elif magic is not None:
            proposal = f"the file is {_NO_TEXT[magic]}"
        else:
            # East Asian characters take two bytes; an accented letter stands alone.
            alone = not re.search(rb"[\x80-\xff]{2}", row)
            readings = []
            for guess in (*_WESTERN, *_EAST_ASIAN) if alone else (*_EAST_ASIAN, *_WESTERN):
                try:
                    text = row.decode(guess)
                except UnicodeDecodeError:
                    continue
                readings.append(f"encoding={guess!r} ({shown(text, 40)})")
            proposal = "read it with the encoding it was written in, such as " + ", ".join(
                readings[:3]
            )
        return DataError(
            f"{self.path}, line {line}: byte 0x{data[start]:02x} at offset {offset:,} is not "
            f"{self.encoding.removesuffix('-sig')}; {proposal}."
        )


class _HashingFile(io.RawIOBase):
    """A file's bytes, hashed as they pass."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._file.readinto(buffer)
        self.digest.update(memoryview(buffer)[:count])
        return count

    def close(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()
        super().close()


def canonical_encoding(encoding: str) -> str:
    """Python's name of an encoding; UTF-8 becomes the form that skips a byte order mark.

    Raises:
        ValueError: Python knows no such encoding.

    Example:
        >>> canonical_encoding("UTF8"), canonical_encoding("latin1")
        ('utf-8-sig', 'iso8859-1')
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise ValueError(
            f"encoding={encoding!r} is unknown; use a name such as 'utf-8', 'utf-16', "
            "'latin-1', 'cp1252', 'cp949' or 'shift_jis'."
        ) from None
    return "utf-8-sig" if name == "utf-8" else name
