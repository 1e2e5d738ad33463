"""Small untrained language models, and what their Python methods answer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from tests.small_models import RATES, TRAINING_TEXTS, by_name

WORDS = ("the", "apple", "apples", "app", "and", "pear", "good", "film", "한국어", ".", ",")
CHARACTERS = "aehlop gdnit.,!\n한국어é"


def small_language_model(kind: str, has_words: bool = False, **arguments: Any) -> Any:
    """A language model whose answers are arbitrary but fixed.

    Args:
        kind: of its tokens: `"char"`, `"word"`, `"jamo"` or `"subword"`.
        has_words: whether it knows the words of training texts.
        arguments: of `LanguageModel.build`.
    """
    import seqkit

    encoder = small_encoder(kind)
    if has_words:
        encoder = encoder.with_words([TRAINING_TEXTS])
    keras.utils.set_random_seed(4)
    settings = {"embedding_dim": 5, "hidden_dim": 4, "num_beams": 4, "num_best": 3}
    model = seqkit.LanguageModel.build(encoder, **(settings | arguments))
    rng = np.random.default_rng(3)
    for weight in model.core.trainable_variables:
        weight.assign(rng.normal(size=weight.shape, scale=0.8))
    return model


@functools.cache
def small_encoder(kind: str) -> Any:
    from seqkit import text

    if kind == "word":
        counts = {word: 99 - i for i, word in enumerate(WORDS)}
        return text.TextEncoder(text.WordTokenizer(), text.Vocabulary.from_counts(counts))
    if kind == "subword":
        sample = ["the apple and the pear", "apples and pears, apps and films"] * 30
        tokenizer = text.SubwordTokenizer.train(sample, vocabulary_size=300)
        return text.TextEncoder(tokenizer, text.Vocabulary(tokenizer.pieces))
    tokenizer = text.CharTokenizer() if kind == "char" else text.JamoTokenizer()
    tokens = tokenizer.tokenize([CHARACTERS]).values.values.numpy()
    counts = dict.fromkeys((token.decode() for token in tokens), 1)
    return text.TextEncoder(tokenizer, text.Vocabulary.from_counts(counts))


def went_on(model: Any, inputs: Mapping[str, Any]) -> Mapping[str, list]:
    drawing = {name: inputs[name] for name in ("temperature", "top_k", "top_p", "seed")}
    found = model.go_on(inputs["prompt"], int(inputs["length"]), **drawing)
    answers = by_name(found, "text", "continuation", "log_probability", *RATES)
    return {**answers, "error": [""] * len(found)}


def language_model_cases(case: Callable[..., Any], texts: list[str]) -> list[Any]:
    """A `ServableCase` on the letters of a stream, and one on the words of sentences."""
    state = {"char": 4 * 2, "word": 3}
    drawing = {"length": 6, "temperature": 0.9, "top_k": 9, "top_p": 0.95, "seed": np.int64(5)}

    def inputs(kind: str) -> dict[str, dict[str, Any]]:
        return {
            "serving_default": {"prompt": texts, **drawing},
            "scores": {"text": texts},
            "complete": {"prefix": texts},
            "step": {"token": ["", "a"], "state": np.zeros((2, state[kind]), "float32")},
            "vocabulary": {},
        }

    letters = functools.partial(small_language_model, "char", has_words=True)
    words = functools.partial(
        small_language_model,
        "word",
        has_words=True,
        unit="sentences",
        tie_embeddings=True,
        cell="gru",
        hidden_dim=3,
    )
    return [
        case("LanguageModel", letters, inputs("char"), went_on),
        case("LanguageModel_words", words, inputs("word"), went_on),
    ]
