"""Which rows hold the same text."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.raw_rows import MOST_ROWS

EMPTY = np.uint64(0)


def text_keys(texts: pa.ChunkedArray) -> np.ndarray:
    """A number for each text, equal where texts differ only in case and white space.

    Tokens count as the text that they make with a space between them.

    The number is a 64-bit digest: among a million texts, two different ones share theirs with a
    probability of 3e-8.

    Args:
        texts: `<string>[rows]`, or `list<string>[rows]` of tokens.

    Returns:
        `<uint64>[rows]`; `EMPTY` for a text of white space alone.

    Example:
        >>> keys = text_keys(pa.chunked_array([["A  b", "a b ", "ab", " "]]))
        >>> bool(keys[0] == keys[1]), bool(keys[1] == keys[2]), bool(keys[3] == EMPTY)
        (True, False, True)
    """
    keys = np.empty(len(texts), np.uint64)
    start = 0
    for chunk in texts.chunks:
        for offset in range(0, len(chunk), MOST_ROWS):
            part = chunk.slice(offset, MOST_ROWS)
            if pa.types.is_list(part.type):
                part = pc.binary_join(part, " ")
            digests = [text_digest(text) for text in part.to_pylist()]
            keys[start : start + len(part)] = np.frombuffer(b"".join(digests), "<u8")
            start += len(part)
    return keys


def text_digest(text: str) -> bytes:
    """Eight bytes that stand for a text, whatever its case and white space.

    Example:
        >>> text_digest("A  b") == text_digest("a b "), text_digest(" ") == bytes(8)
        (True, True)
    """
    plain = " ".join(text.casefold().split())
    if not plain:
        return bytes(8)
    return hashlib.blake2b(plain.encode(), digest_size=8).digest()
