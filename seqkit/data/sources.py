"""Opens what people have: files, folders, collections and objects in memory."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from seqkit.data.dataset import Dataset, content_sha256
from seqkit.data.errors import DataError
from seqkit.data.formats import in_memory, lazy, parquet, tf_data, tfds
from seqkit.data.formats.by_name import FORMATS, format_named, format_of, stem
from seqkit.data.formats.format import Format
from seqkit.data.formats.parallel import pair_name, pair_sha256, parallel_paths, read_parallel
from seqkit.data.formats.saved_dataset import is_saved_dataset
from seqkit.data.formats.text_file import TextFile
from seqkit.data.left_out import select_annotated
from seqkit.data.part_names import PARTS
from seqkit.data.raw_rows import RawRows
from seqkit.data.request import Request

if TYPE_CHECKING:
    from seqkit.data.kinds.kind import Kind


class _Opened(NamedTuple):
    """A source that is open.

    Attributes:
        rows: Its rows.
        source: Words that name it in a message.
        name: A name for reports.
        sha256: Gives the digest of its files once the rows are read; None for that of the content.
        folder: The folder that it lies in, or None where it is in memory.
        license: Its licence, where it states one.
        follows: Which of the options of files it follows.
    """

    rows: Iterator[RawRows]
    source: str
    name: str
    sha256: Callable[[], str] | None = None
    folder: Path | None = None
    license: str | None = None
    follows: tuple[str, ...] = ()


def read_source(
    source: Any,
    kind: Kind,
    columns: Sequence[str],
    options: Any,
    *,
    names: Mapping[str, str | int] | None = None,
    format: str | None = None,
    encoding: str = "utf-8",
    separator: str | None = None,
    quoting: bool | None = None,
    name: str | None = None,
    license: str | None = None,
    data_dir: str | None = None,
) -> Dataset:
    """Reads rows of one kind, as the kind's reader does that asks for them.

    Args:
        source: What the kind's reader takes.
        kind: The kind of row.
        columns: Standard names of the wanted columns.
        options: The kind's own.
        names: See `seqkit.data.request.SourceOptions`, as for all that follow.

    Raises:
        DataError: Something in the data cannot be used; the message names the place.
        FileNotFoundError: There is no such file or folder.
        TypeError: The source is of no kind known.
        ValueError: An argument cannot be used.
    """
    kind.check_columns(columns, names)
    form = None if format is None else format_named(format)
    request = Request(kind, tuple(columns), names, encoding, separator, quoting, options)
    if isinstance(source, Dataset):
        kind.resolve(source.column_names, columns, None, repr(source))
        return source
    with ExitStack() as files:
        opened = _open(source, form, request, data_dir, files)
        _warn_of_unfollowed(request, opened)
        left_out: Counter[str] = Counter()
        rows = select_annotated(opened.rows, left_out, kind.words.unit, opened.source)
        collected = kind.collect(rows, request, opened.source, opened.folder)
        if kind.digest or opened.sha256 is None:
            # A file of captions does not tell what is in the images, nor does their path.
            told = {key: collected.columns[key] for key in kind.digest}
            sha256 = content_sha256(told or collected.columns)
        else:
            sha256 = opened.sha256()
    return Dataset(
        collected.columns,
        name=name or opened.name,
        source=opened.source,
        sha256=sha256,
        license=license or opened.license,
        lines=collected.lines,
        dropped={**left_out, **collected.dropped},
    )


def _warn_of_unfollowed(request: Request, opened: _Opened) -> None:
    """Tells of options that the caller gave and that change nothing."""
    for name in ("separator", "quoting"):
        value = getattr(request, name)
        if value is not None and name not in opened.follows:
            other = ", or say with format='csv' that it is one" if opened.folder else ""
            message = f"{name}={value!r} is of no effect, since it is no delimited file"
            warnings.warn(f"{opened.source}: {message}. Leave it out{other}.", stacklevel=2)


def _open(
    source: Any, form: Format | None, request: Request, data_dir: str | None, files: ExitStack
) -> _Opened:
    """Opens a source of any sort."""
    if isinstance(source, str) and source.startswith(tfds.SCHEME):
        prepared = tfds.open_tfds(source, request, data_dir)
        place = f"{tfds.SCHEME}{prepared.name}, split {prepared.split}"
        return _Opened(prepared.rows, place, place, license=prepared.license)
    if request.kind.parallel:
        paths = parallel_paths(source, request, form)
        if paths is not None:
            return _open_two_files(paths, request, files)
    if isinstance(source, (str, os.PathLike)):
        return _open_file(Path(source), form, request, files)
    return _open_memory(lazy.collect(source), request)


def _open_file(path: Path, form: Format | None, request: Request, files: ExitStack) -> _Opened:
    """Opens a file, or a folder where the kind's rows may lie in one."""
    kind = request.kind
    folder = path if path.is_dir() else path.parent
    saved = path.is_dir() and is_saved_dataset(path)
    if path.is_dir() and kind.file_in_folder is not None and not saved:
        path = kind.file_in_folder(path) or path
        # Whatever format is given is that of a file in the folder.
        form = None if path.is_dir() or (form is not None and form.folder) else form
    may_be_folder = saved or any(
        some.folder and some.recognize_folder is None and some.holds(kind) for some in FORMATS
    )
    if not (path.is_dir() and may_be_folder):
        _refuse_absent(path)
    form = format_of(path, form, request)
    if form.newline is None:
        rows = form.read(path, request)
        digest = None if path.is_dir() else lambda: _file_sha256(path)
        return _Opened(rows, str(path), stem(path), digest, folder, follows=form.follows)
    text = files.enter_context(TextFile(path, request.encoding, form.newline))
    rows = form.read(text, request)
    return _Opened(rows, str(path), stem(path), text.sha256, folder, follows=form.follows)


def _open_two_files(paths: tuple[Path, Path], request: Request, files: ExitStack) -> _Opened:
    """Opens two files with a row on every line; the digest is over both."""
    for path in paths:
        _refuse_absent(path)
    texts = [files.enter_context(TextFile(path, request.encoding, "\n")) for path in paths]
    place = " and ".join(map(str, paths))
    rows = read_parallel(texts, request)
    return _Opened(rows, place, pair_name(paths), lambda: pair_sha256(texts), paths[0].parent)


def _open_memory(source: Any, request: Request) -> _Opened:
    """Opens what is in memory; the digest is that of the content."""
    kind, place = request.kind, type(source).__name__
    iterable = isinstance(source, Iterable) and not isinstance(source, (bytes, bytearray))
    if kind.from_memory is not None:
        if iterable and not isinstance(source, Mapping):
            place += f" of {len(source):,}" if isinstance(source, Sized) else ""
            return _Opened(kind.from_memory(source, request, place), place, place)
    elif tf_data.is_tf_dataset(source):
        place = "tf.data.Dataset"
        return _Opened(tf_data.read_tf_data(source, request, place), place, place)
    elif isinstance(source, (pa.Table, pa.RecordBatch)):
        place = "Arrow table"
        return _Opened(parquet.read_table(source, request, place), place, place)
    elif isinstance(source, Mapping):
        if any(str(name).casefold() in PARTS and not _is_column(source[name]) for name in source):
            raise DataError(
                f"{place} has the parts {', '.join(map(repr, source))}: give one of them, such as "
                f"source[{next(iter(source))!r}]."
            )
        return _Opened(in_memory.read_columns(source, source, request, "dict"), "dict", "dict")
    elif hasattr(source, "columns") and hasattr(source, "__getitem__"):
        rows = in_memory.read_columns(source, source.columns, request, "frame")
        return _Opened(rows, "frame", "frame")
    elif iterable:
        place += f" of {len(source):,}" if isinstance(source, Sized) else ""
        return _Opened(in_memory.read_rows(source, request, place), place, place)
    raise TypeError(
        f"source is {type(source).__name__}; give a path, 'tfds:NAME', a list of tuples or "
        "dictionaries, a dictionary of lists, a frame, an Arrow table or a tf.data.Dataset."
    )


def _is_column(value: Any) -> bool:
    """Whether a value can be a column of a table, and is no table itself."""
    return not isinstance(value, (Mapping, pa.Table)) and not any(
        hasattr(value, name) for name in ("column_names", "columns", "element_spec")
    )


def _file_sha256(path: Path) -> str:
    """Digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_absent(path: Path) -> None:
    """Raises where there is no such file."""
    if not path.is_file():
        raise FileNotFoundError(
            f"source={str(path)!r}: there is no such file (looked in {Path.cwd()})."
        )
