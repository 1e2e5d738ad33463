"""The recurrent part of a core that reads on from a state: of tokens, or of frames of music."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.layers import RecurrentStack

RECURRENT = "recurrent"

Tensor = Any


def build_stack(network: Any, seed: int) -> RecurrentStack:
    """Builds the recurrent layers of a core.

    Args:
        network: has the sizes `hidden_dim`, `num_layers`, `cell`, `dropout` and
            `recurrent_dropout`.
        seed: seed of their dropout.

    Returns:
        The layer, named as the functions here look for it.
    """
    return RecurrentStack(
        network.hidden_dim,
        network.num_layers,
        network.cell,
        dropout=network.dropout,
        recurrent_dropout=network.recurrent_dropout,
        seed=seed,
        name=RECURRENT,
    )


def state_dim(core: keras.Model) -> int:
    """The size of the state of a core."""
    return core.get_layer(RECURRENT).state_dim


def first_state(core: keras.Model, batch: Any) -> Tensor:
    """The state at the beginning of a text or piece, zeros `<float>[batch, state_dim]`."""
    return ops.zeros((batch, state_dim(core)), core.compute_dtype)
