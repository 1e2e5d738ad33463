"""Keeps results in files, and writes them into the pages, so that no number is ever typed."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
# The page that has the tables of scores, and the one that has those of speed and memory.
RESULTS_PAGE = ROOT / "docs/results.md"
SPEED_PAGE = ROOT / "docs/speed.md"
# The page of each table, by the name of its markers.
PAGES = {
    "results": RESULTS_PAGE,
    "tagging": RESULTS_PAGE,
    "translation": RESULTS_PAGE,
    "captioning": RESULTS_PAGE,
    "language-models": RESULTS_PAGE,
    "music": RESULTS_PAGE,
    "word-levels": RESULTS_PAGE,
    "learning-curves": RESULTS_PAGE,
    "unknown-words": RESULTS_PAGE,
    "speed": SPEED_PAGE,
    "memory": SPEED_PAGE,
}
_CODE = ("seqkit", "recipes")


def read_json(path: Path, default: Any) -> Any:
    """Reads results.

    Args:
        path: the file.
        default: what is returned where there is none.

    Returns:
        Its content.
    """
    if not path.exists():
        return default
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Writes results aside and puts them in place at once: a kill leaves the old or the new.

    Args:
        path: the file.
        content: what JSON can hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    aside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(path)


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with a column for each key of the first row.

    Args:
        rows: cells by column; numbers are rounded to what is worth reading.

    Returns:
        Markdown.

    Example:
        >>> print(markdown([{"who": "seqkit", "texts/s": 12345, "ratio": 2.0417, "loss": None}]))
        | who | texts/s | ratio | loss |
        |---|---:|---:|---:|
        | seqkit | 12,345 | 2.04 | – |
    """
    columns = list(rows[0])
    texts = [any(isinstance(row.get(column), str) for row in rows) for column in columns]
    lines = [
        _line(columns),
        "|" + "|".join("---" if is_text else "---:" for is_text in texts) + "|",
        *(_line([_cell(row.get(column)) for column in columns]) for row in rows),
    ]
    return "\n".join(lines)


def put_into_page(name: str, table: str, page: Path | None = None) -> None:
    """Replaces what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.

    Args:
        name: of the table, one of `PAGES`.
        table: Markdown.
        page: the file; by default that of `PAGES`.

    Raises:
        ValueError: the file does not have these markers, or has them twice.
    """
    path = PAGES[name] if page is None else page
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    text = path.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"{path} must hold the lines {begin} and {end} once, in this order")
    place = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    replaced = place.sub(lambda _: f"{begin}\n{table.strip()}\n{end}", text)
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    aside.write_text(replaced, encoding="utf-8")
    aside.replace(path)


def short_hash(value: Any) -> str:
    """Twelve hexadecimal digits that stand for a value.

    Args:
        value: what JSON can hold.

    Returns:
        The beginning of its SHA-256.
    """
    content = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def files_hash(paths: Sequence[Path]) -> str:
    """Twelve hexadecimal digits that stand for the content of files, in this order.

    Args:
        paths: the files.

    Returns:
        The beginning of the SHA-256 of their bytes, one after another; of a single file it is
        what `sha256sum` gives.
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@functools.cache
def code_hash() -> str:
    """Twelve hexadecimal digits that stand for the code that is measured.

    The first call decides: what is edited while this process runs is not what it runs.

    Returns:
        The beginning of a SHA-256 over the sources of `seqkit` and `recipes`.
    """
    return files_hash([path for name in _CODE for path in sorted((ROOT / name).rglob("*.py"))])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        # Three digits that mean something: 0.0123, 1.23, 12.3, 1,230.
        digits = next((n for n, limit in ((0, 100), (1, 10), (2, 0.1)) if abs(value) >= limit), 3)
        return f"{value:,.{digits}f}"
    return str(value).replace("|", "\\|")
