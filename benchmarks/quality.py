"""Measures recipes, with their defaults, on public data.

    python -m benchmarks.quality --data DIR --update-readme
    python -m benchmarks.quality --data DIR --only mr subj --folds 10
    python -m benchmarks.quality --only sample

`benchmarks/public_data.py` says which files DIR holds and where the public finds them. Each result
is kept as soon as there is one; a run that was stopped goes on from there.
"""

from __future__ import annotations

import dataclasses
import importlib
import statistics
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args

import keras
import numpy as np
import tyro

from benchmarks import public_data
from benchmarks.results import (
    RESULTS,
    code_hash,
    markdown,
    put_into_readme,
    read_json,
    short_hash,
    write_json,
)
from benchmarks.rounds import use_cores

Name = Literal["sst2", "mr", "subj", "nsmc", "sample", "ewt", "gsd", "snips", "names"]
ALL: tuple[Name, ...] = get_args(Name)
# What needs no file, and where README has the table of each recipe.
BUILT_IN = {"sample", "names"}
PLACES = {"sentiment": "results", "tagging": "tagging"}
_QUICK_ROWS = 300


def main(
    data: Path | None = None,
    only: tuple[Name, ...] = ALL,
    folds: int = 10,
    seed: int = 0,
    threads: int = 2,
    update_readme: bool = False,
    again: bool = False,
    quick: bool = False,
    results: Path = RESULTS / "quality.json",
) -> None:
    """Trains and scores on each data set, and prints the table.

    Args:
        data: Directory with the public data; the built-in sample needs none.
        only: Which data sets.
        folds: Parts for cross-validation, where a data set has no split of its own.
        seed: Seed of training and of the folds.
        threads: Processor cores used.
        update_readme: Put the table of all results kept into README.md.
        again: Measure anew what was measured before.
        quick: A few hundred texts and one epoch, to see that all works; nothing is kept.
        results: The file that keeps the results.
    """
    if data is None and not set(only) <= BUILT_IN:
        raise SystemExit("give --data DIR, or --only sample names; see benchmarks/public_data.py")
    use_cores(threads)
    code_hash()
    rows = [] if quick else read_json(results, [])
    for name in only:
        config = dataclasses.replace(_recipe(name).DEFAULTS, seed=seed)
        how = public_data.Splitting(2 if quick else folds, config.validation_fraction, seed)
        public = public_data.SETS[name](data, how)
        if quick:
            config = dataclasses.replace(config, epochs=1, hidden_dim=8, embedding_dim=8)
        row = take_up(rows, public, config, again=again)
        for fold in range(public.folds):
            if fold in {run["fold"] for run in row["runs"]}:
                continue
            print(f"== {public.title}, fold {fold + 1} of {public.folds}", flush=True)
            run = measured(public, fold, config, quick=quick)
            row["runs"].append({**run, "threads": threads})
            if not quick:
                write_json(results, rows)
    for recipe, place in PLACES.items():
        whole = [
            row for row in rows if public_data.recipe_of(row["data"]) == recipe and is_whole(row)
        ]
        if whole:
            table = markdown([summary(row) for row in whole])
            print(f"\n{table}")
            if update_readme and not quick:
                put_into_readme(place, table)


def take_up(
    rows: list[dict[str, Any]],
    public: public_data.PublicData,
    config: Any,
    *,
    again: bool = False,
) -> dict[str, Any]:
    """The row of a data set and a seed, with the folds that need no repetition.

    Args:
        rows: all that is kept; the row is put there, in place of one with other settings.
        public: the data set.
        config: how it is trained.
        again: whether to start anew in any case.

    Returns:
        The row.
    """
    settings = dataclasses.asdict(config)
    given = {
        "data": public.name,
        "seed": config.seed,
        "title": public.title,
        "sha256": public.sha256,
        "folds": public.folds,
        "config": settings,
        "key": short_hash([settings, public.sha256, public.folds]),
    }
    place = next(
        (i for i, r in enumerate(rows) if (r["data"], r["seed"]) == (public.name, config.seed)),
        len(rows),
    )
    if place < len(rows) and rows[place]["key"] == given["key"] and not again:
        kept = rows[place]
        if {run["code"] for run in kept["runs"]} - {code_hash()}:
            print(f"{public.title}: kept results of other code; --again measures anew")
        return kept
    row = {**given, "runs": []}
    rows[place : place + 1] = [row]
    return row


def measured(
    public: public_data.PublicData, fold: int, config: Any, *, quick: bool = False
) -> dict[str, Any]:
    """Trains and scores once.

    Args:
        public: the data set.
        fold: which part of it is the test.
        config: how it is trained.
        quick: whether to take a few texts of each part.

    Returns:
        The figures.
    """
    start = time.perf_counter()
    parts = public.parts(fold)
    if quick:
        some = np.random.default_rng(0)
        parts = {k: d.take(some.permutation(len(d))[:_QUICK_ROWS]) for k, d in parts.items()}
    outcome = _recipe(public.name).train_and_score(parts, config)
    keras.utils.clear_session(free_memory=True)
    return {
        "fold": fold,
        **outcome.scores.summary(),
        "baseline": max(outcome.baselines.values()),
        "baselines": dict(outcome.baselines),
        "epochs": len(outcome.history),
        "training_minutes": outcome.minutes,
        "whole_minutes": (time.perf_counter() - start) / 60,
        "code": code_hash(),
        "versions": {name: version(name) for name in ("keras", "tensorflow", "scikit-learn")},
    }


def is_whole(row: Mapping[str, Any]) -> bool:
    """Whether all folds are there."""
    return len(row["runs"]) == row["folds"]


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
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

    if public_data.recipe_of(row["data"]) == "tagging":
        name = "span_f1" if runs[0]["span_f1"] is not None else "accuracy"
        scores = {
            "score": "F1 of spans" if name == "span_f1" else "accuracy",
            "%": percent(name),
            "best plain model, %": percent("baseline"),
            "unseen words, %": percent("unseen_accuracy"),
            "unknown words, %": percent("unknown_accuracy"),
        }
    else:
        scores = {"accuracy, %": percent("accuracy"), "naive Bayes, %": percent("baseline")}
    return {
        "data": row["title"],
        **scores,
        "test rows": sum(run["examples"] for run in runs),
        "training, min": mean("training_minutes"),
        "with reading and scoring, min": mean("whole_minutes"),
        "seed": str(row["seed"]),
        "data, SHA-256": f"`{row['sha256']}`",
    }


def _recipe(name: str) -> Any:
    return importlib.import_module(f"recipes.{public_data.recipe_of(name)}")


if __name__ == "__main__":
    tyro.cli(main)
