"""Translators compared: who takes turns, and the table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.comparisons import Answers, Comparison, Row, Setup, facts_of, with_rates
from benchmarks.rounds import Entrant, median, ratio, take_turns, workers
from benchmarks.workloads.pairs import TranslationWorkload

OURS, JOEY = "seqkit", "Joey NMT"
TRAINING, TRANSLATING = "training", "translating"
_UNITS = ("sentences", "tokens")


class Measured(NamedTuple):
    """A row of the table.

    Attributes:
        who: whose translator.
        work: `training` or `translating`.
        batch: sentences of a batch.
        worker: the name of the worker that does it.
    """

    who: str
    work: str
    batch: int
    worker: str

    @property
    def entrant(self) -> Entrant:
        """How its worker is asked for it."""
        variant = "train" if self.work == TRAINING else f"translate {self.batch}"
        return Entrant(f"{self.who}, {self.work}, {self.batch}", self.worker, variant)


def translation(setup: Setup[TranslationWorkload]) -> Comparison:
    """Translation, and training for it, beside Joey NMT's recurrent model of the same sizes.

    Args:
        setup: what is needed.

    Returns:
        Sentences and target tokens in a second, and ratios.
    """
    config = setup.config(model=str(setup.directory / "translator"), batches=setup.batches)
    jobs = {
        "seqkit": ("benchmarks.ours.translation", config, sys.executable),
        "server": ("benchmarks.peers.saved_translator", config, sys.executable),
    }
    whose = [(OURS, "seqkit", "server")]
    if "joeynmt" in setup.peers:
        python = setup.peers["joeynmt"]
        jobs["joeynmt"] = ("benchmarks.peers.joeynmt_translator", config, python)
        whose.append((JOEY, "joeynmt", "joeynmt"))
    measured = [
        Measured(who, TRAINING, setup.sizes["batch_size"], trainer) for who, trainer, _ in whose
    ]
    for size, _ in setup.batches:
        measured += [Measured(who, TRANSLATING, size, server) for who, _, server in whose]
    with workers(jobs, setup.directory, setup.threads) as running:
        answers = take_turns([row.entrant for row in measured], running, setup.rounds)
        facts = facts_of(setup, running) | {"sizes": setup.sizes}
    lengths = {row.entrant.name: tokens_each(answers[row.entrant.name]) for row in measured}
    first = {row.entrant.name: answers[row.entrant.name][-1].get("first") for row in measured}
    more = {"tokens of a sentence": lengths, "first translation": first}
    return Comparison("translation", facts | more, table(measured, answers))


def tokens_each(answers: Sequence[dict[str, Any]], unit: str = "sentences") -> float:
    """How long the sentences are that somebody wrote, or was trained on.

    Args:
        answers: their number and `tokens`, round by round.
        unit: under which name their number is.

    Returns:
        Tokens of a sentence, its end counted, in the median of the rounds.
    """
    return median([{"length": answer["tokens"] / answer[unit]} for answer in answers], "length")


def table(measured: Sequence[Measured], answers: Answers) -> list[Row]:
    """Makes the rows: training first, then translating by size of batch; the peer after ours.

    Args:
        measured: what they are of.
        answers: `seconds`, `sentences` and `tokens` of each, round by round.

    Returns:
        Medians, and where there is the peer, the ratio to what it does with the same batches: of
        the ratios of sentences and of tokens the smaller one, for neither a translator that
        writes less nor one that writes more is to gain by it.
    """
    by = {unit: with_rates(answers, unit) for unit in _UNITS}

    def times(row: Measured) -> float | None:
        peer = row._replace(who=JOEY).entrant.name
        if peer not in answers:
            return None
        mine = row.entrant.name
        return min(ratio(by[unit][mine], by[unit][peer], "rate") for unit in _UNITS)

    order = (TRAINING, TRANSLATING)
    whose = (OURS, JOEY)
    return [
        {
            "translation": row.who,
            "work": row.work,
            "batch": row.batch,
            "sentences/s": round(median(by["sentences"][row.entrant.name], "rate"), 1),
            "target tokens/s": round(median(by["tokens"][row.entrant.name], "rate")),
            "× Joey NMT": times(row),
        }
        for row in sorted(
            measured, key=lambda m: (order.index(m.work), m.batch, whose.index(m.who))
        )
    ]
