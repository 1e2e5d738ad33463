"""The artefact of a language model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit import export
from seqkit.data import Dataset, TextStream
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS, describe_data
from seqkit.tasks.language_modeling.evaluation import LanguageModelScores
from seqkit.tasks.language_modeling.network import state_dim

_GOLDEN = 16
_SHOWN, _LENGTH = 5, 200
# The longer a drawn text, the likelier is a tie that another machine breaks in another way.
_SHORT = 8
# What a prompt may show of a test text.
_PROMPT = 40


def publish_language_model(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    *,
    datasets: Mapping[str, TextStream] | Mapping[str, Dataset],
    config: Any,
    seed: int,
    notes: Sequence[str] = (),
) -> export.Artefact:
    """Exports a language model with everything that is known about it, and verifies it.

    Args:
        outcome: the trained model, its scores, and those of plain models.
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
    scores: LanguageModelScores = outcome.scores
    name = Path(export_path).absolute().name
    what, score = scores.main
    best = min(outcome.baselines.values(), default=None)
    card = {
        "name": name,
        "task": "language model",
        "data": describe_data(datasets),
        "config": config,
        "seed": seed,
        "scores": {what: {"model": score, "baseline": best}},
        "metrics": scores.summary(),
        "baseline": min(outcome.baselines, key=lambda plain: outcome.baselines[plain]),
        "baselines": dict(outcome.baselines),
        "unknown_rate": {"test": scores.unknown_rate},
        "training": {"minutes": round(outcome.minutes, 2), "epochs": len(outcome.history)},
        "data_checks": outcome.checks.lines(),
        "notes": [f"{what}: less is better", *notes],
    }
    texts = _texts(datasets["test"])
    artefact = export.write(
        model,
        export_path,
        golden=_golden(texts, state_dim(model.core)),
        card=card,
        report=_page(name, outcome, _written(model, texts, seed), notes),
    )
    print(f"exported and verified: {artefact.serving}; report: {artefact.report}")
    return artefact


def _texts(test: TextStream | Dataset) -> list[str]:
    """Some lines of a test text, or some of the texts."""
    if isinstance(test, TextStream):
        lines = [line for line in test.head(20_000).splitlines() if line.strip()]
        return lines[:_GOLDEN]
    return test.take(range(min(_GOLDEN, len(test)))).to_list("text")


def _golden(texts: Sequence[str], width: int) -> dict[str, dict[str, list[Any]]]:
    """Inputs of signatures, whose answers are kept with the model."""
    prompts = [text[:_PROMPT] for text in texts]
    number = len(prompts) + len(HARD_TEXTS)
    return {
        "serving_default": {
            "prompt": [*prompts, *HARD_TEXTS],
            "length": [_SHORT] * number,
            "temperature": [0.5] * number,
            "top_k": [3] * number,
            "top_p": [1.0] * number,
            "seed": list(range(number)),
        },
        "scores": {"text": [*texts, *HARD_TEXTS]},
        "complete": {"prefix": [*prompts[:4], ""]},
        "step": {"token": ["", "a"], "state": [[0.0] * width] * 2},
        "vocabulary": {},
    }


def _written(model: Any, texts: Sequence[str], seed: int) -> list[list[Any]]:
    """Prompts and how the model goes on from them, at several temperatures."""
    prompts = ["", *(text[:_PROMPT] for text in texts[: _SHOWN - 1])]
    rows: list[list[Any]] = []
    for temperature in (0.5, 1.0):
        found = model.generate(prompts, _LENGTH, temperature=temperature, seed=seed)
        rows += [[prompt, temperature, text] for prompt, text in zip(prompts, found, strict=True)]
    return rows


def _page(name: str, outcome: Outcome, written: list[list[Any]], notes: Sequence[str]) -> str:
    """The report."""
    scores: LanguageModelScores = outcome.scores
    rows = [
        ["this model", scores.nats_per_character, scores.nats_per_token, scores.perplexity],
        *(
            [plain, row.nats_per_character, row.nats_per_token, row.perplexity]
            for plain, row in scores.baselines.items()
        ),
    ]
    figures = {key: [row.get(key) for row in outcome.history] for key in ("loss", "val_loss")}
    sections = [
        report.table(
            "Scores on the test text",
            ["", "nats a character", "nats a token", "perplexity of a token"],
            rows,
            note="Less is better.",
        ),
        report.facts(
            "The test",
            {
                "tokens": scores.tokens,
                "characters": scores.characters,
                "bits a character": scores.bits_per_character,
                "unknown tokens, share": scores.unknown_rate,
                "nats a token, unknown ones left out": scores.nats_per_token_known,
            },
        ),
        report.text("To know", notes) if notes else None,
        report.curves(figures, title="Nats a token, by epoch") if outcome.history else None,
        report.table(
            "Written by the model",
            ["prompt", "temperature", "text"],
            written,
            note="A lower temperature takes more probable tokens.",
        ),
        report.table(
            "Least expected tokens",
            ["tokens before", "token", "nats"],
            [["".join(found.before), found.token, found.nats] for found in scores.surprising],
            note="Of the test text, those whose probability was least.",
        ),
        report.text("Data checks", outcome.checks.lines()),
    ]
    return report.render(name, [s for s in sections if s is not None], "language model")
