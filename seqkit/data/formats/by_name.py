"""The formats of files, and which of them a file's name tells."""

from __future__ import annotations

from pathlib import Path

from seqkit.data.formats.annotated_csv import ANNOTATED_CSV
from seqkit.data.formats.brat import BRAT
from seqkit.data.formats.class_folder import CLASS_FOLDER
from seqkit.data.formats.coco import COCO
from seqkit.data.formats.conll import CONLL
from seqkit.data.formats.conllu import CONLLU
from seqkit.data.formats.conversations import CONVERSATIONS
from seqkit.data.formats.delimited import CSV, TSV
from seqkit.data.formats.flickr import FLICKR
from seqkit.data.formats.format import Format
from seqkit.data.formats.image_folder import IMAGE_FOLDER
from seqkit.data.formats.json_value import JSON
from seqkit.data.formats.jsonl import JSONL
from seqkit.data.formats.karpathy import KARPATHY
from seqkit.data.formats.labelled_lines import LINES
from seqkit.data.formats.packing import plain_path
from seqkit.data.formats.parquet import PARQUET
from seqkit.data.formats.piano_roll_json import PIANO_ROLLS
from seqkit.data.formats.saved_dataset import ARROW, SAVED_DATASET
from seqkit.data.formats.sentence_table import SENTENCE_TABLE
from seqkit.data.formats.spreadsheet import SPREADSHEET
from seqkit.data.formats.text_file import TextFile
from seqkit.data.formats.tmx import TMX
from seqkit.data.formats.tunes import ABC
from seqkit.data.request import Request

# Where several may be meant, the first that recognizes the file is taken.
FORMATS: tuple[Format, ...] = (
    CSV,
    ANNOTATED_CSV,
    SENTENCE_TABLE,
    LINES,
    FLICKR,
    TSV,
    KARPATHY,
    COCO,
    JSON,
    JSONL,
    PARQUET,
    SPREADSHEET,
    CONLL,
    CONLLU,
    TMX,
    ABC,
    ARROW,
    SAVED_DATASET,
    IMAGE_FOLDER,
    CLASS_FOLDER,
    BRAT,
    CONVERSATIONS,
    PIANO_ROLLS,
)

# Characters by which an object of JSON can be told.
_HEAD = 65_536
# What is not read, and what to make of it.
_UNREAD = {
    **dict.fromkeys((".xls", ".ods", ".numbers"), "save it as .xlsx, or as CSV (UTF-8)"),
    **dict.fromkeys((".7z", ".rar", ".tar", ".tgz", ".lz4", ".br"), "unpack it, and give the file"),
    **dict.fromkeys((".doc", ".docx", ".odt", ".pdf", ".rtf"), "save its text as .txt"),
    **dict.fromkeys((".pkl", ".pickle", ".rds", ".sav", ".dta"), "save the table as Parquet"),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), "save the table that is meant as CSV"),
}


def format_named(name: str) -> Format:
    """The format of this name; `ValueError` if there is none."""
    for form in FORMATS:
        if form.name == name:
            return form
    raise ValueError(f"format={name!r} must be one of {_listed(FORMATS)}.")


def format_of(path: Path, given: Format | None, request: Request) -> Format:
    """The format given, or that of a file's name, or of its beginning where the name is ambiguous.

    Raises:
        ValueError: The name does not tell, or the format has no such columns.

    Example:
        >>> from seqkit.data.kinds.tags import TAGS
        >>> tokens = Request(TAGS, ("tokens", "tags"))
        >>> format_of(Path("train.conllu.gz"), None, tokens).name
        'conllu'
    """
    form = given or _by_name(path, request)
    if form.gives(request):
        return form
    kind = request.kind
    message = f"source={str(path)!r}: a {form.name!r} file has no columns {request.columns}"
    if form.holds(kind) and form.columns is not None:
        raise ValueError(f"{message}; it has {', '.join(map(repr, form.columns))} alone.")
    can = [other for other in FORMATS if other.gives(request)]
    message += f"; {kind.name} come from {_listed(can)}"
    if form.columns is not None:
        message += f". Of this file read columns={form.columns}"
    raise ValueError(message + (f"; {kind.elsewhere}." if kind.elsewhere else "."))


def is_table(path: Path) -> bool:
    """Whether a file's name says that it is more than lines of text.

    Args:
        path: The file.

    Returns:
        True for `.csv`, `.jsonl` and the like, also where they are packed.

    Example:
        >>> is_table(Path("train.csv.gz")), is_table(Path("train.en"))
        (True, False)
    """
    return any(_suffix(path) in form.suffixes for form in FORMATS)


def stem(path: Path) -> str:
    """A file's name without its suffixes for format and packing.

    Example:
        >>> stem(Path("data/train.csv.gz")), stem(Path("eng.train"))
        ('train', 'eng.train')
    """
    plain = plain_path(path)
    return plain.stem if is_table(path) or _suffix(path) == ".txt" else plain.name


def _by_name(path: Path, request: Request) -> Format:
    """The format that a name tells, with the beginning of the file where it must."""
    suffix, kind = _suffix(path), request.kind
    if path.is_dir():
        folders = (form for form in FORMATS if form.folder and form.holds(kind))
        return next(f for f in folders if f.recognize_folder is None or f.recognize_folder(path))
    likely = [form for form in FORMATS if suffix in form.suffixes_by_kind.get(kind.name, ())]
    if any(form.recognize for form in likely):
        head = _head(path, request.encoding)
        for form in likely:
            if form.recognize is not None and form.recognize(head, request):
                return form
    certain = [form for form in likely if form.recognize is None]
    certain += [form for form in FORMATS if suffix in form.suffixes]
    if certain:
        return certain[0]
    if suffix in _UNREAD:
        raise ValueError(f"source={str(path)!r}: {suffix} files are not read; {_UNREAD[suffix]}.")
    given = [form for form in FORMATS if form.gives(request)]
    raise ValueError(
        f"source={str(path)!r}: its name does not tell its format"
        + (", and neither does its beginning" if likely else "")
        # What comes in one format alone is read without saying which.
        + (f"; give format= one of {_listed(given)}" if len(given) > 1 else "")
        + (f"; {kind.elsewhere}." if kind.elsewhere else ".")
    )


def _head(path: Path, encoding: str) -> str:
    """The beginning of a file, up to its first line that is not blank.

    Where an object of JSON is written over many lines, so many of them that its kind can be told.
    """
    head = ""
    with TextFile(path, encoding, "\n") as text:
        for line in text:
            head += line
            opened = head.lstrip().startswith(("{\n", "{\r\n")) and len(head) < _HEAD
            if line.strip() and not opened:
                break
    return head


def _suffix(path: Path) -> str:
    """What a name ends in, in lower case and without its packing."""
    return plain_path(path).suffix.lower()


def _listed(forms: tuple[Format, ...] | list[Format]) -> str:
    return ", ".join(repr(form.name) for form in forms)
