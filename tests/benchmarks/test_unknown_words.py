"""`unknown_rate` tells texts of another kind from those of the test; `--quick` shows a table."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from benchmarks import unknown_words
from benchmarks.other_texts import CODE_AND_NOISE, sql_statements
from benchmarks.unknown_words import SAMPLES, Texts, area_under_curve, main, make_row, measure


@cache
def others() -> dict[str, Any]:
    return {kind: read() for kind, read in CODE_AND_NOISE.items()}


@cache
def sample(name: str) -> Texts:
    return SAMPLES[name]()


@cache
def measured(name: str) -> dict[str, Any]:
    return measure(sample(name), others())


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("name", ["sentiment", "translation", "dialogue"])
def test_other_texts_are_told_from_those_of_a_sample(name):
    row = measured(name)
    assert min(row["auc"].values()) >= 0.95  # lowest seen: 0.998
    assert row["mean"] <= 0.1  # highest seen: 0.074
    assert make_row(row, list(CODE_AND_NOISE))["SQL"] >= "0.95"


def test_ties_are_counted_half():
    low, high = np.array([0.0, 0.0, 0.5]), np.array([0.0, 1.0])
    assert area_under_curve(low, high) == pytest.approx((1 / 3 + 1) / 2)
    assert area_under_curve(low, low) == pytest.approx(0.5)


def test_a_seed_gives_the_same_statements():
    assert sql_statements(5) == sql_statements(9)[:5] != sql_statements(5, seed=1)


def test_quick_keeps_nothing(tmp_path, capsys, monkeypatch):
    asked, row = [], measured("dialogue")

    def measure_again(texts, of_other_kinds):
        asked.append((texts, of_other_kinds))
        return row

    monkeypatch.setattr(unknown_words, "measure", measure_again)
    monkeypatch.setitem(SAMPLES, "dialogue", lambda: sample("dialogue"))
    for kind, texts in others().items():
        monkeypatch.setitem(CODE_AND_NOISE, kind, lambda texts=texts: texts)
    main(quick=True, results=tmp_path / "kept.json")
    assert "| small talk (`dialogue`) |" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
    assert asked == [(sample("dialogue"), others())]
