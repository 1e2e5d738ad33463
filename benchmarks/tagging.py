"""Taggers compared: who takes turns, and the table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.comparisons import Answers, Comparison, Row, Setup, facts_of, with_rates
from benchmarks.rounds import Entrant, median, ratio, take_turns, workers
from benchmarks.workloads.sentences import TaggedWorkload

OURS, FLAIR, SPACY = "seqkit", "Flair", "spaCy"
TRAINING, WORDS, TEXT = "training", "words", "text"
# Of spaCy the fastest counts; the last is what it takes by default.
_SPACY_BATCHES = (32, 256, 1000)


class Measured(NamedTuple):
    """A row of the table.

    Attributes:
        who: whose tagger.
        work: `training`; tagging of `words` given one by one, or of `text` that is split first.
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
        variant = "train" if self.work == TRAINING else f"{self.work} {self.batch}"
        return Entrant(f"{self.who}, {self.work}, {self.batch}", self.worker, variant)


def tagging(setup: Setup[TaggedWorkload]) -> Comparison:
    """Tagging beside Flair, training too, and beside spaCy.

    Args:
        setup: what is needed.

    Returns:
        Sentences and words in a second, and ratios.
    """
    model = {"model": str(setup.directory / "tagger")}
    batches = {"batches": setup.batches}
    jobs = {
        "seqkit": ("benchmarks.ours.tagging", setup.config(**model), sys.executable),
        "server": (
            "benchmarks.peers.saved_taggers",
            setup.config(**model, **batches),
            sys.executable,
        ),
    }
    step = setup.sizes["batch_size"]
    measured = [Measured(OURS, TRAINING, step, "seqkit")]
    if "flair" in setup.peers:
        jobs["flair"] = ("benchmarks.peers.flair_tagger", setup.config(), setup.peers["flair"])
        measured += [Measured(FLAIR, work, step, "flair") for work in (TRAINING, WORDS)]
    if "spacy" in setup.peers:
        config = setup.config(spacy_batches=_SPACY_BATCHES)
        jobs["spacy"] = ("benchmarks.peers.spacy_tagger", config, setup.peers["spacy"])
        measured += [Measured(SPACY, WORDS, size, "spacy") for size in _SPACY_BATCHES]
    for work in (WORDS, TEXT):
        measured += [Measured(OURS, work, size, "server") for size, _ in setup.batches]
    with workers(jobs, setup.directory, setup.threads) as running:
        answers = take_turns([row.entrant for row in measured], running, setup.rounds)
        facts = facts_of(setup, running) | {"sizes": setup.sizes}
    return Comparison("tagging", facts, table(measured, answers))


def table(measured: Sequence[Measured], answers: Answers) -> list[Row]:
    """Makes the rows: training first, then tagging; each peer after ours.

    Args:
        measured: what they are of.
        answers: `seconds`, `sentences` and `words` of each, round by round.

    Returns:
        Medians and, where there are those peers, ratios: training to Flair's training, tagging to
        Flair's tagging and to spaCy's with the batches that make it fastest.
    """
    by = {unit: with_rates(answers, unit) for unit in ("sentences", "words")}

    def times(row: Measured, who: str, unit: str) -> float | None:
        kind = TRAINING if row.work == TRAINING else WORDS
        peers = [by[unit][m.entrant.name] for m in measured if (m.who, m.work) == (who, kind)]
        fastest = max(peers, key=lambda given: median(given, "rate"), default=None)
        return None if fastest is None else ratio(by[unit][row.entrant.name], fastest, "rate")

    order = (TRAINING, WORDS, TEXT)
    whose = (OURS, FLAIR, SPACY)
    rows: list[dict[str, Any]] = []
    for row in sorted(measured, key=lambda m: (order.index(m.work), whose.index(m.who), m.batch)):
        name = row.entrant.name
        rows.append(
            {
                "tagging": row.who,
                "work": row.work,
                "batch": row.batch,
                "sentences/s": round(median(by["sentences"][name], "rate")),
                "words/s": round(median(by["words"][name], "rate")),
                "× Flair": times(row, FLAIR, "sentences"),
                "× spaCy": times(row, SPACY, "words"),
            }
        )
    return rows
