"""The page that shows how a training went: one file, no network, no scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from seqkit.export import figures

# Of more labels, a figure shows those with most errors: its cells would become unreadable.
MOST_LABELS = 30


def _no_figures(identity: str) -> list[Markup]:
    return []


@dataclass(frozen=True)
class Section:
    """One part of a page; made by the functions of this module.

    Attributes:
        title: its heading.
        note: a sentence below the heading.
        draw: makes its figures, given a prefix for their ids.
        columns: the heads of its table; empty for a table without heads.
        rows: the cells of its table, as they are shown.
        numeric: by column, whether it holds numbers.
        row_names: whether the first column names the rows.
        lines: lines of text.
    """

    title: str
    note: str = ""
    draw: Callable[[str], list[Markup]] = _no_figures
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numeric: tuple[bool, ...] = ()
    row_names: bool = False
    lines: tuple[str, ...] = ()


def curves(
    history: Mapping[str, Sequence[float | None]], title: str = "Learning curves"
) -> Section:
    """Draws what Keras recorded by epoch, training and validation together.

    Args:
        history: values by name, as `keras.callbacks.History.history` has them; `val_loss` is drawn
            beside `loss`.
        title: the heading.

    Returns:
        A section with a figure for each name.

    Example:
        >>> section = curves({"loss": [0.7, 0.4], "val_loss": [0.6, 0.5]})
        >>> len(section.draw("a"))
        1
    """
    names = dict.fromkeys(name.removeprefix("val_") for name in history)

    def draw(identity: str) -> list[Markup]:
        drawn = []
        for index, name in enumerate(names):
            pair = {"training": history.get(name), "validation": history.get(f"val_{name}")}
            series = {which: list(values) for which, values in pair.items() if values is not None}
            drawn.append(figures.lines(name, series, identity=f"{identity}-{index}"))
        return drawn

    return Section(title, draw=draw)


def confusion(labels: Sequence[str], matrix: Any, title: str = "Confusion matrix") -> Section:
    """Draws how often each label was answered with each, and lists what was confused most.

    Args:
        labels: the names of the classes.
        matrix: `<int>[labels, labels]`: the count of examples by true label and answered label.
        title: the heading.

    Returns:
        A section with a figure, its cells coloured by the share of the true label.

    Raises:
        ValueError: the matrix does not fit the labels.

    Example:
        >>> confusion(["bad", "good"], [[9, 1], [3, 7]]).rows
        (('good', 'bad', '3'), ('bad', 'good', '1'))
    """
    counts = np.asarray(matrix)
    if counts.shape != (len(labels), len(labels)):
        raise ValueError(
            f"matrix has shape {counts.shape} for {len(labels)} labels: "
            "give one row and one column for each label"
        )
    errors = counts - np.diag(np.diag(counts))
    note = "Rows are the true labels, columns the answers."
    kept = np.arange(len(labels))
    if len(labels) > MOST_LABELS:
        most = np.argsort(-(errors.sum(0) + errors.sum(1)), kind="stable")[:MOST_LABELS]
        kept = np.sort(most)
        note += f" Of {len(labels)} labels, the {MOST_LABELS} with most errors are shown."
    names = [str(labels[index]) for index in kept.tolist()]
    shares = counts / np.maximum(1, counts.sum(1, keepdims=True))

    def draw(identity: str) -> list[Markup]:
        if not names:
            return []
        return [
            figures.grid(
                title,
                names,
                names,
                shares[np.ix_(kept, kept)],
                row_title="true",
                column_title="answered",
                shown=[[str(n) if n else "" for n in counts[row, kept]] for row in kept],
                identity=identity,
            )
        ]

    pairs = np.argsort(-errors, axis=None, kind="stable")[:10]
    rows = [
        (labels[pair // len(labels)], labels[pair % len(labels)], int(errors.flat[pair]))
        for pair in pairs.tolist()
        if errors.flat[pair]
    ]
    confused = table(title, ("true", "answered", "examples"), rows)
    return Section(
        title,
        note=note,
        draw=draw,
        columns=confused.columns,
        rows=confused.rows,
        numeric=confused.numeric,
    )


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = ""
) -> Section:
    """Shows rows of values.

    Args:
        title: the heading.
        columns: the heads of the columns.
        rows: the cells; floats are shown with four digits, all else as text.
        note: a sentence below the heading.

    Returns:
        A section with a table.

    Raises:
        ValueError: a row has more or fewer cells than there are columns.

    Example:
        >>> table("Scores", ["score", "model"], [["accuracy", 0.91234]]).rows
        (('accuracy', '0.9123'),)
    """
    for index, row in enumerate(rows):
        if len(row) != len(columns):
            raise ValueError(
                f"rows[{index}] has {len(row)} cells for {len(columns)} columns: {row!r}"
            )
    return Section(
        title,
        note=note,
        columns=tuple(str(column) for column in columns),
        rows=tuple(tuple(_shown(cell) for cell in row) for row in rows),
        numeric=tuple(
            bool(rows) and all(_is_number(row[index]) for row in rows)
            for index in range(len(columns))
        ),
    )


def facts(title: str, mapping: Mapping[str, Any], note: str = "") -> Section:
    """Shows values with their names.

    Args:
        title: the heading.
        mapping: the values by name.
        note: a sentence below the heading.

    Returns:
        A section with a table of two columns.

    Example:
        >>> facts("Data", {"examples": 100, "unknown words": 0.01234}).rows
        (('examples', '100'), ('unknown words', '0.01234'))
    """
    return Section(
        title,
        note=note,
        rows=tuple((str(name), _shown(value)) for name, value in mapping.items()),
        numeric=(False, False),
        row_names=True,
    )


def text(title: str, lines: Sequence[str], note: str = "") -> Section:
    """Shows lines as they are.

    Args:
        title: the heading.
        lines: the lines.
        note: a sentence below the heading.

    Returns:
        A section with the lines.
    """
    return Section(title, note=note, lines=tuple(str(line) for line in lines))


def render(title: str, sections: Sequence[Section], subtitle: str = "") -> str:
    """Makes the page.

    It loads nothing and runs nothing. What comes from data is shown as it is, never as HTML; the
    same sections give the same characters.

    Args:
        title: the heading of the page.
        sections: its parts, in order.
        subtitle: a sentence below the heading.

    Returns:
        A whole HTML document.

    Example:
        >>> page = render("Reviews", [text("Worst errors", ["<script>alert(1)</script>"])])
        >>> "<script>" in page
        False
    """
    page = _template().render(title=title, sections=list(sections), subtitle=subtitle)
    # A lone surrogate has no UTF-8, and a NUL is an error in HTML: both become U+FFFD.
    return page.encode(errors="replace").decode().replace("\0", "\ufffd")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    source = resources.files("seqkit.export").joinpath("report.html.j2")
    return environment.from_string(source.read_text(encoding="utf-8"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return str(value)
