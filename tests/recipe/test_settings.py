"""Settings in parts: given and read by their own names; what is given wins."""

from __future__ import annotations

import dataclasses
import os
import pickle
from pathlib import Path

import pytest

from seqkit.recipe.growth import vocabulary_limit
from seqkit.recipe.settings import Settings


@dataclasses.dataclass(frozen=True)
class Network:
    hidden_dim: int = 64
    cell: str = "gru"


@dataclasses.dataclass(frozen=True)
class Training:
    epochs: int = 10
    batch_size: int = 32


class Config(Settings):
    vocabulary_size: int | None = None
    network: Network = Network()
    training: Training = Training(epochs=60)
    seed: int = 0


PRESET = Config(epochs=8, hidden_dim=16, batch_size=4)


def test_a_setting_of_a_part_is_given_and_read_by_its_own_name():
    config = Config(epochs=3, cell="lstm", seed=5)
    assert config.training == Training(3) and config.network == Network(cell="lstm")
    assert (config.epochs, config.cell, config.hidden_dim, config.seed) == (3, "lstm", 64, 5)


def test_a_part_keeps_the_recipes_own_defaults():
    assert Config(batch_size=8).training == Training(epochs=60, batch_size=8)


def test_what_is_given_wins_also_where_it_equals_the_default():
    assert Config(epochs=60).over(PRESET).epochs == 60
    assert Config(seed=1).over(PRESET) == PRESET.replace(seed=1)
    assert Config().over(PRESET) == PRESET


def test_a_part_that_is_given_is_given_whole():
    config = Config(training=Training(epochs=60))
    assert config.given == {"epochs", "batch_size"}
    assert config.over(PRESET).training == Training(60, 32)
    assert config.over(PRESET).hidden_dim == 16


def test_a_setting_beside_its_part_changes_the_part():
    assert Config(training=Training(2, 2), epochs=9).training == Training(9, 2)


def test_replace_adds_to_what_was_given():
    config = Config(epochs=60).replace(hidden_dim=64)
    assert config.given == {"epochs", "hidden_dim"}
    assert config.over(PRESET).hidden_dim == 64


def test_copies_are_equal_and_remember_what_was_given():
    config = Config(epochs=60, seed=2)
    again = pickle.loads(pickle.dumps(config))
    assert again == config and again.given == config.given
    assert hash(again) == hash(config)


def test_flat_has_every_setting_once():
    assert Config().flat() == {
        "vocabulary_size": None,
        "hidden_dim": 64,
        "cell": "gru",
        "epochs": 60,
        "batch_size": 32,
        "seed": 0,
    }


def test_a_path_among_the_settings_is_text_where_they_are_flat():
    assert Config(cell=Path("a") / "b").flat()["cell"] == os.path.join("a", "b")


@pytest.mark.parametrize("make", [Config, Config().replace])
def test_an_unknown_setting_is_an_error_that_lists_the_known_ones(make):
    with pytest.raises(TypeError, match=r"no setting 'epoch'; it has batch_size, cell, epochs"):
        make(epoch=3)


def test_reading_an_unknown_setting_is_an_attribute_error():
    assert not hasattr(Config(), "epoch")
    with pytest.raises(AttributeError, match="no setting 'epoch'"):
        _ = Config().epoch


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().seed = 3


def test_two_parts_cannot_share_a_name():
    with pytest.raises(TypeError, match="epochs"):

        class Twice(Settings):
            training: Training = Training()
            again: Training = Training()


def test_a_vocabulary_grows_as_far_as_was_asked():
    assert vocabulary_limit(Config(), range(50)) is None
    assert vocabulary_limit(Config(vocabulary_size=60), range(50)) == 60
    with pytest.raises(ValueError, match="vocabulary_size=40 cannot be followed"):
        vocabulary_limit(Config(vocabulary_size=40), range(50))
