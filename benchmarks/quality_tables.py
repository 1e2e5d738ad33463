"""The tables of quality: what is kept of a data set as a row, with the columns of its recipe."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import public_data
from benchmarks.acceptability import acceptability_rows
from benchmarks.results import markdown

_ACCEPTABILITY = (
    "Sentences told acceptable by the score of the language model alone, which was trained without "
    "labels:"
)


def make_tables(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table of a recipe.

    Args:
        rows: what is kept of its data sets, with all folds.

    Returns:
        Markdown; below translations and captions how BLEU was computed, below language models how
        well their scores tell acceptable sentences.
    """
    table = markdown([line for row in rows for line in (make_row(row), *list_further_tests(row))])
    judged = [run["judged"] for row in rows for run in row["runs"] if "judged" in run]
    if judged:
        below = markdown([line for told in judged for line in acceptability_rows(told)])
        table = f"{table}\n\n{_ACCEPTABILITY}\n\n{below}"
    signatures = {run.get("bleu_signature") for row in rows for run in row["runs"]} - {None}
    if not signatures:
        return table
    named = ", ".join(f"`{signature}`" for signature in sorted(signatures))
    return f"{table}\n\nBLEU as sacreBLEU signs it: {named}."


def list_further_tests(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the table for what a model was tested on besides.

    Args:
        row: what is kept of a data set and a seed.

    Returns:
        For each further test the cells by column; no plain model was asked, and the training is
        that of the row above.
    """
    (run, *_) = row["runs"]
    return [
        {
            "data": title,
            **_translation_cells({**run, **scores, "baseline": None}),
            "test rows": scores["examples"],
            "seed": str(row["seed"]),
            "data, SHA-256": f"`{row['sha256']}`",
        }
        for title, scores in run.get("more_tests", {}).items()
    ]


def _translation_cells(run: Mapping[str, Any]) -> dict[str, Any]:
    """Cells of a translator's scores."""
    plain = run["baseline"]
    return {
        "BLEU": f"{run['bleu']:.1f}",
        "best plain model, BLEU": "–" if plain is None else f"{plain:.1f}",
        "chrF": f"{run['chrf']:.1f}",
        "exact, %": f"{100 * run['exact_match']:.1f}",
        "unknown tokens, %": f"{100 * run['unknown_token_rate']:.2f}",
    }


def _caption_cells(run: Mapping[str, Any]) -> dict[str, Any]:
    """Cells of a captioner's scores."""
    best = {
        name: max(figures[name] for figures in run["plain"].values())
        for name in ("BLEU-4", "CIDEr-D")
    }
    return {
        "BLEU-4": f"{run['bleu_4']:.1f}",
        "best plain model, BLEU-4": f"{best['BLEU-4']:.1f}",
        "CIDEr-D": f"{run['cider_d']:.2f}",
        "best plain model, CIDEr-D": f"{best['CIDEr-D']:.2f}",
        "distinct captions": run["distinct_captions"],
        "exact, %": f"{100 * run['exact_match']:.1f}",
    }


def _language_cells(run: Mapping[str, Any]) -> dict[str, Any]:
    """Cells of a language model's scores; of the first two less is better."""
    value = run["perplexity" if run["score"] == "perplexity" else "nats_per_character"]
    plain = ", ".join(f"{_digits(score)} ({name})" for name, score in run["baselines"].items())
    return {
        "score": run["score"],
        "model": _digits(value),
        "n-grams": plain,
        "bits per character": f"{run['bits_per_character']:.3f}",
        "unknown tokens, %": f"{100 * run['unknown_token_rate']:.2f}",
    }


def _music_cells(run: Mapping[str, Any]) -> dict[str, Any]:
    """Cells of the scores of a model of frames, in nats a frame: less is better."""
    return {
        "nats a frame": f"{run['nll']:.2f}",
        "each pitch by itself": f"{run['nll_independent']:.2f}",
        "without first frames": f"{run['nll_independent_after_first']:.2f}",
        **{name: f"{nll:.2f}" for name, nll in run["baselines"].items()},
        "test frames": run["frames"],
    }


def _digits(score: float) -> str:
    """Nats of a character to a thousandth, perplexities to a tenth."""
    return f"{score:.3f}" if score < 10 else f"{score:.1f}"


_CELLS = {
    "translation": _translation_cells,
    "captioning": _caption_cells,
    "language_model": _language_cells,
    "music": _music_cells,
}


def make_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the table shows it.

    Args:
        row: what is kept of a data set and a seed.

    Returns:
        Cells by column; over several folds the mean, its deviation, and minutes of one training.
    """
    runs = row["runs"]

    def mean(key: str) -> float:
        return statistics.fmean(run[key] for run in runs)

    def percent(key: str) -> str:
        spread = f" ± {100 * statistics.stdev(r[key] for r in runs):.1f}" if len(runs) > 1 else ""
        return f"{100 * mean(key):.2f}{spread}"

    recipe = public_data.recipe_of(row["data"])
    if recipe in _CELLS:
        scores = _CELLS[recipe](runs[0])
    elif recipe == "tagging":
        name = "span_f1" if runs[0]["span_f1"] is not None else "accuracy"
        scores = {
            "score": "F1 of spans" if name == "span_f1" else "accuracy",
            "%": percent(name),
            "best plain model, %": percent("baseline"),
            "unseen words, %": percent("unseen_accuracy"),
            "unknown words, %": percent("unknown_accuracy"),
        }
    else:
        scores = {"accuracy, %": percent("accuracy"), "best plain model, %": percent("baseline")}
    return {
        "data": row["title"],
        **scores,
        **(
            {"test characters": sum(run["characters"] for run in runs)}
            if recipe == "language_model"
            else {"test rows": sum(run["examples"] for run in runs)}
        ),
        "training, min": mean("training_minutes"),
        "with reading and scoring, min": mean("whole_minutes"),
        "seed": str(row["seed"]),
        "data, SHA-256": f"`{row['sha256']}`",
    }
