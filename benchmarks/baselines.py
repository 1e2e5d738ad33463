"""Measures the plain text classifiers on public data, without training a network.

    python -m benchmarks.baselines --data DIR --update-pages

On the parts that `benchmarks.quality` trains on, so that both may stand in one table: a score kept
there gets the plain model's beside it, where that has changed since.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any, Literal, get_args

import tyro

from benchmarks import public_data
from benchmarks.quality import BUILT_IN, PLACES, is_whole
from benchmarks.quality_tables import make_tables
from benchmarks.results import RESULTS, put_into_page, read_json, write_json
from seqkit.tasks.classification.baselines import accuracy, plain_labels

Name = Literal["nsmc", "sst2", "sample", "mr", "subj"]
ALL: tuple[Name, ...] = get_args(Name)
_FRACTION = 0.1


def main(
    data: Path | None = None,
    only: tuple[Name, ...] = ALL,
    folds: int = 10,
    seed: int = 0,
    update_pages: bool = False,
    results: Path = RESULTS / "quality.json",
) -> None:
    """Scores the plain text classifiers and prints a line for each data set.

    Args:
        data: Directory with the public data; the built-in sample needs none.
        only: Which data sets.
        folds: Parts for cross-validation, where a data set has no split of its own.
        seed: Seed of the split, as in training.
        update_pages: Put the plain scores beside those kept, and the table into its page.
        results: The file that keeps the results.
    """
    if data is None and not set(only) <= BUILT_IN:
        raise SystemExit("give --data DIR, or --only sample; see benchmarks/public_data.py")
    rows = read_json(results, [])
    for name in only:
        public = public_data.SETS[name](data, public_data.Splitting(folds, _FRACTION, seed))
        scores = []
        for fold in range(public.folds):
            score = measure(public, fold)
            scores.append(score["accuracy"])
            print(f"  {name}, fold {fold}: {score}", flush=True)
            for row in rows:
                if (row["data"], row["seed"], row["sha256"]) == (name, seed, public.sha256):
                    put_beside(row, fold, score)
        spread = f" ± {100 * statistics.stdev(scores):.1f}" if len(scores) > 1 else ""
        print(f"{public.title}: {100 * statistics.fmean(scores):.2f}{spread}", flush=True)
        if update_pages:
            write_json(results, rows)
    if update_pages:
        whole = [
            row
            for row in rows
            if public_data.recipe_of(row["data"]) == "sentiment" and is_whole(row)
        ]
        put_into_page(PLACES["sentiment"], make_tables(whole))


def measure(public: public_data.PublicData, fold: int) -> dict[str, Any]:
    """The test accuracy of the plain model that is best on validation data.

    Args:
        public: the data.
        fold: which of its parts.

    Returns:
        `name`, `accuracy`, `validation` and `seconds`.
    """
    parts = public.parts(fold)
    start = time.perf_counter()
    answers = plain_labels(parts["train"], parts["validation"], parts["test"])
    return {
        "name": answers.name,
        "accuracy": accuracy(answers.labels, parts["test"]),
        "validation": answers.validation_accuracy,
        "seconds": round(time.perf_counter() - start, 1),
    }


def put_beside(row: dict[str, Any], fold: int, score: dict[str, Any]) -> None:
    """Replaces the plain score of a fold that is kept.

    Args:
        row: what is kept of a data set and a seed; changed in place.
        fold: which fold.
        score: what `measure` gave.
    """
    for run in row["runs"]:
        if run["fold"] == fold:
            run["baseline"] = score["accuracy"]
            run["baselines"] = {score["name"]: score["accuracy"]}


if __name__ == "__main__":
    tyro.cli(main)
