"""The artefact of a model of frames."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit import export
from seqkit.data import Dataset, pieces_of
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import describe_data
from seqkit.tasks.music.evaluation import FrameScores
from seqkit.tasks.music.piano_rolls import padded
from seqkit.tasks.music.roll_figure import roll_figure

# The more is drawn, the likelier is a chance so near its limit that another machine decides else.
_GOLDEN, _PROMPT, _DRAWN = 4, 16, 8
_SCORED = 16


def publish_frame_model(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    *,
    piece: Sequence[Sequence[int]],
    prompted: int = 0,
    datasets: Mapping[str, Dataset],
    config: Any,
    seed: int,
    notes: Sequence[str] = (),
) -> export.Artefact:
    """Exports a model of frames with everything that is known about it, and verifies it.

    Args:
        outcome: the trained model, its scores, and those of plain models.
        export_path: directory of the artefact; its name is the model's.
        piece: frames that the model has made, to be shown.
        prompted: how many of them were given to it.
        datasets: `train`, `validation`, `test`: what it was made from.
        config: what it was made with; a dataclass or a mapping.
        seed: the seed.
        notes: anything a reader should know.

    Returns:
        The artefact.

    Raises:
        ExportError: the exported model does not answer as this one.
    """
    scores: FrameScores = outcome.scores
    name = Path(export_path).absolute().name
    what, score = scores.main
    test = pieces_of(datasets["test"].take(range(min(_SCORED, len(datasets["test"])))))
    card = {
        "name": name,
        "task": "music, frame by frame",
        "data": describe_data(datasets),
        "config": config,
        "seed": seed,
        "scores": {what: {"model": score, "baseline": min(outcome.baselines.values())}},
        "metrics": scores.summary(),
        "baseline": min(outcome.baselines, key=lambda plain: outcome.baselines[plain]),
        "baselines": dict(outcome.baselines),
        "training": {"minutes": round(outcome.minutes, 2), "epochs": len(outcome.history)},
        "data_checks": outcome.checks.lines(),
        "notes": [f"{what}: in nats, less is better", *notes],
    }
    artefact = export.write(
        outcome.model,
        export_path,
        golden=_golden(test, outcome.model.core),
        card=card,
        report=_page(name, outcome, piece, prompted, test[0], notes),
    )
    print(f"exported and verified: {artefact.serving}; report: {artefact.report}")
    return artefact


def _golden(test: Sequence[Any], core: Any) -> dict[str, dict[str, Any]]:
    """Inputs of every signature, whose answers are kept with the model."""
    prompts = [*(piece[:_PROMPT] for piece in test[:_GOLDEN]), [()]]
    pitches, frames = padded(prompts)
    frames[-1] = 0  # a piece from its beginning
    scored = [*test, [()], [(0, 127), (), (60,)]]
    moment, _ = padded([piece[:1] for piece in scored])
    state = [[0.0] * core.input["state"].shape[1]] * len(scored)
    return {
        "serving_default": {
            "pitches": pitches.tolist(),
            "frames": frames.tolist(),
            "length": [_DRAWN] * len(prompts),
            "temperature": [0.7] * len(prompts),
            "seed": list(range(len(prompts))),
        },
        "scores": dict(
            zip(("pitches", "frames"), (x.tolist() for x in padded(scored)), strict=True)
        ),
        "step": {"pitches": moment[:, 0].tolist(), "state": state},
    }


def _page(
    name: str,
    outcome: Outcome,
    piece: Sequence[Sequence[int]],
    prompted: int,
    real: Sequence[Sequence[int]],
    notes: Sequence[str],
) -> str:
    """The report."""
    scores: FrameScores = outcome.scores
    rows = [
        [
            *(title, row.nll, row.nll_after_first),
            *(row.nll_independent, row.nll_independent_after_first),
        ]
        for title, row in {"this model": scores, **scores.baselines}.items()
    ]
    history = {key: [row.get(key) for row in outcome.history] for key in ("loss", "val_loss")}
    sections = [
        report.table(
            "Scores on the test data",
            [
                *("", "nats a frame", "without first frames"),
                *("each pitch by itself", "of these without first frames"),
            ],
            rows,
            note="Negative log-likelihood of a frame, the mean over all frames of all pieces, or "
            "over all but the first of each; and the same of the chances of each pitch by itself, "
            "the binary cross-entropies of all pitches added. Less is better.",
        ),
        report.facts("The test", {"pieces": scores.examples, "frames": scores.frames}),
        report.text("To know", notes) if notes else None,
        report.curves(history, title="Nats a frame, by epoch") if outcome.history else None,
        roll_figure(
            "Made by the model",
            piece,
            note=f"The first {prompted} frames were given." if prompted else "",
        ),
        roll_figure("For comparison, a piece of the test data", real[: len(piece)]),
        report.table(
            "Least likely pieces",
            ["piece of the test data, from 0", "nats a frame"],
            [list(row) for row in scores.worst],
        ),
        report.text("Data checks", outcome.checks.lines()),
    ]
    return report.render(name, [s for s in sections if s is not None], "music, frame by frame")
