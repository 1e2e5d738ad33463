"""The list of all files of an artefact with their hashes: written last, compared first.

It lies in the folder of the served version, so that both are put in place at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seqkit.export import layout
from seqkit.export.card import dump

# Exports of the first format have no such list: their card names the files, but not itself.
_FIRST_FORMAT = "seqkit-artefact/1"


def write(root: Path, version: int) -> None:
    """Lists the files of an artefact that is otherwise whole.

    Args:
        root: a directory in its layout, with nothing else in it.
        version: the served version that belongs to it.
    """
    path = _path(root, version)
    path.unlink(missing_ok=True)
    facts = layout.file_facts(root, layout.files_below(root))
    path.write_text(dump({"files": facts}), encoding="utf-8")


def names_beside(root: Path, version: int) -> set[str]:
    """The files beside a served version that its list names.

    Args:
        root: the artefact's directory.
        version: the served version.

    Returns:
        Their names; none where the list cannot be read.
    """
    try:
        return {name for name in _files(_path(root, version)) if "/" not in name}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _path(root: Path, version: int) -> Path:
    return root / layout.SERVING / str(version) / layout.EXTRA / layout.MANIFEST


def problems_of(root: Path, version: int | None) -> list[str]:
    """Compares the files of an artefact with those that were exported.

    Args:
        root: its directory.
        version: its newest served version, or None.

    Returns:
        What is wrong; nothing where every byte is as it was.
    """
    card_path = root / layout.CARD
    if not card_path.is_file():
        return [f"{layout.CARD} is missing: this is no export, or not all of one"]
    try:
        card = layout.read_json(card_path)
        described = card["serving"]["version"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"{layout.CARD} cannot be read: {type(error).__name__}: {error}"]
    if version is None:
        return [f"{layout.SERVING}/ holds no version; {layout.CARD} describes {described}"]
    if version != described:
        return [
            f"{layout.SERVING}/{version} is the newest version, but {layout.CARD} describes "
            f"{described}: an export was interrupted, or a copy is incomplete; export again"
        ]
    served, path = root / layout.SERVING / str(version), _path(root, version)
    name = path.relative_to(root).as_posix()
    if not path.is_file() and card.get("format") != _FIRST_FORMAT:
        return [f"{name} is missing"]
    source = path if path.is_file() else card_path
    try:
        recorded = {key: (f["bytes"], f["sha256"]) for key, f in _files(source).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        name = source.relative_to(root).as_posix()
        return [f"{name} cannot be read: {type(error).__name__}: {error}"]
    return [
        *_unlisted(root, recorded, everything=source == path),
        *_differences(root, recorded),
        *_added(root, served, {*recorded, name}),
    ]


def _files(source: Path) -> dict[str, Any]:
    """What a card or a list says of the files."""
    content = layout.read_json(source)
    if source.name == layout.MANIFEST and source.read_text(encoding="utf-8") != dump(content):
        raise ValueError("it is not as it was written")
    return content["files"]


def _unlisted(root: Path, recorded: dict[str, Any], *, everything: bool) -> list[str]:
    if everything:
        return [f"{name} is not listed" for name in layout.FILES if name not in recorded]
    return [
        f"{name} is missing"
        for name in layout.FILES
        if name not in recorded and not (root / name).is_file()
    ]


def _differences(root: Path, recorded: dict[str, Any]) -> list[str]:
    problems = []
    present = {name: root / name for name in recorded if (root / name).is_file()}
    facts = layout.file_facts(root, list(present.values()))
    for name, (size, digest) in recorded.items():
        if name not in present:
            problems.append(f"{name} is missing")
        elif facts[name]["bytes"] != size:
            problems.append(f"{name} has {facts[name]['bytes']} bytes; {size} were exported")
        elif facts[name]["sha256"] != digest:
            problems.append(f"{name} is not the file that was exported: its SHA-256 differs")
    return problems


def _added(root: Path, served: Path, known: set[str]) -> list[str]:
    """Files of the served model that nobody exported; servers may put their own beside it."""
    names = [
        (file.relative_to(root).as_posix(), file.relative_to(served))
        for file in layout.files_below(served)
    ]
    return [
        f"{name} was not exported: it was added later"
        for name, inside in names
        if name not in known and layout.EXTRA not in inside.parts
    ]
