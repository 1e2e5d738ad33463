"""Figures as SVG inside a page, with the browser's fonts and the page's colours.

Drawn with Matplotlib's own objects and no window system. Letters stay text, since Matplotlib's font
has no Hangul or Han; black becomes the page's text colour; the same data give the same SVG.
"""

from __future__ import annotations

import io
import math
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Readable on white and on black.
BLUE, ORANGE = "#2f7ed8", "#e8710a"
_LONGEST_LABEL = 20
# The width of a letter in inches, as a browser draws it.
_LETTER = 0.085
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "seqkit",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": False,
}


def lines(
    title: str, series: Mapping[str, Sequence[float | None]], *, identity: str = "lines"
) -> Markup:
    """Draws values by epoch, counted from 1.

    Args:
        title: what the values are; also what a screen reader says.
        series: one or two lines of values by name; what is None or not finite is left out.
        identity: the beginning of its ids, another for each figure of a page.

    Returns:
        An `<svg>` element.

    Example:
        >>> lines("loss", {"training": [0.7, 0.5]})[:4]
        Markup('<svg')
    """
    from matplotlib.ticker import MaxNLocator

    with page_style():
        figure, axes = new_axes(4.4, 2.8)
        for (name, values), colour, style in zip(
            series.items(), (BLUE, ORANGE), ("-", "--"), strict=False
        ):
            finite = [math.nan if v is None else float(v) for v in values]
            finite = [v if math.isfinite(v) else math.nan for v in finite]
            epochs = range(1, len(finite) + 1)
            axes.plot(epochs, finite, style, color=colour, marker="o", markersize=3, label=name)
        axes.set_title(_label(title), parse_math=False, fontsize=11)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.25)
        if len(series) > 1:
            axes.legend(frameon=False)
        return svg(figure, title, identity)


def grid(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Any,
    *,
    row_title: str = "",
    column_title: str = "",
    shown: Sequence[Sequence[str]] | None = None,
    identity: str = "grid",
) -> Markup:
    """Draws a matrix as coloured cells, each with its text.

    Args:
        title: what the values are, for a screen reader.
        rows: names from top to bottom.
        columns: names from left to right.
        values: `<float>[rows, columns]` between 0 (the page's colour) and 1 (the darkest).
        row_title: what the rows are.
        column_title: what the columns are.
        shown: the text of each cell; None leaves them empty.
        identity: the beginning of its ids, another for each figure of a page.

    Returns:
        An `<svg>` element.
    """
    array = np.nan_to_num(np.asarray(values, np.float64)).reshape(len(rows), len(columns))
    with page_style():
        # Room for the names by our own measure: Matplotlib's knows only its own font.
        left = 0.4 + _LETTER * max((_width(_label(name)) for name in rows), default=0)
        below = 0.4 + 0.71 * _LETTER * max((_width(_label(name)) for name in columns), default=0)
        # Slanted names reach to the left of their column.
        left = max(left, below)
        width, height = left + 0.1 + 0.45 * len(columns), below + 0.1 + 0.36 * len(rows)
        figure, axes = new_axes(width, height, layout=None)
        figure.subplots_adjust(left / width, below / height, 1 - 0.1 / width, 1 - 0.1 / height)
        axes.pcolormesh(np.clip(array, 0, 1), cmap=_fade(), vmin=0, vmax=1)
        axes.invert_yaxis()
        centres = np.arange(max(array.shape)) + 0.5
        axes.set_xticks(
            centres[: len(columns)],
            [_label(name) for name in columns],
            rotation=45,
            rotation_mode="anchor",
            ha="right",
            va="center",
            parse_math=False,
        )
        axes.set_yticks(centres[: len(rows)], [_label(r) for r in rows], parse_math=False)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        title_style: dict[str, Any] = {"ha": "center", "va": "center", "parse_math": False}
        figure.text((1 + left / width) / 2, 0.12 / height, _label(column_title), **title_style)
        figure.text(
            0.12 / width, (1 + below / height) / 2, _label(row_title), rotation=90, **title_style
        )
        for row, texts in enumerate(shown or []):
            for column, text in enumerate(texts):
                # Black stands for the page's own colour, which may be light.
                colour = "white" if array[row, column] > 0.72 else "black"
                place = column + 0.5, row + 0.5
                axes.text(*place, text, color=colour, fontsize=8, **title_style)
        return svg(figure, title, identity)


def page_style() -> AbstractContextManager[None]:
    """A context in which Matplotlib draws in the style of the page."""
    import matplotlib

    return matplotlib.rc_context(_STYLE)


def new_axes(width: float, height: float, layout: Any = "constrained") -> tuple[Figure, Any]:
    """Makes a figure of this size in inches, and its axes, both with a transparent background."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=layout)
    figure.patch.set_visible(False)
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.patch.set_visible(False)
    return figure, axes


def _fade() -> Any:
    """From transparent to blue, so that the page's own colour shows through."""
    from matplotlib.colors import LinearSegmentedColormap

    red, green, blue = (int(BLUE[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return LinearSegmentedColormap.from_list(
        "fade", [(red, green, blue, 0.0), (red * 0.55, green * 0.55, blue * 0.75, 1.0)]
    )


def _label(text: str) -> str:
    """Shortens a name, and replaces characters that SVG cannot hold."""
    text = "".join("·" if _is_control(sign) else sign for sign in str(text))
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") or sign in "\ufffe\uffff"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def svg(figure: Figure, title: str, identity: str) -> Markup:
    """Renders a figure as an `<svg>` element for a page, its ids beginning with `identity`."""
    with io.StringIO() as buffer, warnings.catch_warnings():
        # Matplotlib measures with its own font, which lacks letters that the browser has.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        root = ElementTree.fromstring(buffer.getvalue())
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = {
            _local(name): _attribute(_local(name), value, identity)
            for name, value in element.attrib.items()
        }
    width = float(root.get("viewBox", "0 0 0 0").split()[2])
    root.attrib = {
        "role": "img",
        "aria-label": "".join("·" if _is_control(sign) else sign for sign in title),
        "viewBox": root.get("viewBox", ""),
        "style": f"width: {width:.0f}pt",
    }
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _local(name: str) -> str:
    """Removes the namespace, which a page does not need."""
    return name.rpartition("}")[2]


def _attribute(name: str, value: str, identity: str) -> str:
    """Makes ids unique in the page, and leaves the font and the colour of text to it."""
    if name == "id":
        return f"{identity}-{value}"
    if name == "href":
        return value.replace("#", f"#{identity}-")
    if name == "style":
        parts = [part.strip() for part in value.split(";")]
        value = "; ".join(part for part in parts if not part.startswith("font-family"))
    return value.replace("url(#", f"url(#{identity}-").replace("#000000", "currentColor")
