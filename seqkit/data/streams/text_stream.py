"""Text of any size, read piece by piece, for language models."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from seqkit.data.errors import DataError
from seqkit.data.streams.text_pieces import Piece, cut_pieces, may_cut

# How far a split looks for the start of a line.
_LONGEST_LINE = 1 << 16
_PIECE = 1 << 20


class _Measured(NamedTuple):
    """What one pass through a text tells."""

    characters: int
    documents: int
    sha256: str


class TextStream:
    r"""Documents one after another, read again and again, never held in memory whole.

    `read_stream` makes one of files, folders, collections and texts in memory.

    Args:
        read: Yields the text from its beginning, each time it is called, in pieces of any size
            without NUL; the last of a document says that it ends.
        name: A short name for reports.
        sources: Paths read, or descriptions of what was read.
        license: The licence of the text, where known.

    Example:
        >>> from seqkit.data import read_stream
        >>> stream = read_stream(["One.\nTwo.\n", "Another document."])
        >>> stream.characters, stream.documents
        (27, 2)
        >>> for text, starts, ends in stream.pieces(characters=6):
        ...     print(repr(text), starts, ends)
        'One.\n' True False
        'Two.\n' False True
        'Anothe' True False
        'r ' False False
        'docume' False False
        'nt.' False True
    """

    def __init__(
        self,
        read: Callable[[], Iterator[Piece]],
        *,
        name: str,
        sources: Sequence[str],
        license: str | None = None,
    ) -> None:
        self.name = name
        self.sources = tuple(sources)
        self.license = license
        self._source = read
        self._characters: int | None = None
        self._measured: _Measured | None = None

    def __repr__(self) -> str:
        size = "" if self._characters is None else f", {self._characters:,} characters"
        return f"TextStream({self.name!r}{size})"

    def pieces(self, characters: int = _PIECE) -> Iterator[Piece]:
        r"""Yields the text in order, some at a time; joined, the pieces are the text exactly.

        A piece ends after a line's end, or in a line that is longer than a piece after white space,
        or at last anywhere, but neither inside `\r\n` nor between a letter and its marks. A
        document never shares a piece with the next.

        Args:
            characters: The most characters of a piece, but for a single letter with more marks.

        Yields:
            Text, whether a document starts with it, and whether one ends with it.

        Raises:
            DataError: The text cannot be read, or is not the one that was read before.
            ValueError: `characters` is not positive.
        """
        if characters < 1:
            raise ValueError(f"characters={characters} must be at least 1.")
        return cut_pieces(self._read(), characters)

    @property
    def characters(self) -> int:
        """Code points in all; the first time, the text is read once through."""
        return self._measure().characters if self._characters is None else self._characters

    @property
    def documents(self) -> int:
        """Documents, a part of one at either end of a slice counted as one."""
        return self._measure().documents

    def content_sha256(self) -> str:
        """Digest of the text and of where its documents end, whatever source it came from.

        Returns:
            64 hexadecimal digits.
        """
        return self._measure().sha256

    def head(self, characters: int) -> str:
        """The beginning of the text, documents joined.

        Args:
            characters: How many characters; fewer where the text has no more.

        Returns:
            The text.

        Raises:
            ValueError: `characters` is negative.
        """
        if characters < 0:
            raise ValueError(f"characters={characters} must be 0 or more.")
        parts: list[str] = []
        wanted = characters
        with closing(self._read()) as pieces:
            while wanted and (piece := next(pieces, None)):
                parts.append(piece.text[:wanted])
                wanted -= len(parts[-1])
        return "".join(parts)

    def slice(self, start: int, stop: int | None = None) -> TextStream:
        """A range of the characters, as a stream of its own that holds nothing.

        A document that the range cuts begins where the range does; where the range ends before it,
        no piece says that it ends. Reading begins at the beginning of the whole.

        Args:
            start: The first character, counted from 0.
            stop: The character after the last; None is the end.

        Returns:
            The view, with the same name, sources and licence.

        Raises:
            ValueError: The range is empty, or goes beyond the text.

        Example:
            >>> from seqkit.data import read_stream
            >>> view = read_stream(["abcd", "efgh"]).slice(2, 6)
            >>> list(view.pieces())
            [Piece(text='cd', starts=True, ends=True), Piece(text='ef', starts=True, ends=False)]
        """
        stop = self.characters if stop is None else stop
        if not 0 <= start < stop <= self.characters:
            raise ValueError(
                f"start={start}, stop={stop} must be a range of at least one of the "
                f"{self.characters:,} characters of {self.name!r}."
            )
        view = TextStream(
            lambda: _in_range(self._read(), start, stop),
            name=self.name,
            sources=self.sources,
            license=self.license,
        )
        view._characters = stop - start
        return view

    def _read(self) -> Generator[Piece, None, None]:
        """Yields pieces of any size; a text that changed since it was measured is refused."""
        count = 0
        for piece in self._source():
            count += len(piece.text)
            yield piece
        if self._characters is None:
            self._characters = count
        elif count != self._characters:
            raise DataError(
                f"{', '.join(self.sources)}: {count:,} characters were read, but "
                f"{self._characters:,} when it was read before. Leave files as they are while they "
                "are read; a callable must give all texts each time it is called, not go on with "
                "one iterator."
            )

    def _measure(self) -> _Measured:
        """What one pass tells, kept."""
        if self._measured is None:
            digest, characters, documents = hashlib.sha256(), 0, 0
            for text, starts, ends in self._read():
                characters += len(text)
                documents += starts
                digest.update(text.encode())
                if ends:
                    digest.update(b"\0")  # in no text
            self._measured = _Measured(characters, documents, digest.hexdigest())
        return self._measured


def split_stream(stream: TextStream, fraction: float) -> tuple[TextStream, TextStream]:
    r"""Splits a text in two: what comes first, and the rest from the start of a line on.

    Lines drawn by chance would leak: their neighbours, which tell much of them, would be in the
    other part. Where no line or document starts within 65,536 characters, the text is cut after
    white space, or in so long a text without it anywhere.

    Args:
        stream: The text.
        fraction: Share of the characters that the second part gets, less what is left of the line
            where it would begin.

    Returns:
        The first part and the second, views of the same text.

    Raises:
        ValueError: `fraction` is not between 0 and 1, or a part would be empty.

    Example:
        >>> from seqkit.data import read_stream, split_stream
        >>> lines = [f"line {i}\n" for i in range(10)]
        >>> first, second = split_stream(read_stream(["".join(lines)]), 0.25)
        >>> first.characters, second.head(10)
        (56, 'line 8\nlin')
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction={fraction} must lie between 0 and 1, such as 0.1.")
    length = stream.characters
    wanted = length - max(1, round(fraction * length))
    cut = _part_start(stream, wanted) if wanted > 0 else 0
    if not 0 < cut < length:
        raise ValueError(
            f"fraction={fraction}: no line starts in the last {length - max(wanted, 0):,} of the "
            f"{length:,} characters of {stream.name!r}, so a part would be empty. Give a larger "
            "fraction, more text, or parts of your own."
        )
    return stream.slice(0, cut), stream.slice(cut)


def _part_start(stream: TextStream, wanted: int) -> int:
    """The nearest place from `wanted` on where a part may begin, or the end of the text."""
    # From one character before, so that a line's end there is seen.
    first = wanted - 1
    length = stream.characters
    last = min(wanted + _LONGEST_LINE, length)
    line = ""
    for text, starts, _ in stream.slice(first, last).pieces():
        if starts and line:
            return first + len(line)
        line_end = text.find("\n") + 1
        if line_end and first + len(line) + line_end < length:
            return first + len(line) + line_end
        line += text
    places = range(1, len(line))
    for place in places:
        if line[place - 1].isspace() and not line[place].isspace() and may_cut(line, place):
            return first + place
    if last == length:
        return length
    return first + next((place for place in places if may_cut(line, place)), 1)


def _in_range(
    pieces: Generator[Piece, None, None], start: int, stop: int
) -> Generator[Piece, None, None]:
    """Yields the pieces of a range of characters; the first starts a document."""
    at = 0
    with closing(pieces):
        for text, starts, ends in pieces:
            end = at + len(text)
            if end > start:
                inside = text[max(start - at, 0) : stop - at]
                yield Piece(inside, starts or at <= start, ends and end <= stop)
            at = end
            if at >= stop:
                return
