"""`read`: whatever people have, made into a `Dataset`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Unpack

from seqkit.data.dataset import Dataset
from seqkit.data.kinds.by_columns import kind_of_columns, readable_kinds
from seqkit.data.request import SourceOptions

if TYPE_CHECKING:
    from seqkit.text import Tokenizer


def read(
    source: Any,
    *,
    columns: Sequence[str] = ("text", "label"),
    label_separator: str | None = None,
    tag_scheme: str | None = None,
    tokenizer: Tokenizer | None = None,
    misaligned: str = "error",
    bad_pairs: str = "error",
    max_length_ratio: float | None = None,
    image_dir: str | os.PathLike[str] | None = None,
    bad_images: str = "error",
    max_pixels: int = 50_000_000,
    **source_options: Unpack[SourceOptions],
) -> Dataset:
    """Reads rows of the kind that the wanted columns tell.

    `read_texts` reads `text` and `label`, `read_tagged` reads `tokens` and `tags`, `read_pairs`
    reads `source` and `target`, and `read_captions` reads `image` and `caption`; each says what
    sources it takes and what its options mean. The options of other kinds change nothing.

    Args:
        source: What the kind's reader takes.
        columns: Standard names to read, which tell the kind.
        label_separator: See `read_texts`.
        tag_scheme: See `read_tagged`, as for `tokenizer` and `misaligned`.
        bad_pairs: See `read_pairs`, as for `max_length_ratio`.
        image_dir: See `read_captions`, as for `bad_images` and `max_pixels`.
        source_options: `names`, `format`, `encoding`, `separator`, `quoting`, `name`, `license` and
            `data_dir`: see `seqkit.data.request.SourceOptions`.

    Returns:
        The rows, as the kind's reader gives them.

    Raises:
        DataError: Something in the data cannot be used; the message names the place.
        FileNotFoundError: There is no such file or folder.
        TypeError: The source is of no kind known.
        ValueError: An argument cannot be used.

    Example:
        >>> from seqkit import data
        >>> rows = data.read({"review": ["good", "bad"], "rating": [5, 1]})
        >>> rows.to_list("text"), rows.to_list("label")
        (['good', 'bad'], ['5', '1'])
        >>> tagged = data.read([(["Ada", "wrote"], ["B-PER", "O"])], columns=("tokens", "tags"))
        >>> tagged.to_list("tokens"), tagged.to_list("tags")
        ([['Ada', 'wrote']], [['B-PER', 'O']])
        >>> lines = [("Hello.", "Hallo."), ("Yes.", "")]
        >>> pairs = data.read(lines, columns=("source", "target"), bad_pairs="drop")
        >>> pairs.to_list("source"), pairs.to_list("target"), pairs.dropped
        (['Hello.'], ['Hallo.'], {'with an empty side': 1})
        >>> data.read([("good", "pos"), ("bad", "")])
        Traceback (most recent call last):
            ...
        seqkit.data.errors.DataError: list of 2, row 1: label is empty ('')...
    """
    given = {
        "label_separator": label_separator,
        "tag_scheme": tag_scheme,
        "tokenizer": tokenizer,
        "misaligned": misaligned,
        "bad_pairs": bad_pairs,
        "max_length_ratio": max_length_ratio,
        "image_dir": image_dir,
        "bad_images": bad_images,
        "max_pixels": max_pixels,
    }
    kind = kind_of_columns(columns)
    own: dict[str, Any] = {}
    for other, options in readable_kinds().items():
        names_of_options = [option.name for option in fields(options)]
        chosen = {option: given[option] for option in names_of_options if option in given}
        # What no kind takes is refused, whichever kind is read.
        options(**chosen)
        if other is kind:
            own = chosen
    return kind.reader(source, columns=columns, **own, **source_options)
