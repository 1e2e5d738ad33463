"""A folder of images: the file in it that holds their captions, or a text beside each image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.packing import PACKINGS
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import MOST_ROWS, RawRows
from seqkit.data.request import Request

_STEMS = ("captions", "metadata")
_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".txt", ".token")
_IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp")


def captions_file(folder: Path) -> Path | None:
    """The file in a folder that holds the captions of its images, or None where there is none.

    It is named `captions` (or `metadata`) with the suffix of a format that is read, also packed; of
    several none is taken, and a `DataError` names them.
    """
    files = sorted(
        path for path in folder.iterdir() if path.is_file() and _plain_name(path) in _names()
    )
    if len(files) > 1:
        raise DataError(
            f"{folder}: {len(files)} files could hold the captions: "
            f"{', '.join(path.name for path in files)}. Give the one that is meant as the source."
        )
    return files[0] if files else None


def read_image_folder(folder: Path, request: Request) -> Iterator[RawRows]:
    """Yields the images of a folder, and of those in it, whose captions stand in texts beside them.

    `a.jpg` has its captions in `a.txt`, one on every line. Images come in the order of their names,
    relative to the folder, each with an empty list where there is no text beside it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            f"source={str(folder)!r}: there is no such folder (looked in {Path.cwd()})."
        )
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
        rows += _captions_beside(path, texts[path], str(path.relative_to(folder)), request.encoding)
        if len(rows) >= MOST_ROWS:
            yield _chunk(rows)
            rows = []
    if rows:
        yield _chunk(rows)


def _captions_beside(
    path: Path, text: Path, name: str, encoding: str
) -> Iterator[tuple[str, object, str]]:
    """The image's name, a caption, and where it stands, or no captions where there are none."""
    any_caption = False
    if text.is_file():
        with TextFile(text, encoding, "\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    any_caption = True
                    yield name, line, f"{text}, line {number}"
    if not any_caption:
        yield name, [], str(path)


def _chunk(rows: list[tuple[str, object, str]]) -> RawRows:
    """Gathered rows turned into columns."""
    images, captions, places = zip(*rows, strict=True)
    return RawRows({"image": images, "caption": captions}, lambda row: places[row])


def _plain_name(path: Path) -> str:
    """A file's name in lower case, without its packing."""
    return (path.stem if path.suffix.lower() in PACKINGS else path.name).lower()


def _names() -> set[str]:
    """The names that a file of captions may have."""
    return {stem + suffix for stem in _STEMS for suffix in _SUFFIXES}


IMAGE_FOLDER = Format(
    "folder",
    kinds=("captions",),
    read=read_image_folder,
    columns=("image", "caption"),
    newline=None,
    folder=True,
)
