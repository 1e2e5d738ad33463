"""The artefact of a text classifier."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit import export
from seqkit.data import Dataset
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS, described
from seqkit.export.unknown_words import unknown_tokens

_GOLDEN_TEXTS = 32


def publish_classifier(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    *,
    datasets: Mapping[str, Dataset],
    config: Any,
    seed: int,
    notes: Sequence[str] = (),
) -> export.Artefact:
    """Exports a classifier with everything that is known about it, and verifies it.

    Args:
        outcome: the trained classifier and its scores.
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
    examples = test.take(range(min(_GOLDEN_TEXTS, len(test)))).to_list("text")
    unknown = unknown_tokens(model.encoder, test)
    (baseline,) = outcome.baselines.items()
    card = {
        "name": name,
        "task": "text classification",
        "labels": list(model.labels.tokens),
        "data": described(datasets),
        "config": config,
        "seed": seed,
        "scores": {
            "accuracy": {"model": scores.accuracy, "baseline": baseline[1]},
            "macro F1": {"model": scores.macro_f1, "baseline": None},
            "calibration error": {"model": scores.calibration_error, "baseline": None},
        },
        "baseline": baseline[0],
        "unknown_rate": {"test": scores.unknown_rate},
        "training": {
            "minutes": round(outcome.minutes, 2),
            "epochs": len(outcome.history),
            "path_weights": dict(zip(model.outputs, model.path_weights, strict=True)),
        },
        "data_checks": outcome.checks.lines(),
        "notes": list(notes),
    }
    artefact = export.write(
        model,
        export_path,
        golden={"serving_default": {"text": [*examples, *HARD_TEXTS]}},
        card=card,
        report=_page(name, outcome, baseline, unknown, notes),
    )
    print(f"exported and verified: {artefact.serving}; report: {artefact.report}")
    return artefact


def _page(
    name: str,
    outcome: Outcome,
    baseline: tuple[str, float],
    unknown: Sequence[tuple[str, int]],
    notes: Sequence[str],
) -> str:
    scores, history = outcome.scores, outcome.history
    figures = {key: [row.get(key) for row in history] for row in history[:1] for key in row}
    losses = {key: values for key, values in figures.items() if "loss" in key}
    accuracies = {key: values for key, values in figures.items() if "accuracy" in key}
    sections = [
        report.facts(
            "Scores on the test data",
            {
                "accuracy": scores.accuracy,
                f"accuracy of the baseline, {baseline[0]}": baseline[1],
                "macro F1": scores.macro_f1,
                "calibration error": scores.calibration_error,
                "texts": scores.examples,
                "unknown tokens, share": scores.unknown_rate,
            },
        ),
        report.text("To know", notes) if notes else None,
        report.curves(losses, title="Loss by epoch") if losses else None,
        report.curves(accuracies, title="Accuracy by epoch") if accuracies else None,
        report.confusion(scores.labels, scores.confusion) if scores.confusion else None,
        report.table(
            "Worst errors",
            ["text", "truth", "answer", "confidence"],
            [[m.text, m.truth, m.answer, round(m.confidence, 3)] for m in scores.worst],
            note="Wrong answers on the test data, the most confident first.",
        ),
        report.table(
            "Most frequent unknown tokens",
            ["token", "count in the test data"],
            [list(pair) for pair in unknown],
        ),
        report.text("Data checks", outcome.checks.lines()),
    ]
    return report.render(name, [s for s in sections if s is not None], "text classification")
