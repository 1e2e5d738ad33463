"""A folder of images: the file in it that holds their captions, or a text beside each image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqkit.data.errors import DataError
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_ROWS, RawRows

_STEMS = ("captions", "metadata")
_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".txt", ".token")
_IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp")


def captions_file(folder: Path) -> Path | None:
    """The file in a folder that holds the captions of its images.

    Args:
        folder: The folder.

    Returns:
        The file named `captions` (or `metadata`) with the suffix of a format that is read, also
        `.gz`; None where there is none.

    Raises:
        DataError: There are several.
    """
    found = sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.name.lower().removesuffix(".gz") in _names()
    )
    if len(found) > 1:
        raise DataError(
            f"{folder}: {len(found)} files could hold the captions: "
            f"{', '.join(path.name for path in found)}. Give the one that is meant as the source."
        )
    return found[0] if found else None


def read_image_folder(folder: Path, encoding: str) -> Iterator[RawRows]:
    """Yields the images of a folder, and of those in it, whose captions stand in texts beside them.

    Args:
        folder: The folder; `a.jpg` has its captions in `a.txt`, one on every line.
        encoding: Character encoding of the texts.

    Yields:
        Chunks in the order of the names: `image`, relative to the folder, and `caption`, an empty
        list where there is no text beside the image.

    Raises:
        DataError: There is no image with a text beside it.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _IMAGES)
    texts = {path: path.with_suffix(".txt") for path in paths}
    if not any(text.is_file() for text in texts.values()):
        raise DataError(
            f"{folder}: {len(paths):,} images and no captions. Put a file captions.csv, .tsv, "
            ".jsonl, .json or .txt into the folder, or beside every image a text of the same name "
            "(a.jpg, a.txt) with a caption on every line."
        )
    rows: list[tuple[str, object, str]] = []
    for path in paths:
        rows += _captions_beside(path, texts[path], str(path.relative_to(folder)), encoding)
        if len(rows) >= MOST_ROWS:
            yield _chunk(rows)
            rows = []
    if rows:
        yield _chunk(rows)


def _captions_beside(
    path: Path, text: Path, name: str, encoding: str
) -> Iterator[tuple[str, object, str]]:
    """The image's name, a caption, and where it stands, or no captions where there are none."""
    found = False
    if text.is_file():
        with TextFile(text, encoding, "\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    found = True
                    yield name, line, f"{text}, line {number}"
    if not found:
        yield name, [], str(path)


def _chunk(rows: list[tuple[str, object, str]]) -> RawRows:
    """Gathered rows turned into columns."""
    images, captions, places = zip(*rows, strict=True)
    return RawRows({"image": images, "caption": captions}, lambda row: places[row])


def _names() -> set[str]:
    """The names that a file of captions may have."""
    return {stem + suffix for stem in _STEMS for suffix in _SUFFIXES}
