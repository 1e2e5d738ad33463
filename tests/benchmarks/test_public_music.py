"""Chorales are measured with the split they come in, and less is better."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from benchmarks import public_data, quality, quality_tables
from benchmarks.public_data import PublicData, Splitting
from recipes import music
from seqkit.data import pieces_of

HOW = Splitting(folds=10, fraction=0.2, seed=0)


def test_chorales_come_with_their_split(tmp_path):
    folder = tmp_path / "music" / "jsb_chorales"
    folder.mkdir(parents=True)
    parts = {"test": [[[3]]], "train": [[[1], []], [[1]]], "valid": [[[2]]]}
    (folder / "jsb-chorales-quarter.json").write_text(json.dumps(parts))
    public = public_data.jsb(tmp_path, HOW)
    assert (public.folds, len(public.sha256)) == (1, 12)
    found = {part: pieces_of(rows) for part, rows in public.parts(0).items()}
    assert found == {"train": [[(1,), ()], [(1,)]], "validation": [[(2,)]], "test": [[(3,)]]}


def test_the_built_in_tunes_need_no_file():
    public = public_data.scales(None, HOW)
    assert [len(part) for part in public.parts(0).values()] == [300, 40, 60]
    assert public_data.recipe_of("scales") == "music" and "scales" in quality.BUILT_IN


def test_the_lower_of_two_baselines_is_the_better_one(monkeypatch):
    scores = {"examples": 2, "frames": 30, "nll": 6.856, "nll_after_first": 6.8}
    scores |= {"nll_independent": 8.256, "nll_independent_after_first": 8.2}
    outcome = SimpleNamespace(
        model=None,
        scores=SimpleNamespace(summary=lambda: scores),
        baselines={"each pitch": 11.06, "after another": 10.12},
        history=[{}],
        minutes=1.0,
    )
    recipe = SimpleNamespace(train_and_score=lambda parts, config, **more: outcome)
    monkeypatch.setattr(quality, "_recipe", lambda name: recipe)
    public = PublicData("jsb", "JSB", "aa", 1, lambda fold: {})
    run = quality.measure_fold(public, 0, music.DEFAULTS)
    assert run["baseline"] == pytest.approx(10.12)
    row = {"data": "jsb", "title": "JSB", "seed": 0, "sha256": "aa", "folds": 1, "runs": [run]}
    cells = quality_tables.make_row(row)
    assert list(cells.items())[:7] == [
        ("data", "JSB"),
        ("nats a frame", "6.86"),
        ("each pitch by itself", "8.26"),
        ("without first frames", "8.20"),
        ("each pitch", "11.06"),
        ("after another", "10.12"),
        ("test frames", 30),
    ]
