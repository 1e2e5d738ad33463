"""Captioners compared: who takes turns, and the table."""

from __future__ import annotations

from benchmarks.comparisons import Comparison, Setup, compare
from benchmarks.measured import OURS, TRAINING, Measured, Side, Table, Unit
from benchmarks.workloads.images import CaptionWorkload

KERAS = Side("plain Keras", "keras", "keras")
TOGETHER = Side("plain Keras, an image's captions together", "keras", "keras", "together")
GREEDY, BEAMS = "greedy", "beams"
# The ratios are of captions or of tokens, whichever is smaller: neither a captioner that writes
# less nor one that writes more is to gain by it.
table = Table(
    "captioning",
    units=(Unit("captions", "captions/s", 1), Unit("tokens", "tokens/s")),
    works=(TRAINING, GREEDY, BEAMS),
    sides=(OURS, KERAS, TOGETHER),
    lengths={"tokens of a caption": "captions"},
    last={"first caption": "first"},
)


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
    return compare("captioning", setup, jobs, measured, table, table.facts)
