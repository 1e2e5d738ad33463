"""Measures what each level of reading a word is worth to the tagger, above all for unseen words.

    python -m benchmarks.word_levels --data DIR --update-pages

The tagger reads a word by its dictionary, its letters, and its affixes and shape. Here it is
trained with some of them left out, and otherwise with the recipe's defaults. DIR is described in
`benchmarks/public_data.py`. What was measured with the same settings is not measured again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

import tyro

from benchmarks import public_data
from benchmarks.quality import QUICK, measure_fold
from benchmarks.results import (
    RESULTS,
    markdown,
    put_into_page,
    read_json,
    short_hash,
    write_json,
)
from benchmarks.rounds import use_cores
from benchmarks.settings import change_settings, read_settings
from recipes import tagging

Name = Literal["ewt", "gsd"]
LEVELS: dict[str, dict[str, Any]] = {
    "dictionary alone": {"character_filters": 0, "affix_dim": 0},
    "dictionary, affixes and shape": {"character_filters": 0},
    "dictionary, letters": {"affix_dim": 0},
    "dictionary, letters, affixes and shape": {},
}


def main(
    data: Path | None = None,
    only: tuple[Name, ...] = get_args(Name),
    seed: int = 0,
    threads: int = 2,
    update_pages: bool = False,
    quick: bool = False,
    results: Path = RESULTS / "word_levels.json",
) -> None:
    """Trains and scores on each data set with each choice of levels, and prints the table.

    Args:
        data: Directory with the public data; with `quick` and no directory, the built-in sample.
        only: Which data sets.
        seed: Seed of training.
        threads: Processor cores used.
        update_pages: Put the table of all results kept into its page.
        quick: A few hundred sentences and one epoch, to see that all works; nothing is kept.
        results: The file that keeps the results.
    """
    if data is None and not quick:
        raise SystemExit("give --data DIR; see benchmarks/public_data.py")
    use_cores(threads)
    kept: dict[str, Any] = {} if quick else read_json(results, {})
    shared = change_settings(tagging.DEFAULTS, seed=seed, **(QUICK if quick else {}))
    how = public_data.Splitting(1, read_settings(shared)["validation_fraction"], seed)
    for name in only if data else ("names",):
        public = public_data.SETS[name](data, how)
        for level, left_out in LEVELS.items():
            config = change_settings(shared, **left_out)
            key = short_hash([public.sha256, read_settings(config)])
            place = f"{name} {seed} {level}"
            if kept.get(place, {}).get("key") == key:
                continue
            print(f"== {public.title}: {level}", flush=True)
            run = measure_fold(public, 0, config, quick=quick)
            kept[place] = {"key": key, "title": public.title, "level": level, **run}
            if not quick:
                write_json(results, kept)
    table = markdown([make_row(result) for result in kept.values()])
    print(f"\n{table}")
    if update_pages and not quick:
        put_into_page("word-levels", table)


def make_row(result: dict[str, Any]) -> dict[str, Any]:
    """A result as the table shows it.

    Args:
        result: what is kept.

    Returns:
        Cells by column.
    """
    return {
        "data": result["title"],
        "words are read by": result["level"],
        "all words, %": f"{100 * result['accuracy']:.2f}",
        "unseen words, %": f"{100 * result['unseen_accuracy']:.2f}",
        "share of these, %": 100 * result["unseen_rate"],
    }


if __name__ == "__main__":
    tyro.cli(main)
