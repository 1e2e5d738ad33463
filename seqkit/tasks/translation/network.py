"""The network of a translator: an encoder of the source, and a decoder that looks at it."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from seqkit.layers import RecurrentEncoder, ScheduledDropout, Source, TokenOutput, WordDropout
from seqkit.model.next_token import (
    DECODER,
    EMBEDDING,
    OUTPUT,
    TARGET_EMBEDDING,
    build_decoder,
    build_embedding,
    first_layer,
)

SOURCE_EMBEDDING, ENCODER = "source_embedding", "encoder"

Tensor = Any


@dataclasses.dataclass(frozen=True)
class TranslatorNetwork:
    """Sizes of the network.

    Attributes:
        embedding_dim: size of a token's vector.
        hidden_dim: units of the recurrent layers, of the encoder in each direction.
        num_layers: recurrent layers of the encoder.
        decoder_layers: recurrent layers of the decoder; attention stands between the first and the
            second.
        cell: kind of recurrent cell.
        bidirectional: whether the encoder reads in both directions.
        attention: how the decoder's state and the source are compared, see
            `seqkit.layers.SourceAttention`.
        input_feeding: whether the decoder reads its features of the step before; slow to train.
        tie_embeddings: whether a target token's vector also gives its probability.
        dropout: share of values dropped in training: of embeddings, states and features.
        dropout_warm_up: training steps over which that share rises from 0.
        recurrent_dropout: share of each recurrent state dropped, the same at every step.
        word_dropout: share of source and target tokens that become UNK in training.
    """

    embedding_dim: int = 256
    hidden_dim: int = 256
    num_layers: int = 1
    decoder_layers: int = 2
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    bidirectional: bool = True
    attention: Literal["dot", "scaled_dot", "additive"] = "dot"
    input_feeding: bool = False
    tie_embeddings: bool = True
    dropout: float = 0.4
    dropout_warm_up: int = 0
    recurrent_dropout: float = 0.0
    word_dropout: float = 0.0


def build_translator_core(
    source_size: int,
    target_size: int,
    network: TranslatorNetwork = TranslatorNetwork(),
    *,
    shared: bool = False,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that reads a source and gives, after each target token, the next one.

    Args:
        source_size: number of source ids, the special ones included.
        target_size: number of target ids, the special ones included.
        network: sizes.
        shared: whether source and target have one dictionary, and so one embedding.
        seed: seed of all dropout.

    Returns:
        A model of `{"encoder_token_ids": <int32>[batch, source_length], "decoder_token_ids":
        <int32>[batch, length]}`, the second BOS and all tokens but EOS, both right-padded with 0,
        to features `<float>[batch, length, embedding_dim]` of the tokens without BOS, with EOS;
        `output_layer` has the vectors to compare them with.

    Raises:
        ValueError: the dictionary is shared and the two sizes differ.

    Example:
        >>> from seqkit.layers import token_logits
        >>> from seqkit.model.next_token import output_layer
        >>> core = build_translator_core(50, 40, TranslatorNetwork(embedding_dim=6, hidden_dim=4))
        >>> ids = {"encoder_token_ids": np.ones((2, 5)), "decoder_token_ids": np.ones((2, 3))}
        >>> tuple(token_logits(output_layer(core), core(ids)).shape)
        (2, 3, 40)
    """
    if shared and source_size != target_size:
        raise ValueError(
            f"source_size is {source_size} and target_size {target_size}; give one size for one "
            "shared dictionary"
        )
    seeds = iter(np.random.SeedSequence(seed).generate_state(12).tolist())

    def dropout(x: Tensor, name: str) -> Tensor:
        layer = ScheduledDropout(
            network.dropout, network.dropout_warm_up, seed=next(seeds), name=name
        )
        return layer(x)

    def drop_words(token_ids: Tensor, name: str) -> Tensor:
        return WordDropout(network.word_dropout, seed=next(seeds), name=name)(token_ids)

    target_embedding = build_embedding(
        target_size, network.embedding_dim, next(seeds), EMBEDDING if shared else TARGET_EMBEDDING
    )
    source_embedding = (
        target_embedding
        if shared
        else build_embedding(source_size, network.embedding_dim, next(seeds), SOURCE_EMBEDDING)
    )
    encoder_token_ids = keras.Input((None,), dtype="int32", name="encoder_token_ids")
    decoder_token_ids = keras.Input((None,), dtype="int32", name="decoder_token_ids")
    padding_mask = ops.not_equal(encoder_token_ids, 0)  # [batch, source_length]
    x = source_embedding(drop_words(encoder_token_ids, "source_dropout"))
    x = dropout(x, "source_vector_dropout")
    states, final_state = _encoder(network, next(seeds))(x, padding_mask=padding_mask)
    states = dropout(states, "state_dropout")
    x = target_embedding(drop_words(decoder_token_ids, "target_dropout"))
    x = dropout(x, "target_vector_dropout")
    features = build_decoder(network, next(seeds))(x, states, final_state, source_mask=padding_mask)
    features = dropout(features, "feature_dropout")
    if not network.tie_embeddings:
        features = TokenOutput(target_size, name=OUTPUT)(features)
    inputs = {"encoder_token_ids": encoder_token_ids, "decoder_token_ids": decoder_token_ids}
    return keras.Model(inputs, features, name="translator")


def _encoder(network: TranslatorNetwork, seed: int) -> RecurrentEncoder:
    return RecurrentEncoder(
        network.hidden_dim,
        num_layers=network.num_layers,
        cell=network.cell,
        bidirectional=network.bidirectional,
        dropout=network.dropout if network.num_layers > 1 else 0.0,
        recurrent_dropout=network.recurrent_dropout,
        return_state=True,
        seed=seed,
        name=ENCODER,
    )


def encode(core: keras.Model, encoder_token_ids: Tensor) -> tuple[Source, Any]:
    """Reads sources as the core does when it answers.

    Args:
        core: made with `build_translator_core`.
        encoder_token_ids: `<int32>[batch, length]`, right-padded with 0, at least one token in each
            row.

    Returns:
        What every step sees, and the state before the first one.
    """
    padding_mask = ops.not_equal(encoder_token_ids, 0)
    vectors = first_layer(core, SOURCE_EMBEDDING, EMBEDDING)(encoder_token_ids)
    encoder, decoder = core.get_layer(ENCODER), core.get_layer(DECODER)
    states, final_state = encoder(vectors, padding_mask=padding_mask, training=False)
    return decoder.look_at(states, padding_mask), decoder.first_state(final_state)
