"""Captions as Flickr8k and Flickr30k are published: `name.jpg#0`, a tab, the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request

_LINE = re.compile(r"([^\t]+)#\d+\t(.*)", re.DOTALL)


def read_flickr(file: TextFile, request: Request) -> Iterator[RawRows]:
    r"""Yields the captions of a file in Flickr's form; blank lines are passed over."""
    yield from gather_rows(_rows(file), ("image", "caption"), file.path)


def _rows(file: TextFile) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yields the line, image and caption of each row."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise DataError(
                f"{file.path}, line {number}: {shown(line.rstrip(), 100)} is not an image's name, "
                "'#', the caption's number, a tab and the caption. Mend the line, or say what the "
                "file is with format=…."
            )
        yield number, (match[1], match[2])


FLICKR = Format(
    "flickr",
    kinds=("captions",),
    read=read_flickr,
    suffixes_by_kind={"captions": (".txt", ".token")},
    recognize=lambda head, request: _LINE.fullmatch(head.lstrip()) is not None,
    columns=("image", "caption"),
)
