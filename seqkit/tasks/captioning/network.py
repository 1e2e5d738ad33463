"""The network of a captioner: an encoder of images, and a decoder that looks at its grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.layers import (
    GridPositions,
    RecurrentDecoder,
    ScheduledDropout,
    Source,
    TokenOutput,
    WordDropout,
)
from seqkit.model.next_token import DECODER, EMBEDDING, OUTPUT
from seqkit.tasks.captioning.encoders import build_image_encoder, set_trainable

ENCODER, DESCRIBER = "encoder", "describer"
CELLS = "cells"

Tensor = Any


def build_image_captioner_core(
    vocabulary_size: int,
    *,
    encoder: str = "residual",
    height: int = 160,
    width: int = 160,
    weights: Any = None,
    trainable: bool = True,
    widths: Sequence[int] = (32, 64, 128, 256),
    strides: Sequence[int] = (2, 2, 2, 1),
    blocks: int = 1,
    embedding_dim: int = 256,
    hidden_dim: int = 256,
    decoder_layers: int = 1,
    cell: str = "gru",
    attention: str = "scaled_dot",
    input_feeding: bool = False,
    tie_embeddings: bool = True,
    dropout: float = 0.3,
    dropout_warm_up: int = 0,
    recurrent_dropout: float = 0.0,
    word_dropout: float = 0.0,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that sees images and gives, after each token of a caption, the next one.

    It is two models, each of which can be called alone: the encoder gives a grid of features, the
    describer reads it. Each cell of the grid is made as wide as a token's vector, and is told where
    it is. Several captions of an image go through together, for one run of the encoder.

    Args:
        vocabulary_size: number of ids, the special ones included.
        encoder: see `build_image_encoder`, as for all arguments up to `blocks`.
        height: of the images, in pixels.
        width: the same.
        weights: `"imagenet"`, a file, or None.
        trainable: whether the encoder is trained; `set_trainable` changes it later.
        widths: channels of each stage of the residual encoder.
        strides: of each of its stages.
        blocks: of each of its stages.
        embedding_dim: size of a token's vector, and of a cell's.
        hidden_dim: units of the recurrent layers.
        decoder_layers: recurrent layers; attention is between the first and the second.
        cell: `"gru"`, `"lstm"` or `"simple_rnn"`.
        attention: `"dot"`, `"scaled_dot"` or `"additive"`, see `seqkit.layers.SourceAttention`.
        input_feeding: whether the decoder reads what it made of the step before; slow to train.
        tie_embeddings: whether a token's vector is also what its probability is made from.
        dropout: share of values dropped of cells, embeddings and features.
        dropout_warm_up: steps of training after which that share is reached.
        recurrent_dropout: share of each recurrent state dropped, the same at every step.
        word_dropout: share of tokens read as UNK in training.
        seed: seed of all dropout and of the first weights, but for those of a backbone.

    Returns:
        A model of `{"images": <uint8 or float>[batch, height, width, 3], "decoder_token_ids":
        <int32>[batch, captions, length]}`, red, green and blue from 0 to 255, and BOS and all
        tokens but EOS, padded on the right with 0. It gives features `<float>[batch,
        captions, length, embedding_dim]` of the tokens without BOS, with EOS, to be compared with
        the vectors of `output_layer`. `describer(core)` is the part after the encoder.

    Raises:
        ValueError: an argument is out of its range.
        ConnectionError: ImageNet's weights cannot be fetched.

    Example:
        >>> core = build_image_captioner_core(40, height=64, width=64, embedding_dim=6)
        >>> images, ids = np.zeros((2, 64, 64, 3), "uint8"), np.ones((2, 3, 5))
        >>> tuple(core({"images": images, "decoder_token_ids": ids}).shape)
        (2, 3, 5, 6)

    Source: Xu et al. (2015), arXiv:1502.03044, section 3 (a decoder that looks at a grid).
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(12).tolist())
    seeing = build_image_encoder(
        encoder,
        height,
        width,
        weights=weights,
        widths=widths,
        strides=strides,
        blocks=blocks,
        seed=next(seeds),
    )
    set_trainable(seeing, trainable)

    def dropped(x: Tensor, name: str) -> Tensor:
        return ScheduledDropout(dropout, dropout_warm_up, seed=next(seeds), name=name)(x)

    grid = keras.Input(seeing.output_shape[1:], name="grid")
    token_ids = keras.Input((None, None), dtype="int32", name="decoder_token_ids")
    _, rows, columns, _ = seeing.output_shape
    initial = keras.initializers.GlorotUniform(seed=next(seeds))
    x = keras.layers.Dense(embedding_dim, kernel_initializer=initial, name="projection")(grid)
    x = keras.layers.LayerNormalization(name="projection_norm")(x)
    x = GridPositions(seed=next(seeds), name="positions")(x)
    cells = keras.layers.Reshape((rows * columns, embedding_dim), name=CELLS)(x)
    seen = dropped(cells, "cell_dropout")

    initial = keras.initializers.RandomNormal(stddev=embedding_dim**-0.5, seed=next(seeds))
    embedding = keras.layers.Embedding(
        vocabulary_size, embedding_dim, embeddings_initializer=initial, name=EMBEDDING
    )
    words = WordDropout(word_dropout, seed=next(seeds), name="word_dropout")(token_ids)
    features = RecurrentDecoder(
        hidden_dim,
        embedding_dim,
        num_layers=decoder_layers,
        cell=cell,
        attention=attention,
        input_feeding=input_feeding,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        seed=next(seeds),
        name=DECODER,
    )(dropped(embedding(words), "vector_dropout"), seen, ops.mean(seen, axis=1))
    features = dropped(features, "feature_dropout")
    if not tie_embeddings:
        features = TokenOutput(vocabulary_size, name=OUTPUT)(features)
    inputs = {"grid": grid, "decoder_token_ids": token_ids}
    describing = keras.Model(inputs, features, name=DESCRIBER)

    images = keras.Input((height, width, 3), name="images")
    token_ids = keras.Input((None, None), dtype="int32", name="decoder_token_ids")
    features = describing({"grid": seeing(images), "decoder_token_ids": token_ids})
    inputs = {"images": images, "decoder_token_ids": token_ids}
    return keras.Model(inputs, features, name="image_captioner")


def describer(core: keras.Model) -> keras.Model:
    """The part of a core after its encoder, for grids that were computed before.

    Args:
        core: made with `build_image_captioner_core`.

    Returns:
        A model of `{"grid": <float>[batch, rows, columns, dim], "decoder_token_ids":
        <int32>[batch, captions, length]}` to what the core gives; their weights are the same ones.
        It has the layers for `seqkit.model.next_token`.
    """
    return core.get_layer(DESCRIBER)


def grid_of(core: keras.Model, images: Tensor) -> Tensor:
    """Runs the encoder alone, as the core answers.

    Args:
        core: made with `build_image_captioner_core`.
        images: `<uint8 or float>[batch, height, width, 3]`, from 0 to 255.

    Returns:
        `<float>[batch, rows, columns, dim]`.
    """
    return core.get_layer(ENCODER)(images, training=False)


def look_at(core: keras.Model, grid: Tensor) -> tuple[Source, Any]:
    """Prepares a grid for the search, as the core answers.

    Args:
        core: made with `build_image_captioner_core`.
        grid: from `grid_of`.

    Returns:
        What every step sees, and the state before the first one; see `next_token`.

    Example:
        >>> from seqkit.decoding import greedy
        >>> from seqkit.model.next_token import next_token
        >>> core = build_image_captioner_core(40, height=64, width=96, embedding_dim=6)
        >>> source, state = look_at(core, grid_of(core, np.zeros((2, 64, 96, 3))))
        >>> found = greedy(next_token(describer(core), source), state, max_length=4)
        >>> tuple(found.token_ids.shape), tuple(found.attention.shape)
        ((2, 1, 4), (2, 1, 4, 24))
    """
    parts = describer(core)
    x = ops.cast(grid, parts.get_layer("projection").compute_dtype)
    for name in ("projection", "projection_norm", "positions", CELLS):
        x = parts.get_layer(name)(x)
    decoder = parts.get_layer(DECODER)
    return decoder.look_at(x), decoder.first_state(ops.mean(x, axis=1))
