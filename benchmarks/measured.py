"""A row of a comparison's table: who does which work, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.rounds import Answers, Entrant, median, ratio, with_rates

TRAINING, TRANSLATING, GENERATING = "training", "translating", "generating"
# What a worker is asked for where that is not the name of the work.
_REQUESTS = {TRAINING: "train", TRANSLATING: "translate", GENERATING: "generate"}


class Side(NamedTuple):
    """One of those who are compared.

    Attributes:
        name: what the table calls it.
        trainer: the name of the worker that trains.
        server: the name of the worker that answers.
        manner: the way that its workers do it, where they have several.
    """

    name: str
    trainer: str
    server: str
    manner: str = ""


OURS = Side("seqkit", "seqkit", "server")


class Measured(NamedTuple):
    """A row of the table.

    Attributes:
        side: who does the work.
        work: `training`, or what is done with a trained model.
        batch: size of a training step, or how many are answered at once.
    """

    side: Side
    work: str
    batch: int

    @property
    def entrant(self) -> Entrant:
        """How its worker is asked for it."""
        name = f"{self.side.name}, {self.work}, {self.batch}"
        request = [_REQUESTS.get(self.work, self.work)]
        if self.side.manner:
            request.append(self.side.manner)
        if self.work == TRAINING:
            return Entrant(name, self.side.trainer, " ".join(request))
        return Entrant(name, self.side.server, " ".join([*request, str(self.batch)]))


class Rates:
    """How much each did in a second.

    Args:
        answers: `seconds` of each round and how much was done, by the name of the entrant.
        units: what is counted, such as `sentences`.
    """

    def __init__(self, answers: Answers, units: Sequence[str]) -> None:
        self._answers = {unit: with_rates(answers, unit) for unit in units}

    def of(self, row: Measured, unit: str) -> Sequence[Mapping[str, float]]:
        """Answers with `rate`, round by round.

        Args:
            row: who did what.
            unit: what is counted.

        Returns:
            The answers.
        """
        return self._answers[unit][row.entrant.name]

    def median(self, row: Measured, unit: str) -> float:
        """The median of the rounds.

        Args:
            row: who did what.
            unit: what is counted.

        Returns:
            How many in a second.
        """
        return median(self.of(row, unit), "rate")

    def least_ratio(self, row: Measured, side: Side) -> float | None:
        """How many times as fast a row is as the same work and batch of another side.

        Args:
            row: who did what.
            side: whom it is compared with.

        Returns:
            The smallest of the units' ratios: neither who writes less nor who writes more is to
            gain by it. None where that side did not do this work.
        """
        peer = row._replace(side=side)
        if any(peer.entrant.name not in answers for answers in self._answers.values()):
            return None
        return min(ratio(self.of(row, unit), self.of(peer, unit), "rate") for unit in self._answers)


def arrange(
    measured: Sequence[Measured], works: Sequence[str], sides: Sequence[Side]
) -> list[Measured]:
    """Puts rows into the order of the table: by work, then by batch, then by side.

    Args:
        measured: the rows.
        works: in their order.
        sides: in their order.

    Returns:
        The rows.
    """
    return sorted(
        measured, key=lambda row: (works.index(row.work), row.batch, sides.index(row.side))
    )


def last_figures(measured: Sequence[Measured], answers: Answers, key: str) -> dict[str, object]:
    """A figure of each one's last round.

    Args:
        measured: the rows.
        answers: by the name of the entrant.
        key: the figure.

    Returns:
        The figure by the name of the entrant; None where it was not told.
    """
    return {row.entrant.name: answers[row.entrant.name][-1].get(key) for row in measured}


def token_lengths(measured: Sequence[Measured], answers: Answers, unit: str) -> dict[str, float]:
    """How long the texts are that each wrote, or was trained on.

    Args:
        measured: the rows.
        answers: the number of texts and `tokens`, by the name of the entrant.
        unit: under which name the number of texts is.

    Returns:
        Tokens of a text, its end counted, in the median of the rounds, by the name of the entrant.
    """
    return {
        row.entrant.name: median(
            [{"length": told["tokens"] / told[unit]} for told in answers[row.entrant.name]],
            "length",
        )
        for row in measured
    }
