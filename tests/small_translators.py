"""Small untrained translators, and what their Python methods answer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import keras

from tests.small_models import RATES, TRAINING_TEXTS, by_name


def small_translator(separate: bool) -> Any:
    import seqkit
    from seqkit import text

    keras.utils.set_random_seed(4)
    words = text.Vocabulary.from_counts({"good": 3, "film": 2, "한국어": 1})
    source = target = text.TextEncoder(text.WordTokenizer(), words).with_words([TRAINING_TEXTS])
    arguments: dict[str, Any] = {"decoder_layers": 1}
    if separate:
        letters = text.Vocabulary.from_counts(dict.fromkeys("한abcdefgho ", 1))
        source = text.TextEncoder(text.JamoTokenizer(), letters).with_words([TRAINING_TEXTS])
        target = text.TextEncoder(text.CharTokenizer(), letters)
        arguments = {
            "cell": "lstm",
            "attention": "additive",
            "input_feeding": True,
            "decoder_layers": 2,
            "tie_embeddings": False,
        }
    return seqkit.Translator.build(
        source, target, embedding_dim=4, hidden_dim=3, max_length=6, **arguments
    )


def translated(model: Any, inputs: Mapping[str, list]) -> Mapping[str, list]:
    answers = model.translate(inputs["text"])
    return by_name(answers, "score", *RATES, translation="text")


def translator_cases(case: Callable[..., Any], texts: list[str]) -> list[Any]:
    """A `ServableCase` with one dictionary, and one with two and all else that is not default."""
    inputs = {name: {"text": texts} for name in ("serving_default", "n_best", "attention")}
    inputs["scores"] = {"source": texts, "target": texts[::-1]}
    return [
        case(name, functools.partial(small_translator, separate), inputs, translated)
        for name, separate in (("Translator", False), ("Translator_separate", True))
    ]
