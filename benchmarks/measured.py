"""A row of a comparison's table: who does which work, and what is told of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

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


class Unit(NamedTuple):
    """What is counted.

    Attributes:
        name: such as `sentences`.
        heading: of its column.
        digits: decimal places in its column; None for whole numbers.
    """

    name: str
    heading: str
    digits: int | None = None


class Rates:
    """How much each did in a second.

    Args:
        answers: `seconds` of each round and how much was done, by the name of the entrant.
        units: what is counted.
    """

    def __init__(self, answers: Answers, units: Sequence[Unit]) -> None:
        self._units = units
        self._answers = {unit.name: with_rates(answers, unit.name) for unit in units}

    def of(self, row: Measured, unit: str) -> Sequence[Mapping[str, float]]:
        """Answers with `rate`, round by round.

        Args:
            row: who did what.
            unit: what is counted.

        Returns:
            The answers.
        """
        return self._answers[unit][row.entrant.name]

    def describe(self, title: str, row: Measured) -> dict[str, Any]:
        """The first columns of a row.

        Args:
            title: heading of the column that names who did it.
            row: who did what.

        Returns:
            Who, which work, the size of a batch, and of each unit how many in a second, the median
            of the rounds.
        """
        rates = {
            unit.heading: round(median(self.of(row, unit.name), "rate"), unit.digits)
            for unit in self._units
        }
        return {title: row.side.name, "work": row.work, "batch": row.batch, **rates}

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


@dataclasses.dataclass(frozen=True)
class Table:
    """What is told of a comparison, in which order.

    Attributes:
        title: of the comparison, and of the column that says who did it.
        units: what is counted.
        works: in their order.
        sides: in their order; each row is compared with all of them but the first.
        lengths: name of a fact to the unit whose length in tokens it tells.
        last: name of a fact to the figure that it tells of each one's last round.
    """

    title: str
    units: Sequence[Unit]
    works: Sequence[str]
    sides: Sequence[Side]
    lengths: Mapping[str, str] = dataclasses.field(default_factory=dict)
    last: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __call__(self, measured: Sequence[Measured], answers: Answers) -> list[dict[str, Any]]:
        """Makes the rows, by work, then by batch, then by side.

        Args:
            measured: what they are of.
            answers: `seconds`, and how many of each unit, round by round.

        Returns:
            Medians, and the ratio to each peer in the same work and batch: of the units' ratios
            the smallest one.
        """
        rates = Rates(answers, self.units)
        works, sides = self.works.index, self.sides.index
        return [
            {
                **rates.describe(self.title, row),
                **{f"× {side.name}": rates.least_ratio(row, side) for side in self.sides[1:]},
            }
            for row in sorted(
                measured, key=lambda row: (works(row.work), row.batch, sides(row.side))
            )
        ]

    def facts(self, measured: Sequence[Measured], answers: Answers) -> dict[str, Any]:
        """Tells what is not in the rows; arguments as for the call."""
        return {
            **{fact: token_lengths(measured, answers, u) for fact, u in self.lengths.items()},
            **{fact: last_figures(measured, answers, key) for fact, key in self.last.items()},
        }


def last_figures(measured: Sequence[Measured], answers: Answers, key: str) -> dict[str, object]:
    """A figure of each one's last round.

    Args:
        measured: the rows.
        answers: by the name of the entrant.
        key: the figure.

    Returns:
        The figure by the name of the entrant, of those who told it.
    """
    last = {row.entrant.name: answers[row.entrant.name][-1] for row in measured}
    return {name: answer[key] for name, answer in last.items() if answer.get(key) is not None}


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
