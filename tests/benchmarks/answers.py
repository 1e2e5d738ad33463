"""What workers answered, made up."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.measured import Measured
from benchmarks.rounds import Answers


def make_answers(
    measured: Sequence[Measured], rounds: Sequence[Sequence[float]], **amounts: int
) -> Answers:
    """Makes answers to the rounds of a comparison.

    Args:
        measured: who answers.
        rounds: seconds of each round, for each of them.
        **amounts: what is read or written in each round.

    Returns:
        The answers by the name of the entrant.
    """
    return {
        row.entrant.name: [{"seconds": seconds, **amounts} for seconds in given]
        for row, given in zip(measured, rounds, strict=True)
    }
