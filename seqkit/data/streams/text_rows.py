"""Texts of their own from what holds no table: lines of a file, strings of a list."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seqkit.data.formats.by_name import is_table
from seqkit.data.formats.tfds import SCHEME
from seqkit.data.streams.read_stream import read_stream


def text_rows(source: Any, **options: Any) -> Any:
    """Makes rows of a text file's lines and of a list's strings; other sources stay what they are.

    Args:
        source: anything; empty lines of files are left out.
        options: other arguments of `read_stream`, such as `encoding`.

    Returns:
        What `seqkit.data.read` takes with `columns=("text",)`.

    Raises:
        DataError: a file cannot be read; the message names the place.
        FileNotFoundError: there is no such file.

    Example:
        >>> text_rows(["hello", "world"])
        {'text': ['hello', 'world']}
    """
    if isinstance(source, (str, os.PathLike)):
        if is_table(Path(source)) or str(source).startswith(SCHEME):
            return source
        pieces = read_stream(source, **options).pieces()
        lines = (line for piece in pieces for line in piece.text.splitlines())
        return {"text": [line for line in lines if line.strip()]}
    if isinstance(source, Sequence) and source and all(isinstance(text, str) for text in source):
        return {"text": list(source)}
    return source
