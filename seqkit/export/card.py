"""The card of an artefact: what it was made from and how good it is, for machines and people."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import json
import math
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqkit.export import layout

# Entries that an export fills in itself.
OWN_KEYS = ("format", "created", "versions", "serving", "sizes", "signatures", "files")
_PACKAGES = ("tensorflow", "keras", "numpy", "seqkit")


def plain(value: Any, where: str = "card") -> Any:
    """Turns the facts of a card into what JSON can hold.

    Args:
        value: mappings, sequences, dataclasses, numbers (also of NumPy), strings, paths, dates.
        where: how errors name it.

    Returns:
        The same in dicts, lists, strings, numbers, True, False and None. A float that JSON has no
        number for becomes "NaN", "Infinity" or "-Infinity".

    Raises:
        TypeError: it holds something else; the message says where.

    Example:
        >>> import numpy as np
        >>> plain({"scores": {"accuracy": np.float32(0.5)}, "labels": ("no", "yes")})
        {'scores': {'accuracy': 0.5}, 'labels': ['no', 'yes']}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        # A lone surrogate has no UTF-8: it is shown as its escape.
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item, f"{where}[{key!r}]") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(
            {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}, where
        )
    if isinstance(value, Path | datetime.date):
        return str(value)
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return plain(value.tolist(), where)
    raise TypeError(f"{where} is a {type(value).__name__}, which JSON cannot hold: {value!r}")


def check(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Makes the given facts plain, and refuses those that an export finds out itself.

    Args:
        facts: see `seqkit.export.write`.

    Returns:
        The facts as JSON values.

    Raises:
        ValueError: a key is one of `OWN_KEYS`.
        TypeError: JSON cannot hold a value.
    """
    taken = sorted(set(facts) & set(OWN_KEYS))
    if taken:
        raise ValueError(f"card has {taken}, which the export fills in itself: leave them out")
    return plain(facts)


def complete(
    facts: Mapping[str, Any], root: Path, version: int, signatures: Mapping[str, Any]
) -> dict[str, Any]:
    """Adds to the given facts those of the files that are ready to be put in place.

    Args:
        facts: what `check` returned.
        root: a directory in the artefact's layout, without the card.
        version: the served version in it.
        signatures: the signatures by name, as signatures.json has them.

    Returns:
        What card.json holds.
    """
    files = layout.file_facts(root, layout.files_below(root))
    served = sum(f["bytes"] for name, f in files.items() if name.startswith(layout.SERVING + "/"))
    now = datetime.datetime.now(datetime.UTC)
    return {
        "format": layout.FORMAT,
        **facts,
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "versions": {"python": platform.python_version(), **_package_versions()},
        "serving": {"version": version, "path": f"{layout.SERVING}/{version}"},
        "sizes": {
            layout.MODEL: files[layout.MODEL]["bytes"],
            f"{layout.SERVING}/{version}": served,
        },
        "signatures": {name: _brief(signature) for name, signature in signatures.items()},
        "files": files,
    }


def page(card: Mapping[str, Any]) -> str:
    """Writes a card for people to read.

    Args:
        card: what card.json holds. Every key becomes a section; a mapping of mappings becomes a
            table with a row for each.

    Returns:
        Markdown.

    Example:
        >>> scores = {"accuracy": {"model": 0.9, "baseline": 0.75}}
        >>> print(page({"name": "reviews", "scores": scores}))
        # reviews
        <BLANKLINE>
        ## Scores
        <BLANKLINE>
        | | model | baseline |
        | --- | --- | --- |
        | accuracy | 0.9 | 0.75 |
        <BLANKLINE>
    """
    lines = [f"# {_cell(card.get('name', 'Model card'))}", ""]
    if "task" in card:
        lines += [_cell(card["task"]), ""]
    for key, value in card.items():
        if key not in ("name", "task", "format"):
            lines += [f"## {key.replace('_', ' ').capitalize()}", "", *_section(value), ""]
    return "\n".join(lines)


def _package_versions() -> dict[str, str]:
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed as a package"
    return versions


def _brief(signature: Mapping[str, Any]) -> dict[str, Any]:
    """Shortens a signature to what a person wants to know: `<float32>[?, 3]`."""

    def tensor(spec: Mapping[str, Any]) -> str:
        if spec["shape"] is None:
            return f"<{spec['dtype']}>[...]"
        sizes = ("?" if size is None else str(size) for size in spec["shape"])
        return f"<{spec['dtype']}>[{', '.join(sizes)}]"

    return {
        "doc": " ".join(signature["doc"].split("\n\n")[0].split()),
        "inputs": {key: tensor(spec) for key, spec in signature["inputs"].items()},
        "outputs": {key: tensor(spec) for key, spec in signature["outputs"].items()},
    }


def _section(value: Any) -> list[str]:
    if isinstance(value, Mapping) and value:
        rows = list(value.values())
        if all(isinstance(row, Mapping) for row in rows):
            columns = list(dict.fromkeys(column for row in rows for column in row))
            cells = [[key, *(row.get(c, "") for c in columns)] for key, row in value.items()]
            return _table(["", *columns], cells)
        return _table(["", ""], [[key, item] for key, item in value.items()])
    if isinstance(value, list) and value:
        return [f"- {_cell(item)}" for item in value]
    return [_cell(value)]


def _table(columns: list[str], rows: list[list[Any]]) -> list[str]:
    def line(cells: list[Any]) -> str:
        return "|" + "|".join(f" {text} " if text else " " for text in map(_cell, cells)) + "|"

    return [line(columns), "|" + " --- |" * len(columns), *(line(row) for row in rows)]


def _cell(value: Any) -> str:
    """Writes a value so that Markdown shows it as it is, whatever a user put in it."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "—"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "; ".join(f"{_cell(key)}: {_cell(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    text = " ".join(str(value).split()).replace("&", "&amp;").replace("<", "&lt;")
    for sign in "\\`*[]|#~":
        text = text.replace(sign, "\\" + sign)
    return text


def dump(value: Any) -> str:
    """Writes JSON as all files of an artefact have it: readable, and strict."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
