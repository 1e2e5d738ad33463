"""Tasks of Prodigy, as `prodigy db-out` writes them: spans, a label, or options of which some hold.

What an annotator rejected or ignored is left out as everywhere; see `seqkit.data.left_out`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seqkit.data.formats.adaptor import ANSWERS, Adaptor, Numbered
from seqkit.data.left_out import LEFT_OUT, VERDICT, WITHOUT_ANSWER
from seqkit.data.request import Request


def adapt_prodigy(objects: Iterator[Numbered], request: Request, source: str) -> Iterator[Numbered]:
    """Yields rows with standard names.

    The options that were chosen are the row's labels: one where the task says that only one can be
    chosen, which is what Prodigy takes where it says nothing, or else a list. A task without spans
    has none.
    """
    _, answer = ANSWERS[request.kind.name]
    for number, task in objects:
        row = dict(task)
        if answer == "spans":
            row.setdefault("spans", [])
        elif answer == "label" and "label" not in row and "accept" in row:
            _choose(row)
        yield number, row


def _choose(row: dict[str, Any]) -> None:
    """Takes the options that were chosen as the label."""
    chosen = row["accept"]
    config = row.get("config") or {}
    if config.get("choice_style", "single") != "single" or len(chosen) > 1:
        row["label"] = list(chosen)
        return
    row["label"] = chosen[0] if chosen else None
    if not chosen and row.get(VERDICT) in (None, "accept"):
        row[LEFT_OUT] = WITHOUT_ANSWER


def _recognize(row: Mapping[str, Any]) -> bool:
    """Whether an object is a task of Prodigy."""
    return "_task_hash" in row or ("options" in row and isinstance(row.get("accept"), list))


PRODIGY = Adaptor("Prodigy", _recognize, adapt_prodigy)
