"""Captioners compared: who takes turns, and the table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.comparisons import Answers, Comparison, Row, Setup, facts_of, with_rates
from benchmarks.rounds import Entrant, median, ratio, take_turns, workers
from benchmarks.translation import tokens_each
from benchmarks.workloads.images import CaptionWorkload

OURS, KERAS, TOGETHER = "seqkit", "plain Keras", "plain Keras, an image's captions together"
TRAINING, GREEDY, BEAMS = "training", "greedy", "beams"
_UNITS = ("captions", "tokens")


class Measured(NamedTuple):
    """A row of the table.

    Attributes:
        who: whose captioner.
        work: `training`, or captioning by `greedy` search or by `beams`.
        batch: captions of a training step, or images captioned at once.
        worker: the name of the worker that does it.
    """

    who: str
    work: str
    batch: int
    worker: str

    @property
    def entrant(self) -> Entrant:
        """How its worker is asked for it."""
        variant = f"{self.work} {self.batch}"
        if self.work == TRAINING:
            variant = "train together" if self.who == TOGETHER else "train"
        return Entrant(f"{self.who}, {self.work}, {self.batch}", self.worker, variant)


def captioning(setup: Setup[CaptionWorkload]) -> Comparison:
    """Captioning, and training for it, beside plain Keras with the same sizes.

    Args:
        setup: what is needed.

    Returns:
        Captions and tokens in a second, and ratios; an image that is captioned has one caption.
    """
    searches = {GREEDY: 1, BEAMS: setup.sizes["num_beams"]}
    models = {name: str(setup.directory / name) for name in searches}
    config = setup.config(models=models, searches=searches, batches=setup.batches)
    jobs = {
        "seqkit": ("benchmarks.ours.captioning", config, sys.executable),
        "server": ("benchmarks.peers.saved_captioner", config, sys.executable),
        "keras": ("benchmarks.peers.keras_captioner", config, sys.executable),
    }
    step = setup.sizes["batch_size"] * setup.sizes["captions_per_image"]
    measured = [Measured(OURS, TRAINING, step, "seqkit")]
    measured += [Measured(who, TRAINING, step, "keras") for who in (KERAS, TOGETHER)]
    for search in searches:
        for size, _ in setup.batches:
            measured += [
                Measured(who, search, size, worker)
                for who, worker in ((OURS, "server"), (KERAS, "keras"))
            ]
    with workers(jobs, setup.directory, setup.threads) as running:
        answers = take_turns([row.entrant for row in measured], running, setup.rounds)
        facts = facts_of(setup, running) | {"sizes": setup.sizes}
    names = [row.entrant.name for row in measured]
    lengths = {name: tokens_each(answers[name], "captions") for name in names}
    first = {name: answers[name][-1].get("first") for name in names}
    more = {"tokens of a caption": lengths, "first caption": first}
    return Comparison("captioning", facts | more, table(measured, answers))


def table(measured: Sequence[Measured], answers: Answers) -> list[Row]:
    """Makes the rows: training first, then captioning by search and size of batch.

    Args:
        measured: what they are of.
        answers: `seconds`, `captions` and `tokens` of each, round by round.

    Returns:
        Medians, and the ratios to what plain Keras does with the same batches, a caption a row and,
        in training, an image's captions together: of the ratios of captions and of tokens the
        smaller one, for neither a captioner that writes less nor one that writes more is to gain
        by it.
    """
    by = {unit: with_rates(answers, unit) for unit in _UNITS}

    def times(row: Measured, who: str) -> float | None:
        mine, peer = row.entrant.name, row._replace(who=who).entrant.name
        if peer not in answers:
            return None
        return min(ratio(by[unit][mine], by[unit][peer], "rate") for unit in _UNITS)

    works, whose = (TRAINING, GREEDY, BEAMS), (OURS, KERAS, TOGETHER)
    return [
        {
            "captioning": row.who,
            "work": row.work,
            "batch": row.batch,
            "captions/s": round(median(by["captions"][row.entrant.name], "rate"), 1),
            "tokens/s": round(median(by["tokens"][row.entrant.name], "rate")),
            f"× {KERAS}": times(row, KERAS),
            f"× {TOGETHER}": times(row, TOGETHER),
        }
        for row in sorted(
            measured, key=lambda m: (works.index(m.work), m.batch, whose.index(m.who))
        )
    ]
