"""Attention as tables of shaded cells, for the report."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from seqkit.export.report import Section

# Tables of longer sentences would be too wide to read.
MOST_TOKENS = 40
# From this share on, a cell shows its number: colour is never the only sign.
_LEAST_SHOWN = 0.1
_LONGEST_TOKEN = 24


def attention_maps(
    title: str,
    alignments: Iterable[tuple[Sequence[str], Sequence[str], Any]],
    number: int = 6,
    note: str = "",
) -> Section:
    """Shows for each token written the share of attention of each token read.

    Drawn as tables, so that the browser's fonts show letters of any script.

    Args:
        title: the heading.
        alignments: of each sentence, the tokens read, the tokens written, and the attention,
            `<float>[tokens written, tokens read]`, whose rows sum to 1.
        number: the most sentences shown: the first of those with 1 to 40 tokens on each side.
        note: a sentence below the heading.

    Returns:
        A section with a table for each sentence.

    Raises:
        ValueError: the shape of the attention does not fit the tokens.

    Example:
        >>> section = attention_maps("Attention", [(["a", "dog"], ["Hund"], [[0.1, 0.9]])])
        >>> "--share: 0.90" in section.draw("a")[0]
        True
    """
    drawn: list[Markup] = []
    for source, target, attention in alignments:
        shares = np.asarray(attention, np.float64)
        if shares.shape != (len(target), len(source)):
            raise ValueError(
                f"attention has shape {shares.shape} for {len(target)} tokens written and "
                f"{len(source)} tokens read: give one row for each token written and one column "
                "for each token read"
            )
        if len(drawn) < number and all(0 < n <= MOST_TOKENS for n in shares.shape):
            drawn.append(_table(source, target, np.clip(np.nan_to_num(shares), 0, 1)))
    return Section(title, note=note, draw=lambda identity: drawn)


def _table(source: Sequence[str], target: Sequence[str], shares: np.ndarray) -> Markup:
    read, written = list(map(_shown, source)), list(map(_shown, target))
    sentence = f"{' '.join(read)} → {' '.join(written)}"
    heads = Markup("").join(
        Markup('<th scope="col"><bdi>{}</bdi></th>').format(token) for token in read
    )
    rows = Markup("").join(
        Markup('<tr><th scope="row"><bdi>{}</bdi></th>{}</tr>').format(
            token, Markup("").join(map(_cell, row.tolist()))
        )
        for token, row in zip(written, shares, strict=True)
    )
    # A table wider than the page scrolls, also by keyboard.
    return Markup(
        '<div class="wide" tabindex="0" role="region" aria-label="{}"><table class="attention">'
        '<caption dir="auto">{}</caption><thead><tr><td></td>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(sentence, sentence, heads, rows)


def _cell(share: float) -> Markup:
    number = f"{100 * share:.0f}" if share >= _LEAST_SHOWN else ""
    return Markup('<td style="--share: {}">{}</td>').format(f"{share:.2f}", number)


def _shown(token: str) -> str:
    """A token made visible, also one of spaces."""
    if len(token) > _LONGEST_TOKEN:
        token = token[: _LONGEST_TOKEN - 1] + "…"
    if token.isspace() or not token:
        return "␣"
    return "".join("·" if unicodedata.category(sign) == "Cc" else sign for sign in token)
