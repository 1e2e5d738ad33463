"""Translators compared: who takes turns, and the table."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.comparisons import Comparison, Row, Setup, measure
from benchmarks.measured import (
    OURS,
    TRAINING,
    TRANSLATING,
    Measured,
    Rates,
    Side,
    arrange,
    last_figures,
    token_lengths,
)
from benchmarks.rounds import Answers
from benchmarks.workloads.pairs import TranslationWorkload

JOEY = Side("Joey NMT", "joeynmt", "joeynmt")
_UNITS = ("sentences", "tokens")


def translation(setup: Setup[TranslationWorkload]) -> Comparison:
    """Translation, and training for it, beside Joey NMT's recurrent model of the same sizes.

    Args:
        setup: what is needed.

    Returns:
        Sentences and target tokens in a second, and ratios.
    """
    more = {"model": str(setup.directory / "translator"), "batches": setup.batches}
    jobs = {
        "seqkit": setup.job("ours.translation", **more),
        "server": setup.job("peers.saved_translator", **more),
    }
    sides = [OURS]
    if "joeynmt" in setup.peers:
        jobs["joeynmt"] = setup.job("peers.joeynmt_translator", "joeynmt", **more)
        sides.append(JOEY)
    measured = [Measured(side, TRAINING, setup.sizes["batch_size"]) for side in sides]
    for size, _ in setup.batches:
        measured += [Measured(side, TRANSLATING, size) for side in sides]
    answers, facts = measure(setup, jobs, [row.entrant for row in measured])
    facts |= {
        "sizes": setup.sizes,
        "tokens of a sentence": token_lengths(measured, answers, "sentences"),
        "first translation": last_figures(measured, answers, "first"),
    }
    return Comparison("translation", facts, table(measured, answers))


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
    rates = Rates(answers, _UNITS)
    return [
        {
            "translation": row.side.name,
            "work": row.work,
            "batch": row.batch,
            "sentences/s": round(rates.median(row, "sentences"), 1),
            "target tokens/s": round(rates.median(row, "tokens")),
            "× Joey NMT": rates.least_ratio(row, JOEY),
        }
        for row in arrange(measured, (TRAINING, TRANSLATING), (OURS, JOEY))
    ]
