"""Language models compared: who takes turns, and the table."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.comparisons import Comparison, Row, Setup, measure
from benchmarks.measured import (
    GENERATING,
    OURS,
    TRAINING,
    Measured,
    Rates,
    Side,
    arrange,
    last_figures,
)
from benchmarks.rounds import Answers
from benchmarks.workloads.characters import LanguageWorkload

TORCH, KERAS = Side("PyTorch", "torch", "torch"), Side("plain Keras", "keras", "keras")
WINDOWS = Side("plain Keras, a window for each character", "keras", "keras", "windows")
# How often prompts are continued in a round: some take a moment for it.
_REPEATS = 5


def language_model(setup: Setup[LanguageWorkload]) -> Comparison:
    """Language models on characters, their training and what they write, beside PyTorch and Keras.

    Args:
        setup: what is needed.

    Returns:
        Characters in a second, and ratios.
    """
    model = str(setup.directory / "language_model")
    more = {"model": model, "batches": setup.batches, "repeats": _REPEATS}
    jobs = {
        "seqkit": setup.job("ours.language_model", **more),
        "server": setup.job("peers.saved_language_model", **more),
        "keras": setup.job("peers.keras_language_model", **more),
    }
    step = setup.sizes["batch_size"]
    measured = [Measured(OURS, TRAINING, step)]
    if "torch" in setup.peers:
        jobs["torch"] = setup.job("peers.pytorch_language_model", "torch", **more)
        measured.append(Measured(TORCH, TRAINING, step))
    measured += [Measured(side, TRAINING, step) for side in (KERAS, WINDOWS)]
    for size, _ in setup.batches:
        measured += [Measured(side, GENERATING, size) for side in (OURS, KERAS, WINDOWS)]
    answers, facts = measure(setup, jobs, [row.entrant for row in measured])
    facts |= {"sizes": setup.sizes}
    first, losses = (last_figures(measured, answers, key) for key in ("first", "loss"))
    facts |= {
        "written characters": setup.batches[0][1],
        "first text": {name: text for name, text in first.items() if text is not None},
        "loss": {name: loss for name, loss in losses.items() if loss is not None},
    }
    return Comparison("language model", facts, table(measured, answers))


def table(measured: Sequence[Measured], answers: Answers) -> list[Row]:
    """Makes the rows: training first, then generating by size of batch.

    Args:
        measured: what they are of.
        answers: `seconds` and `characters` of each, round by round.

    Returns:
        Medians, and the ratios to what each peer does in the same work and batch.
    """
    rates, peers = Rates(answers, ("characters",)), (TORCH, KERAS, WINDOWS)
    return [
        {
            "language model": row.side.name,
            "work": row.work,
            "batch": row.batch,
            "characters/s": round(rates.median(row, "characters")),
            **{f"× {side.name}": rates.least_ratio(row, side) for side in peers},
        }
        for row in arrange(measured, (TRAINING, GENERATING), (OURS, *peers))
    ]
