"""Settings of more training."""

from seqkit.recipe.growth import FEWEST_STEPS, follow_epochs, gentle, settings_to_fine_tune
from seqkit.recipe.settings import Settings
from seqkit.training import TrainingSettings


class Config(Settings):
    """Settings.

    Attributes:
        training: how long and how fast.
    """

    training: TrainingSettings = TrainingSettings(epochs=20, learning_rate=0.03)


PRESET = gentle(Config(), slower=3, epochs=4)


def test_more_training_is_slower_and_has_fewest_steps():
    assert (PRESET.learning_rate, PRESET.epochs, PRESET.min_steps) == (0.01, 4, FEWEST_STEPS)
    assert settings_to_fine_tune(None, PRESET) == PRESET
    assert settings_to_fine_tune(Config(patience=7), PRESET) == PRESET.replace(patience=7)


def test_epochs_that_are_given_are_followed_exactly():
    settings = settings_to_fine_tune(Config(epochs=2), PRESET)
    assert settings.training.epochs_of(1) == 2
    assert settings.learning_rate == PRESET.learning_rate
    settings = settings_to_fine_tune(Config(training=TrainingSettings(epochs=2)), PRESET)
    assert settings.training.epochs_of(1) == 2


def test_a_floor_of_steps_yields_to_epochs_that_are_given_without_it():
    defaults = Config().replace(min_steps=50).with_given([])
    for given in ({}, {"patience": 1}, {"min_steps": 50, "epochs": 2}):
        config = defaults.replace(**given)
        assert follow_epochs(config, config).min_steps == 50
    config = defaults.replace(epochs=20)  # also where it is the default
    assert follow_epochs(config, config).min_steps == 0


def test_a_handful_of_rows_is_not_passed_over_for_ever():
    settings = TrainingSettings(min_steps=1200)
    assert [settings.epochs_of(steps) for steps in (1, 4, 12)] == [300, 300, 100]


def test_few_examples_make_small_steps_unless_their_number_is_given():
    assert TrainingSettings(batch_size=None).batch_size_of(5) == 8
    assert TrainingSettings(batch_size=64).batch_size_of(5) == 64


def test_fewest_steps_that_are_given_are_taken():
    assert settings_to_fine_tune(Config(min_steps=9), PRESET).training.epochs_of(1) == 9
    assert settings_to_fine_tune(Config(min_steps=9, epochs=2), PRESET).training.epochs_of(1) == 9
    assert settings_to_fine_tune(Config(min_steps=0), PRESET).training.epochs_of(1) == 4
