"""Captioners compared: who takes turns, and the table."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.comparisons import Comparison, Row, Setup, measure
from benchmarks.measured import (
    OURS,
    TRAINING,
    Measured,
    Rates,
    Side,
    arrange,
    last_figures,
    token_lengths,
)
from benchmarks.rounds import Answers
from benchmarks.workloads.images import CaptionWorkload

KERAS = Side("plain Keras", "keras", "keras")
TOGETHER = Side("plain Keras, an image's captions together", "keras", "keras", "together")
GREEDY, BEAMS = "greedy", "beams"
_UNITS = ("captions", "tokens")


def captioning(setup: Setup[CaptionWorkload]) -> Comparison:
    """Captioning, and training for it, beside plain Keras with the same sizes.

    Args:
        setup: what is needed.

    Returns:
        Captions and tokens in a second, and ratios; an image that is captioned has one caption.
    """
    searches = {GREEDY: 1, BEAMS: setup.sizes["num_beams"]}
    models = {name: str(setup.directory / name) for name in searches}
    more = {"models": models, "searches": searches, "batches": setup.batches}
    jobs = {
        "seqkit": setup.job("ours.captioning", **more),
        "server": setup.job("peers.saved_captioner", **more),
        "keras": setup.job("peers.keras_captioner", **more),
    }
    step = setup.sizes["batch_size"] * setup.sizes["captions_per_image"]
    measured = [Measured(side, TRAINING, step) for side in (OURS, KERAS, TOGETHER)]
    for search in searches:
        for size, _ in setup.batches:
            measured += [Measured(side, search, size) for side in (OURS, KERAS)]
    answers, facts = measure(setup, jobs, [row.entrant for row in measured])
    facts |= {
        "sizes": setup.sizes,
        "tokens of a caption": token_lengths(measured, answers, "captions"),
        "first caption": last_figures(measured, answers, "first"),
    }
    return Comparison("captioning", facts, table(measured, answers))


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
    rates = Rates(answers, _UNITS)
    return [
        {
            "captioning": row.side.name,
            "work": row.work,
            "batch": row.batch,
            "captions/s": round(rates.median(row, "captions"), 1),
            "tokens/s": round(rates.median(row, "tokens")),
            **{f"× {side.name}": rates.least_ratio(row, side) for side in (KERAS, TOGETHER)},
        }
        for row in arrange(measured, (TRAINING, GREEDY, BEAMS), (OURS, KERAS, TOGETHER))
    ]
