"""Measures recipes, with their defaults, on public data.

    python -m benchmarks.quality --data DIR --update-pages
    python -m benchmarks.quality --data DIR --only mr subj --folds 10
    python -m benchmarks.quality --only sample

`benchmarks/public_data.py` says which files DIR holds and where the public finds them. Each result
is kept as soon as there is one; a run that was stopped goes on from there.
"""

from __future__ import annotations

import importlib
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args

import keras
import numpy as np
import tyro

from benchmarks import public_data
from benchmarks.quality_tables import make_tables
from benchmarks.results import RESULTS, code_hash, put_into_page, read_json, write_json
from benchmarks.rounds import use_cores
from benchmarks.settings import change_settings, read_settings
from seqkit.data import TextStream
from seqkit.tasks.translation.evaluation import score_translator

Name = Literal[
    "sst2",
    "mr",
    "subj",
    "nsmc",
    "sample",
    "ewt",
    "ewt_glove",
    "gsd",
    "snips",
    "names",
    "multi30k",
    "tatoeba",
    "hangul_names",
    "flickr8k",
    "digit_scenes",
    "jsb",
    "scales",
    "tinyshakespeare",
    "cola",
    "pydoc",
]
ALL: tuple[Name, ...] = get_args(Name)
# What needs no file, and which table each recipe has.
BUILT_IN = {"sample", "names", "hangul_names", "digit_scenes", "pydoc", "scales"}
PLACES = {
    "sentiment": "results",
    "tagging": "tagging",
    "translation": "translation",
    "captioning": "captioning",
    "language_model": "language-models",
    "music": "music",
}
# Settings that every recipe has, for a look whether all works.
QUICK = {"epochs": 1, "hidden_dim": 8, "embedding_dim": 8}
_QUICK_ROWS = 300
# Settings that are places on one machine; what lies there is part of the data's hash.
_PATHS = ("pretrained_vectors",)
_QUICK_CHARACTERS = 10_000


def main(
    data: Path | None = None,
    only: tuple[Name, ...] = ALL,
    folds: int = 10,
    seed: int = 0,
    threads: int = 2,
    update_pages: bool = False,
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
        update_pages: Put the table of all results kept into its page.
        again: Measure anew what was measured before.
        quick: A few hundred texts and one epoch, to see that all works; nothing is kept.
        results: The file that keeps the results.
    """
    if data is None and not set(only) <= BUILT_IN:
        built_in = " ".join(name for name in ALL if name in BUILT_IN)
        raise SystemExit(f"give --data DIR, or --only {built_in}; see benchmarks/public_data.py")
    use_cores(threads)
    code_hash()
    rows = [] if quick else read_json(results, [])
    for name in only:
        recipe = _recipe(name)
        # What a recipe trains its own sample with, where that is not what it trains others with.
        config = getattr(recipe, "SAMPLE", recipe.DEFAULTS) if name in BUILT_IN else recipe.DEFAULTS
        config = change_settings(config, seed=seed, **public_data.settings_of(name, data))
        fraction = read_settings(config)["validation_fraction"]
        how = public_data.Splitting(2 if quick else folds, fraction, seed)
        public = public_data.SETS[name](data, how)
        if quick:
            config = change_settings(config, **QUICK)
        row = take_up(rows, public, config, again=again)
        for fold in range(public.folds):
            if fold in {run["fold"] for run in row["runs"]}:
                continue
            print(f"== {public.title}, fold {fold + 1} of {public.folds}", flush=True)
            run = measure_fold(public, fold, config, quick=quick)
            row["runs"].append({**run, "threads": threads})
            if not quick:
                write_json(results, rows)
    for recipe, place in PLACES.items():
        if whole := whole_rows(rows, recipe):
            table = make_tables(whole)
            print(f"\n{table}")
            if update_pages and not quick:
                put_into_page(place, table)


def take_up(
    rows: list[dict[str, Any]],
    public: public_data.PublicData,
    config: Any,
    *,
    again: bool = False,
) -> dict[str, Any]:
    """The row of a data set and a seed, with the folds that need no repetition.

    Args:
        rows: all that is kept; a new row is put there, in place of one with other settings.
        public: the data set.
        config: how it is trained.
        again: whether to start anew in any case.

    Returns:
        The row.
    """
    given = {
        "data": public.name,
        "seed": read_settings(config)["seed"],
        "title": public.title,
        "sha256": public.sha256,
        "folds": public.folds,
        "config": _read_back(read_settings(config)),
    }
    same = (given["data"], given["seed"])
    place = next((i for i, r in enumerate(rows) if (r["data"], r["seed"]) == same), len(rows))
    if place < len(rows) and is_current(rows[place], public, config) and not again:
        kept = rows[place]
        if {run["code"] for run in kept["runs"]} - {code_hash()}:
            print(f"{public.title}: kept results of other code; --again measures anew")
        return kept
    row = {**given, "runs": []}
    rows[place : place + 1] = [row]
    return row


def is_current(row: Mapping[str, Any], public: public_data.PublicData, config: Any) -> bool:
    """Whether what is kept was measured on these data with these settings.

    The row of a recipe that did not have some setting yet stands as long as that setting has its
    default. A default that has changed is another setting, and so is one that the recipe no
    longer has.

    Args:
        row: what is kept.
        public: the data set.
        config: how it is trained.

    Returns:
        Whether there is no need to measure anew.
    """
    now = _read_back(read_settings(config))
    defaults = _read_back(read_settings(type(config)()))
    before = {name: row["config"].get(name, defaults[name]) for name in now}
    same_data = (row["sha256"], row["folds"]) == (public.sha256, public.folds)
    return same_data and before == now and row["config"].keys() <= now.keys()


def _read_back(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they come back from the file: tuples are lists there, a path is not kept."""
    return json.loads(json.dumps({k: v for k, v in settings.items() if k not in _PATHS}))


def measure_fold(
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
    parts, more_tests = public.parts(fold), public.more_tests()
    if quick:
        parts, more_tests = _take_few(parts), _take_few(more_tests)
    # After an interruption the same command goes on from the last finished epoch.
    checkpoints = None if quick else RESULTS / ".training" / f"{public.name}-{fold}"
    outcome = _recipe(public.name).train_and_score(
        parts, config, checkpoints=checkpoints, resume=not quick
    )
    recipe = public_data.recipe_of(public.name)
    more = {
        title: score_translator(outcome.model, dataset).summary()
        for title, dataset in more_tests.items()
    }
    own: dict[str, Any] = {}
    if recipe == "captioning":
        # Each of two scores has its own best plain model.
        own = {"plain": {name: row.figures for name, row in outcome.scores.baselines.items()}}
    elif recipe == "language_model":
        own = {"score": outcome.scores.main[0]}
    judged = None if public.judge is None else public.judge(outcome.model)
    keras.utils.clear_session(free_memory=True)
    if checkpoints is not None:
        shutil.rmtree(checkpoints, ignore_errors=True)
    return {
        "fold": fold,
        **outcome.scores.summary(),
        **({"more_tests": more} if more else {}),
        **({"judged": judged} if judged else {}),
        "baseline": best_of(recipe, outcome.baselines.values()),
        "baselines": dict(outcome.baselines),
        **own,
        "epochs": len(outcome.history),
        "training_minutes": outcome.minutes,
        "whole_minutes": (time.perf_counter() - start) / 60,
        "code": code_hash(),
        "versions": {name: version(name) for name in ("keras", "tensorflow", "scikit-learn")},
    }


def _take_few(parts: public_data.Parts) -> public_data.Parts:
    """Takes some rows of each part, of a stream its beginning."""
    random = np.random.default_rng(0)
    return {
        name: part.slice(0, min(part.characters, _QUICK_CHARACTERS))
        if isinstance(part, TextStream)
        else part.take(random.permutation(len(part))[:_QUICK_ROWS])
        for name, part in parts.items()
    }


def is_whole(row: Mapping[str, Any]) -> bool:
    """Whether all folds are there."""
    return len(row["runs"]) == row["folds"]


def whole_rows(rows: Iterable[dict[str, Any]], recipe: str) -> list[dict[str, Any]]:
    """The results of a recipe that have all folds."""
    return [row for row in rows if public_data.recipe_of(row["data"]) == recipe and is_whole(row)]


def best_of(recipe: str, scores: Iterable[float]) -> float:
    """The best score: of how surprised a model is, the least."""
    return (min if recipe in ("language_model", "music") else max)(scores)


def _recipe(name: str) -> Any:
    return importlib.import_module(f"recipes.{public_data.recipe_of(name)}")


if __name__ == "__main__":
    tyro.cli(main)
