"""The kinds of row, and which of them columns tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqkit.data.dataset import Dataset
from seqkit.data.kinds.captions import CAPTIONS
from seqkit.data.kinds.kind import Kind
from seqkit.data.kinds.labels import LABELS
from seqkit.data.kinds.pairs import PAIRS
from seqkit.data.kinds.piano_rolls import PIECES
from seqkit.data.kinds.tags import TAGS
from seqkit.data.kinds.turns import TURNS

# Of a data set that has the columns of several, the first is taken.
KINDS: tuple[Kind, ...] = (CAPTIONS, LABELS, TAGS, TURNS, PAIRS, PIECES)


def readable_kinds() -> dict[Kind, Any]:
    """The kinds that `read` can be asked for by their columns, with the class of their options."""
    return {kind: kind.options for kind in KINDS if kind.options is not None}


def kind_of_columns(wanted: Sequence[str]) -> Kind:
    """The kind of row that columns to read are of; `ValueError` where it is not one.

    Example:
        >>> kind_of_columns(("source", "target")).name, kind_of_columns(("text", "author")).name
        ('pairs', 'labels')
    """
    if isinstance(wanted, str):
        raise TypeError(f"columns={wanted!r} is one string; give a tuple: columns=({wanted!r},).")
    meant = [kind for kind in readable_kinds() if kind.covers(wanted)]
    twice = len(set(wanted)) != len(tuple(wanted))
    if len(meant) != 1 or twice or set(wanted) & set(meant[0].apart):
        needed = "; ".join(kind.required for kind in readable_kinds())
        raise ValueError(
            f"columns={tuple(wanted)!r} are not those of one kind of row, or one comes twice. "
            f"Give {needed}; for example columns=('text', 'label')."
        )
    return meant[0]


def kind_of(dataset: Dataset) -> Kind:
    """The first kind whose columns a data set has; `ValueError` where it has those of none."""
    for kind in KINDS:
        if all(column in dataset for column in (*kind.needed, *kind.adds)):
            return kind
    raise ValueError(
        f"{dataset!r} is of no kind that can be compared: its columns must include "
        + " or ".join(str(kind.needed) for kind in KINDS)
        + "."
    )
