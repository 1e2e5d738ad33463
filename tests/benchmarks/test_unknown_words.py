"""`unknown_rate` tells texts of another kind from those of the test; `--quick` shows a table."""

import numpy as np
import pytest

from benchmarks.other_texts import CODE_AND_NOISE, sql_statements
from benchmarks.unknown_words import SAMPLES, area_under_curve, main, make_row, measure


@pytest.mark.parametrize("name", ["sentiment", "translation", "dialogue"])
def test_other_texts_are_told_from_those_of_a_sample(name):
    others = {kind: read() for kind, read in CODE_AND_NOISE.items()}
    row = measure(SAMPLES[name](), others)
    assert min(row["auc"].values()) >= 0.95  # lowest seen: 0.998
    assert row["mean"] <= 0.1  # highest seen: 0.074
    assert make_row(row, list(others))["SQL"] >= "0.95"


def test_ties_are_counted_half():
    low, high = np.array([0.0, 0.0, 0.5]), np.array([0.0, 1.0])
    assert area_under_curve(low, high) == pytest.approx((1 / 3 + 1) / 2)
    assert area_under_curve(low, low) == pytest.approx(0.5)


def test_a_seed_gives_the_same_statements():
    assert sql_statements(5) == sql_statements(9)[:5] != sql_statements(5, seed=1)


def test_quick_keeps_nothing(tmp_path, capsys):
    main(quick=True, results=tmp_path / "kept.json")
    assert "| small talk (`dialogue`) |" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
