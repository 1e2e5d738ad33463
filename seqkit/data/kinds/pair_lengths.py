"""Lengths of sentence pairs: what is usual, what is unlike it, and a report on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seqkit.data.dataset import Dataset
from seqkit.data.report import beginning, length_line, percentiles_of

PAIR = ("source", "target")
# Added to both lengths: "OK." may well be rendered by a word five times as long.
_ALLOWANCE = 2.0
# Where a report draws the line; `read` draws none unless it is asked to.
UNLIKE = 4.0


@dataclass(frozen=True)
class UnlikePair:
    """A pair of which one side is far longer than the other lets expect.

    Attributes:
        place: Where it stands.
        source: Its source, the beginning where it is long.
        target: Its target, likewise.
    """

    place: str
    source: str
    target: str


@dataclass(frozen=True)
class PairReport:
    """The pairs of one part of the data.

    Attributes:
        length_ratio: Characters of target for each of source, in the median over the pairs of the
            training part.
        target_length_percentiles: Percentile to characters of target.
        unlike: Pairs of which one side is more than `UNLIKE` times as long as the other lets
            expect; those with an empty side are not among them.
        examples: The worst of them.
    """

    length_ratio: float
    target_length_percentiles: Mapping[int, int]
    unlike: int
    examples: tuple[UnlikePair, ...] = ()

    def lines(self) -> list[str]:
        """The report as lines of plain text."""
        return [
            length_line("characters of target", self.target_length_percentiles),
            f"  target characters for each source character: {self.length_ratio:.2f} in the "
            f"median of train; {self.unlike:,} pairs more than {UNLIKE:g} times off",
            *(
                f"  {example.place}: {example.source!r}, {example.target!r}"
                for example in self.examples[:3]
            ),
        ]


def pair_report(part: Dataset, train: Dataset, most: int) -> PairReport:
    """Looks at the lengths of the pairs of a part; the training part tells what is usual."""
    ratio = usual_ratio(side_lengths(train))
    lengths = side_lengths(part)
    factors = length_factors(lengths, ratio)
    unlike = np.flatnonzero(factors > UNLIKE)
    worst = unlike[np.argsort(-factors[unlike], kind="stable")][:most]
    examples = tuple(
        UnlikePair(part.place(row), *(beginning(part[name][row].as_py()) for name in PAIR))
        for row in worst.tolist()
    )
    return PairReport(ratio, percentiles_of(lengths[1]), len(unlike), examples)


def side_lengths(columns: Dataset | Mapping[str, pa.ChunkedArray]) -> np.ndarray:
    """`<int64>[2, rows]` characters of sources and targets, outer white space not counted."""
    return np.stack(
        [
            pc.utf8_length(pc.utf8_trim_whitespace(columns[name])).to_numpy().astype(np.int64)
            for name in PAIR
        ]
    )


def usual_ratio(lengths: np.ndarray) -> float:
    """Characters of target for each of source, in the median over pairs; 1 where none has both."""
    source, target = lengths[:, (lengths > 0).all(axis=0)]
    return float(np.median(target / source)) if len(source) else 1.0


def length_factors(lengths: np.ndarray, usual: float) -> np.ndarray:
    """How many times as long one side is as the other lets expect.

    Args:
        lengths: `<int64>[2, rows]`, from `side_lengths`.
        usual: Characters of target for each of source, from `usual_ratio`.

    Returns:
        `<float64>[rows]`, at least 1; 1 for a pair with an empty side, which is another fault.

    Example:
        >>> length_factors(np.array([[40, 40, 40], [20, 2, 0]]), usual=0.5).round(1).tolist()
        [1.0, 6.3, 1.0]
    """
    # Both in a unit between those of the two languages, so that neither side is favoured.
    source, target = lengths[0] * usual**0.5 + _ALLOWANCE, lengths[1] / usual**0.5 + _ALLOWANCE
    factors = np.maximum(source, target) / np.minimum(source, target)
    return np.where((lengths > 0).all(axis=0), factors, 1.0)
