"""Captions as Flickr8k and Flickr30k are published: `name.jpg#0`, a tab, the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seqkit.data.errors import DataError, shown
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_ROWS, RawRows

_LINE = re.compile(r"([^\t]+)#\d+\t(.*)", re.DOTALL)


def is_flickr_line(line: str) -> bool:
    r"""Whether a line holds the name of an image, the number of a caption, and the caption.

    Args:
        line: The first line of a file.

    Returns:
        True where it has this form.

    Example:
        >>> is_flickr_line("1000268201.jpg#0\tA child climbs a stair ."), is_flickr_line("a,b")
        (True, False)
    """
    return _LINE.fullmatch(line) is not None


def read_flickr(file: TextFile) -> Iterator[RawRows]:
    r"""Yields the captions of a file in Flickr's form; blank lines are passed over.

    Args:
        file: The open file, with `newline="\n"`.

    Yields:
        Chunks with `image` and `caption` and the physical line of each row.

    Raises:
        DataError: A line has another form.
    """
    images: list[str] = []
    captions: list[str] = []
    lines: list[int] = []
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
        images.append(match[1])
        captions.append(match[2])
        lines.append(number)
        if len(lines) >= MOST_ROWS:
            yield _chunk(file, images, captions, lines)
            images, captions, lines = [], [], []
    if lines:
        yield _chunk(file, images, captions, lines)


def _chunk(file: TextFile, images: list[str], captions: list[str], lines: list[int]) -> RawRows:
    """Gathered columns with their lines."""
    columns = {"image": images, "caption": captions}
    return RawRows(columns, lambda row: f"{file.path}, line {lines[row]}", lines)
