"""Taggers compared: who takes turns, and the table."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.comparisons import Comparison, Row, Setup, compare
from benchmarks.measured import OURS, TRAINING, Measured, Rates, Side, Unit
from benchmarks.rounds import Answers, median, ratio
from benchmarks.workloads.sentences import TaggedWorkload

FLAIR, SPACY = Side("Flair", "flair", "flair"), Side("spaCy", "spacy", "spacy")
WORDS, TEXT = "words", "text"
_UNITS = (Unit("sentences", "sentences/s"), Unit("words", "words/s"))
# Of spaCy the fastest counts; the last is what it takes by default.
_SPACY_BATCHES = (32, 256, 1000)


def tagging(setup: Setup[TaggedWorkload]) -> Comparison:
    """Tagging beside Flair, training too, and beside spaCy.

    Args:
        setup: what is needed.

    Returns:
        Sentences and words in a second, and ratios.
    """
    model = str(setup.directory / "tagger")
    jobs = {
        "seqkit": setup.job("ours.tagging", model=model),
        "server": setup.job("peers.saved_taggers", model=model, batches=setup.batches),
    }
    step = setup.sizes["batch_size"]
    measured = [Measured(OURS, TRAINING, step)]
    if "flair" in setup.peers:
        jobs["flair"] = setup.job("peers.flair_tagger", "flair")
        measured += [Measured(FLAIR, work, step) for work in (TRAINING, WORDS)]
    if "spacy" in setup.peers:
        jobs["spacy"] = setup.job("peers.spacy_tagger", "spacy", spacy_batches=_SPACY_BATCHES)
        measured += [Measured(SPACY, WORDS, size) for size in _SPACY_BATCHES]
    for work in (WORDS, TEXT):
        measured += [Measured(OURS, work, size) for size, _ in setup.batches]
    return compare("tagging", setup, jobs, measured, table)


def table(measured: Sequence[Measured], answers: Answers) -> list[Row]:
    """Makes the rows: training first, then tagging; each peer after ours.

    Args:
        measured: what they are of.
        answers: `seconds`, `sentences` and `words` of each, round by round.

    Returns:
        Medians and, where there are those peers, ratios: training to Flair's training, tagging to
        Flair's tagging and to spaCy's with the batches that make it fastest.
    """
    rates = Rates(answers, _UNITS)

    def find_ratio(row: Measured, side: Side, unit: str) -> float | None:
        work = TRAINING if row.work == TRAINING else WORDS
        peers = [
            rates.of(peer, unit) for peer in measured if (peer.side, peer.work) == (side, work)
        ]
        fastest = max(peers, key=lambda peer: median(peer, "rate"), default=None)
        return None if fastest is None else ratio(rates.of(row, unit), fastest, "rate")

    works, sides = (TRAINING, WORDS, TEXT), (OURS, FLAIR, SPACY)
    order = sorted(
        measured, key=lambda row: (works.index(row.work), sides.index(row.side), row.batch)
    )
    return [
        {
            **rates.describe("tagging", row),
            "× Flair": find_ratio(row, FLAIR, "sentences"),
            "× spaCy": find_ratio(row, SPACY, "words"),
        }
        for row in order
    ]
