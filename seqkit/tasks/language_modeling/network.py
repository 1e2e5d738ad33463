"""The network of a language model: it reads tokens and says, after each, what comes next."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.decoding import Step, StepResult
from seqkit.layers import RecurrentStack, ScheduledDropout, TokenOutput, token_logits
from seqkit.model.next_token import EMBEDDING, OUTPUT, output_layer

RECURRENT, PROJECTION = "recurrent", "projection"

Tensor = Any


def build_language_model_core(
    vocabulary_size: int,
    *,
    embedding_dim: int = 64,
    hidden_dim: int = 512,
    num_layers: int = 1,
    cell: str = "lstm",
    tie_embeddings: bool = False,
    input_dropout: float = 0.0,
    dropout: float = 0.0,
    dropout_warm_up: int = 0,
    recurrent_dropout: float = 0.0,
    seed: int = 0,
) -> keras.Model:
    """Builds a network that reads tokens, from a state, and gives the next one after each.

    Args:
        vocabulary_size: number of ids, the special ones included.
        embedding_dim: size of a token's vector.
        hidden_dim: units of each recurrent layer.
        num_layers: recurrent layers.
        cell: `"lstm"`, `"gru"` or `"simple_rnn"`.
        tie_embeddings: whether a token's vector is also what its probability is made from; features
            then are brought to its width.
        input_dropout: share of the values of tokens' vectors dropped in training.
        dropout: share of each recurrent layer's outputs dropped in training.
        dropout_warm_up: steps of training after which both shares are reached; between recurrent
            layers the share is the same from the beginning.
        recurrent_dropout: share of each recurrent state dropped, the same at every step.
        seed: seed of all dropout.

    Returns:
        A model of `{"token_ids": <int32>[batch, length], "state": <float>[batch, state_dim]}`, BOS
        and tokens, padded on the right with 0, and zeros at a beginning, to `{"features":
        <float>[batch, length, dim], "state": <float>[batch, state_dim]}`, what the next token's
        probability is made from (`output_layer` has the vectors to compare with) and the state
        after the last token.

    Raises:
        ValueError: a size or a rate is out of its range, or the cell is unknown.

    Example:
        >>> core = build_language_model_core(30, embedding_dim=6, hidden_dim=4)
        >>> token_ids = ops.convert_to_tensor([[2, 5, 9], [2, 7, 0]])
        >>> found = core({"token_ids": token_ids, "state": first_state(core, 2)})
        >>> tuple(found["features"].shape), tuple(found["state"].shape)
        ((2, 3, 4), (2, 8))

    Sources: Mikolov et al. (2010), "Recurrent neural network based language model"; dropout between
    layers, Zaremba et al. (2014), arXiv:1409.2329; tied vectors, Press and Wolf (2017),
    arXiv:1608.05859.
    """
    stack = RecurrentStack(
        hidden_dim,
        num_layers,
        cell,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        seed=seed,
        name=RECURRENT,
    )
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    state = keras.Input((stack.state_dim,), name="state")
    x = keras.layers.Embedding(vocabulary_size, embedding_dim, name=EMBEDDING)(token_ids)
    # By name: what is learned is taken over by a grown model, weight by weight.
    x = ScheduledDropout(input_dropout, dropout_warm_up, seed=seed + 1, name="input_dropout")(x)
    x, after = stack(x, state, ops.not_equal(token_ids, 0))
    if tie_embeddings and hidden_dim != embedding_dim:
        x = keras.layers.Dense(embedding_dim, name=PROJECTION)(x)
    x = ScheduledDropout(dropout, dropout_warm_up, seed=seed + 2, name="output_dropout")(x)
    if not tie_embeddings:
        x = TokenOutput(vocabulary_size, name=OUTPUT)(x)
    inputs = {"token_ids": token_ids, "state": state}
    return keras.Model(inputs, {"features": x, "state": after}, name="language_model")


def state_dim(core: keras.Model) -> int:
    """Width of the state of a language model's core."""
    return core.get_layer(RECURRENT).state_dim


def first_state(core: keras.Model, batch: Any) -> Tensor:
    """Gives the state at a beginning, zeros `<float>[batch, state_dim]`."""
    return ops.zeros((batch, state_dim(core)), core.compute_dtype)


def following(core: keras.Model) -> Step:
    """Gives the step function that the searches of `seqkit.decoding` follow.

    Args:
        core: made with `build_language_model_core`.

    Returns:
        A step; its state is `<float>[batch, beams, state_dim]`.

    Example:
        >>> from seqkit.decoding import sample
        >>> core = build_language_model_core(30, embedding_dim=6, hidden_dim=4)
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
