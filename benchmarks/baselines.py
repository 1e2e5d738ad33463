"""Measures plain text classifiers, taggers and models of frames, without training a network.

    python -m benchmarks.baselines --data DIR --update-pages

On the parts that `benchmarks.quality` trains on, so that both may stand in one table: a score kept
there gets those of the plain models beside it, where these have changed since.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import tyro

from benchmarks import public_data
from benchmarks.quality import BUILT_IN, PLACES, best_of, whole_rows
from benchmarks.quality_tables import make_tables
from benchmarks.results import RESULTS, put_into_page, read_json, write_json
from seqkit.tasks.classification.baselines import accuracy, plain_labels
from seqkit.tasks.music.evaluation import plain_frames
from seqkit.tasks.tagging.evaluation import plain_scores

Name = Literal[
    *("nsmc", "sst2", "sample", "mr", "subj"),
    *("ewt", "gsd", "snips", "names"),
    *("jsb", "scales"),
]
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
    """Scores plain models and prints a line for each data set.

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
            plain = measure(public, fold)
            scores.append(best_of(public_data.recipe_of(name), plain.values()))
            print(f"  {name}, fold {fold}: {plain}", flush=True)
            for row in rows:
                if (row["data"], row["seed"], row["sha256"]) == (name, seed, public.sha256):
                    put_beside(row, fold, plain)
        spread = f" ± {statistics.stdev(scores):.4f}" if len(scores) > 1 else ""
        print(f"{public.title}: {statistics.fmean(scores):.4f}{spread}", flush=True)
        if update_pages:
            write_json(results, rows)
    for recipe in sorted({public_data.recipe_of(name) for name in only}) if update_pages else ():
        put_into_page(PLACES[recipe], make_tables(whole_rows(rows, recipe)))


def measure(public: public_data.PublicData, fold: int) -> dict[str, float]:
    """The scores of plain models on the test.

    Args:
        public: the data.
        fold: which of its parts.

    Returns:
        By the name of the model: of texts the accuracy of the one that is best on validation data;
        of tags the accuracy, or the F1 of spans; of frames the negative log-likelihood of a frame.
    """
    parts = public.parts(fold)
    recipe = public_data.recipe_of(public.name)
    if recipe == "tagging":
        return plain_scores(parts["train"], parts["test"])
    if recipe == "music":
        plain = plain_frames(parts["train"], parts["validation"], parts["test"])
        return {name: scores.nll for name, scores in plain.items()}
    answers = plain_labels(parts["train"], parts["validation"], parts["test"])
    return {answers.name: accuracy(answers.labels, parts["test"])}


def put_beside(row: dict[str, Any], fold: int, plain: Mapping[str, float]) -> None:
    """Replaces the plain scores of a fold that is kept.

    Args:
        row: what is kept of a data set and a seed; changed in place.
        fold: which fold.
        plain: what `measure` gave.
    """
    for run in row["runs"]:
        if run["fold"] == fold:
            run["baseline"] = best_of(public_data.recipe_of(row["data"]), plain.values())
            run["baselines"] = dict(plain)


if __name__ == "__main__":
    tyro.cli(main)
