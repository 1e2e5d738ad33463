"""The artefact of a translator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqkit.data import Dataset
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS
from seqkit.export.publish import Publisher, TaskReport
from seqkit.export.unknown_words import unseen_words_table
from seqkit.tasks.translation.attention_maps import attention_maps
from seqkit.tasks.translation.evaluation import TranslationBucket, TranslationScores

_GOLDEN = 32
# Beams and attention are answered for a few short sentences: the longer they are, the likelier is a
# tie that another machine breaks in another way.
_SHORT = 4
# Sentences aligned to find some that are short enough to be shown.
_ALIGNED = 48


def _describe(outcome: Outcome, datasets: Mapping[str, Dataset], seed: int) -> TaskReport:
    """What card and page say of a translator; see `Publisher`."""
    model, test = outcome.model, datasets["test"]
    scores: TranslationScores = outcome.scores
    baselines = _baselines(outcome)
    spread = np.unique(np.linspace(0, len(test) - 1, min(_ALIGNED, len(test))).astype(int))
    return TaskReport(
        task="translation",
        golden=_golden(test),
        scores={
            name: {"model": score, "baseline": _best(baselines, name)}
            for name, score in (
                ("BLEU", scores.bleu),
                ("chrF", scores.chrf),
                ("exact match", scores.exact_match),
            )
        },
        unknown_rate=scores.unknown_rate,
        unknown_token_rate=scores.unknown_token_rate,
        card={
            "baselines": baselines,
            "metrics": {"BLEU": scores.bleu_signature, "chrF": scores.chrf_signature},
        },
        top=_scores(scores, baselines),
        sections=[
            _buckets("By length", "length of the source", scores.by_length),
            _buckets(
                "By unknown words",
                "share of the source's words that training never saw",
                scores.by_unknown_rate,
            ),
            attention_maps(
                "Attention",
                model.align(test.take(spread).to_list("source")),
                note="Rows are the tokens written, columns those read. The darker a cell, the more "
                "of its row's attention it has; shares from ten percent on are written in the "
                "cell. Sentences from all over the test data, without long ones.",
            ),
            report.table(
                "Worst sentences",
                ["source", "reference", "answer", "chrF"],
                [list(sentence) for sentence in scores.worst],
                note="Sentences of the test data with the lowest chrF.",
            ),
            unseen_words_table(model.source, test, "source", "the sources of the test data"),
        ],
    )


publish_translator = Publisher(_describe)


def _baselines(outcome: Outcome) -> dict[str, dict[str, float | None]]:
    """The scores of each plain model; of one that `scores` does not hold, BLEU alone is known."""
    scores: dict[str, dict[str, float | None]] = {}
    for name, bleu in outcome.baselines.items():
        plain = outcome.scores.baselines.get(name)
        scores[name] = {
            "BLEU": bleu,
            "chrF": plain and plain.chrf,
            "exact match": plain and plain.exact_match,
        }
    return scores


def _best(baselines: Mapping[str, Mapping[str, float | None]], score: str) -> float | None:
    """The highest of a score, whichever plain model has it."""
    known = [value for row in baselines.values() if (value := row[score]) is not None]
    return max(known, default=None)


def _golden(test: Dataset) -> dict[str, dict[str, list[Any]]]:
    """Inputs of every signature, whose answers are kept with the model."""
    first = test.head(_GOLDEN)
    examples = first.to_list("source")
    pairs = sorted(zip(examples, first.to_list("target"), strict=True), key=lambda p: len(p[0]))
    sources, targets = map(list, zip(*pairs[:_SHORT], strict=True))
    return {
        "serving_default": {"text": [*examples, *HARD_TEXTS]},
        "n_best": {"text": [*sources, ""]},
        "attention": {"text": [*sources, ""]},
        "scores": {"source": [*sources, "", sources[0]], "target": [*targets, targets[0], ""]},
    }


def _scores(
    scores: TranslationScores, baselines: Mapping[str, Mapping[str, float | None]]
) -> list[report.Section]:
    """The scores beside those of plain models, and how they were computed."""
    rows: list[list[Any]] = [["this model", scores.bleu, scores.chrf, scores.exact_match]]
    rows += [
        [plain, *("—" if value is None else value for value in row.values())]
        for plain, row in baselines.items()
    ]
    return [
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
                "models are compared by": scores.main[0],
                "unknown words, share": scores.unknown_rate,
                "unknown tokens, share": scores.unknown_token_rate,
                "BLEU, as sacreBLEU signs it": scores.bleu_signature,
                "chrF": scores.chrf_signature,
            },
        ),
    ]


def _buckets(title: str, what: str, buckets: Sequence[TranslationBucket]) -> report.Section:
    return report.table(
        title,
        [what, "sentences", "BLEU", "chrF"],
        [list(bucket) for bucket in buckets],
        note="BLEU is 0 also where no answer has four words."
        if any(bucket.bleu == 0 for bucket in buckets)
        else "",
    )
