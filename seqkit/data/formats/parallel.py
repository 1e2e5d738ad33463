"""Two text files of which line k of the one belongs to line k of the other."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from seqkit.data.errors import DataError
from seqkit.data.formats.by_name import is_table, stem
from seqkit.data.formats.format import Format
from seqkit.data.formats.text_file import TextFile
from seqkit.data.raw_rows import RawRows, gather_rows
from seqkit.data.request import Request

_ALTERNATIVES = re.compile(r"\{([^{}]*,[^{}]*)\}")


def parallel_paths(source: Any, request: Request, form: Format | None) -> tuple[Path, Path] | None:
    """The two files that a source names, in the order of the wanted columns, or None where it is
    something else.

    A source is a tuple or list of two paths, or one path with alternatives in braces, which `names`
    choose from, else they come in the order of the columns; of formats only lines may be given.

    Example:
        >>> from seqkit.data.kinds.pairs import PAIRS
        >>> request = Request(PAIRS, PAIRS.columns, {"source": "de", "target": "en"})
        >>> [path.name for path in parallel_paths("data/train.{en,de}.gz", request, None)]
        ['train.de.gz', 'train.en.gz']
    """
    if isinstance(source, (str, os.PathLike)):
        paths = _alternatives(os.fspath(source), request)
    elif isinstance(source, (tuple, list)) and all(
        isinstance(part, (str, os.PathLike)) for part in source
    ):
        paths = _two(source, request)
    else:
        return None
    if paths is not None:
        _refuse_tables(paths, form)
    return paths


def read_parallel(files: Sequence[TextFile], request: Request) -> Iterator[RawRows]:
    r"""Yields the pairs of two files with one sentence on every line.

    Only `\n` and `\r\n` end a line: U+2028 and its like stand inside of sentences.
    """
    source = f"{files[0].path} and {files[1].path}"
    yield from gather_rows(_rows(files), request.columns, source)


def _rows(files: Sequence[TextFile]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yields the line of each pair, and both of its sides."""
    first, second = iter(files[0]), iter(files[1])
    for number, (one, other) in enumerate(itertools.zip_longest(first, second), 1):
        if one is None or other is None:
            raise _unequal(files, number - 1, _rest(one, first), _rest(other, second))
        yield number, (_sentence(one), _sentence(other))


def pair_name(paths: Sequence[Path]) -> str:
    """A name for two files: what the beginnings of their names have in common.

    Example:
        >>> pair_name([Path("train.en.gz"), Path("train.de.gz")])
        'train'
        >>> pair_name([Path("questions.txt"), Path("answers.txt")])
        'questions and answers'
    """
    stems = [stem(path) for path in paths]
    parts = [name.split(".") for name in stems]
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(*parts, strict=False))
    return ".".join(one for one, _ in same) or " and ".join(stems)


def pair_sha256(files: Sequence[TextFile]) -> str:
    """Digest of two files: that of their own digests, each on a line.

    `sha256sum train.en train.de | cut -d ' ' -f 1 | sha256sum` prints the same.
    """
    return hashlib.sha256("".join(f"{file.sha256()}\n" for file in files).encode()).hexdigest()


def _alternatives(source: str, request: Request) -> tuple[Path, Path] | None:
    """The paths of `train.{en,de}`, or None for a path without braces."""
    braces = _ALTERNATIVES.findall(source)
    if not braces or Path(source).exists():
        return None
    parts = [part.strip() for part in braces[0].split(",")]
    if len(braces) > 1 or (len(parts) != 2 and not request.names):
        raise ValueError(
            f"source={source!r} must name two files with one pair of braces, as 'train.{{en,de}}' "
            "does; for others give a tuple of two paths, or choose with "
            "names={'source': 'en', 'target': 'de'}."
        )
    positions = {name: i for i, name in enumerate(request.columns)}
    if request.names:
        positions = request.kind.resolve(parts, request.columns, request.names, source)
    before, after = _ALTERNATIVES.split(source)[::2]
    first, second = (Path(before + parts[positions[name]] + after) for name in request.columns)
    return first, second


def _two(source: Sequence[str | os.PathLike[str]], request: Request) -> tuple[Path, Path] | None:
    """The paths of a tuple of two; None for other numbers of strings, which are no pairs."""
    if len(source) != 2:
        return None
    if request.names:
        raise ValueError(
            f"names={dict(request.names)} has no meaning for two files: the first is "
            f"{request.columns[0]!r}, the second {request.columns[1]!r}. Leave names out, or give "
            "columns in another order."
        )
    return Path(source[0]), Path(source[1])


def _refuse_tables(paths: Sequence[Path], form: Format | None) -> None:
    """Raises where two files do not look like files with one sentence on every line."""
    if form is not None and form.name != "lines":
        raise ValueError(
            f"format={form.name!r}: two files are read with one sentence on every line; leave "
            "format out, or give one file that holds both sides."
        )
    for path in paths:
        if form is None and is_table(path):
            raise ValueError(
                f"source={str(path)!r}: one of two files should have one sentence on every line, "
                "but its name says it is a table. If every line is a sentence: format='lines'."
            )


def _sentence(line: str) -> str:
    """A line without its ending."""
    return line.removesuffix("\n").removesuffix("\r")


def _rest(line: str | None, following: Iterator[str]) -> tuple[int, int]:
    """How many lines are left, the one given among them, and how many of them are not blank."""
    count = written = 0
    for text in itertools.chain([] if line is None else [line], following):
        count += 1
        written += bool(text.strip())
    return count, written


def _unequal(files: Sequence[TextFile], both: int, *rest: tuple[int, int]) -> DataError:
    """The error for two files of which one goes on after `both` lines."""
    counts = [both + count for count, _ in rest]
    longer = files[int(counts[1] > counts[0])].path
    remedy = (
        "Line k of one must belong to line k of the other: find where a line was added, lost or "
        "broken in two, for no pair after it fits"
    )
    if not any(written for _, written in rest):
        remedy = f"The lines of {longer} after line {both} are blank: remove them"
    return DataError(
        f"{files[0].path} has {counts[0]:,} lines, but {files[1].path} has {counts[1]:,}. {remedy}."
    )
