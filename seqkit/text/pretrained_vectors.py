"""Pretrained word vectors, read from a text file that is never loaded as a whole."""

from __future__ import annotations

import itertools
import mmap
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqkit.text.word_encoder import normal_words

_BLOCK = 8192  # lines whose words are compared together
_PROBE = 100  # lines from which the number of values is determined
_BOM = b"\xef\xbb\xbf"
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_PACKED_NAMES = (".gz", ".zip", ".bz2", ".xz", ".tgz", ".tar", ".7z")


class _Line(NamedTuple):
    """A line of the file: its number, counted from 1, its offset in bytes, and its bytes."""

    number: int
    offset: int
    data: bytes


class PretrainedVectors:
    """A text file of word vectors, mapped into memory; only the lines of wanted words are parsed.

    Each line has a word and its values, separated by single spaces (GloVe); a first line with the
    numbers of words and values may precede them (fastText, word2vec). The values are the last
    `dim` fields of a line, so that a word may contain spaces. A word that occurs twice has the
    vector of its first line. The file must not change while it is open.

    Args:
        path: the file, UTF-8, not compressed.

    Attributes:
        path: the file.
        dim: the number of values of a word.

    Raises:
        FileNotFoundError: the file does not exist.
        IsADirectoryError: the path is a directory.
        ValueError: the file is compressed, binary or empty, or the numbers in its first line do
            not match the other lines; file and line are named.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "vectors.txt")
        ...     written = path.write_text("the 0.5 -1\\nParis 2 0\\nnew york 1 1\\n")
        ...     with PretrainedVectors(path) as file:
        ...         vectors, known = file.lookup(["new york", "paris", "rome"])
        >>> vectors.tolist(), known.tolist()
        ([[1.0, 1.0], [2.0, 0.0], [0.0, 0.0]], [True, True, False])
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        _refuse_other_files(self.path)
        with self.path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            self.dim, self._stated, self._first = self._form()
        except ValueError:
            self.close()
            raise

    def __enter__(self) -> PretrainedVectors:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._map.close()

    def first_words(self, count: int) -> list[str]:
        """Gives the words of the first lines, usually the most frequent ones.

        Args:
            count: the number of lines.

        Returns:
            The words as spelled in the file.

        Raises:
            ValueError: a word is not UTF-8; file and line are named.
        """
        words = []
        for line in itertools.islice(self._lines(), count):
            try:
                words.append(self._word(line).decode())
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"{self.path}, line {line.number}: byte 0x{error.object[error.start]:02x} of "
                    f"the word {error.object[:40]!r} is not UTF-8; save the file as UTF-8, or drop "
                    "such bytes with iconv -c -f utf-8 -t utf-8"
                ) from None
        return words

    def lookup(self, words: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Looks up the vectors of words, in one pass over the file.

        A word has the vector of the line with exactly this spelling; otherwise that of the first
        line whose word is the same in lower case and with digits 0, which is how a `WordEncoder`
        reads words: `paris` has that of `Paris`, `0000` that of `1999`.

        Args:
            words: words, in any order.

        Returns:
            `<float32>[words, dim]`, zeros for words without a vector, and `<bool>[words]`, which
            words have one.

        Raises:
            ValueError: the line of a wanted word has too few values or a value that is not a
                finite number, or the first line gives a wrong number of words; file and line are
                named.
        """
        keys = [word.encode() for word in words]
        places = self._places({key for key in keys if key})
        vectors = np.zeros((len(keys), self.dim), np.float32)
        known = np.array([key in places for key in keys], bool)
        # In the order of the file, so that a disk reads forward.
        for row in sorted(np.flatnonzero(known).tolist(), key=lambda row: places[keys[row]]):
            vectors[row] = self._values(*places[keys[row]])
        return vectors, known

    def _form(self) -> tuple[int, int | None, _Line]:
        """Gives the numbers of values and of words, if the file says it, and the first line."""
        self._map.seek(len(_BOM) if self._map[: len(_BOM)] == _BOM else 0)
        first = _Line(1, self._map.tell(), self._map.readline())
        stated = first.data.split()
        has_header = len(stated) == 2 and all(field.isdigit() for field in stated)
        begin = _Line(2, self._map.tell(), b"") if has_header else first
        fields = Counter(
            _content(line.data).count(b" ") for line in itertools.islice(self._lines(begin), _PROBE)
        )
        if not fields:
            raise ValueError(f"{self.path}: no word with a vector in it; give another file")
        # Most words contain no space, and those that do have more fields.
        dim = min(fields, key=lambda number: (-fields[number], number))
        if dim == 0:
            raise ValueError(
                f"{self.path}, line {begin.number}: no value after the word; each line must be a "
                "word and its values, separated by single spaces"
            )
        if has_header and dim != int(stated[1]):
            raise ValueError(
                f"{self.path}, line 1: says {int(stated[1])} values of a word, but the lines after "
                f"it have {dim}; correct it, or download the file again"
            )
        return dim, int(stated[0]) if has_header else None, begin

    def _lines(self, begin: _Line | None = None) -> Iterator[_Line]:
        """Yields every line that is not blank."""
        first, offset, _ = begin or self._first
        self._map.seek(offset)
        for number in itertools.count(first):
            data = self._map.readline()
            if not data:
                return
            if not data.isspace():
                yield _Line(number, offset, data)
            offset += len(data)

    def _word(self, line: _Line) -> bytes:
        """Gives the part of a line before its values."""
        content = _content(line.data)
        several = content.count(b" ") - self.dim
        return content.rsplit(b" ", self.dim)[0] if several > 0 else content.partition(b" ")[0]

    def _places(self, wanted: set[bytes]) -> dict[bytes, tuple[int, int]]:
        """Gives number and offset of the line of each wanted word that the file has."""
        exact: dict[bytes, tuple[int, int]] = {}
        alike: dict[bytes, tuple[int, int]] = {}
        # Only lines whose first field may begin a wanted word are examined closely.
        beginnings = {word.partition(b" ")[0] for word in wanted}
        lines = self._lines()
        count = 0
        while block := list(itertools.islice(lines, _BLOCK)):
            count += len(block)
            fields = [line.data.partition(b" ")[0] for line in block]
            for line, field, normal in zip(block, fields, _normal(fields), strict=True):
                if field not in beginnings and normal not in beginnings:
                    continue
                word = self._word(line)
                exact.setdefault(word, line[:2])
                alike.setdefault(normal if word == field else _normal([word])[0], line[:2])
        if self._stated is not None and count != self._stated:
            raise ValueError(
                f"{self.path}, line 1: says {self._stated:,} words, but {count:,} lines follow; "
                "download the file again, or correct the line if the rest is complete"
            )
        return {word: place for word, place in (alike | exact).items() if word in wanted}

    def _values(self, number: int, offset: int) -> np.ndarray:
        """Reads the vector of a line."""
        self._map.seek(offset)
        fields = _content(self._map.readline()).split(b" ")
        if len(fields) <= self.dim:
            raise ValueError(
                f"{self.path}, line {number}: {len(fields) - 1} values after the word "
                f"{_shown(fields[0])}, elsewhere {self.dim}; download the file again, or correct "
                "the line"
            )
        try:
            numbers = [*map(float, fields[-self.dim :])]
        except ValueError:
            numbers = [*map(_number, fields[-self.dim :])]
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, and is refused
            values = np.array(numbers).astype(np.float32)
        for column in np.flatnonzero(~np.isfinite(values))[:1].tolist():
            raise ValueError(
                f"{self.path}, line {number}: value {column + 1} after the word "
                f"{_shown(b' '.join(fields[: -self.dim]))} is {_shown(fields[column - self.dim])}, "
                "not a finite number; download the file again, or remove the line"
            )
        return values


def _refuse_other_files(path: Path) -> None:
    """Raises an error with a remedy if the path is not a text file."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a directory; give the file of word vectors in it")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file of word vectors")
    with path.open("rb") as file:
        begin = file.read(1 << 12)
    packed = next((name for magic, name in _PACKED.items() if begin.startswith(magic)), None)
    if packed is None and path.suffix.lower() in _PACKED_NAMES:
        packed = path.suffix[1:]
    if packed is not None:
        raise ValueError(f"{path} is compressed ({packed}); unpack it, and give the text file")
    if path.suffix.lower() == ".bin" or b"\0" in begin:
        raise ValueError(
            f"{path} is binary or UTF-16; give word vectors as UTF-8 text, such as fastText's .vec"
        )
    if not begin:
        raise ValueError(f"{path} is empty; give a file of word vectors")


def _content(line: bytes) -> bytes:
    """Removes the end of a line; fastText leaves a space there."""
    return line.rstrip(b" \r\n")


def _normal(words: list[bytes]) -> list[bytes]:
    return normal_words(words).numpy().tolist()


def _number(field: bytes) -> float:
    try:
        return float(field)
    except ValueError:
        return float("nan")


def _shown(data: bytes) -> str:
    return repr(data[:40].decode(errors="replace"))
