"""What a file's name tells of its format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from seqkit.data.columns import is_captioned, is_pair
from seqkit.data.formats.flickr import is_flickr_line
from seqkit.data.formats.labelled_lines import PREFIX
from seqkit.data.formats.text_file import TextFile, canonical_encoding
from seqkit.data.kinds.captions import CAPTIONED

FORMATS = (
    "csv",
    "tsv",
    "jsonl",
    "parquet",
    "lines",
    "conll",
    "conllu",
    "tmx",
    "coco",
    "flickr",
    "folder",
)
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".conllu": "conllu",
    ".conllx": "conllu",
    ".tmx": "tmx",
}
# A token a line needs a format of its own; a table of texts has no place for lists of tokens.
_OF_TOKENS = ("conll", "conllu")
_OF_TEXTS = ("csv", "tsv", "lines")
# Of a label and a text on every line no pair can be made.
OF_IMAGES = ("coco", "flickr", "folder")
_NOT_OF_PAIRS = ("lines", *_OF_TOKENS, *OF_IMAGES)
_NOT_OF_IMAGES = ("lines", "tmx", *_OF_TOKENS)
_TWO_FILES = "for two files with one sentence on every line give both: 'train.{en,de}'"


def format_of(path: Path, given: str | None, wanted: Sequence[str], encoding: str) -> str:
    """The format given, or that of a file's name, or of its first line where the name is `.txt`.

    Where tokens are wanted, a `.txt`, `.tsv` or `.tab` is a CoNLL file; where captions are, the
    first line of a `.json` tells COCO from JSON Lines, and that of a `.txt` Flickr's from a table.

    Args:
        path: The file.
        given: One of `FORMATS`, or None.
        wanted: Standard names of the columns to read.
        encoding: Character encoding, for a look at the first line.

    Returns:
        One of `FORMATS`.

    Raises:
        ValueError: The name does not tell, or the format has no such columns.

    Example:
        >>> format_of(Path("train.conllu.gz"), None, ("tokens", "tags"), "utf-8")
        'conllu'
    """
    tagged = "tokens" in wanted
    suffix = _plain(path).suffix.lower()
    if given is None and tagged and suffix in (".txt", ".tsv", ".tab"):
        return "conll"
    if given is None and is_captioned(wanted) and suffix in (".json", ".txt", ".token"):
        given = _of_captions(path, encoding)
    form = given or _SUFFIXES.get(suffix) or _of_first_line(path, wanted, encoding)
    if is_captioned(wanted) and form in _NOT_OF_IMAGES:
        raise ValueError(
            f"source={str(path)!r}: a {form!r} file has no columns {tuple(wanted)}; captions come "
            "from 'csv', 'tsv', 'jsonl', 'parquet', 'coco' and 'flickr' files, and from folders."
        )
    if form in OF_IMAGES and set(wanted) != set(CAPTIONED):
        raise ValueError(
            f"source={str(path)!r}: a {form!r} source has no columns {tuple(wanted)}. Read its "
            "captions: columns=('image', 'caption')."
        )
    if is_pair(wanted) and form in _NOT_OF_PAIRS:
        raise ValueError(
            f"source={str(path)!r}: a {form!r} file has no columns {tuple(wanted)}; {_TWO_FILES}."
        )
    if form == "tmx" and not is_pair(wanted):
        raise ValueError(
            f"source={str(path)!r}: a 'tmx' file has no columns {tuple(wanted)}. Read its pairs: "
            "columns=('source', 'target')."
        )
    if form in _OF_TOKENS and not tagged:
        raise ValueError(
            f"source={str(path)!r}: a {form!r} file has no columns {tuple(wanted)}. Read its "
            "tokens: columns=('tokens', 'tags')."
        )
    if form in _OF_TEXTS and tagged:
        raise ValueError(
            f"source={str(path)!r}: a {form!r} file has no columns {tuple(wanted)}. Where it has a "
            "token and its tag on every line, read it with format='conll'."
        )
    return form


def is_table(path: Path) -> bool:
    """Whether a file's name says that it is more than lines of text.

    Args:
        path: The file.

    Returns:
        True for `.csv`, `.jsonl` and the like, also `.gz`.

    Example:
        >>> is_table(Path("train.csv.gz")), is_table(Path("train.en"))
        (True, False)
    """
    return _plain(path).suffix.lower() in _SUFFIXES


def stem(path: Path) -> str:
    """A file's name without its suffixes for format and packing.

    Args:
        path: The file.

    Returns:
        The name.

    Example:
        >>> stem(Path("data/train.csv.gz")), stem(Path("eng.train"))
        ('train', 'eng.train')
    """
    plain = _plain(path)
    return plain.stem if plain.suffix.lower() in (*_SUFFIXES, ".txt") else plain.name


def _plain(path: Path) -> Path:
    """The path without `.gz`."""
    return path.with_suffix("") if path.suffix.lower() == ".gz" else path


def _of_captions(path: Path, encoding: str) -> str:
    """The format that the first line of a file of captions tells."""
    with TextFile(path, canonical_encoding(encoding), "\n") as text:
        first = next((line for line in text if line.strip()), "")
    if _plain(path).suffix.lower() != ".json":
        return "flickr" if is_flickr_line(first) else "tsv" if "\t" in first else "csv"
    try:
        whole = json.loads(first)
    except ValueError:
        # An object that goes on over lines; an array is refused as lines of JSON are.
        return "coco" if first.lstrip().startswith("{") else "jsonl"
    return "coco" if isinstance(whole, dict) and "annotations" in whole else "jsonl"


def _of_first_line(path: Path, wanted: Sequence[str], encoding: str) -> str:
    """The format that the first line of a `.txt` tells."""
    text_suffix = _plain(path).suffix.lower() == ".txt"
    if text_suffix:
        with TextFile(path, canonical_encoding(encoding), "\n") as text:
            first = next(iter(text), "")
        if first.startswith(PREFIX):
            return "lines"
        if "\t" in first:
            return "tsv"
        if "label" not in wanted and not is_pair(wanted):
            return "lines"
    raise ValueError(
        f"source={str(path)!r}: its name does not tell its format"
        + (", and its first line holds no tab" if text_suffix else "")
        + f"; give format= one of {', '.join(map(repr, FORMATS))}"
        + (f"; {_TWO_FILES}." if is_pair(wanted) else ".")
    )
