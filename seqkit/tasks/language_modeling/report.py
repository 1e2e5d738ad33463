"""The artefact of a language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seqkit.data import Dataset, TextStream
from seqkit.evaluation import Outcome
from seqkit.export import report
from seqkit.export.provenance import HARD_TEXTS
from seqkit.export.publish import Publisher, TaskReport
from seqkit.model.recurrent_core import state_dim
from seqkit.tasks.language_modeling.evaluation import LanguageModelScores

_GOLDEN = 16
_SHOWN, _LENGTH = 5, 200
# The longer a sampled text, the likelier a tie that another machine breaks differently.
_SHORT = 8
# Characters of a test text that a prompt shows.
_PROMPT = 40


def _describe(
    outcome: Outcome, datasets: Mapping[str, TextStream] | Mapping[str, Dataset], seed: int
) -> TaskReport:
    """What card and page say of a language model; the seed is that of the texts shown."""
    model = outcome.model
    scores: LanguageModelScores = outcome.scores
    what, score = scores.main
    texts = _texts(datasets["test"])
    return TaskReport(
        task="language model",
        golden=_golden(texts, state_dim(model.core)),
        scores={what: {"model": score, "baseline": min(outcome.baselines.values())}},
        unknown_rate=scores.unknown_rate,
        unknown_token_rate=scores.unknown_token_rate,
        card={"metrics": scores.summary()},
        top=_scores(scores),
        sections=[
            report.table(
                "Written by the model",
                ["prompt", "temperature", "text"],
                _continuations(model, texts, seed),
                note="A lower temperature takes more probable tokens.",
            ),
            report.table(
                "Least expected tokens",
                ["tokens before", "token", "nats"],
                [["".join(s.before), s.token, s.nats] for s in scores.surprising],
                note="The tokens of the test text with the lowest probability.",
            ),
        ],
        notes=[f"{what}: lower is better"],
        loss="Nats a token",
        lower_is_better=True,
    )


publish_language_model = Publisher(_describe)


def _texts(test: TextStream | Dataset) -> list[str]:
    """Some lines of a test stream, or some of its texts."""
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


def _continuations(model: Any, texts: Sequence[str], seed: int) -> list[list[Any]]:
    """Prompts and how the model continues them, at several temperatures."""
    prompts = ["", *(text[:_PROMPT] for text in texts[: _SHOWN - 1])]
    rows: list[list[Any]] = []
    for temperature in (0.5, 1.0):
        written = model.generate(prompts, _LENGTH, temperature=temperature, seed=seed)
        rows += [[prompt, temperature, text] for prompt, text in zip(prompts, written, strict=True)]
    return rows


def _scores(scores: LanguageModelScores) -> list[report.Section]:
    """The scores beside those of plain models, and what they were measured on."""
    models: dict[str, Any] = {"this model": scores, **scores.baselines}
    return [
        report.table(
            "Scores on the test text",
            ["", "nats a character", "nats a token", "perplexity of a token"],
            [
                [name, row.nats_per_character, row.nats_per_token, row.perplexity]
                for name, row in models.items()
            ],
            note="Lower is better.",
        ),
        report.facts(
            "The test",
            {
                "tokens": scores.tokens,
                "characters": scores.characters,
                "bits a character": scores.bits_per_character,
                "unknown words, share": scores.unknown_rate,
                "unknown tokens, share": scores.unknown_token_rate,
                "nats a token, unknown ones left out": scores.nats_per_token_known,
            },
        ),
    ]
