"""The network of a language model: it reads tokens and says, after each, what comes next."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import keras
from keras import ops

from seqkit.decoding import Step, StepResult
from seqkit.layers import ScheduledDropout, TokenOutput, token_logits
from seqkit.model.next_token import EMBEDDING, OUTPUT, output_layer
from seqkit.model.recurrent_core import RECURRENT, build_stack

PROJECTION = "projection"

Tensor = Any


@dataclasses.dataclass(frozen=True)
class LanguageModelNetwork:
    """Sizes of the network.

    Attributes:
        embedding_dim: size of a token's vector.
        hidden_dim: units of each recurrent layer.
        num_layers: recurrent layers on top of each other.
        cell: kind of recurrent cell.
        tie_embeddings: whether a token's probability is made from the vector it is read with;
            features are then projected to the size of that vector. None ties the vectors of words
            and of pieces of words, but not those of characters.
        input_dropout: share of the values of tokens' vectors dropped in training.
        dropout: share of each recurrent layer's outputs dropped in training.
        dropout_warm_up: training steps in which the dropout of the tokens' vectors and of the last
            recurrent layer rises from 0; between recurrent layers it is the same from the start.
        recurrent_dropout: share of each recurrent state dropped, the same values at every step.
    """

    embedding_dim: int = 64
    hidden_dim: int = 512
    num_layers: int = 1
    cell: Literal["lstm", "gru", "simple_rnn"] = "lstm"
    tie_embeddings: bool | None = None
    input_dropout: float = 0.1
    dropout: float = 0.5
    dropout_warm_up: int = 4_000
    recurrent_dropout: float = 0.2


def build_language_model_core(
    vocabulary_size: int,
    network: LanguageModelNetwork = LanguageModelNetwork(),
    *,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that continues from a state: it predicts the next token after each it reads.

    Args:
        vocabulary_size: number of token ids, the special ones included.
        network: sizes; vectors are not tied where `tie_embeddings` is None.
        seed: seed of all dropout.

    Returns:
        A model of `{"token_ids": <int32>[batch, length], "state": <float>[batch, state_dim]}`, BOS
        and tokens, right-padded with 0, and zeros at the beginning, to `{"features":
        <float>[batch, length, dim], "state": <float>[batch, state_dim]}`: what the next token's
        probability is made from (`output_layer` has the vectors to compare it with), and the state
        after the last token.

    Raises:
        ValueError: a size or a rate is out of its range, or the cell is unknown.

    Example:
        >>> from seqkit.model.recurrent_core import first_state
        >>> core = build_language_model_core(30, LanguageModelNetwork(hidden_dim=4))
        >>> token_ids = ops.convert_to_tensor([[2, 5, 9], [2, 7, 0]])
        >>> outputs = core({"token_ids": token_ids, "state": first_state(core, 2)})
        >>> tuple(outputs["features"].shape), tuple(outputs["state"].shape)
        ((2, 3, 4), (2, 8))

    Sources: Mikolov et al. (2010), "Recurrent neural network based language model"; dropout between
    layers, Zaremba et al. (2014), arXiv:1409.2329; tied vectors, Press and Wolf (2017),
    arXiv:1608.05859.
    """
    stack = build_stack(network, seed)
    warm_up, width = network.dropout_warm_up, network.embedding_dim
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    state = keras.Input((stack.state_dim,), name="state")
    x = keras.layers.Embedding(vocabulary_size, width, name=EMBEDDING)(token_ids)
    # Named, because a grown model takes over what was learned weight by weight.
    x = ScheduledDropout(network.input_dropout, warm_up, seed=seed + 1, name="input_dropout")(x)
    x, after = stack(x, state, ops.not_equal(token_ids, 0))
    if network.tie_embeddings and network.hidden_dim != width:
        x = keras.layers.Dense(width, name=PROJECTION)(x)
    x = ScheduledDropout(network.dropout, warm_up, seed=seed + 2, name="output_dropout")(x)
    if not network.tie_embeddings:
        x = TokenOutput(vocabulary_size, name=OUTPUT)(x)
    inputs = {"token_ids": token_ids, "state": state}
    return keras.Model(inputs, {"features": x, "state": after}, name="language_model")


def following(core: keras.Model) -> Step:
    """The step function of a core, for the searches of `seqkit.decoding`.

    Args:
        core: made with `build_language_model_core`.

    Returns:
        A step; its state is `<float>[batch, beams, state_dim]`.

    Example:
        >>> from seqkit.decoding import sample
        >>> from seqkit.model.recurrent_core import first_state
        >>> core = build_language_model_core(30, LanguageModelNetwork(hidden_dim=4))
        >>> state = ops.expand_dims(first_state(core, 2), 1)
        >>> tuple(sample(following(core), state, seed=1, max_length=5).token_ids.shape)
        (2, 1, 5)
    """
    embedding, stack = core.get_layer(EMBEDDING), core.get_layer(RECURRENT)
    output = output_layer(core)
    tied = PROJECTION in {layer.name for layer in core.layers}

    def step(token_ids: Tensor, state: Tensor) -> StepResult:
        features, state = stack.step(embedding(token_ids), state)
        if tied:
            features = core.get_layer(PROJECTION)(features)
        return StepResult(token_logits(output, features), state)

    return step
