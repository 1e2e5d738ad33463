"""Which settings of a trained model more data may change, and which are its own."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from seqkit.recipe.settings import Settings
from seqkit.text import TextEncoder, serialize


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
