"""Settings are read and changed by name, wherever they stand."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks.settings import change_settings, read_settings
from recipes import sentiment


@dataclasses.dataclass(frozen=True)
class Training:
    epochs: int = 8


@dataclasses.dataclass(frozen=True)
class Config:
    seed: int = 0
    training: Training = Training()


@dataclasses.dataclass(frozen=True)
class Twice:
    epochs: int = 1
    training: Training = Training()


def test_settings_of_parts_stand_beside_those_of_the_whole():
    assert read_settings(Config()) == {"seed": 0, "epochs": 8}
    assert read_settings(sentiment.DEFAULTS)["epochs"] > 1


def test_a_setting_changes_in_the_part_that_holds_it():
    changed = change_settings(Config(), epochs=2)
    assert changed == Config(training=Training(2)) and Config() == Config(training=Training(8))
    assert change_settings(changed, seed=1) == Config(1, Training(2))
    assert change_settings(changed) == changed


def test_a_setting_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="Config has no setting hidden_dim, layers"):
        change_settings(Config(), layers=1, hidden_dim=8, seed=1)


def test_a_name_in_two_parts_is_refused():
    with pytest.raises(ValueError, match="Twice holds epochs twice"):
        read_settings(Twice())
