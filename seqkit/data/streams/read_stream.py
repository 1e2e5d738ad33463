"""`read_stream`: files, folders, collections and texts in memory, made into a `TextStream`."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from seqkit.arguments import shown
from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError
from seqkit.data.formats import tf_data, tfds
from seqkit.data.formats.by_name import is_table, stem
from seqkit.data.formats.saved_dataset import is_saved_dataset
from seqkit.data.formats.text_file import canonical_encoding
from seqkit.data.kinds.labels import read_texts
from seqkit.data.streams.documents import (
    dataset_pieces,
    document_pieces,
    file_pieces,
    spool,
    text_request,
    tfds_pieces,
)
from seqkit.data.streams.text_pieces import Piece
from seqkit.data.streams.text_stream import TextStream, split_stream

_Pieces = Callable[[], Iterator[Piece]]
# Options that say how a file is read that is a table.
_OF_FILES = ("format", "separator", "quoting")


class _Opened(NamedTuple):
    """A source that is open."""

    pieces: Sequence[_Pieces]
    name: str
    sources: Sequence[str]
    license: str | None = None

    def read(self) -> Iterator[Piece]:
        """Yields the text from its beginning."""
        for part in self.pieces:
            yield from part()


@dataclass(frozen=True)
class _Options:
    """How files and tables are read; see `read_stream`."""

    encoding: str
    pattern: str
    data_dir: str | None
    column: str | int | None
    format: str | None
    separator: str | None
    quoting: bool | None

    def read_texts(self, source: Any) -> Dataset:
        """The texts of a table, in memory."""
        names = None if self.column is None else {"text": self.column}
        return read_texts(
            source, columns=("text",), names=names, format=self.format, encoding=self.encoding,
            separator=self.separator, quoting=self.quoting, data_dir=self.data_dir,
        )  # fmt: skip

    def refuse(self, names: Iterable[str], what: str) -> None:
        """Refuses options of tables that are given for another source."""
        for name in names:
            value = getattr(self, name)
            if value is not None:
                raise ValueError(f"{name}={value!r} is for tables, but {what}. Leave it out.")


def read_stream(
    source: Any,
    *,
    encoding: str = "utf-8",
    name: str | None = None,
    license: str | None = None,
    pattern: str = "*.txt",
    data_dir: str | None = None,
    column: str | int | None = None,
    format: str | None = None,
    separator: str | None = None,
    quoting: bool | None = None,
) -> TextStream:
    r"""Opens text of any size, for language models.

    A file is a document, with the line endings that it has and without its byte order mark; so is
    every string, and every row of a table. Documents without characters are left out. Nothing is
    read here but the beginning; the rest is when it is needed.

    Args:
        source: A path to a text file, plain or `.gz`; a glob (`"books/**/*.txt"`); a list of
            `Path`; a folder, of which all files that match `pattern` are read, also in folders
            below, in order of their names; `"tfds:NAME[/config][:split]"`; an iterable of
            strings, each a document, or a function without arguments that gives such an iterable
            and is called for every reading (an iterator, which can be read only once, is written
            to a temporary file that lives as long as the stream); a `Dataset` with a column of
            texts; anything else that `read` makes one of, such as a frame or a `.csv` or
            `.jsonl` file, which is held in memory; or a `TextStream`, which is given back.
        encoding: Character encoding of files.
        name: A name for reports; None takes the file's.
        license: The licence of the text, for reports; None takes that of the data set.
        pattern: Which files of a folder are read.
        data_dir: Where TensorFlow Datasets keeps what it prepared.
        column: The column that holds the texts, of data that have columns; None finds it. In a
            delimited file without a header line its position, counted from 0.
        format: Format of files that are tables, such as `"csv"`; None goes by each file's name.
        separator: What separates the fields of a delimited file; None finds it.
        quoting: Whether double quotes enclose fields of a delimited file; None is True.

    Returns:
        The text.

    Raises:
        DataError: There is no text at all, or its beginning cannot be used; the message names the
            place. What is wrong further on is told when it is read.
        FileNotFoundError: There is no such file, or none that matches.
        TypeError: The source is of no kind known.
        ValueError: An argument cannot be used.

    Example:
        >>> stream = read_stream(["To be,\nor not to be", "That is the question."])
        >>> stream.characters, stream.documents
        (40, 2)
        >>> lines = read_stream(lambda: (f"line {i}\n" for i in range(3)))
        >>> lines.head(100)
        'line 0\nline 1\nline 2\n'
    """
    if isinstance(source, TextStream):
        return source
    canonical_encoding(encoding)
    try:
        options = _Options(encoding, pattern, data_dir, column, format, separator, quoting)
        opened = _open(source, options)
        begins = any(True for _ in opened.read())
    except FileNotFoundError:
        raise
    except ValueError as error:
        # Tables have several columns that can be named; here there is one.
        raise type(error)(_with_column(str(error))) from None
    if not begins:
        raise DataError(f"{', '.join(opened.sources)}: there is no text, not a single character.")
    return TextStream(
        opened.read,
        name=name or opened.name,
        sources=opened.sources,
        license=license or opened.license,
    )


def read_stream_parts(
    train: Any, validation: Any = None, test: Any = None, *, fraction: float = 0.1, **options: Any
) -> dict[str, TextStream]:
    """Opens the three parts that a recipe works with.

    Args:
        train: A source for `read_stream`.
        validation: Another, or None for the last `fraction` of the training text, after the test
            was split off.
        test: Another, or None for the last `fraction` of the training text.
        fraction: Share of the characters that a part split off gets.
        options: Other arguments of `read_stream`, the same for the three.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        DataError: As `read_stream`.
        ValueError: As `read_stream` and `split_stream`.

    Example:
        >>> parts = read_stream_parts([f"document {i:02}" for i in range(100)])
        >>> {part: stream.documents for part, stream in parts.items()}
        {'train': 81, 'validation': 9, 'test': 10}
    """
    given = {
        part: read_stream(source, **options)
        for part, source in (("train", train), ("validation", validation), ("test", test))
        if source is not None
    }
    for part in ("test", "validation"):
        if part not in given:
            given["train"], given[part] = split_stream(given["train"], fraction)
    return {part: given[part] for part in ("train", "validation", "test")}


def _open(source: Any, options: _Options) -> _Opened:
    """Opens a source of any sort."""
    tables = isinstance(source, str) and source.startswith(tfds.SCHEME)
    if isinstance(source, (str, os.PathLike)) and is_saved_dataset(Path(source)):
        return _of_dataset(options.read_texts(source), None)
    if isinstance(source, (str, os.PathLike)) and not tables:
        paths, called = _paths(source, options.pattern)
        return _of_files(paths, called, options)
    if isinstance(source, (list, tuple)) and source and isinstance(source[0], os.PathLike):
        return _of_files([_file(path) for path in source], None, options)
    kind = type(source).__name__
    options.refuse(_OF_FILES, f"the source, {kind}, is no file")
    if tables:
        return _of_tfds(source, options)
    if isinstance(source, Dataset):
        return _of_dataset(source, options.column)
    if isinstance(source, Mapping) or hasattr(source, "columns") or tf_data.is_tf_dataset(source):
        return _of_dataset(options.read_texts(source), None)
    options.refuse(("column",), f"the source, {kind}, has no columns")
    if callable(source):
        place = f"function {getattr(source, '__qualname__', type(source).__name__)}"
        return _Opened([lambda: document_pieces(_called(source, place), place)], place, [place])
    if isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray)):
        return _of_documents(source)
    raise TypeError(
        f"source is {type(source).__name__}; give a path, a folder, a glob, a list of Path, "
        "'tfds:NAME', an iterable of strings, a function that gives one, or a Dataset."
    )


def _of_tfds(address: str, options: _Options) -> _Opened:
    """A prepared data set, opened once to see that it is there."""
    column, data_dir = options.column, options.data_dir
    opened = tfds.open_tfds(address, text_request(column), data_dir)
    place = f"{tfds.SCHEME}{opened.name}, split {opened.split}"
    pieces = [lambda: tfds_pieces(address, column, data_dir)]
    return _Opened(pieces, place, [place], opened.license)


def _of_files(paths: Sequence[Path], called: str | None, options: _Options) -> _Opened:
    """Files one after another, tables among them by their column of texts."""
    if options.format is None and not any(is_table(path) for path in paths):
        what = f"{paths[0]} is read as one text; if it is a table, give format='csv'"
        options.refuse((*_OF_FILES, "column"), what)

    def pieces(path: Path) -> _Pieces:
        if options.format is not None or is_table(path):
            return _of_dataset(options.read_texts(path), None).pieces[0]
        return lambda: file_pieces(path, options.encoding)

    name = called or (stem(paths[0]) if len(paths) == 1 else f"{len(paths):,} files")
    return _Opened([pieces(path) for path in paths], name, [str(path) for path in paths])


def _of_dataset(dataset: Dataset, column: str | int | None) -> _Opened:
    """The rows of a data set."""
    position = text_request(column).find(dataset.column_names, repr(dataset))["text"]
    pieces = [lambda: dataset_pieces(dataset, dataset.column_names[position])]
    return _Opened(pieces, dataset.name, [dataset.source], dataset.license)


def _of_documents(source: Iterable[str]) -> _Opened:
    """Strings, kept in a file where they can be had only once."""
    kind = type(source).__name__
    place = f"{kind} of {len(source):,}" if isinstance(source, Sized) else kind
    if iter(source) is source:
        return _Opened([spool(source, place)], place, [place])
    first = next(iter(source), None)
    if isinstance(first, str) and os.path.isfile(first):
        raise ValueError(
            f"source: its first text, {shown(first, 200)}, is the name of a file. To read files "
            "give a list of Path, such as [Path(name) for name in names]; to read the names "
            "themselves as texts, a function: lambda: names."
        )
    return _Opened([lambda: document_pieces(source, place)], place, [place])


def _called(source: Callable[[], Iterable[str]], place: str) -> Iterable[str]:
    """The documents that a function gives."""
    documents = source()
    if isinstance(documents, (str, bytes)) or not isinstance(documents, Iterable):
        raise DataError(
            f"{place} gave {shown(documents)}, not an iterable of documents, such as [text]."
        )
    return documents


def _with_column(message: str) -> str:
    """The message of a reader of tables, with the argument that names the column here."""
    given = message.replace("(given in names for 'text')", "(given as column)")
    return re.sub(r"names=\{'text': ([^{},]+)\}", r"column=\1", given)


def _paths(source: str | os.PathLike[str], pattern: str) -> tuple[list[Path], str | None]:
    """The files that a path, a folder or a glob stands for, and a name for more than one."""
    given = os.fspath(source)
    if os.path.isdir(given):
        folder = Path(given)
        paths = [path for path in folder.rglob(pattern) if path.is_file()]
        if not paths:
            suffixes = sorted({path.suffix for path in folder.rglob("*") if path.is_file()})
            raise FileNotFoundError(
                f"source={given!r}: no file in this folder or below matches pattern={pattern!r}; "
                + (f"there are files ending in {shown(suffixes)}." if suffixes else "it is empty.")
            )
        return sorted(paths, key=lambda path: path.relative_to(folder).as_posix()), folder.name
    if not os.path.isfile(given) and glob.has_magic(given):
        matched = [Path(path) for path in glob.glob(given, recursive=True)]
        if files := sorted((path for path in matched if path.is_file()), key=Path.as_posix):
            return files, None
        raise FileNotFoundError(
            f"source={given!r}: no file matches this glob (looked in {Path.cwd()})."
        )
    return [_file(given)], None


def _file(path: str | os.PathLike[str]) -> Path:
    """A file that is there."""
    if not os.path.isfile(path):
        text = os.fspath(path)
        remedy = ""
        if "\n" in text or len(text) > 200:
            remedy = " To read a text itself, give it in a list: [text]."
        raise FileNotFoundError(
            f"source={shown(text, 200)}: there is no such file (looked in {Path.cwd()}).{remedy}"
        )
    return Path(path)
