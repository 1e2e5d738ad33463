"""The numbers-only half of a text classifier: an ordinary Keras model on ids."""

from __future__ import annotations

import dataclasses
from typing import Literal

import keras
import numpy as np
from keras import ops

from seqkit.layers import BagOfNGrams, Pooling, RecurrentEncoder, TfidfNGrams, WordDropout

DEEP, WIDE = "deep", "wide"


@dataclasses.dataclass(frozen=True)
class ClassifierNetwork:
    """Sizes of the network.

    Attributes:
        embedding_dim: size of a token's vector.
        hidden_dim: units of the recurrent layers, in each direction.
        num_layers: recurrent layers on top of each other.
        cell: kind of recurrent cell.
        bidirectional: whether the text is read backwards too.
        residual: whether a recurrent layer's input is added to its output.
        pooling: how the states of all steps become one vector; several are put side by side.
        dropout: share of values dropped in training: after the embedding, between layers, before
            the head, and of n-grams.
        recurrent_dropout: share of values dropped from one step's state to the next.
        word_dropout: share of tokens that become UNK in training, so that UNK is learned.
    """

    embedding_dim: int = 128
    hidden_dim: int = 128
    num_layers: int = 1
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    bidirectional: bool = True
    residual: bool = False
    pooling: tuple[Literal["attention", "max", "mean", "last"], ...] = ("attention", "max")
    dropout: float = 0.3
    recurrent_dropout: float = 0.0
    word_dropout: float = 0.1


def build_core(
    vocabulary_size: int,
    num_classes: int,
    network: ClassifierNetwork = ClassifierNetwork(),
    *,
    num_ngrams: int = 0,
    hashed: bool = False,
    seed: int = 0,
) -> keras.Model:
    """Builds a deep path that reads the tokens in order and a wide path of n-grams beside it.

    Each path gives its own logits and is trained by its own loss, so that neither leaves the work
    to the other; their weights are fitted afterwards, on validation data.

    Args:
        vocabulary_size: number of token ids, the special ones included.
        num_classes: number of labels.
        network: sizes.
        num_ngrams: size of the n-gram table, padding included; 0 leaves the wide path out.
        hashed: whether n-grams share rows of the table, as those of `seqkit.text.HashedNGrams`.
        seed: seed of all dropout.

    Returns:
        A model of `{"token_ids": <int32>[batch, length], "ngram_ids": <int32>[batch, ngrams]}`,
        right-padded with 0, to `{"deep": <float32>[batch, num_classes], "wide": …}`, logits.
        Without a wide path, `ngram_ids` and `wide` are not there.

    Raises:
        ValueError: `pooling` is empty, or a layer refuses its argument.

    Example:
        >>> core = build_core(100, 2, ClassifierNetwork(embedding_dim=4, hidden_dim=3))
        >>> core({"token_ids": np.array([[5, 6, 0]])})["deep"].shape
        TensorShape([1, 2])
    """
    if not network.pooling:
        raise ValueError("pooling is empty; name at least one of last, mean, max, attention")
    seeds = iter(np.random.SeedSequence(seed).generate_state(8).tolist())
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    inputs = {"token_ids": token_ids}
    padding_mask = ops.not_equal(token_ids, 0)
    x = WordDropout(network.word_dropout, seed=next(seeds), name="word_dropout")(token_ids)
    x = keras.layers.Embedding(
        vocabulary_size,
        network.embedding_dim,
        embeddings_initializer=keras.initializers.RandomUniform(-0.1, 0.1, seed=next(seeds)),
        name="embedding",
    )(x)
    x = keras.layers.Dropout(network.dropout, seed=next(seeds), name="embedding_dropout")(x)
    states, final_state = RecurrentEncoder(
        network.hidden_dim,
        num_layers=network.num_layers,
        cell=network.cell,
        bidirectional=network.bidirectional,
        residual=network.residual,
        dropout=network.dropout,
        recurrent_dropout=network.recurrent_dropout,
        return_state=True,
        seed=next(seeds),
        name="encoder",
    )(x, padding_mask=padding_mask)
    pooled = [
        final_state
        if mode == "last"
        else Pooling(mode, name=f"{mode}_pooling")(states, padding_mask=padding_mask)
        for mode in network.pooling
    ]
    x = pooled[0] if len(pooled) == 1 else ops.concatenate(pooled, axis=-1)
    x = keras.layers.Dropout(network.dropout, seed=next(seeds), name="pooled_dropout")(x)
    outputs = {DEEP: keras.layers.Dense(num_classes, dtype="float32", name=DEEP)(x)}
    if num_ngrams:
        inputs["ngram_ids"] = keras.Input((None,), dtype="int32", name="ngram_ids")
        outputs[WIDE] = (BagOfNGrams if hashed else TfidfNGrams)(
            num_ngrams,
            num_classes,
            dropout=network.dropout,
            seed=next(seeds),
            dtype="float32",
            name=WIDE,
        )(inputs["ngram_ids"])
    return keras.Model(inputs, outputs, name="text_classifier")


def one_path(core: keras.Model, name: str) -> keras.Model:
    """One path alone, with the layers of the core.

    Args:
        core: made with `build_core`.
        name: `"deep"` or `"wide"`.

    Returns:
        A model of the path's input to its logits, by name; to train it is to train the core's
        layers.
    """
    read = {DEEP: "token_ids", WIDE: "ngram_ids"}[name]
    return keras.Model({read: core.input[read]}, {name: core.output[name]}, name=f"{name}_path")


def start_wide_path(
    core: keras.Model, table: np.ndarray, idf: np.ndarray, bias: np.ndarray
) -> None:
    """Gives the wide path the weights of a linear model.

    Args:
        core: a core with a wide path, n-grams not hashed.
        table: `<float32>[num_ngrams, num_classes]`.
        idf: `<float32>[num_ngrams]`, negative for n-grams of letters.
        bias: `<float32>[num_classes]`.
    """
    layer = core.get_layer(WIDE)
    layer.table.embeddings.assign(table)
    layer.idf.assign(idf)
    layer.bias.assign(bias)
