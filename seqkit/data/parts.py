"""Training, validation and test data, with what was not given split from what was."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from seqkit.arguments import shown
from seqkit.data.dataset import Dataset
from seqkit.data.errors import DataError
from seqkit.data.formats.tunes import read_tunes
from seqkit.data.kinds.piano_rolls import read_pieces
from seqkit.data.part_names import PARTS
from seqkit.data.read import read
from seqkit.data.source_parts import part_column, source_by_part
from seqkit.data.split import split


def read_parts(
    train: Any,
    validation: Any = None,
    test: Any = None,
    *,
    fraction: float = 0.1,
    seed: int = 0,
    split_column: str | None = None,
    stratify: str | None = "label",
    names: Mapping[str, str | int | None] | None = None,
    **options: Any,
) -> dict[str, Dataset]:
    """Reads the three parts that every recipe works with.

    Args:
        train: a source for `read`; or a mapping from the names of parts to such sources, as Hugging
            Face's `DatasetDict` is, or a folder with a file or a folder for each part. A file that
            says which part each row is of, as Karpathy's splits do, is read by that.
        validation: another, or None to split `fraction` of the training data.
        test: another, or None to split `fraction` of the training data, before validation.
        fraction: share of the texts that a part split off gets.
        seed: seed of the split.
        split_column: a column of `train` that says which part each row is of (`train`,
            `validation`, `val` or `dev`, `test`, in any case); what it has no rows of is split off.
        stratify: as in `seqkit.data.split`, for parts split off.
        names: as in `read`; a column whose name is None is found by itself.
        options: other arguments of `read`, such as `columns`, the same for the three.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        DataError: as `read`, or the split column names no part, or one that is given too.
        ValueError: as `read` and `split`.

    Example:
        >>> rows = [(f"text {i}", "ab"[i % 2]) for i in range(20)]
        >>> {part: len(dataset) for part, dataset in read_parts(rows).items()}
        {'train': 16, 'validation': 2, 'test': 2}
        >>> sentences = [([f"word{i}", "."], ["NOUN", "PUNCT"]) for i in range(20)]
        >>> parts = read_parts(sentences, columns=("tokens", "tags"))
        >>> {part: len(dataset) for part, dataset in parts.items()}
        {'train': 16, 'validation': 2, 'test': 2}
        >>> pairs = [(f"word{i % 20}", f"Wort{i}") for i in range(40)]
        >>> parts = read_parts(pairs, columns=("source", "target"))
        >>> {part: len(dataset) for part, dataset in parts.items()}
        {'train': 32, 'validation': 4, 'test': 4}
        >>> rows = {"text": ["a", "b", "c"], "label": [0, 1, 1], "split": ["train", "dev", "test"]}
        >>> parts = read_parts(rows, split_column="split")
        >>> {part: dataset.to_list("text") for part, dataset in parts.items()}
        {'train': ['a'], 'validation': ['b'], 'test': ['c']}
    """
    given = {column: name for column, name in (names or {}).items() if name is not None}
    columns = tuple(options.get("columns", ("text", "label")))
    sources = source_by_part(train, columns) or {"train": train}
    sources |= {
        part: source
        for part, source in (("validation", validation), ("test", test))
        if source is not None
    }
    train = sources.pop("train")
    parts = {part: read(source, names=given, **options) for part, source in sources.items()}
    if split_column is None and not parts:
        split_column = part_column(train, columns, options.get("format"))
    if split_column is not None:
        wanted = (*options.pop("columns", ("text", "label")), split_column)
        whole = read(train, names=given, columns=wanted, **options)
        parts = _by_column(whole, split_column, parts)
    else:
        parts["train"] = read(train, names=given, **options)
    return complete_parts(parts, fraction, seed, stratify)


def read_tune_parts(
    train: str | os.PathLike[str],
    validation: str | os.PathLike[str] | None = None,
    test: str | os.PathLike[str] | None = None,
    *,
    fraction: float = 0.1,
    seed: int = 0,
    encoding: str = "utf-8",
) -> dict[str, Dataset]:
    """Reads tunes, as `read_tunes`, as three parts; what is not given is split from the first."""
    given = {"train": train, "validation": validation, "test": test}
    parts = {
        part: read_tunes(source, encoding=encoding)
        for part, source in given.items()
        if source is not None
    }
    return complete_parts(parts, fraction, seed)


def read_piano_rolls(
    train: Any,
    validation: Any = None,
    test: Any = None,
    *,
    fraction: float = 0.1,
    seed: int = 0,
    license: str | None = None,
    encoding: str = "utf-8",
) -> dict[str, Dataset]:
    """Reads pieces as three parts; what is not given is split from the first.

    A frame is a list of MIDI pitches, from 0 to 127, in any order; a silent one is empty, and -1
    stands for a voice that is silent. A piece is a list of frames that last equally long.

    Args:
        train: a JSON file, or what it would hold: a list of pieces, or an object with such lists
            as `train`, `valid` (or `validation`) and `test`; or a folder of JSON files, each of
            them one piece or a list of pieces, a file named after a part all of that part.
        validation: another source, or None for what `train` has of it, or else a part split off.
        test: held-out data, as `validation`.
        fraction: share of the pieces that a part split off gets; equal pieces stay together.
        seed: seed of the split.
        license: the licence of the data, for reports.
        encoding: character encoding of files; UTF-16 and UTF-32 are found by themselves.

    Returns:
        `train`, `validation` and `test`, each with the column `frames`; `pieces_of` gives the
        pitches again.

    Raises:
        DataError: a file is not JSON, or a piece, frame or pitch cannot be used; it is named.
        FileNotFoundError: there is no such file.
        ValueError: there are too few pieces to split.

    Example:
        >>> scale = [[60], [62], [64, 48], []]
        >>> known = {"train": [scale, scale[:2]], "valid": [scale[1:]]}
        >>> parts = read_piano_rolls(known, test=[scale])
        >>> {part: len(pieces) for part, pieces in parts.items()}
        {'train': 2, 'validation': 1, 'test': 1}
        >>> from seqkit.data import pieces_of
        >>> pieces_of(parts["test"])
        [[(60,), (62,), (48, 64), ()]]
    """
    by_part = read_pieces(train, license, encoding)
    parts = {part: dataset for part, dataset in by_part.items() if part}
    if "" in by_part:
        if "train" in parts:
            raise DataError(
                f"{by_part[''].source} has files of the part 'train' and others that are of no "
                "part; name them all after their parts, or none."
            )
        parts["train"] = by_part[""]
    if "train" not in parts:
        raise DataError(f"{_name_source(train)} has no part 'train'; it has {sorted(parts)}.")
    for part, source in (("validation", validation), ("test", test)):
        if source is not None:
            given = read_pieces(source, license, encoding)
            if part not in given and list(given) != [""]:
                raise DataError(f"{_name_source(source)} has no part {part!r}: {sorted(given)}.")
            parts[part] = given.get(part, given.get("", parts["train"]))
    return complete_parts(parts, fraction, seed)


def complete_parts(
    parts: Mapping[str, Dataset], fraction: float, seed: int, stratify: str | None = "label"
) -> dict[str, Dataset]:
    """Splits the parts that are missing from the training data, the test before validation."""
    whole = dict(parts)
    for part in ("test", "validation"):
        if part not in whole:
            whole["train"], whole[part] = split(
                whole["train"], fraction, seed=seed, stratify=stratify
            )
    return {part: whole[part] for part in ("train", "validation", "test")}


def _by_column(whole: Dataset, column: str, given: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """The parts that are given, and those that a column tells."""
    values = whole.to_list(column)
    told = np.array([PARTS.get(value.strip().casefold(), "") for value in values])
    parts = dict(given)
    for part in np.unique(told).tolist():
        rows = np.flatnonzero(told == part)
        row = int(rows[0])
        value = f"{whole.source}, {whole.place(row)}: {column} is {shown(values[row])}"
        if not part:
            raise DataError(f"{value}, which is not one of {', '.join(map(repr, PARTS))}.")
        if part in parts:
            raise DataError(
                f"{value}, but {part} is also given. Leave the argument out, or the column "
                "(split_column=None)."
            )
        parts[part] = whole.take(rows)
    if "train" not in parts:
        raise DataError(f"{whole.source}: no row has {column} 'train'.")
    return parts


def _name_source(source: Any) -> str:
    """A source's path, or what it is."""
    return str(source) if isinstance(source, (str, os.PathLike)) else type(source).__name__
