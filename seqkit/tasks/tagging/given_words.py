"""What a tagger is given: texts, or lists of words, told apart and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from seqkit.arguments import as_rows, shown
from seqkit.text.code_points import as_text_tensor


def given_sources(sources: Any) -> tuple[bool, list[Any]]:
    """Tells texts from lists of words.

    Args:
        sources: texts, or lists of words, in whatever holds them.

    Returns:
        Whether they are lists of words, and the texts, or the words of each as a list.

    Raises:
        TypeError: `sources` is one string, or a table.
        ValueError: both kinds are given, or something else; its index is named.

    Example:
        >>> given_sources([("Ada", "went")]), given_sources(["Ada went"])
        ((True, [['Ada', 'went']]), (False, ['Ada went']))
    """
    given = as_rows(sources, "sources", "tokens")
    split = bool(given) and not isinstance(given[0], str | bytes)
    rows = []
    for index, source in enumerate(given):
        text, several = isinstance(source, str | bytes), isinstance(source, Iterable)
        if several and text is split:
            raise ValueError(
                "sources has texts and lists of words; give all as one or the other: sources[0] is "
                f"{shown(given[0], 40)}, sources[{index}] is {shown(source, 40)}"
            )
        if split and (not several or isinstance(source, Mapping)):
            raise ValueError(
                f"sources[{index}] is {shown(source, 40)} of type {type(source).__name__}; "
                "give a text or a list of words"
            )
        rows.append(as_rows(source, f"sources[{index}]") if split else source)
    return split, rows


def word_tensor(rows: Sequence[Sequence[str]], first: int) -> tf.Tensor:
    """Words as the graph takes them.

    Args:
        rows: the words of each text.
        first: index of the first text among all, for errors.

    Returns:
        `<string>[texts, words]`, padded with empty strings.

    Raises:
        ValueError: a word is missing, or is not a string; text and word are named.

    Example:
        >>> word_tensor([["Ada", ""], ["a"]], 0).numpy().tolist()
        [[b'Ada', b' '], [b'a', b'']]
    """
    places = [(first + row, word) for row, words in enumerate(rows) for word in range(len(words))]
    # An empty word would be taken for padding; as a space it is just as unknown.
    words = as_text_tensor(
        [" " if word in ("", b"") else word for row in rows for word in row],
        item=lambda index: "sources[{}][{}]".format(*places[index]),
    )
    return tf.RaggedTensor.from_row_lengths(words, [len(row) for row in rows]).to_tensor("")
