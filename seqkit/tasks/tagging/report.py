"""The artefact of a token tagger."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit import export
from seqkit.data import Dataset
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS, describe_data
from seqkit.export.unknown_words import unknown_words
from seqkit.tasks.tagging.evaluation import TaggingScores
from seqkit.tasks.tagging.tagged_text import tagged
from seqkit.text import VectorCoverage, vector_coverage

_HARD_TOKENS = [["", "x"], ["가나다", "👩‍👩‍👧"], ["a" * 100]]
_GOLDEN = 32


def publish_tagger(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    *,
    datasets: Mapping[str, Dataset],
    config: Any,
    seed: int,
    notes: Sequence[str] = (),
) -> export.Artefact:
    """Exports a tagger with everything that is known about it, and verifies it.

    Args:
        outcome: the trained tagger and its scores.
        export_path: directory of the artefact; its name is the model's.
        datasets: `train`, `validation`, `test`: what it was made from.
        config: what it was made with; a dataclass or a mapping.
        seed: the seed.
        notes: anything a reader should know.

    Returns:
        The artefact.

    Raises:
        ExportError: the exported model does not answer as this one.
    """
    model, scores = outcome.model, outcome.scores
    name = Path(export_path).absolute().name
    test = datasets["test"]
    examples = test.take(range(min(_GOLDEN, len(test)))).to_list("tokens")
    main, value = scores.main
    best = max(outcome.baselines, key=lambda plain: outcome.baselines[plain])
    words = (tokens.flatten() for tokens in datasets["train"].batches("tokens", 4096))
    coverage = vector_coverage(model.encoder, words)
    card = {
        "name": name,
        "task": "token tagging",
        "labels": list(model.tags.tokens),
        "data": describe_data(datasets),
        "config": config,
        "seed": seed,
        "scores": {
            main: {"model": value, "baseline": outcome.baselines[best]},
            "accuracy of words": {"model": scores.accuracy, "baseline": None},
            "accuracy of unseen words": {"model": scores.unseen_accuracy, "baseline": None},
            "accuracy of unknown words": {"model": scores.unknown_accuracy, "baseline": None},
            "calibration error": {"model": scores.calibration_error, "baseline": None},
        },
        "baseline": best,
        "baselines": dict(outcome.baselines),
        "unknown_rate": {"test": scores.unknown_rate},
        "training": {"minutes": round(outcome.minutes, 2), "epochs": len(outcome.history)},
        "data_checks": outcome.checks.lines(),
        "notes": list(notes),
    }
    if coverage is not None:
        card["pretrained_vectors"] = coverage._asdict()
    golden = {
        "serving_default": {"text": [*(" ".join(tokens) for tokens in examples), *HARD_TEXTS]},
        "tokens": {"tokens": _rectangle([*examples, *_HARD_TOKENS])},
    }
    unknown = unknown_words(model.encoder, test)
    artefact = export.write(
        model,
        export_path,
        golden=golden,
        card=card,
        report=_page(name, outcome, unknown, coverage, notes),
    )
    print(f"exported and verified: {artefact.serving}; report: {artefact.report}")
    return artefact


def _rectangle(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(len(row) for row in rows)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _page(
    name: str,
    outcome: Outcome,
    unknown: Sequence[tuple[str, int]],
    coverage: VectorCoverage | None,
    notes: Sequence[str],
) -> str:
    scores: TaggingScores = outcome.scores
    history = outcome.history
    figures = {key: [row.get(key) for row in history] for row in history[:1] for key in row}
    losses = {key: values for key, values in figures.items() if key == "loss"}
    shares = {key: values for key, values in figures.items() if key.startswith("val_")}
    main, value = scores.main
    facts: dict[str, Any] = {main: value}
    facts |= {f"{main} of {plain}": score for plain, score in outcome.baselines.items()}
    facts |= {
        "accuracy of words": scores.accuracy,
        "accuracy of words that training did not hold": scores.unseen_accuracy,
        "share of such words": scores.unseen_rate,
        "accuracy of words that the dictionary lacks": scores.unknown_accuracy,
        "share of these": scores.unknown_rate,
        "calibration error": scores.calibration_error,
        "sentences": scores.sentences,
        "words": scores.tokens,
    }
    spans = [
        [label, row["precision"], row["recall"], row["f1-score"], int(row["support"])]
        for label, row in scores.spans.items()
    ]
    sections = [
        report.facts("Scores on the test data", {k: v for k, v in facts.items() if v is not None}),
        report.text("To know", notes) if notes else None,
        report.curves(losses, title="Loss by epoch") if losses else None,
        report.curves(shares, title="On held-out data, by epoch") if shares else None,
        report.table("Spans", ["label", "precision", "recall", "F1", "number"], spans)
        if spans
        else None,
        report.confusion(scores.labels, scores.confusion),
        tagged(
            "Worst sentences",
            [(s.tokens, s.truth, s.answer) for s in scores.worst],
            note="Sentences of the test data with the most wrong tags.",
        ),
        report.table(
            "Most frequent unknown words",
            ["word", "count in the test data"],
            [list(pair) for pair in unknown],
        ),
        report.text("Pretrained vectors", coverage.lines()) if coverage else None,
        report.text("Data checks", outcome.checks.lines()),
    ]
    return report.render(name, [s for s in sections if s is not None], "token tagging")
