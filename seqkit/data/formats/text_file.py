"""A text file read line by line: unpacked, decoded, hashed, and its faults placed."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from seqkit.data.errors import DataError, shown

_BLOCK = 1 << 20
_BROKEN = (gzip.BadGzipFile, EOFError, zlib.error)
# Tried on a line that is not in the encoding expected, to propose what it may be in.
_WESTERN = ("cp1252", "latin-1")
_EAST_ASIAN = ("cp949", "cp932", "gb18030")


class TextFile:
    """Lines of a file, plain or `.gz`, with the SHA-256 of its bytes taken on the way.

    Args:
        path: The file.
        encoding: Name of its character encoding; a UTF-8 byte order mark is skipped.
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
        unpacked = _unpacked(io.BufferedReader(self._raw, _BLOCK), path)
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
        except _BROKEN as error:
            raise self._broken(f"after line {number}", error) from error

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
        except _BROKEN as error:
            raise self._broken(f"after line {ended}", error) from error

    def blocks(self) -> Iterator[bytes]:
        """Yields the unpacked bytes, some at a time, for a format that states its own encoding."""
        count = 0
        try:
            while block := self._text.buffer.read(_BLOCK):
                count += len(block)
                yield block
        except _BROKEN as error:
            raise self._broken(f"after byte {count:,}", error) from error

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

    def _broken(self, where: str, error: Exception) -> DataError:
        """The error for packing that cannot be undone."""
        return DataError(
            f"{self.path}, {where}: broken gzip data ({error}). Get the file again, or drop .gz "
            "from its name if it is not packed."
        )

    def _undecodable(self) -> DataError:
        """Where and what the first byte is that the encoding does not have.

        The file is read once more: only here are the byte's place and its line worth knowing.
        """
        decoder = codecs.getincrementaldecoder(self.encoding)()
        read_bytes, last = 0, ""
        newlines = io.IncrementalNewlineDecoder(None, translate=not self._newline)
        line = 1
        with _unpacked(self.path.open("rb"), self.path) as file:
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
        if not decoded and data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            proposal = "it begins like UTF-16: read it with encoding='utf-16'"
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


def _unpacked(file: BinaryIO | io.BufferedReader, path: Path) -> BinaryIO | gzip.GzipFile:
    """The bytes themselves of a file that may be packed."""
    return gzip.GzipFile(fileobj=file) if path.suffix.lower() == ".gz" else file
