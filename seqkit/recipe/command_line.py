"""The command `seqkit`, and the command lines of recipes, both made from functions' signatures."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import os
import re
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from seqkit.export.verify import verify as verify_artefact
from seqkit.recipe.endings import FAILED, short_errors
from seqkit.recipe.settings import Settings


def verify(path: tyro.conf.Positional[Path], /, timeout: float = 900.0) -> int:
    """Checks that an exported model is whole and answers as it did at export.

    Runs its newest served version in a clean process with plain TensorFlow, on the CPU.

    Args:
        path: The directory of the export.
        timeout: Seconds after which a process that does not answer is given up.

    Returns:
        0 if it does, else 1.
    """
    result = verify_artefact(path, timeout=timeout)
    print("\n".join(result.lines()))
    return 0 if result.ok else FAILED


# Each function here is a subcommand, with its arguments as flags; it returns the exit code.
COMMANDS: dict[str, Callable[..., int]] = {"verify": verify}


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command `seqkit`.

    Args:
        args: Its arguments; by default those of the process.

    Returns:
        The exit code.

    Raises:
        SystemExit: When the arguments are wrong.
    """
    with short_errors("interrupted"):
        return tyro.extras.subcommand_cli_from_dict(
            COMMANDS, prog="seqkit", description="Tools for exported models.", args=args
        )


def run_recipe(
    train: Callable[..., Any],
    args: Sequence[str] | None = None,
    *,
    defaults: Callable[[str | None], Any] | None = None,
    help_of_data: str = "",
    module: str | None = None,
) -> Any:
    """Runs a function with arguments from the command line: the `train` of a recipe.

    Every parameter becomes a flag, documented by the docstring: `export_path` is `--export-path`,
    `resume` is `--resume`. The fields of a dataclass parameter, the recipe's configuration, are
    flags without a prefix. A parameter that also takes other things than text, such as `data`,
    takes text here.

    A wrong value or file is reported in one line, without a traceback; with `SEQKIT_TRACEBACK=1` in
    the environment the traceback is shown.

    Args:
        train: The function.
        args: The arguments; by default those of the process.
        defaults: Gives the default of `config` for the data of the command line, since settings
            may depend on their kind.
        help_of_data: What to say of `--data` in place of the function's docstring.
        module: The module that is run; that of the function if None.

    Returns:
        What `train` returns.

    Raises:
        SystemExit: With code 2 for wrong arguments or data, 1 for a failed export, 130 when
            interrupted.

    Example:

    ```python
    >>> def train(data: str | list[str] | None = None, *, epochs: int = 3) -> str:
    ...     '''Trains.
    ...
    ...     Args:
    ...         data: A file.
    ...         epochs: How often it is read.
    ...     '''
    ...     return f"{data}, {epochs}"
    >>> run_recipe(train, ["--data", "a.csv", "--epochs", "5"])
    'a.csv, 5'

    ```
    """
    args = sys.argv[1:] if args is None else list(args)
    parameters = list(inspect.signature(train).parameters.values())
    if defaults is not None:
        config = defaults(_given_data(args))
        parameters = [
            p.replace(annotation=type(config), default=config) if p.name == "config" else p
            for p in parameters
        ]
    parameters = [_as_flag(p, train) for p in parameters]

    def arguments(**given: Any) -> dict[str, Any]:
        return given

    # To the parser, this function looks like the recipe's; running it apart from the parser keeps
    # an error of the training from being taken for one of the command line.
    arguments.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    arguments.__annotations__ = {p.name: p.annotation for p in parameters}
    arguments.__doc__ = _described(inspect.getdoc(train) or "", help_of_data)
    given = tyro.cli(arguments, prog=_program(module or train.__module__), args=args)
    if isinstance(given.get("config"), Settings):
        given["config"] = given["config"].with_given(_flags_of(args))
    hint = "interrupted"
    if "resume" in given:
        hint += ": the same command with --resume continues from the last finished epoch"
    with short_errors(hint, frozenset(_flag_names(parameters))):
        return train(**given)


def _flags_of(args: Sequence[str]) -> set[str]:
    """Names of the flags that are given, `--no-lowercase` too as `lowercase`."""
    flags = {arg.partition("=")[0][2:].replace("-", "_") for arg in args if arg.startswith("--")}
    return flags | {flag.removeprefix("no_") for flag in flags}


def _given_data(args: Sequence[str]) -> str | None:
    """What `--data` says, before the other flags are read."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data", nargs="?")
    return parser.parse_known_args(list(args))[0].data


def _described(docstring: str, help_of_data: str) -> str:
    """A docstring that says of `data` what a recipe says."""
    if not help_of_data:
        return docstring
    return re.sub(r"(?m)^( +data: )[^\n]*", lambda match: match[1] + help_of_data, docstring)


def _as_flag(parameter: inspect.Parameter, function: Callable[..., Any]) -> inspect.Parameter:
    annotation = parameter.annotation
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, inspect.unwrap(function).__globals__)
        except NameError:  # It is imported for type checkers alone.
            annotation = Any
    if dataclasses.is_dataclass(annotation):
        annotation = Annotated[annotation, tyro.conf.OmitArgPrefixes]
    elif _takes_text(annotation):
        annotation = str if parameter.default is inspect.Parameter.empty else str | None
    return parameter.replace(annotation=annotation, kind=inspect.Parameter.KEYWORD_ONLY)


def _takes_text(annotation: Any) -> bool:
    """Whether text is among the types of a parameter, or all are."""
    if annotation in (Any, object, str, inspect.Parameter.empty):
        return True
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return False  # The recipe says itself what the parser shall do.
    if origin in (typing.Union, types.UnionType):
        return any(_takes_text(item) for item in typing.get_args(annotation))
    kind = origin or annotation
    return isinstance(kind, type) and issubclass(kind, os.PathLike)


def _program(module: str) -> str:
    if module == "__main__":
        spec = getattr(sys.modules["__main__"], "__spec__", None)
        module = spec.name if spec is not None else Path(sys.argv[0]).stem
    return f"python -m {module}"


def _flag_names(parameters: Iterable[inspect.Parameter]) -> Iterator[str]:
    """The names of all flags: of the parameters, and of the settings that one of them holds."""
    for parameter in parameters:
        if dataclasses.is_dataclass(parameter.default):
            yield from _field_names(parameter.default)
        else:
            yield parameter.name


def _field_names(settings: Any) -> Iterator[str]:
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            yield from _field_names(value)
        else:
            yield field.name


if __name__ == "__main__":
    sys.exit(main())
