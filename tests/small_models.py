"""What small untrained models have in common: weights, and how their answers are laid out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras

# What models of text have seen in training, more than their dictionaries know of it, and the words
# of it, three of them often; and texts of words that they have never seen.
TRAINING_TEXTS = ["good film 한국어 문장 rare words", "two lines, and spaces!"]
TRAINING_WORDS = [*" ".join(TRAINING_TEXTS).split(), *("good", "film", "한국어") * 2]
UNSEEN_TEXTS = ["zxqv glorp blat", "SELECT", "뷁 꿻"]
# What they say of the words and of the tokens of a text.
RATES = ("unknown_rate", "unknown_token_rate")


def disturb(model: Any) -> Any:
    """Gives a model weights large enough that answers differ: arbitrary but fixed."""
    for variable in model.core.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.7, seed=len(variable.path)))
    return model


def words_seen(seen: Any) -> list[bool]:
    """What a `SeenWords` says of some words."""
    return seen.is_seen(["good", "Good", "bad", "한국어", "한국어문장", "!", ""]).numpy().tolist()


def by_name(answers: Iterable[Any], *names: str, **renamed: str) -> dict[str, list[Any]]:
    """Lays answers out as a signature does.

    Args:
        answers: one for each row.
        names: attributes that outputs are named after.
        renamed: other outputs, with the attribute that each of them holds.

    Returns:
        The attribute of each answer, by the name of the output.
    """
    rows = list(answers)
    outputs = {name: name for name in names} | renamed
    return {name: [getattr(row, key) for row in rows] for name, key in outputs.items()}
