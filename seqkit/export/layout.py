"""Where the parts of an artefact lie in its directory."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MODEL = "model.keras"
SERVING = "serving"
SIGNATURES = "signatures.json"
GOLDEN = "golden.json"
CARD = "card.json"
CARD_PAGE = "card.md"
REPORT = "report.html"
# What an export works in: its lock, the files of one under way, those of the last that failed.
WORK = ".seqkit"

# 1: the card lists the files but for itself. 2: the manifest lists all of them.
FORMAT = "seqkit-artefact/2"
FORMATS = ("seqkit-artefact/1", FORMAT)

# In the order in which they are put in place, after the served version. The card comes last: while
# it describes another version than the newest, an export was interrupted.
FILES = (MODEL, SIGNATURES, GOLDEN, REPORT, CARD_PAGE, CARD)

# TensorFlow leaves this folder of a version to whoever serves it, for example for warm-up requests.
EXTRA = "assets.extra"
# The list of all files with their hashes, in there.
MANIFEST = "manifest.json"


def versions(root: Path) -> list[int]:
    """Lists the served versions of an artefact, oldest first."""
    serving = root / SERVING
    if not serving.is_dir():
        return []
    return sorted(int(p.name) for p in serving.iterdir() if p.name.isdecimal() and p.is_dir())


def file_facts(root: Path, paths: list[Path]) -> dict[str, dict[str, Any]]:
    """Gives the size and SHA-256 of files by their path below `root`."""
    facts = {}
    for path in sorted(paths):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        facts[path.relative_to(root).as_posix()] = {
            "bytes": path.stat().st_size,
            "sha256": digest,
        }
    return facts


def files_below(directory: Path) -> list[Path]:
    """Lists all files in a directory and its folders."""
    return [path for path in sorted(directory.rglob("*")) if path.is_file()]


def read_json(path: Path) -> dict[str, Any]:
    """Reads a JSON object.

    Args:
        path: its file.

    Returns:
        The object.

    Raises:
        ValueError: it is none, is no UTF-8, or is nested too deeply.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"it is a {type(value).__name__}, not an object")
    return value
