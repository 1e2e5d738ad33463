"""The numbers-only half of a token tagger: an ordinary Keras model on ids, with a CRF on top."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from seqkit.layers import CharacterConvolution, LinearChainCRF, RecurrentEncoder, WordDropout

CRF, ENCODER, EMISSIONS = "crf", "encoder", "emissions"
# The layer whose output is all that is read of a word by itself, whatever stands around it.
WORD_VECTORS = "word_vectors"
VECTORS = "pretrained"


@dataclasses.dataclass(frozen=True)
class TaggerNetwork:
    """Sizes of the network.

    Attributes:
        embedding_dim: size of a word's vector in the dictionary.
        character_dim: size of a letter's vector.
        character_filters: size of the vector that a word's letters give; 0 leaves it out.
        kernel_size: letters that a filter sees at once.
        affix_dim: size of the vector of each affix and of the shape; 0 leaves them out.
        hidden_dim: units of the recurrent layers, in each direction.
        num_layers: recurrent layers on top of each other.
        cell: kind of recurrent cell.
        dropout: share of values dropped in training: before, between and after recurrent layers.
        word_dropout: share of words that become UNK in training; their letters stay. Of as many,
            chosen anew, the pretrained vector is left out.
    """

    embedding_dim: int = 100
    character_dim: int = 32
    character_filters: int = 128
    kernel_size: int = 4
    affix_dim: int = 16
    hidden_dim: int = 128
    num_layers: int = 1
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    dropout: float = 0.5
    word_dropout: float = 0.25


def build_tagger_core(
    vocabulary_size: int,
    num_characters: int,
    num_tags: int,
    network: TaggerNetwork = TaggerNetwork(),
    *,
    affix_buckets: int,
    num_affixes: int = 9,
    allowed_start: Sequence[bool] | None = None,
    allowed_transitions: Sequence[Sequence[bool]] | None = None,
    allowed_end: Sequence[bool] | None = None,
    num_pretrained: int = 0,
    pretrained_dim: int = 0,
    pretrained_scale: float = 1.0,
    vector_parts: int = 4,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that reads each word on all its levels, then all words in both directions.

    Pretrained vectors stay as they are: a learned linear map brings them to the size of the
    dictionary's own vectors, which are learned and added. If they were trained, words of the
    training data would move away from similar words that the training data lack, and what was
    learned about the former would no longer hold for the latter. A word that has none is read by
    those of its parts, on average.

    Args:
        vocabulary_size: number of word ids, the special ones included.
        num_characters: number of letter ids, the special ones included.
        num_tags: number of tags.
        network: sizes.
        affix_buckets: buckets of each kind of affix.
        num_affixes: kinds of affixes, the shape included.
        allowed_start: `[num_tags]`, which tags may come first; None for all.
        allowed_transitions: `[num_tags][num_tags]`, which tag may follow which; None for all.
        allowed_end: `[num_tags]`, which tags may come last; None for all.
        num_pretrained: number of ids with a pretrained vector, the special ones included; 0 for a
            network without. The weight of the layer `pretrained` is to be set.
        pretrained_dim: size of these vectors.
        pretrained_scale: what they are multiplied by, see `word_vectors`.
        vector_parts: parts of a word that may have a vector each; 0 where words are looked up as
            wholes alone.
        seed: seed of all dropout.

    Returns:
        A model of `{"token_ids": <int32>[batch, length], "character_ids":
        <int32>[batch, length, characters], "affix_ids": <int32>[batch, length, num_affixes]}`, and
        with pretrained vectors `"pretrained_ids": <int32>[batch, length, 4]`, or `[batch, length]`
        of whole words, right-padded with 0, to emissions `<float32>[batch, length, num_tags]`. Its
        layer `crf` has the transitions: it scores, decodes and gives marginals.

    Example:
        >>> core = build_tagger_core(50, 20, 3, TaggerNetwork(hidden_dim=4), affix_buckets=8)
        >>> words = {"token_ids": np.ones((2, 5), "int32")}
        >>> words |= {"character_ids": np.ones((2, 5, 6), "int32")}
        >>> words |= {"affix_ids": np.ones((2, 5, 9), "int32")}
        >>> tuple(core(words).shape)
        (2, 5, 3)
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(9).tolist())
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    inputs = {"token_ids": token_ids}
    padding_mask = ops.not_equal(token_ids, 0)
    parts = [_dictionary_vectors(token_ids, vocabulary_size, network, seeds)]
    if network.character_filters:
        inputs["character_ids"] = keras.Input((None, None), dtype="int32", name="character_ids")
        parts.append(_character_vectors(inputs["character_ids"], num_characters, network, seeds))
    if network.affix_dim:
        inputs["affix_ids"] = keras.Input((None, num_affixes), dtype="int32", name="affix_ids")
        parts.append(_affix_vectors(inputs["affix_ids"], affix_buckets, network, seeds))
    if num_pretrained:
        shape = (None, vector_parts) if vector_parts else (None,)
        inputs["pretrained_ids"] = keras.Input(shape, dtype="int32", name="pretrained_ids")
        shape_of_table = (num_pretrained, pretrained_dim)
        parts[0] = parts[0] + _pretrained_vectors(
            inputs["pretrained_ids"], shape_of_table, pretrained_scale, network, seeds
        )
    if len(parts) == 1:
        x = keras.layers.Identity(name=WORD_VECTORS)(parts[0])
    else:
        x = keras.layers.Concatenate(axis=-1, name=WORD_VECTORS)(parts)
    x = keras.layers.Dropout(network.dropout, seed=next(seeds), name="word_vector_dropout")(x)
    x = RecurrentEncoder(
        network.hidden_dim,
        num_layers=network.num_layers,
        cell=network.cell,
        dropout=network.dropout if network.num_layers > 1 else 0.0,
        seed=next(seeds),
        name=ENCODER,
    )(x, padding_mask=padding_mask)
    x = keras.layers.Dropout(network.dropout, seed=next(seeds), name="state_dropout")(x)
    emissions = keras.layers.Dense(num_tags, dtype="float32", name=EMISSIONS)(x)
    crf = LinearChainCRF(
        num_tags,
        allowed_transitions=allowed_transitions,
        allowed_start=allowed_start,
        allowed_end=allowed_end,
        dtype="float32",
        name=CRF,
    )
    return keras.Model(inputs, crf(emissions, padding_mask=padding_mask), name="token_tagger")


def _table(size: int, dim: int, seeds: Iterator[int], name: str) -> keras.layers.Embedding:
    initial = keras.initializers.RandomUniform(-0.1, 0.1, seed=next(seeds))
    return keras.layers.Embedding(size, dim, embeddings_initializer=initial, name=name)


def _dictionary_vectors(
    token_ids: Any, vocabulary_size: int, network: TaggerNetwork, seeds: Iterator[int]
) -> Any:
    """`[batch, length, embedding_dim]`: the dictionary's own vectors."""
    words = WordDropout(network.word_dropout, seed=next(seeds), name="word_dropout")(token_ids)
    return _table(vocabulary_size, network.embedding_dim, seeds, "embedding")(words)


def _character_vectors(
    character_ids: Any, num_characters: int, network: TaggerNetwork, seeds: Iterator[int]
) -> Any:
    """`[batch, length, character_filters]`: what the letters of each word give."""
    return CharacterConvolution(
        num_characters,
        network.character_dim,
        network.character_filters,
        network.kernel_size,
        seed=next(seeds),
        name="characters",
    )(character_ids)


def _affix_vectors(
    affix_ids: Any, affix_buckets: int, network: TaggerNetwork, seeds: Iterator[int]
) -> Any:
    """`[batch, length, num_affixes * affix_dim]`: the vectors of all affixes side by side."""
    num_affixes = affix_ids.shape[-1]
    table = _table(num_affixes * affix_buckets, network.affix_dim, seeds, "affixes")
    vectors = table(affix_ids)  # [batch, length, num_affixes, affix_dim]
    joined = keras.layers.Reshape((-1, num_affixes * network.affix_dim), name="joined_affixes")
    return joined(vectors)


def _pretrained_vectors(
    pretrained_ids: Any,
    shape: tuple[int, int],
    scale: float,
    network: TaggerNetwork,
    seeds: Iterator[int],
) -> Any:
    """`[batch, length, embedding_dim]`: pretrained vectors, mapped to the dictionary's size."""
    dropout = WordDropout(network.word_dropout, seed=next(seeds), name="vector_dropout")
    table = keras.layers.Embedding(
        *shape, embeddings_initializer="zeros", trainable=False, name=VECTORS
    )
    project = keras.layers.Dense(
        network.embedding_dim,
        use_bias=False,
        kernel_initializer=keras.initializers.LecunNormal(seed=next(seeds)),
        name="projection",
    )
    if len(pretrained_ids.shape) == 2:
        return project(table(dropout(pretrained_ids)) * scale)
    # A word without a vector has UNK in front; one that is dropped gets it there.
    first = ops.expand_dims(dropout(pretrained_ids[..., 0]), -1)  # [batch, length, 1]
    ids = ops.where(ops.equal(first, dropout.unk_id), first, pretrained_ids)
    vectors = ops.sum(table(ids), axis=2)  # [batch, length, dim]
    is_part = ops.cast(ops.not_equal(pretrained_ids, 0), vectors.dtype)
    parts = ops.sum(is_part, axis=-1, keepdims=True)  # [batch, length, 1]
    return project(vectors * scale / ops.maximum(parts, 1))


def word_reader(core: keras.Model) -> keras.Model:
    """Gives the first part of a core: words by themselves.

    A word gives the same vector wherever it stands, so the distinct words of a text are enough
    for it, and it is the larger part of the work.

    Args:
        core: made with `build_tagger_core`.

    Returns:
        A model of the core's inputs to word vectors `<float32>[batch, length, dim]`, with the
        weights of the core.
    """
    return keras.Model(core.input, core.get_layer(WORD_VECTORS).output, name="words")


def read_sentences(core: keras.Model, word_vectors: Any, padding_mask: Any) -> Any:
    """The rest of a core, as it answers: words in sentences.

    Written out, since Keras cannot save a model any more once another begins in the midst of it.

    Args:
        core: made with `build_tagger_core`.
        word_vectors: `<float32>[batch, length, dim]`, what `word_reader` gives.
        padding_mask: `<bool>[batch, length]`, true at words.

    Returns:
        Emissions `<float32>[batch, length, num_tags]`.

    Example:
        >>> core = build_tagger_core(50, 20, 3, TaggerNetwork(hidden_dim=4), affix_buckets=8)
        >>> ids = {"token_ids": np.array([[1, 5, 0]]), "affix_ids": np.ones((1, 3, 9), "int32")}
        >>> ids |= {"character_ids": np.ones((1, 3, 6), "int32")}
        >>> emissions = read_sentences(core, word_reader(core)(ids), ids["token_ids"] > 0)
        >>> bool(ops.all(ops.isclose(emissions, core(ids))))
        True
    """
    x = core.get_layer(ENCODER)(word_vectors, padding_mask=padding_mask, training=False)
    emissions = core.get_layer(EMISSIONS)(x)
    return core.get_layer(CRF)(emissions, padding_mask=padding_mask)
