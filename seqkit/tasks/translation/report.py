"""The artefact of a translator."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqkit import export
from seqkit.data import Dataset
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS, describe_data
from seqkit.export.unknown_words import unknown_tokens
from seqkit.tasks.translation.attention_maps import attention_maps
from seqkit.tasks.translation.evaluation import TranslationBucket, TranslationScores

_GOLDEN = 32
# Beams and attention are answered for a few short sentences: the longer, the likelier is a tie
# that another machine breaks in another way.
_SHORT = 4
# Of how many sentences the attention is looked at to find some that are short enough to be shown.
_ALIGNED = 48


def publish_translator(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    *,
    datasets: Mapping[str, Dataset],
    config: Any,
    seed: int,
    notes: Sequence[str] = (),
) -> export.Artefact:
    """Exports a translator with everything that is known about it, and verifies it.

    Args:
        outcome: the trained translator, its scores, and the BLEU of plain models; what else these
            scored is in the scores.
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
    model = outcome.model
    scores: TranslationScores = outcome.scores
    name = Path(export_path).absolute().name
    test = datasets["test"]
    baselines = _baselines(outcome)
    card = {
        "name": name,
        "task": "translation",
        "data": describe_data(datasets),
        "config": config,
        "seed": seed,
        "scores": {
            "BLEU": {"model": scores.bleu, "baseline": _best(baselines, "BLEU")},
            "chrF": {"model": scores.chrf, "baseline": _best(baselines, "chrF")},
            "exact match": {
                "model": scores.exact_match,
                "baseline": _best(baselines, "exact match"),
            },
        },
        "metrics": {"BLEU": scores.bleu_signature, "chrF": scores.chrf_signature},
        "baseline": max(outcome.baselines, key=lambda plain: outcome.baselines[plain]),
        "baselines": baselines,
        "unknown_rate": {"test": scores.unknown_rate},
        "training": {"minutes": round(outcome.minutes, 2), "epochs": len(outcome.history)},
        "data_checks": outcome.checks.lines(),
        "notes": list(notes),
    }
    spread = np.unique(np.linspace(0, len(test) - 1, min(_ALIGNED, len(test))).astype(int))
    alignments = model.align(test.take(spread).to_list("source"))
    unknown = unknown_tokens(model.source, test, "source")
    artefact = export.write(
        model,
        export_path,
        golden=_golden(test),
        card=card,
        report=_page(name, outcome, baselines, alignments, unknown, notes),
    )
    print(f"exported and verified: {artefact.serving}; report: {artefact.report}")
    return artefact


def _baselines(outcome: Outcome) -> dict[str, dict[str, float | None]]:
    """What each plain model scored; of one that the scores do not hold, BLEU alone is known."""
    found: dict[str, dict[str, float | None]] = {}
    for name, bleu in outcome.baselines.items():
        plain = outcome.scores.baselines.get(name)
        found[name] = {
            "BLEU": bleu,
            "chrF": plain and plain.chrf,
            "exact match": plain and plain.exact_match,
        }
    return found


def _best(baselines: Mapping[str, Mapping[str, float | None]], score: str) -> float | None:
    """The highest of a score, whichever plain model has it."""
    known = [value for row in baselines.values() if (value := row[score]) is not None]
    return max(known, default=None)


def _golden(test: Dataset) -> dict[str, dict[str, list[Any]]]:
    """Inputs of every signature, whose answers are kept with the model."""
    first = test.take(range(min(_GOLDEN, len(test))))
    examples = first.to_list("source")
    pairs = sorted(zip(examples, first.to_list("target"), strict=True), key=lambda p: len(p[0]))
    sources, targets = map(list, zip(*pairs[:_SHORT], strict=True))
    return {
        "serving_default": {"text": [*examples, *HARD_TEXTS]},
        "n_best": {"text": [*sources, ""]},
        "attention": {"text": [*sources, ""]},
        "scores": {"source": [*sources, "", sources[0]], "target": [*targets, targets[0], ""]},
    }


def _page(
    name: str,
    outcome: Outcome,
    baselines: Mapping[str, Mapping[str, float | None]],
    alignments: Sequence[Any],
    unknown: Sequence[tuple[str, int]],
    notes: Sequence[str],
) -> str:
    scores: TranslationScores = outcome.scores
    history = outcome.history
    figures = {key: [row.get(key) for row in history] for row in history[:1] for key in row}
    losses = {key: values for key, values in figures.items() if "loss" in key}
    held_out = {key: values for key, values in figures.items() if key.startswith("val_")}
    held_out = {key: values for key, values in held_out.items() if key not in losses}
    rows = [["this model", scores.bleu, scores.chrf, scores.exact_match]]
    rows += [
        [plain, *("—" if value is None else value for value in row.values())]
        for plain, row in baselines.items()
    ]
    sections = [
        report.table(
            "Scores on the test data",
            ["", "BLEU", "chrF", "exact match"],
            rows,
            note="BLEU and chrF are in percent; exact match is the share of sentences.",
        ),
        report.facts(
            "The test",
            {
                "sentences": scores.examples,
                "unknown tokens, share": scores.unknown_rate,
                "BLEU, as sacreBLEU signs it": scores.bleu_signature,
                "chrF": scores.chrf_signature,
            },
        ),
        report.text("To know", notes) if notes else None,
        report.curves(losses, title="Loss by epoch") if losses else None,
        report.curves(held_out, title="On held-out data, by epoch") if held_out else None,
        _buckets("By length", "length of the source", scores.by_length),
        _buckets(
            "By unknown tokens", "share of the source that is unknown", scores.by_unknown_rate
        ),
        attention_maps(
            "Attention",
            alignments,
            note="Rows are the tokens written, columns those read. The darker a cell, the more of "
            "its row's attention it has; from ten percent on it is written there. Sentences from "
            "all over the test data, long ones left out.",
        ),
        report.table(
            "Worst sentences",
            ["source", "reference", "answer", "chrF"],
            [list(sentence) for sentence in scores.worst],
            note="Sentences of the test data with the lowest chrF.",
        ),
        report.table(
            "Most frequent unknown tokens",
            ["token", "count in the sources of the test data"],
            [list(pair) for pair in unknown],
        ),
        report.text("Data checks", outcome.checks.lines()),
    ]
    return report.render(name, [s for s in sections if s is not None], "translation")


def _buckets(title: str, what: str, buckets: Sequence[TranslationBucket]) -> report.Section:
    return report.table(
        title,
        [what, "sentences", "BLEU", "chrF"],
        [list(bucket) for bucket in buckets],
        note="BLEU is 0 also where no answer has four words."
        if any(bucket.bleu == 0 for bucket in buckets)
        else "",
    )
