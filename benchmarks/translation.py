"""Translators compared: who takes turns, and the table."""

from __future__ import annotations

from benchmarks.comparisons import Comparison, Setup, compare
from benchmarks.measured import OURS, TRAINING, TRANSLATING, Measured, Side, Table, Unit
from benchmarks.workloads.pairs import TranslationWorkload

JOEY = Side("Joey NMT", "joeynmt", "joeynmt")
# The ratios are of sentences or of tokens, whichever is smaller: neither a translator that writes
# less nor one that writes more is to gain by it.
table = Table(
    "translation",
    units=(Unit("sentences", "sentences/s", 1), Unit("tokens", "target tokens/s")),
    works=(TRAINING, TRANSLATING),
    sides=(OURS, JOEY),
    lengths={"tokens of a sentence": "sentences"},
    last={"first translation": "first"},
)


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
    return compare("translation", setup, jobs, measured, table, table.facts)
