"""The artefact of a trained model: card, golden answers and report, the same for every task."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from seqkit.export import report
from seqkit.export.artefact import Artefact, write
from seqkit.export.kept_rows import keep_rows
from seqkit.export.provenance import describe_data
from seqkit.export.report import Section


class Comparison(Protocol):
    """A model beside its best baseline; `seqkit.evaluation.Comparison` is one."""

    @property
    def baseline(self) -> str:
        """The name of the best baseline."""

    def sentence(self) -> str:
        """Which is better, within which interval."""

    def summary(self) -> dict[str, Any]:
        """The same for the card."""


class Forgetting(Protocol):
    """What more training made a model forget; `seqkit.evaluation.forgetting` has one."""

    @property
    def rows(self) -> Any:
        """The old rows that were scored, or None."""

    def lines(self) -> list[str]:
        """The scores before and after, as lines of text."""

    def summary(self) -> dict[str, Any]:
        """The same for the card."""


class Outcome(Protocol):
    """What a training gave; `seqkit.evaluation.Outcome` is one."""

    @property
    def model(self) -> Any:
        """The trained model."""

    @property
    def baselines(self) -> Mapping[str, float]:
        """The score of each baseline, by its name."""

    @property
    def comparison(self) -> Comparison | None:
        """The model beside the best baseline; None where there is none."""

    @property
    def forgetting(self) -> Forgetting | None:
        """What more training made the model forget; None where it was the first."""

    @property
    def minutes(self) -> float:
        """Duration of the training."""

    @property
    def history(self) -> list[dict[str, float]]:
        """Figures of each epoch."""

    @property
    def checks(self) -> Any:
        """What to know about the data."""


@dataclass(frozen=True)
class TaskReport:
    """What a task adds to the card and the page of every model.

    Attributes:
        task: the name of the task, such as "text classification".
        golden: inputs of signatures, by name, whose answers are kept with the model.
        scores: score by name, of the model and of a baseline: `{"BLEU": {"model": 30.1,
            "baseline": 4.2}}`.
        unknown_rate: share of the test data's words that training never saw, see
            `seqkit.text.SeenWords`; None leaves it out.
        unknown_token_rate: share of its tokens that the dictionary lacks; None leaves it out.
        card: further entries of the card, such as `labels`; they replace common ones.
        training: further entries under `training`, such as `path_weights`.
        top: sections above the learning curves, the scores first.
        sections: sections below the learning curves; None leaves one out.
        notes: what a reader should know, first on the page.
        loss: what the loss is, in the title of its curves.
        lower_is_better: whether the lowest baseline is the best.
    """

    task: str
    golden: Mapping[str, Mapping[str, Any]]
    scores: Mapping[str, Mapping[str, float | None]]
    top: Sequence[Section]
    sections: Sequence[Section | None]
    unknown_rate: float | None = None
    unknown_token_rate: float | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    loss: str = "Loss"
    lower_is_better: bool = False


def publish(
    outcome: Outcome,
    export_path: str | os.PathLike[str],
    task: TaskReport,
    *,
    datasets: Mapping[str, Any],
    config: Any,
    seed: int,
    notes: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
) -> Artefact:
    """Exports a model with everything that is known about it, and verifies it.

    Args:
        outcome: the trained model and its scores.
        export_path: directory of the artefact; its name is the model's.
        task: what is particular to the task.
        datasets: `train`, `validation`, `test`: what the model was made from.
        config: settings it was made with; a dataclass or a mapping.
        seed: the seed.
        notes: anything a reader should know.
        files: further files, by name, to lie beside the report.

    Returns:
        The artefact.

    Raises:
        ExportError: the exported model does not answer as this one.
    """
    name = Path(export_path).absolute().name
    lines, notes = outcome.checks.lines(), [*task.notes, *notes]
    best = min if task.lower_is_better else max
    baseline = best(outcome.baselines, key=lambda name: outcome.baselines[name], default=None)
    comparison, forgetting = outcome.comparison, outcome.forgetting
    rates = {
        "unknown_rate": task.unknown_rate,
        "unknown_token_rate": task.unknown_token_rate,
    }
    card = {
        "name": name,
        "task": task.task,
        "data": describe_data(datasets),
        "config": config,
        "seed": seed,
        "scores": task.scores,
        "baseline": baseline if comparison is None else comparison.baseline,
        "baselines": dict(outcome.baselines),
        **({} if comparison is None else {"comparison": comparison.summary()}),
        **({} if forgetting is None else {"forgetting": forgetting.summary()}),
        **{name: {"test": rate} for name, rate in rates.items() if rate is not None},
        "training": {
            "minutes": round(outcome.minutes, 2),
            "epochs": len(outcome.history),
            **task.training,
        },
        "data_checks": lines,
        "notes": notes,
    }
    validation = datasets.get("validation")
    earlier = None if forgetting is None else forgetting.rows
    page = report.render(name, _sections(outcome, task, lines, notes), task.task)
    artefact = write(
        outcome.model,
        export_path,
        golden=task.golden,
        card=card | dict(task.card),
        report=page,
        kept=None if validation is None else keep_rows(validation, earlier, seed=seed),
        files=files,
    )
    print(f"exported and verified: {artefact.serving}; report: {artefact.report}")
    return artefact


class Publisher:
    """Publishes the models of a task.

    Args:
        describe: gives what is particular to the task; takes the trained model and its scores,
            the data sets `train`, `validation` and `test`, and the seed.
    """

    def __init__(self, describe: Callable[[Any, Any, int], TaskReport]) -> None:
        self._describe = describe

    def __call__(
        self, outcome: Outcome, export_path: str | os.PathLike[str], **provenance: Any
    ) -> Artefact:
        """Exports a model with everything that is known about it, and verifies it.

        Args:
            outcome: the trained model and its scores.
            export_path: directory of the artefact; its name is the model's.
            provenance: `datasets`, `config`, `seed`, `notes` and `files` of `publish`.

        Returns:
            The artefact.

        Raises:
            ExportError: the exported model does not answer as this one.
        """
        task = self._describe(outcome, provenance["datasets"], provenance["seed"])
        return publish(outcome, export_path, task, **provenance)


def _sections(
    outcome: Outcome, task: TaskReport, checks: Sequence[str], notes: Sequence[str]
) -> list[Section]:
    """All sections of the page; `checks` are the lines on the data."""
    comparison, forgetting = outcome.comparison, outcome.forgetting
    sections = [
        report.text("To know", notes) if notes else None,
        *task.top,
        report.text("Beside the best baseline", [comparison.sentence()]) if comparison else None,
        report.text("What was forgotten", forgetting.lines()) if forgetting else None,
        *_curves(outcome.history, task.loss),
        *task.sections,
        report.text("Data checks", checks),
    ]
    return [section for section in sections if section is not None]


def _curves(history: Sequence[Mapping[str, float]], loss: str) -> list[Section]:
    """Learning curves: the losses, and what else was measured on validation data."""
    names = list(history[0]) if history else []
    losses = [name for name in names if "loss" in name]
    others = [name for name in names if name.startswith("val_") and name not in losses]
    titles = {f"{loss} by epoch": losses, "On validation data, by epoch": others}
    return [
        report.curves({name: [row.get(name) for row in history] for name in shown}, title=title)
        for title, shown in titles.items()
        if shown
    ]
