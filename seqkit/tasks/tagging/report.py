"""The artefact of a token tagger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seqkit.data import Dataset
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS
from seqkit.export.publish import Publisher, TaskReport
from seqkit.export.unknown_words import unknown_table, unknown_words
from seqkit.tasks.tagging.evaluation import TaggingScores
from seqkit.tasks.tagging.tagged_text import tagged_sentences
from seqkit.text import vector_coverage

_HARD_TOKENS = [["", "x"], ["가나다", "👩‍👩‍👧"], ["a" * 100]]
_GOLDEN = 32


def _describe(outcome: Outcome, datasets: Mapping[str, Dataset], seed: int) -> TaskReport:
    """What card and page say of a tagger; see `Publisher`."""
    model, test = outcome.model, datasets["test"]
    scores: TaggingScores = outcome.scores
    words = (tokens.flatten() for tokens in datasets["train"].batches("tokens", 4096))
    coverage = vector_coverage(model.encoder, words)
    main, value = scores.main
    return TaskReport(
        task="token tagging",
        golden=_golden(test),
        scores={
            main: {"model": value, "baseline": max(outcome.baselines.values())},
            "accuracy of words": {"model": scores.accuracy, "baseline": None},
            "accuracy of unseen words": {"model": scores.unseen_accuracy, "baseline": None},
            "accuracy of unknown words": {"model": scores.unknown_accuracy, "baseline": None},
            "calibration error": {"model": scores.calibration_error, "baseline": None},
        },
        unknown_rate=scores.unknown_rate,
        unknown_token_rate=scores.unknown_token_rate,
        card={
            "labels": list(model.tags.tokens),
            **({"pretrained_vectors": coverage._asdict()} if coverage else {}),
        },
        top=[_scores(scores, outcome.baselines)],
        sections=[
            _spans(scores) if scores.spans else None,
            report.confusion(scores.labels, scores.confusion),
            tagged_sentences(
                "Worst sentences",
                [(s.tokens, s.truth, s.answer) for s in scores.worst],
                note="Sentences of the test data with the most wrong tags.",
            ),
            unknown_table(unknown_words(model.encoder, test), what="word"),
            report.text("Pretrained vectors", coverage.lines()) if coverage else None,
        ],
    )


publish_tagger = Publisher(_describe)


def _golden(test: Dataset) -> dict[str, dict[str, list[Any]]]:
    """Inputs of both signatures, whose answers are kept with the model."""
    examples = test.head(_GOLDEN).to_list("tokens")
    return {
        "serving_default": {"text": [*(" ".join(tokens) for tokens in examples), *HARD_TEXTS]},
        "tokens": {"tokens": _rectangle([*examples, *_HARD_TOKENS])},
    }


def _rectangle(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(len(row) for row in rows)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _scores(scores: TaggingScores, baselines: Mapping[str, float]) -> report.Section:
    main, value = scores.main
    facts: dict[str, Any] = {main: value}
    facts |= {f"{main} of {plain}": score for plain, score in baselines.items()}
    facts |= {
        "accuracy of words": scores.accuracy,
        "accuracy of words that training did not hold": scores.unseen_accuracy,
        "share of such words": scores.unseen_rate,
        "accuracy of words that the dictionary lacks": scores.unknown_accuracy,
        "share of these": scores.unknown_token_rate,
        "calibration error": scores.calibration_error,
        "sentences": scores.sentences,
        "words": scores.tokens,
    }
    known = {name: value for name, value in facts.items() if value is not None}
    return report.facts("Scores on the test data", known)


def _spans(scores: TaggingScores) -> report.Section:
    rows = [
        [label, row["precision"], row["recall"], row["f1-score"], int(row["support"])]
        for label, row in scores.spans.items()
    ]
    return report.table("Spans", ["label", "precision", "recall", "F1", "number"], rows)
