"""What to know about sentence pairs before training: lengths, and those that cannot fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from seqkit.data.dataset import Dataset
from seqkit.data.kinds.pairs import length_factors, side_lengths, usual_ratio

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
            f"  target characters for each source character: {self.length_ratio:.2f} in the "
            f"median of train; {self.unlike:,} pairs more than {UNLIKE:g} times off",
            *(
                f"  {example.place}: {example.source!r}, {example.target!r}"
                for example in self.examples[:3]
            ),
        ]


def pair_report(
    dataset: Dataset,
    ratio: float,
    percentiles: Callable[[np.ndarray], dict[int, int]],
    place: Callable[[int], str],
    shown: Callable[[str], str],
    most: int,
) -> PairReport:
    """Looks at the lengths of pairs.

    Args:
        dataset: One part, with `source` and `target`.
        ratio: Characters of target for each of source, from `training_ratio`.
        percentiles: What makes percentiles of lengths.
        place: Row to the words that name it.
        shown: What cuts a text that is long.
        most: The most examples.

    Returns:
        The report.
    """
    lengths = side_lengths({name: dataset[name] for name in ("source", "target")})
    factors = length_factors(lengths, ratio)
    unlike = np.flatnonzero(factors > UNLIKE)
    worst = unlike[np.argsort(-factors[unlike], kind="stable")][:most]
    examples = tuple(
        UnlikePair(
            place(row),
            shown(dataset["source"][row].as_py()),
            shown(dataset["target"][row].as_py()),
        )
        for row in worst.tolist()
    )
    return PairReport(ratio, percentiles(lengths[1]), len(unlike), examples)


def training_ratio(train: Dataset) -> float:
    """Characters of target for each of source, in the median over training pairs.

    Args:
        train: With `source` and `target`.

    Returns:
        The ratio.
    """
    return usual_ratio(side_lengths({name: train[name] for name in ("source", "target")}))
