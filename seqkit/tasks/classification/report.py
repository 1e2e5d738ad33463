"""The artefact of a text classifier."""

from __future__ import annotations

from collections.abc import Mapping

from seqkit.data import Dataset
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS
from seqkit.export.publish import Publisher, TaskReport
from seqkit.export.unknown_words import unseen_words_table
from seqkit.tasks.classification.evaluation import ClassificationScores

_GOLDEN_TEXTS = 32


def _describe(outcome: Outcome, datasets: Mapping[str, Dataset], seed: int) -> TaskReport:
    """What card and page say of a classifier; see `Publisher`."""
    model, test = outcome.model, datasets["test"]
    scores: ClassificationScores = outcome.scores
    (baseline,) = outcome.baselines.items()
    examples = test.head(_GOLDEN_TEXTS).to_list("text")
    return TaskReport(
        task="text classification",
        golden={"serving_default": {"text": [*examples, *HARD_TEXTS]}},
        scores={
            "accuracy": {"model": scores.accuracy, "baseline": baseline[1]},
            "macro F1": {"model": scores.macro_f1, "baseline": None},
            "calibration error": {"model": scores.calibration_error, "baseline": None},
        },
        unknown_rate=scores.unknown_rate,
        unknown_token_rate=scores.unknown_token_rate,
        card={"labels": list(model.labels.tokens)},
        training={"path_weights": dict(zip(model.outputs, model.path_weights, strict=True))},
        top=[_scores(scores, *baseline)],
        sections=[
            report.confusion(scores.labels, scores.confusion) if scores.confusion else None,
            report.table(
                "Worst errors",
                ["text", "truth", "answer", "confidence"],
                [[m.text, m.truth, m.answer, round(m.confidence, 3)] for m in scores.worst],
                note="Wrong answers on the test data, the most confident first.",
            ),
            unseen_words_table(model.encoder, test),
        ],
    )


publish_classifier = Publisher(_describe)


def _scores(scores: ClassificationScores, baseline: str, accuracy: float) -> report.Section:
    return report.facts(
        "Scores on the test data",
        {
            "accuracy": scores.accuracy,
            f"accuracy of the baseline, {baseline}": accuracy,
            "macro F1": scores.macro_f1,
            "calibration error": scores.calibration_error,
            "texts": scores.examples,
            "unknown words, share": scores.unknown_rate,
            "unknown tokens, share": scores.unknown_token_rate,
        },
    )
