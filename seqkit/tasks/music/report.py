"""The artefact of a model of frames."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from seqkit.data import Dataset, pieces_of
from seqkit.evaluation import Outcome
from seqkit.export import Artefact, report
from seqkit.export.publish import Publisher, TaskReport
from seqkit.tasks.music.evaluation import FrameScores
from seqkit.tasks.music.listening import Continued
from seqkit.tasks.music.network import pitches_below
from seqkit.tasks.music.piano_rolls import padded
from seqkit.tasks.music.roll_figure import roll_figure

# The longer a sampled piece, the likelier a pitch so near its limit that another machine decides
# differently.
_GOLDEN, _PROMPT, _DRAWN = 4, 16, 8
_SCORED = 16


def publish_frame_model(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    piece: Continued,
    **provenance: Any,
) -> Artefact:
    """Exports a model of frames with everything that is known about it, and verifies it.

    Args:
        outcome: the trained model and its scores.
        export_path: directory of the artefact; its name is the model's.
        piece: one that the model has continued, to be shown.
        provenance: as in `Publisher`.

    Returns:
        The artefact.

    Raises:
        ExportError: the exported model does not answer as this one.
    """

    def describe(outcome: Outcome, datasets: Mapping[str, Dataset], seed: int) -> TaskReport:
        return _describe(outcome, datasets["test"], piece)

    return Publisher(describe)(outcome, export_path, **provenance)


def _describe(outcome: Outcome, test: Dataset, piece: Continued) -> TaskReport:
    """What card and page say of a model of frames that has continued a piece."""
    scores: FrameScores = outcome.scores
    what, score = scores.main
    real = pieces_of(test.take(range(min(_SCORED, len(test)))))
    return TaskReport(
        task="music, frame by frame",
        golden=_golden(real, outcome.model.core),
        scores={what: {"model": score, "baseline": min(outcome.baselines.values())}},
        card={"metrics": scores.summary()},
        top=_scores(scores),
        sections=[
            roll_figure(
                "Made by the model",
                piece.frames,
                note=f"The first {len(piece.given)} frames were given." if piece.given else "",
            ),
            roll_figure("For comparison, a piece of the test data", real[0][: len(piece.frames)]),
            report.table(
                "Least likely pieces",
                ["piece of the test data, from 0", "nats a frame"],
                [list(row) for row in scores.worst],
            ),
        ],
        notes=[f"{what}: in nats, lower is better"],
        loss="Nats a frame",
        lower_is_better=True,
    )


def _golden(test: Sequence[Any], core: Any) -> dict[str, dict[str, Any]]:
    """Inputs of every signature, whose answers are kept with the model."""
    prompts = [*(piece[:_PROMPT] for piece in test[:_GOLDEN]), [()]]
    pitches, frames = padded(prompts)
    frames[-1] = 0  # a piece from its beginning
    scored = [*test, [()], [(0, 127), (), (60,)]]
    moment, _ = padded([piece[:1] for piece in scored])
    state = [[0.0] * core.input["state"].shape[1]] * len(scored)
    step = {"pitches": moment[:, 0].tolist(), "state": state}
    golden = {
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
        "step": step,
    }
    if pitches_below(core):
        drawing = {"temperature": [0.7] * len(scored), "seed": list(range(len(scored)))}
        golden["draw"] = step | drawing
    return golden


def _scores(scores: FrameScores) -> list[report.Section]:
    """The scores beside those of plain models, and what they were measured on."""
    rows = [
        [
            title,
            row.nll,
            row.nll_after_first,
            row.nll_independent,
            row.nll_independent_after_first,
        ]
        for title, row in {"this model": scores, **scores.baselines}.items()
    ]
    return [
        report.table(
            "Scores on the test data",
            [
                "",
                "nats a frame",
                "without first frames",
                "each pitch by itself",
                "of these without first frames",
            ],
            rows,
            note="Negative log-likelihood of a frame, the mean over all frames of all pieces, or "
            "over all but the first of each; and the same from the probability of each pitch by "
            "itself, the sum of the binary cross-entropies of all pitches. Lower is better.",
        ),
        report.facts("The test", {"pieces": scores.examples, "frames": scores.frames}),
    ]
