"""How good classifiers and taggers are with few rows, beside the plain models of a careful hour.

    python -m benchmarks.learning_curves --data DIR --update-pages

Draws 100, 300, 1,000, … rows of each data set, trains the recipe on them with its defaults, and
beside it plain models whose settings are chosen on the same rows: naive Bayes and logistic
regression of scikit-learn, a conditional random field of CRFsuite. Each point that is measured is
kept at once, and not measured again. Defaults are looked for with `--part development` and other
draws (`--first-draw`); the test is for what is published. `docs/learning_curves.svg` shows the
means over the draws, with bands from the worst to the best.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import tyro

from benchmarks import tagging_points, text_points
from benchmarks.public_rows import ROWS, TAGGED
from benchmarks.results import (
    RESULTS,
    ROOT,
    code_hash,
    markdown,
    put_into_page,
    read_json,
    write_json,
)
from benchmarks.rounds import use_cores

PICTURE = ROOT / "docs/learning_curves.svg"
Name = Literal[
    "sst2",
    "sst5",
    "mr",
    "subj",
    "nsmc",
    "snips_intents",
    "first_names",
    "ewt",
    "gsd",
    "snips_slots",
]
ALL: tuple[Name, ...] = get_args(Name)
SIZES = (100, 300, 1000, 3000, 10_000)
OURS = "seqkit"
_MOST_TEST_ROWS = 3000


class Point(NamedTuple):
    """Where a curve is measured: `size` rows of a data set, by one draw."""

    name: str
    size: int
    draw: int


def main(
    data: Path,
    only: tuple[Name, ...] = ALL,
    sizes: tuple[int, ...] = SIZES,
    draws: int = 5,
    first_draw: int = 0,
    part: Literal["test", "development"] = "test",
    threads: int = 2,
    update_pages: bool = False,
    results: Path = RESULTS / "learning_curves.json",
) -> None:
    """Measures the points that are not kept yet, and prints a table of the means.

    Args:
        data: Directory with the public data.
        only: Which data sets.
        sizes: How many rows; where a data set has fewer, all of them.
        draws: How often so many rows are drawn; 0 measures nothing, and shows what is kept.
        first_draw: The number of the first draw.
        part: What is scored: the test, or a part of the training data that is not drawn from.
        threads: Processor cores used.
        update_pages: Put the table into its page, and draw the picture.
        results: The file that keeps what was measured.
    """
    use_cores(threads)
    code_hash()
    kept = read_json(results, [])
    for name in only:
        train, test = ROWS[name](data, part)
        for size in sorted({min(size, len(train)) for size in sizes}):
            for draw in range(first_draw, first_draw + draws):
                point = Point(name, size, draw)
                if any(_is_at(row, point, part) for row in kept):
                    continue
                kept.append({**measure(point, train, test), "part": part})
                write_json(results, kept)
                print(kept[-1], flush=True)
    rows = [row for row in kept if row["part"] == part]
    if not rows:
        return
    print(table := markdown(summary(rows)))
    if update_pages and part == "test":
        put_into_page("learning-curves", table)
        draw_curves(rows, PICTURE)


def _is_at(row: Mapping[str, Any], point: Point, part: str) -> bool:
    place = (row["data"], row["rows"], row["draw"], row["part"])
    return place == (*point, part)


def measure(point: Point, train: Sequence[Any], test: Sequence[Any]) -> dict[str, Any]:
    """Trains on some rows, and scores on the test.

    Args:
        point: how many rows, and which draw.
        train: texts with their labels, or words with their tags, to draw from.
        test: those to score on; 3,000 of them are taken, always the same.

    Returns:
        Score by model, the calibration error of ours, its minutes, and where it was measured.
    """
    kind = tagging_points if point.name in TAGGED else text_points
    generator = np.random.default_rng([point.draw, point.size])
    drawn = [train[i] for i in generator.permutation(len(train))[: point.size]]
    asked = np.random.default_rng(0).permutation(len(test))[:_MOST_TEST_ROWS]
    held_out = [test[i] for i in sorted(asked)]
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        ours, calibration_error = kind.score_ours(drawn, held_out, point.draw)
    minutes = (time.perf_counter() - start) / 60
    return {
        "data": point.name,
        "rows": point.size,
        "draw": point.draw,
        "score": {OURS: ours, **kind.score_plain(drawn, held_out)},
        "calibration_error": calibration_error,
        "minutes": round(minutes, 2),
    }


def summary(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Means over the draws, a line for each data set and size.

    Args:
        rows: what `measure` gave.

    Returns:
        Cells by column.
    """
    points: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        points.setdefault((row["data"], row["rows"]), []).append(row)

    def mean(some: Sequence[float]) -> str:
        return f"{100 * statistics.fmean(some):.1f}"

    lines = []
    for (name, size), drawn in sorted(points.items()):
        by_model = {
            model: statistics.fmean(row["score"][model] for row in drawn)
            for model in drawn[0]["score"]
        }
        ours = by_model.pop(OURS)
        best = max(by_model, key=lambda model: by_model[model])
        lines.append(
            {
                "data": name,
                "rows": size,
                "draws": len(drawn),
                "seqkit, %": f"{100 * ours:.1f}",
                "best plain model, %": f"{100 * by_model[best]:.1f}",
                "above it": f"{100 * (ours - by_model[best]):+.1f}",
                "which it is": best,
                "calibration error, %": mean([row["calibration_error"] for row in drawn]),
                "training, min": f"{statistics.fmean(row['minutes'] for row in drawn):.1f}",
            }
        )
    return lines


def draw_curves(rows: Sequence[Mapping[str, Any]], picture: Path) -> None:
    """Draws a chart for each data set: score by rows, a line and a band for each model.

    Args:
        rows: what `measure` gave; data sets measured at one size alone have no curve.
        picture: the file to write, SVG.
    """
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    # The same rows give the same file, and letters stay text.
    pyplot.rcParams.update({"svg.hashsalt": "seqkit", "svg.fonttype": "none"})
    sizes_of: dict[str, set[int]] = {}
    for row in rows:
        sizes_of.setdefault(row["data"], set()).add(row["rows"])
    names = sorted(name for name, sizes in sizes_of.items() if len(sizes) > 1)
    if not names:
        return
    columns = min(3, len(names))
    shape = (-(-len(names) // columns), columns)
    figure, axes = pyplot.subplots(
        *shape, figsize=(4 * columns, 3.2 * shape[0]), squeeze=False, layout="constrained"
    )
    in_legends: set[tuple[str, ...]] = set()
    for axis, name in zip(axes.flat, names, strict=False):
        own = [row for row in rows if row["data"] == name]
        sizes = sorted(sizes_of[name])
        for model in own[0]["score"]:
            values = [
                [100 * row["score"][model] for row in own if row["rows"] == size] for size in sizes
            ]
            means = [statistics.fmean(some) for some in values]
            (line,) = axis.plot(sizes, means, marker=".", label=model)
            bounds = ([min(some) for some in values], [max(some) for some in values])
            axis.fill_between(sizes, *bounds, alpha=0.15, color=line.get_color())
        measure = (tagging_points if name in TAGGED else text_points).MEASURE
        axis.set(xscale="log", title=name, xlabel="rows", ylabel=f"{measure}, %")
        axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
        if tuple(own[0]["score"]) not in in_legends:  # other models than so far
            in_legends.add(tuple(own[0]["score"]))
            axis.legend(fontsize="small")
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    figure.savefig(picture, metadata={"Date": None})
    pyplot.close(figure)


if __name__ == "__main__":
    tyro.cli(main)
