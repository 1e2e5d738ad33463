"""Pieces of a stream put together again."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.data import Piece, TextStream


def joined(stream: TextStream, characters: int = 1 << 20) -> str:
    return "".join(piece.text for piece in stream.pieces(characters))


def regrouped(pieces: Iterable[Piece]) -> list[str]:
    """The documents that pieces make, by what they say of where one starts and ends."""
    documents: list[str] = []
    ended = True
    for text, starts, ends in pieces:
        assert starts == ended
        if starts:
            documents.append("")
        documents[-1] += text
        ended = ends
    assert ended
    return documents
