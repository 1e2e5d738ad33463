"""How the data of a recipe are read and split; settings that recipes share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from seqkit.data.parts import read_parts

QUOTING = {"auto": None, "yes": True, "no": False}
# What a recipe has no setting for is not proposed; what it sets by other values is said by them.
_IN_SETTINGS = {
    r"; (?:to read text alone|for texts without labels): columns=\([^)]*\)": "",
    r", or read tokens alone: columns=\([^)]*\)": "",
    r", or leave '\w+' out of columns": "",
    r" \(columns=\([^)]*\)\)": "",
    r", or columns=\([^)]*\)": "",
    r", or say with columns=… what they hold": "",
    r"\. Of this file read columns=\([^)]*\)": "",
    r"Leave names out, or give columns in another order": "Leave these out",
    r", or give another separator": "",
    r"(?<!\w)fraction=": "validation_fraction=",
    r"Give a larger fraction": "Give a larger validation_fraction",
    r"Positions in names= count": "Positions count",
    r"quoting=True": "quoting='yes'",
    r"quoting=False": "quoting='no'",
    r"stratify=None": "stratify=False",
}


@dataclass(frozen=True)
class SourceSettings:
    """How files are read and split.

    Attributes:
        format: format of the file, such as csv or jsonl, if its name does not say.
        encoding: character encoding of the file.
        separator: what separates the fields of a line, if it is not found by itself.
        quoting: whether double quotes enclose fields of a delimited file; `auto` finds out.
        data_dir: where TensorFlow Datasets keeps what it prepared.
        validation_fraction: share of the training data kept for validation, and for the test, where
            none is given.
    """

    format: str | None = None
    encoding: str = "utf-8"
    separator: str | None = None
    quoting: Literal["auto", "yes", "no"] = "auto"
    data_dir: str | None = None
    validation_fraction: float = 0.1


@dataclass(frozen=True)
class LabelledSourceSettings(SourceSettings):
    """How files with labels are read and split.

    Attributes:
        stratify: whether each label has the same share of the parts that are split off.
    """

    stratify: bool = True


def file_options(config: Any) -> dict[str, Any]:
    """How a recipe's files are read, as arguments of the readers of `seqkit.data`.

    Args:
        config: settings of the recipe, with those of `SourceSettings`.

    Returns:
        `format`, `encoding`, `separator`, `quoting` and `data_dir`.
    """
    return {
        "format": config.format,
        "encoding": config.encoding,
        "separator": config.separator,
        "quoting": QUOTING[config.quoting],
        "data_dir": config.data_dir,
    }


def read_columns(
    sources: Sequence[Any],
    config: Any,
    *columns: str,
    stand_ins: Sequence[str] = (),
    **options: Any,
) -> dict[str, Any]:
    """Reads the three parts of a recipe whose settings may name the columns of its data.

    Args:
        sources: where training data, validation data and test data come from; what is None is split
            from the training data.
        config: settings of the recipe. `<column>_column` names the column of a table that holds
            `column`, by its name, its position from 0, or None to find it by itself.
        columns: what the recipe trains on, such as `tokens` and `tags`.
        stand_ins: other columns that settings name, of which these can be made.
        options: other arguments of `seqkit.data.read_parts`.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        DataError: as `seqkit.data.read_parts`.
        ValueError: as `seqkit.data.read_parts`.
    """
    named = (*columns, *stand_ins)
    with told_in_settings(named):
        return read_parts(
            *sources,
            columns=columns,
            names={name: position_or_name(getattr(config, f"{name}_column")) for name in named},
            fraction=config.validation_fraction,
            stratify="label" if getattr(config, "stratify", False) else None,
            seed=config.seed,
            **(file_options(config) | options),
        )


def column_reader(
    *columns: str, stand_ins: Sequence[str] = (), settings: Sequence[str] = ()
) -> Callable[[Sequence[Any], Any, Any], dict[str, Any]]:
    """Makes the step of a recipe that reads the three parts, where a table holds all of them.

    Args:
        columns, stand_ins: as in `read_columns`.
        settings: settings of the recipe that are arguments of `seqkit.data.read_parts`.

    Returns:
        A function from the sources, the settings and the model that is continued to the parts.
    """

    def read(sources: Sequence[Any], config: Any, old: Any = None) -> dict[str, Any]:
        options = {name: getattr(config, name) for name in settings}
        return read_columns(sources, config, *columns, stand_ins=stand_ins, **options)

    return read


@contextmanager
def told_in_settings(columns: Sequence[str]) -> Iterator[None]:
    """Says in errors of `seqkit.data` what to set in a recipe.

    Args:
        columns: as `in_settings`.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except ValueError as error:
        raise type(error)(in_settings(str(error), columns)) from error


def in_settings(message: str, columns: Sequence[str]) -> str:
    """Says in a message what to set in a recipe, in place of arguments of `seqkit.data.read`.

    Args:
        message: names arguments, such as `names={'text': …}`.
        columns: what the recipe trains on; each has a setting `<column>_column`.

    Returns:
        The message with settings.

    Example:
        >>> in_settings("Say which with names={'text': …, 'label': 0}.", ("text", "label"))
        'Say which with text_column=…, label_column=0.'
    """

    def settings(match: re.Match[str]) -> str:
        given = re.findall(r"'(\w+)': ([^,{}]+)", match[1])
        if not given or any(name not in columns for name, _ in given):
            return match[0]
        return ", ".join(f"{name}_column={value}" for name, value in given)

    message = re.sub(r"names=\{([^{}]*)\}", settings, message)
    message = re.sub(r"(?<!\w)column=", f"{columns[0]}_column=", message)
    message = message.replace("(given as column)", f"(given as {columns[0]}_column)")
    message = re.sub(r"given in names for '(\w+)'", r"given as \1_column", message)
    for pattern, words in _IN_SETTINGS.items():
        message = re.sub(pattern, words, message)
    return message


def position_or_name(column: str | int | None) -> str | int | None:
    """A column as `seqkit.data.read` takes it: the command line gives numbers as text."""
    return int(column) if isinstance(column, str) and column.isdigit() else column
