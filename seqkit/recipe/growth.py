"""The settings of more training: gentler ones, those that may change, and those that may not."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any, TypeVar

from seqkit.recipe.settings import Settings
from seqkit.text import TextEncoder, serialize

Config = TypeVar("Config", bound=Settings)

# Fewer do not move a network far enough for labels that it has never seen.
FEWEST_STEPS = 300


def gentle(defaults: Config, *, slower: float, epochs: int) -> Config:
    """Settings of `fine_tune`: a lower rate and fewer epochs, so that what was learned is kept.

    Few rows make short epochs: `FEWEST_STEPS` steps are taken all the same, so that what is new is
    learned.

    Args:
        defaults: settings of the recipe.
        slower: by how much the learning rate is divided.
        epochs: the most passes over the training data, if they have enough steps.

    Returns:
        The settings.
    """
    rate = defaults.learning_rate / slower
    return defaults.replace(learning_rate=rate, epochs=epochs, min_steps=FEWEST_STEPS)


def settings_to_fine_tune(config: Config | None, preset: Config) -> Config:
    """The settings of a `fine_tune`; `epochs` that are given are followed exactly.

    Unless `min_steps` is given beside them, training takes no more epochs than these.

    Args:
        config: what is given.
        preset: what `gentle` made.

    Returns:
        All settings, those given explicitly first.
    """
    return preset if config is None else follow_epochs(config.over(preset), config)


def follow_epochs(settings: Config, config: Config) -> Config:
    """Settings without a floor of steps where `epochs` are given and `min_steps` is not.

    Args:
        settings: all settings.
        config: those of them that somebody gave.

    Returns:
        The settings.
    """
    if "epochs" in config.given and "min_steps" not in config.given:
        return settings.replace(min_steps=0)
    return settings


def dictionary_settings(encoder: TextEncoder) -> dict[str, Any]:
    """The settings that a trained model's dictionary was made with.

    Args:
        encoder: texts to ids.

    Returns:
        `tokenizer` by name and `lowercase`.
    """
    tokenizer = encoder.tokenizer
    return {
        "tokenizer": serialize(tokenizer)["name"],
        "lowercase": tokenizer.normalizer.lowercase,
    }


def vocabulary_limit(config: Settings, vocabulary: Sized) -> int | None:
    """How many tokens a vocabulary may have after more data, where the settings say.

    Args:
        config: settings of a recipe.
        vocabulary: that of the trained model.

    Returns:
        `vocabulary_size` if it was given explicitly, else None, for no limit.

    Raises:
        ValueError: the vocabulary has more tokens already.
    """
    if "vocabulary_size" not in config.given or config.vocabulary_size is None:
        return None
    if config.vocabulary_size < len(vocabulary):
        raise ValueError(
            f"vocabulary_size={config.vocabulary_size} cannot be followed: the model has "
            f"{len(vocabulary)} tokens, and none is dropped. Leave it out, or train a new model."
        )
    return config.vocabulary_size


def settings_to_adjust(config: Settings, model: Any) -> dict[str, Any]:
    """The settings that change a trained model's answers, but not its network.

    Args:
        config: settings of a recipe.
        model: the trained model; `adjustable` names such settings.

    Returns:
        Those given explicitly, by name.
    """
    return {name: getattr(config, name) for name in model.adjustable if name in config.given}
