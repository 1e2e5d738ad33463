"""The network of a captioner: an encoder of images, and a decoder that attends to its grid."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from seqkit.layers import (
    GridPositions,
    ScheduledDropout,
    Source,
    TokenOutput,
    WordDropout,
)
from seqkit.model.next_token import DECODER, EMBEDDING, OUTPUT, build_decoder, build_embedding
from seqkit.tasks.captioning.encoders import build_image_encoder, set_trainable

ENCODER, DESCRIBER = "encoder", "describer"
CELLS = "cells"

Tensor = Any


@dataclasses.dataclass(frozen=True)
class CaptionerNetwork:
    """Sizes of the network.

    Attributes:
        encoder: `residual` for a small network trained from scratch, or a backbone of
            `keras.applications`, such as `MobileNetV3Small`.
        height: height in pixels that images are resized to.
        width: width in pixels that images are resized to.
        widths: channels of each stage of the residual network.
        strides: stride of each stage of the residual network.
        blocks: residual blocks of each stage.
        embedding_dim: size of a token's vector, and of a cell's.
        hidden_dim: units of the recurrent layers.
        decoder_layers: recurrent layers; attention is between the first and the second.
        cell: kind of recurrent cell.
        attention: how the decoder's state is compared with the cells, see
            `seqkit.layers.SourceAttention`.
        input_feeding: whether the decoder reads its features of the step before; slow to train.
        tie_embeddings: whether a token's vector is also what its probability is computed from.
        dropout: share of values of cells, embeddings and features dropped in training.
        dropout_warm_up: training steps after which that share is reached.
        recurrent_dropout: share of values dropped from one step's state to the next.
        word_dropout: share of tokens read as UNK in training.
    """

    encoder: str = "residual"
    height: int = 160
    width: int = 160
    widths: tuple[int, ...] = (32, 64, 128, 256)
    strides: tuple[int, ...] = (2, 2, 2, 1)
    blocks: int = 1
    embedding_dim: int = 256
    hidden_dim: int = 256
    decoder_layers: int = 1
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    attention: Literal["dot", "scaled_dot", "additive"] = "scaled_dot"
    input_feeding: bool = False
    tie_embeddings: bool = True
    dropout: float = 0.4
    dropout_warm_up: int = 0
    recurrent_dropout: float = 0.0
    word_dropout: float = 0.0


def build_image_captioner_core(
    vocabulary_size: int,
    network: CaptionerNetwork = CaptionerNetwork(),
    *,
    weights: str | os.PathLike[str] | None = None,
    trainable: bool = True,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that sees images and gives, after each token of a caption, the next one.

    It is two models, each of which can be called alone: the encoder gives a grid of features, the
    describer reads it. Each cell of the grid is projected to the size of a token's vector, and
    gets the vector of its position. All captions of an image go through together, after one run of
    the encoder.

    Args:
        vocabulary_size: number of token ids, the special ones included.
        network: sizes.
        weights: weights of the encoder: `"imagenet"`, a file, or None for random ones.
        trainable: whether the encoder is trained; `set_trainable` changes it later.
        seed: seed of all dropout and of the first weights, but for those of a backbone.

    Returns:
        A model of `{"images": <uint8 or float>[batch, height, width, 3], "decoder_token_ids":
        <int32>[batch, captions, length]}`, red, green and blue from 0 to 255, and BOS and all
        tokens but EOS, right-padded with 0. It gives features `<float>[batch, captions, length,
        embedding_dim]` of the tokens without BOS, with EOS, to be compared with the vectors of
        `output_layer`. `describer(core)` is the part after the encoder.

    Raises:
        ValueError: a size is out of range.
        ConnectionError: ImageNet's weights cannot be fetched.

    Example:
        >>> sizes = CaptionerNetwork(height=64, width=64, embedding_dim=6)
        >>> core = build_image_captioner_core(40, sizes)
        >>> images, ids = np.zeros((2, 64, 64, 3), "uint8"), np.ones((2, 3, 5))
        >>> tuple(core({"images": images, "decoder_token_ids": ids}).shape)
        (2, 3, 5, 6)

    Source: Xu et al. (2015), arXiv:1502.03044, section 3 (a decoder that attends to a grid).
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(12).tolist())
    seeing = build_image_encoder(
        network.encoder,
        network.height,
        network.width,
        weights=weights,
        widths=network.widths,
        strides=network.strides,
        blocks=network.blocks,
        seed=next(seeds),
    )
    set_trainable(seeing, trainable)
    describing = _build_describer(vocabulary_size, network, seeing.output_shape[1:], seeds)
    images = keras.Input((network.height, network.width, 3), name="images")
    token_ids = keras.Input((None, None), dtype="int32", name="decoder_token_ids")
    features = describing({"grid": seeing(images), "decoder_token_ids": token_ids})
    inputs = {"images": images, "decoder_token_ids": token_ids}
    return keras.Model(inputs, features, name="image_captioner")


def _build_describer(
    vocabulary_size: int, network: CaptionerNetwork, shape: tuple[int, ...], seeds: Iterator[int]
) -> keras.Model:
    """Builds the part after the encoder, for grids of a shape `(rows, columns, dim)`."""

    def dropped(x: Tensor, name: str) -> Tensor:
        share, warm_up = network.dropout, network.dropout_warm_up
        return ScheduledDropout(share, warm_up, seed=next(seeds), name=name)(x)

    rows, columns, _ = shape
    dim = network.embedding_dim
    grid = keras.Input(shape, name="grid")
    token_ids = keras.Input((None, None), dtype="int32", name="decoder_token_ids")
    initial = keras.initializers.GlorotUniform(seed=next(seeds))
    x = keras.layers.Dense(dim, kernel_initializer=initial, name="projection")(grid)
    x = keras.layers.LayerNormalization(name="projection_norm")(x)
    x = GridPositions(seed=next(seeds), name="positions")(x)
    cells = keras.layers.Reshape((rows * columns, dim), name=CELLS)(x)  # [batch, cells, dim]
    seen = dropped(cells, "cell_dropout")

    embedding = build_embedding(vocabulary_size, dim, next(seeds), EMBEDDING)
    words = WordDropout(network.word_dropout, seed=next(seeds), name="word_dropout")(token_ids)
    decoder = build_decoder(network, next(seeds))
    vectors = dropped(embedding(words), "vector_dropout")
    features = decoder(vectors, seen, ops.mean(seen, axis=1))
    features = dropped(features, "feature_dropout")  # [batch, captions, length, dim]
    if not network.tie_embeddings:
        features = TokenOutput(vocabulary_size, name=OUTPUT)(features)
    return keras.Model({"grid": grid, "decoder_token_ids": token_ids}, features, name=DESCRIBER)


def describer(core: keras.Model) -> keras.Model:
    """The part of a core after its encoder, for grids computed before.

    Args:
        core: made with `build_image_captioner_core`.

    Returns:
        A model of `{"grid": <float>[batch, rows, columns, dim], "decoder_token_ids":
        <int32>[batch, captions, length]}` to what the core gives; it shares the core's weights and
        has the layers for `seqkit.model.next_token`.
    """
    return core.get_layer(DESCRIBER)


def grid_of(core: keras.Model, images: Tensor) -> Tensor:
    """Runs the encoder alone, as the core does when it answers.

    Args:
        core: made with `build_image_captioner_core`.
        images: `<uint8 or float>[batch, height, width, 3]`, from 0 to 255.

    Returns:
        `<float>[batch, rows, columns, dim]`.
    """
    return core.get_layer(ENCODER)(images, training=False)


def look_at(core: keras.Model, grid: Tensor) -> tuple[Source, Any]:
    """Prepares a grid for the search, as the core does when it answers.

    Args:
        core: made with `build_image_captioner_core`.
        grid: from `grid_of`.

    Returns:
        What every step attends to, and the state before the first step; see `next_token`.

    Example:
        >>> from seqkit.decoding import greedy
        >>> from seqkit.model.next_token import next_token
        >>> sizes = CaptionerNetwork(height=64, width=96, embedding_dim=6)
        >>> core = build_image_captioner_core(40, sizes)
        >>> source, state = look_at(core, grid_of(core, np.zeros((2, 64, 96, 3))))
        >>> found = greedy(next_token(describer(core), source), state, max_length=4)
        >>> tuple(found.token_ids.shape), tuple(found.attention.shape)
        ((2, 1, 4), (2, 1, 4, 24))
    """
    parts = describer(core)
    x = ops.cast(grid, parts.get_layer("projection").compute_dtype)
    for name in ("projection", "projection_norm", "positions", CELLS):
        x = parts.get_layer(name)(x)  # [batch, cells, dim] after the last
    decoder = parts.get_layer(DECODER)
    return decoder.look_at(x), decoder.first_state(ops.mean(x, axis=1))
