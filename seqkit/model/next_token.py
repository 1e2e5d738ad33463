"""The next token: the part of a network that writes, the same for a translator and a captioner."""

from __future__ import annotations

from typing import Any

import keras

from seqkit.decoding import Step, StepResult
from seqkit.layers import Source, token_logits

TARGET_EMBEDDING, EMBEDDING = "target_embedding", "embedding"
DECODER, OUTPUT = "decoder", "output"

Tensor = Any


def output_layer(core: keras.Model) -> keras.layers.Layer:
    """The layer with a vector for each target token: the embedding, where these are tied.

    Args:
        core: a model with an embedding, or an output of its own where the two are not tied.

    Returns:
        What `TokenCrossEntropy` and `token_logits` take.
    """
    return first_layer(core, OUTPUT, TARGET_EMBEDDING, EMBEDDING)


def next_token(core: keras.Model, source: Source, *, attention: bool = True) -> Step:
    """Gives the step function that the searches of `seqkit.decoding` follow.

    Args:
        core: a model with an embedding of the tokens and a `RecurrentDecoder`, named as here.
        source: what every step sees, from the decoder's `look_at`.
        attention: whether the step tells what it looked at; a search is faster without.

    Returns:
        A step; its first state is what the decoder's `first_state` gives.

    Example:
        >>> import numpy as np
        >>> from seqkit.decoding import greedy
        >>> from seqkit.tasks.translation import network
        >>> sizes = network.TranslatorNetwork(embedding_dim=6, hidden_dim=4)
        >>> core = network.build_translator_core(50, 40, sizes)
        >>> source, state = network.encode(core, np.array([[5, 9, 7], [8, 0, 0]]))
        >>> best = greedy(next_token(core, source), state, max_length=4)
        >>> tuple(best.token_ids.shape), tuple(best.attention.shape)
        ((2, 1, 4), (2, 1, 4, 3))
    """
    embedding = first_layer(core, TARGET_EMBEDDING, EMBEDDING)
    output, decoder = output_layer(core), core.get_layer(DECODER)

    def step(token_ids: Tensor, state: Any) -> StepResult:
        features, state, weights = decoder.step(embedding(token_ids), state, source)
        logits = token_logits(output, features)
        return StepResult(logits, state, weights if attention else None)

    return step


def first_layer(core: keras.Model, *names: str) -> keras.layers.Layer:
    """The first of these layers that the core has."""
    present = {layer.name for layer in core.layers}
    return core.get_layer(next(name for name in names if name in present))
