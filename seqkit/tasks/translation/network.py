"""The network of a translator: an encoder of the source, and a decoder that looks at it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from seqkit.layers import (
    RecurrentDecoder,
    RecurrentEncoder,
    ScheduledDropout,
    Source,
    TokenOutput,
    WordDropout,
)
from seqkit.model.next_token import DECODER, EMBEDDING, OUTPUT, TARGET_EMBEDDING, first_layer

SOURCE_EMBEDDING, ENCODER = "source_embedding", "encoder"

Tensor = Any


def build_translator_core(
    source_size: int,
    target_size: int,
    *,
    shared: bool = False,
    embedding_dim: int = 256,
    hidden_dim: int = 256,
    num_layers: int = 1,
    decoder_layers: int = 1,
    cell: str = "gru",
    bidirectional: bool = True,
    attention: str = "dot",
    input_feeding: bool = False,
    tie_embeddings: bool = True,
    dropout: float = 0.3,
    dropout_warm_up: int = 0,
    recurrent_dropout: float = 0.0,
    word_dropout: float = 0.0,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that reads a source and gives, after each target token, the next one.

    Args:
        source_size: number of source ids, the special ones included.
        target_size: number of target ids, the special ones included.
        shared: whether source and target have one dictionary, and so one embedding.
        embedding_dim: size of a token's vector.
        hidden_dim: units of the recurrent layers, of the encoder in each direction.
        num_layers: recurrent layers of the encoder.
        decoder_layers: recurrent layers of the decoder; attention is between the first and the
            second.
        cell: `"gru"`, `"lstm"` or `"simple_rnn"`.
        bidirectional: whether the encoder reads in both directions.
        attention: `"dot"`, `"scaled_dot"` or `"additive"`, see `seqkit.layers.SourceAttention`.
        input_feeding: whether the decoder reads what it made of the step before; slow to train.
        tie_embeddings: whether a token's vector is also what its probability is made from.
        dropout: share of values dropped of embeddings, states and features.
        dropout_warm_up: steps of training after which that share is reached.
        recurrent_dropout: share of each recurrent state dropped, the same at every step.
        word_dropout: share of source and target tokens read as UNK in training.
        seed: seed of all dropout.

    Returns:
        A model of `{"encoder_token_ids": <int32>[batch, source_length], "decoder_token_ids":
        <int32>[batch, length]}`, the second BOS and all tokens but EOS, both padded on the right
        with 0, to features `<float>[batch, length, embedding_dim]` of the tokens without BOS, with
        EOS; `output_layer` has the vectors to compare them with.

    Raises:
        ValueError: the dictionary is shared and the two sizes differ.

    Example:
        >>> from seqkit.layers import token_logits
        >>> from seqkit.model.next_token import output_layer
        >>> core = build_translator_core(50, 40, embedding_dim=6, hidden_dim=4)
        >>> ids = {"encoder_token_ids": np.ones((2, 5)), "decoder_token_ids": np.ones((2, 3))}
        >>> tuple(token_logits(output_layer(core), core(ids)).shape)
        (2, 3, 40)
    """
    if shared and source_size != target_size:
        raise ValueError(f"one dictionary of {source_size} and of {target_size} ids: give one size")
    seeds = iter(np.random.SeedSequence(seed).generate_state(12).tolist())

    def dropped(x: Tensor, name: str) -> Tensor:
        return ScheduledDropout(dropout, dropout_warm_up, seed=next(seeds), name=name)(x)

    def embedding(size: int, name: str) -> keras.layers.Layer:
        initial = keras.initializers.RandomNormal(stddev=embedding_dim**-0.5, seed=next(seeds))
        return keras.layers.Embedding(
            size, embedding_dim, embeddings_initializer=initial, name=name
        )

    target_embedding = embedding(target_size, EMBEDDING if shared else TARGET_EMBEDDING)
    source_embedding = target_embedding if shared else embedding(source_size, SOURCE_EMBEDDING)

    encoder_token_ids = keras.Input((None,), dtype="int32", name="encoder_token_ids")
    decoder_token_ids = keras.Input((None,), dtype="int32", name="decoder_token_ids")
    padding_mask = ops.not_equal(encoder_token_ids, 0)
    words = WordDropout(word_dropout, seed=next(seeds), name="source_dropout")(encoder_token_ids)
    x = dropped(source_embedding(words), "source_vector_dropout")
    states, final_state = RecurrentEncoder(
        hidden_dim,
        num_layers=num_layers,
        cell=cell,
        bidirectional=bidirectional,
        dropout=dropout if num_layers > 1 else 0.0,
        recurrent_dropout=recurrent_dropout,
        return_state=True,
        seed=next(seeds),
        name=ENCODER,
    )(x, padding_mask=padding_mask)
    states = dropped(states, "state_dropout")
    words = WordDropout(word_dropout, seed=next(seeds), name="target_dropout")(decoder_token_ids)
    x = dropped(target_embedding(words), "target_vector_dropout")
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
    )(x, states, final_state, source_mask=padding_mask)
    features = dropped(features, "feature_dropout")
    if not tie_embeddings:
        features = TokenOutput(target_size, name=OUTPUT)(features)
    inputs = {"encoder_token_ids": encoder_token_ids, "decoder_token_ids": decoder_token_ids}
    return keras.Model(inputs, features, name="translator")


def encode(core: keras.Model, encoder_token_ids: Tensor) -> tuple[Source, Any]:
    """Reads sources, as the core answers.

    Args:
        core: made with `build_translator_core`.
        encoder_token_ids: `<int32>[batch, length]`, padded on the right with 0; at least one token
            in each row.

    Returns:
        What every step sees, and the state before the first one.
    """
    padding_mask = ops.not_equal(encoder_token_ids, 0)
    vectors = first_layer(core, SOURCE_EMBEDDING, EMBEDDING)(encoder_token_ids)
    encoder, decoder = core.get_layer(ENCODER), core.get_layer(DECODER)
    states, final_state = encoder(vectors, padding_mask=padding_mask, training=False)
    return decoder.look_at(states, padding_mask), decoder.first_state(final_state)
