"""Quality goes on where it was stopped, and cross-validation tests on what nobody has seen."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks import public_data, quality
from benchmarks.public_data import PublicData, Splitting
from recipes import sentiment

CONFIG = sentiment.DEFAULTS
RUN = {
    "fold": 0,
    "accuracy": 0.8,
    "baseline": 0.7,
    "examples": 50,
    "training_minutes": 1.0,
    "whole_minutes": 2.0,
    "code": "of then",
}


def some(sha256="aa", folds=2):
    return PublicData("mr", "MR, 2-fold", sha256, folds, lambda fold: {})


def test_folds_that_are_done_are_kept(capsys):
    rows: list = []
    row = quality.take_up(rows, some(), CONFIG)
    row["runs"].append(dict(RUN))
    assert rows == [row] and not quality.is_whole(row)
    assert quality.take_up(rows, some(), CONFIG) is row
    assert "other code" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"public": some(sha256="bb")},
        {"public": some(folds=3)},
        {"config": dataclasses.replace(CONFIG, dropout=0.4)},
        {"again": True},
    ],
    ids=["data", "folds", "config", "again"],
)
def test_other_settings_start_anew_in_the_same_row(change):
    rows: list = []
    given = {"public": some(), "config": CONFIG}
    quality.take_up(rows, **given)["runs"].append(dict(RUN))
    row = quality.take_up(rows, **given | change)
    assert row["runs"] == [] and rows == [row]


def test_another_seed_is_another_row():
    rows: list = []
    quality.take_up(rows, some(), CONFIG)["runs"].append(dict(RUN))
    quality.take_up(rows, some(), dataclasses.replace(CONFIG, seed=1))
    assert [(row["seed"], len(row["runs"])) for row in rows] == [(0, 1), (1, 0)]


def test_folds_become_a_mean_and_a_deviation():
    row = quality.take_up([], some(sha256="ab12"), CONFIG)
    row["runs"] += [dict(RUN), {**RUN, "fold": 1, "accuracy": 0.9, "training_minutes": 2.0}]
    assert quality.is_whole(row)
    assert quality.summary(row) == {
        "data": "MR, 2-fold",
        "accuracy, %": "85.00 ± 7.1",
        "naive Bayes, %": "70.00 ± 0.0",
        "test rows": 100,
        "training, min": 1.5,
        "with reading and scoring, min": 2.0,
        "seed": "0",
        "data, SHA-256": "`ab12`",
    }


def test_every_row_is_tested_once_with_the_whole_share_of_labels():
    labels = ["a"] * 60 + ["b"] * 30
    splits = list(public_data.cross_validation(labels, folds=10, seed=3))
    assert sorted(i for _, test in splits for i in test) == list(range(90))
    for train, test in splits:
        assert sorted(train + test) == list(range(90))
        assert [labels[i] for i in test].count("a") == 6
    assert splits == list(public_data.cross_validation(labels, 10, 3))
    assert splits != list(public_data.cross_validation(labels, 10, 4))


def test_cross_validation_takes_validation_from_the_other_parts(tmp_path):
    folder = tmp_path / "sentiment" / "mr_polarity"
    folder.mkdir(parents=True)
    for label in ("pos", "neg"):
        lines = "".join(f"caf\xe9 {label} {i} \x85 end\n" for i in range(40))
        (folder / f"rt-polarity.{label}").write_bytes(lines.encode("latin-1"))
    public = public_data.mr(tmp_path, Splitting(folds=4, fraction=0.2, seed=0))
    assert (public.folds, public.title) == (4, "MR, 4-fold")
    tested = []
    for fold in range(4):
        parts = public.parts(fold)
        texts = {name: set(part.to_list("text")) for name, part in parts.items()}
        assert {name: len(part) for name, part in texts.items()} == {
            **{"train": 48, "validation": 12, "test": 20},
        }
        assert len(set.union(*texts.values())) == 80
        tested += parts["test"].to_list("text")
    assert len(set(tested)) == 80 and all("caf\xe9" in text for text in tested)
    for text, label in zip(*(parts["test"].to_list(c) for c in ("text", "label")), strict=True):
        assert label in text


def test_data_that_needs_a_directory_is_not_looked_for_elsewhere():
    with pytest.raises(SystemExit, match="--data DIR"):
        quality.main(None, only=("mr",))
