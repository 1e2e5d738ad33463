"""Language models compared: who takes turns, and the table."""

from __future__ import annotations

from benchmarks.comparisons import Comparison, Setup, compare
from benchmarks.measured import GENERATING, OURS, TRAINING, Measured, Side, Table, Unit
from benchmarks.workloads.characters import LanguageWorkload

TORCH, KERAS = Side("PyTorch", "torch", "torch"), Side("plain Keras", "keras", "keras")
WINDOWS = Side("plain Keras, a window for each character", "keras", "keras", "windows")
# How often prompts are continued in a round: some take a moment for it.
_REPEATS = 5
table = Table(
    "language model",
    units=(Unit("characters", "characters/s"),),
    works=(TRAINING, GENERATING),
    sides=(OURS, TORCH, KERAS, WINDOWS),
    last={"first text": "first", "loss": "loss"},
)


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
    comparison = compare("language model", setup, jobs, measured, table, table.facts)
    comparison.facts["written characters"] = setup.batches[0][1]
    return comparison
