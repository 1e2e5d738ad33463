"""The next token: the part of a network that writes, the same for a translator and a captioner."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import keras

from seqkit.decoding import Step, StepResult
from seqkit.layers import RecurrentDecoder, Source, token_logits

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


def check_output(core: keras.Model, vocabulary: Sized) -> None:
    """Checks that a core scores the tokens of a dictionary.

    Args:
        core: as `output_layer` takes it.
        vocabulary: the tokens that are to be written, a `Vocabulary`.

    Raises:
        ValueError: the numbers of tokens differ.
    """
    scored = output_layer(core).embeddings.shape[0]
    if scored != len(vocabulary):
        raise ValueError(f"core scores {scored} tokens, the dictionary has {len(vocabulary)}")


def build_decoder(network: Any, seed: int) -> RecurrentDecoder:
    """Builds the decoder of a core whose sizes are named as a translator's.

    Args:
        network: the sizes, such as `TranslatorNetwork`.
        seed: seed of its dropout.

    Returns:
        The layer, named as `next_token` looks for it.
    """
    return RecurrentDecoder(
        network.hidden_dim,
        network.embedding_dim,
        num_layers=network.decoder_layers,
        cell=network.cell,
        attention=network.attention,
        input_feeding=network.input_feeding,
        dropout=network.dropout,
        recurrent_dropout=network.recurrent_dropout,
        seed=seed,
        name=DECODER,
    )


def build_embedding(size: int, dim: int, seed: int, name: str) -> keras.layers.Embedding:
    """Builds vectors of tokens that may also give the tokens' probabilities.

    Args:
        size: number of token ids.
        dim: size of a vector.
        seed: seed of the first values, about as long in total whatever the size.
        name: name of the layer.

    Returns:
        The layer.
    """
    initial = keras.initializers.RandomNormal(stddev=dim**-0.5, seed=seed)
    return keras.layers.Embedding(size, dim, embeddings_initializer=initial, name=name)


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
