"""Language models compared: who takes turns, and the table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.comparisons import Answers, Comparison, Row, Setup, facts_of, with_rates
from benchmarks.rounds import Entrant, median, ratio, take_turns, workers
from benchmarks.workloads.characters import LanguageWorkload

OURS, TORCH, KERAS = "seqkit", "PyTorch", "plain Keras"
WINDOWS = "plain Keras, a window for each character"
TRAINING, GENERATING = "training", "generating"
# Going on takes some a moment; they do it so often in a round.
_REPEATS = 5


class Measured(NamedTuple):
    """A row of the table.

    Attributes:
        who: whose language model.
        work: `training` or `generating`.
        batch: windows of a training step, or texts that are gone on with at once.
        worker: the name of the worker that does it.
    """

    who: str
    work: str
    batch: int
    worker: str

    @property
    def entrant(self) -> Entrant:
        """How its worker is asked for it."""
        windows = "windows" if self.who == WINDOWS else ""
        asked = ["train", windows] if self.work == TRAINING else ["generate", windows, self.batch]
        variant = " ".join(str(word) for word in asked if word)
        return Entrant(f"{self.who}, {self.work}, {self.batch}", self.worker, variant)


def language_model(setup: Setup[LanguageWorkload]) -> Comparison:
    """Language models on characters, their training and what they write, beside PyTorch and Keras.

    Args:
        setup: what is needed.

    Returns:
        Characters in a second, and ratios.
    """
    model = str(setup.directory / "language_model")
    config = setup.config(model=model, batches=setup.batches, repeats=_REPEATS)
    jobs = {
        "seqkit": ("benchmarks.ours.language_model", config, sys.executable),
        "server": ("benchmarks.peers.saved_language_model", config, sys.executable),
        "keras": ("benchmarks.peers.keras_language_model", config, sys.executable),
    }
    step = setup.sizes["batch_size"]
    measured = [Measured(OURS, TRAINING, step, "seqkit")]
    if "torch" in setup.peers:
        python = setup.peers["torch"]
        jobs["torch"] = ("benchmarks.peers.pytorch_language_model", config, python)
        measured.append(Measured(TORCH, TRAINING, step, "torch"))
    whose = ((OURS, "server"), (KERAS, "keras"), (WINDOWS, "keras"))
    measured += [Measured(who, TRAINING, step, worker) for who, worker in whose[1:]]
    for size, _ in setup.batches:
        measured += [Measured(who, GENERATING, size, worker) for who, worker in whose]
    with workers(jobs, setup.directory, setup.threads) as running:
        answers = take_turns([row.entrant for row in measured], running, setup.rounds)
        facts = facts_of(setup, running) | {"sizes": setup.sizes}
    names = [row.entrant.name for row in measured]
    first = {name: answers[name][-1].get("first") for name in names}
    losses = {name: answers[name][-1].get("loss") for name in names}
    more = {
        "written characters": setup.batches[0][1],
        "first text": {name: text for name, text in first.items() if text is not None},
        "loss": {name: loss for name, loss in losses.items() if loss is not None},
    }
    return Comparison("language model", facts | more, table(measured, answers))


def table(measured: Sequence[Measured], answers: Answers) -> list[Row]:
    """Makes the rows: training first, then generating by size of batch.

    Args:
        measured: what they are of.
        answers: `seconds` and `characters` of each, round by round.

    Returns:
        Medians, and the ratios to what each peer does in the same work and batch.
    """
    rates = with_rates(answers, "characters")

    def times(row: Measured, who: str) -> float | None:
        peer = row._replace(who=who).entrant.name
        return ratio(rates[row.entrant.name], rates[peer], "rate") if peer in rates else None

    works, whose = (TRAINING, GENERATING), (OURS, TORCH, KERAS, WINDOWS)
    return [
        {
            "language model": row.who,
            "work": row.work,
            "batch": row.batch,
            "characters/s": round(median(rates[row.entrant.name], "rate")),
            **{f"× {who}": times(row, who) for who in whose[1:]},
        }
        for row in sorted(
            measured, key=lambda m: (works.index(m.work), m.batch, whose.index(m.who))
        )
    ]
