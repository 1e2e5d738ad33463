"""Exports of Label Studio: JSON, JSON-MIN and CSV, with a label, spans or texts for each task."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seqkit.arguments import shown
from seqkit.data.errors import DataError
from seqkit.data.formats.adaptor import ANSWERS, Adaptor, Numbered, settle_labels, spread
from seqkit.data.left_out import LEFT_OUT, SKIPPED, WITHOUT_ANSWER
from seqkit.data.request import Request

# What the exports say of an annotation beside its answers.
_ABOUT = {
    *("id", "inner_id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"),
    *("was_cancelled", "agreement", "total_annotations", "cancelled_annotations"),
}
# What a control of a task gives: the key of its value, and whether this is an answer of a kind.
_SPANS = ("labels", "hypertextlabels")
_VALUES = {
    "label": ("choices", "rating", "taxonomy"),
    "spans": _SPANS,
    "target": ("text",),
    "caption": ("text", "choices"),
}


def adapt_tasks(objects: Iterator[Numbered], request: Request, source: str) -> Iterator[Numbered]:
    """Yields rows of tasks, each with the annotations that were made of it.

    The annotation that is marked as ground truth counts alone, else each that differs from those
    before it makes a row. Tasks that were skipped or not annotated are left out.
    """
    rows: list[Numbered] = []
    for number, task in objects:
        annotations = task.get("annotations", task.get("completions")) or []
        given = [one for one in annotations if not one.get("was_cancelled")]
        truth = [one for one in given if one.get("ground_truth")]
        made: list[dict[str, Any]] = []
        for annotation in truth or given:
            controls: dict[str, list[Any]] = {}
            for result in annotation.get("result", ()):
                if isinstance(result.get("value"), Mapping):
                    controls.setdefault(result.get("from_name", ""), []).append(result["value"])
            row = {**task["data"], **controls}
            if row not in made:
                made.append(row)
        if not made:
            reason = SKIPPED if annotations else WITHOUT_ANSWER
            made = [{**task["data"], LEFT_OUT: reason}]
        rows += [(number, row) for row in made]
    data = {key for _, task in rows[:1] for key in task if not _is_control(task[key])}
    yield from _standard(rows, data, request, source)


def adapt_short(objects: Iterator[Numbered], request: Request, source: str) -> Iterator[Numbered]:
    """Yields rows of JSON-MIN and CSV, whose controls stand beside the data of their task."""
    rows: list[Numbered] = []
    for number, annotation in objects:
        row = {key: _from_cell(value) for key, value in annotation.items()}
        if str(row.get("was_cancelled")).casefold() == "true":
            row[LEFT_OUT] = SKIPPED
        rows.append((number, row))
    first = list(rows[0][1]) if rows else []
    # JSON-MIN has the task's data before the number of the task; CSV sorts its columns.
    data = first[: first.index("id")] if "id" in first and first != sorted(first) else []
    yield from _standard(rows, set(data), request, source)


def _standard(
    rows: Sequence[Numbered], data: set[str], request: Request, source: str
) -> Iterator[Numbered]:
    """Yields rows whose content and answer have standard names."""
    content, answer = ANSWERS[request.kind.name]
    names = request.names or {}
    keys = list(dict.fromkeys(key for _, row in rows for key in row if key not in _ABOUT))
    keys.remove(LEFT_OUT) if LEFT_OUT in keys else None
    what = str(names[content]) if content in names else _content(keys, data, request, content)
    controls = [key for key in keys if key not in data and key != what]
    if answer in names:
        control = str(names[answer])
    else:
        control = _control(controls, [row for _, row in rows], answer, source)
    made = []
    for _, row in rows:
        new = {LEFT_OUT: None, **row}
        if what in row:
            new[what] = new[content] = row[what]
        new[answer] = new[control] = _answer(row.get(control), answer, str(row.get(what, "")))
        made.append(new)
    column = control if answer in names else answer
    if answer == "label":
        settle_labels(made, column)
    for (number, _), row in zip(rows, made, strict=True):
        if row.get(column) in (None, []) and answer != "spans":
            row[LEFT_OUT] = row[LEFT_OUT] or WITHOUT_ANSWER
        if answer == "target":
            yield from spread(number, row, column)
        else:
            yield number, row


def _content(keys: Sequence[str], data: set[str], request: Request, content: str) -> str:
    """The key of what was annotated."""
    known = request.kind.candidates(keys, content)
    if known:
        return keys[known[0]]
    alone = [key for key in keys if key in data]
    return alone[0] if len(alone) == 1 else content


def _control(
    controls: Sequence[str], rows: Sequence[Mapping[str, Any]], answer: str, source: str
) -> str:
    """The control that gives the answers."""
    fitting = [key for key in controls if any(_fits(row.get(key), answer) for row in rows)]
    if len(fitting) > 1 and answer in fitting:
        return answer
    if len(fitting) != 1:
        what = f"{len(fitting)} controls could give" if fitting else "no control gives"
        raise DataError(
            f"{source}: {what} {answer!r}; the annotations have {shown(list(controls), 200)}. Say "
            f"which one is meant with names={{{answer!r}: …}}."
        )
    return fitting[0]


def _fits(value: Any, answer: str) -> bool:
    """Whether a control's value is an answer of this sort."""
    if isinstance(value, str) and value:
        return answer != "spans"
    listed = value if isinstance(value, list) else [value]
    return any(isinstance(one, Mapping) and set(_VALUES[answer]) & set(one) for one in listed)


def _is_control(value: Any) -> bool:
    """Whether a value is what a control gave, not a part of the task's data."""
    kinds = {key for keys in _VALUES.values() for key in keys}
    is_list = isinstance(value, list) and bool(value)
    return is_list and all(isinstance(one, Mapping) and kinds & set(one) for one in value)


def _answer(value: Any, answer: str, text: str) -> Any:
    """What a control gave, as rows have it: strings, or spans."""
    if answer == "spans":
        listed = value if isinstance(value, list) else []
        return [span for one in listed for span in _spans(one, text)]
    if value is None:
        return None
    given: list[Any] = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            part: Any = next((one[key] for key in _VALUES[answer] if key in one), [])
            given += part if isinstance(part, list) else [part]
        elif one != "":
            given.append(one)
    return [" / ".join(map(str, one)) if isinstance(one, list) else one for one in given]


def _spans(value: Mapping[str, Any], text: str) -> Iterator[dict[str, Any]]:
    """The spans of one region, in code points: browsers count UTF-16."""
    labels: list[Any] = next((value[key] for key in _SPANS if key in value), [])
    places = value.get("globalOffsets") or value
    start, end = places.get("start"), places.get("end")
    if isinstance(start, int) and isinstance(end, int) and not text.isascii():
        stretch = value.get("text")
        units = text.encode("utf-16-le")
        if stretch != text[start:end]:
            before, inside = units[: 2 * start], units[2 * start : 2 * end]
            counts = [len(part.decode("utf-16-le", "replace")) for part in (before, inside)]
            start, end = counts[0], sum(counts)
    for label in labels:
        yield {"start": start, "end": end, "label": label}


def _from_cell(value: Any) -> Any:
    """A cell of CSV in which JSON stands as what it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _is_task(row: Mapping[str, Any]) -> bool:
    """Whether an object is a task with its annotations."""
    annotated = isinstance(row.get("annotations", row.get("completions")), list)
    return annotated and isinstance(row.get("data"), Mapping)


def _is_short(row: Mapping[str, Any]) -> bool:
    """Whether an object is an annotation of JSON-MIN or CSV."""
    return {"annotation_id", "lead_time"} <= set(row)


TASKS = Adaptor("Label Studio", _is_task, adapt_tasks)
SHORT = Adaptor("Label Studio, in short", _is_short, adapt_short)
