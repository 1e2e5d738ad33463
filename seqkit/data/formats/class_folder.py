"""A folder for each class, with a text in each of its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.format import Format
from seqkit.data.formats.packing import plain_path
from seqkit.data.formats.text_file import TextFile
from seqkit.data.part_names import PARTS
from seqkit.data.raw_rows import MOST_CHARACTERS, MOST_ROWS, RawRows
from seqkit.data.request import Request

_SUFFIXES = (".txt", "")


def read_class_folder(folder: Path, request: Request) -> Iterator[RawRows]:
    """Yields the texts of a folder whose folders are named after the labels of what is in them.

    Each file that ends in `.txt`, or has no suffix, is a text, packed or not; files of other names
    are passed over. Texts come in the order of their names.
    """
    folders = sorted(path for path in folder.iterdir() if path.is_dir() and _counts(path))
    parts = [path.name for path in folders if path.name.casefold() in PARTS]
    if parts:
        raise DataError(
            f"{folder} has the parts {shown(parts)}, not the labels of texts. Give one of them, "
            f"such as {str(folder / parts[0])!r}."
        )
    files = [(path, label.name) for label in folders for path in _texts(label)]
    if not files:
        raise DataError(
            f"{folder}: no texts. A folder is read that has a folder for each label, with a text "
            "in each of its files (pos/1.txt, neg/1.txt); for another, give the file that is meant."
        )
    rows: list[tuple[Path, str, str]] = []
    characters = 0
    for path, label in files:
        with TextFile(path, request.encoding, "\n") as file:
            text = "".join(file.texts()).strip()
        rows.append((path, text, label))
        characters += len(text)
        if len(rows) >= MOST_ROWS or characters >= MOST_CHARACTERS:
            yield _chunk(rows, request)
            rows, characters = [], 0
    if rows:
        yield _chunk(rows, request)


def _chunk(rows: list[tuple[Path, str, str]], request: Request) -> RawRows:
    """Gathered rows turned into columns."""
    paths, texts, labels = zip(*rows, strict=True)
    columns = {"text": texts, "label": labels}
    return RawRows({name: columns[name] for name in request.columns}, lambda row: str(paths[row]))


def _texts(folder: Path) -> list[Path]:
    """The files of a folder, and of those in it, that are texts."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and _counts(path) and plain_path(path).suffix.lower() in _SUFFIXES
    )


def _counts(path: Path) -> bool:
    """Whether a name is not one that systems hide."""
    return not path.name.startswith((".", "__"))


CLASS_FOLDER = Format(
    "class folder",
    kinds=("labels",),
    read=read_class_folder,
    columns=("text", "label"),
    newline=None,
    folder=True,
)
