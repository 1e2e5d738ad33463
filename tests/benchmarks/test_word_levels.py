"""Each choice of levels is trained, and the table has a row for each."""

from __future__ import annotations

import pytest

from benchmarks import public_data, word_levels
from benchmarks.settings import read_settings
from recipes.samples.python_names import python_names


def test_every_choice_of_levels_gets_a_row(capsys, monkeypatch):
    asked = []

    def measure_fold(public, fold, config, *, quick):
        settings = read_settings(config)
        asked.append((settings["character_filters"] > 0, settings["affix_dim"] > 0))
        return {
            "accuracy": 0.9,
            "unseen_accuracy": 0.8,
            "unseen_rate": 0.1,
        }

    monkeypatch.setattr(word_levels, "measure_fold", measure_fold)
    # Nothing is trained on the sample here: a few modules will do, all of them take seconds.
    monkeypatch.setattr(public_data, "python_names", lambda: python_names(5))
    word_levels.main(quick=True)
    assert sorted(asked) == [(False, False), (False, True), (True, False), (True, True)]
    lines = capsys.readouterr().out.splitlines()
    assert sum("| 90.00 | 80.00 |" in line for line in lines) == len(asked)


def test_without_data_there_is_nothing_to_measure():
    with pytest.raises(SystemExit, match="--data DIR"):
        word_levels.main()
