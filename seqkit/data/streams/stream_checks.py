"""What to know about streams of text before training: how much there is, and lines that leak."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from seqkit.data.streams.text_stream import TextStream

# Shorter lines, such as names, come again by themselves.
_LEAST = 40
# The most lines of the training part whose digests are kept: some 100 MB.
_MOST = 1_000_000


class StreamReport(NamedTuple):
    """What `check_streams` found.

    Attributes:
        characters: Of each part.
        documents: Of each part.
        leaks: Of parts but the first: share of their lines of 40 characters or more that the
            training part holds too; none where it has no such line.
    """

    characters: Mapping[str, int]
    documents: Mapping[str, int]
    leaks: Mapping[str, float]

    def lines(self) -> list[str]:
        """The report as lines of plain text."""
        lines = [
            f"{part}: {self.characters[part]:,} characters, documents: {self.documents[part]:,}"
            for part in self.characters
        ]
        return lines + [
            f"{part} in train: {share:.1%} of its lines of {_LEAST} characters or more"
            for part, share in self.leaks.items()
        ]


def check_streams(
    train: TextStream, validation: TextStream | None = None, test: TextStream | None = None
) -> StreamReport:
    """Looks for what makes scores of streams misleading: long lines that come in two parts.

    Args:
        train: What is trained on; of much text the first million long lines are compared.
        validation: What training is stopped by, or None.
        test: What is scored, or None.

    Returns:
        The report.

    Example:
        >>> from seqkit.data import read_stream
        >>> line = "The same line of more than forty characters.\\n"
        >>> train, test = read_stream([line + "More.\\n"]), read_stream([line, "x" * 50])
        >>> print(*check_streams(train, test=test).lines(), sep="\\n")
        train: 51 characters, documents: 1
        test: 95 characters, documents: 2
        test in train: 50.0% of its lines of 40 characters or more
    """
    given = {"train": train, "validation": validation, "test": test}
    parts = {part: stream for part, stream in given.items() if stream is not None}
    known = set(_digests(train))
    leaks = {}
    for part in list(parts)[1:]:
        digests = _digests(parts[part])
        if digests:
            leaks[part] = sum(digest in known for digest in digests) / len(digests)
    return StreamReport(
        {part: stream.characters for part, stream in parts.items()},
        {part: stream.documents for part, stream in parts.items()},
        leaks,
    )


def _digests(stream: TextStream) -> list[bytes]:
    """Digests of a stream's long lines."""
    digests: list[bytes] = []
    for piece in stream.pieces():
        for line in piece.text.splitlines():
            if len(line.strip()) >= _LEAST:
                digests.append(hashlib.blake2b(line.strip().encode(), digest_size=8).digest())
                if len(digests) == _MOST:
                    return digests
    return digests
