"""The network of a model of frames: after each frame it predicts the pitches of the next."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import keras
from keras import ops

from seqkit.model.recurrent_core import RECURRENT, build_stack

NUM_PITCHES = 128
FRAMES_BELOW, PITCH_LOGITS = "chord_vector", "pitch_logits"

Tensor = Any


@dataclasses.dataclass(frozen=True)
class FrameNetwork:
    """Sizes of the network.

    Attributes:
        num_components: components of the mixture that a frame is drawn from; with a single one, the
            pitches of a frame are independent of each other.
        embedding_dim: size of a frame's vector.
        hidden_dim: units of each recurrent layer.
        num_layers: recurrent layers on top of each other.
        cell: kind of recurrent cell.
        input_dropout: share of the pitches that are dropped from the input in training.
        dropout: share of each recurrent layer's outputs dropped in training.
        recurrent_dropout: share of each recurrent state dropped, the same values at every step.
    """

    num_components: int = 8
    embedding_dim: int = 128
    hidden_dim: int = 256
    num_layers: int = 2
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    input_dropout: float = 0.2
    dropout: float = 0.3
    recurrent_dropout: float = 0.0


def build_frame_core(network: FrameNetwork = FrameNetwork(), *, seed: int = 0) -> keras.Model:
    """Builds a network that continues from a state: it predicts the next frame after each it reads.

    A frame is drawn from one of several components, each with a probability of its own for every
    pitch: a mixture. With a single one, pitches are independent of each other, given the past.

    Args:
        network: sizes.
        seed: seed of all dropout.

    Returns:
        A model of `{"frames": <float>[batch, length, 128], "state": <float>[batch, state_dim]}`, 1
        for each pitch that sounds, frames of padding on the right -1 in all pitches, and zeros at
        the beginning, to `{"logits": <float32>[batch, length, num_components, 129], "state":
        <float>[batch, state_dim]}`: for the frame after each, as `seqkit.losses.FrameCrossEntropy`
        takes them, the logit of each pitch and, last, of the component; and the state after the
        last frame.

    Raises:
        ValueError: a size or a rate is out of its range, or the cell is unknown.

    Example:
        >>> from seqkit.model.recurrent_core import first_state
        >>> core = build_frame_core(FrameNetwork(embedding_dim=4, hidden_dim=3))
        >>> frames = ops.zeros((2, 5, 128))
        >>> outputs = core({"frames": frames, "state": first_state(core, 2)})
        >>> tuple(outputs["logits"].shape), tuple(outputs["state"].shape)
        ((2, 5, 8, 129), (2, 6))

    Sources: Boulanger-Lewandowski, Bengio and Vincent (2012), arXiv:1206.6392, section 3 ("RNN");
    mixtures as outputs of a recurrent network, Graves (2013), arXiv:1308.0850, section 4.1.
    """
    num_components = network.num_components
    if num_components < 1:
        raise ValueError(f"num_components must be at least 1, got {num_components}")
    stack = build_stack(network, seed)
    frames = keras.Input((None, NUM_PITCHES), name="frames")
    state = keras.Input((stack.state_dim,), name="state")
    # Padding is -1: to the layers it is silence, and the mask leaves it out of the state.
    sounding = ops.maximum(frames, 0)
    sounding = keras.layers.Dropout(network.input_dropout, seed=seed + 1)(sounding)
    vectors = keras.layers.Dense(network.embedding_dim, name=FRAMES_BELOW)(sounding)
    features, after = stack(vectors, state, ops.greater_equal(frames[..., 0], 0))
    features = keras.layers.Dropout(network.dropout, seed=seed + 2)(features)
    # In float32 even where the rest is not: likelihoods are computed from these.
    width = num_components * (NUM_PITCHES + 1)
    logits = keras.layers.Dense(width, name=PITCH_LOGITS, dtype="float32")(features)
    shape = (-1, num_components, NUM_PITCHES + 1)
    # [batch, length, components, 129]
    logits = keras.layers.Reshape(shape, dtype="float32")(logits)
    inputs = {"frames": frames, "state": state}
    return keras.Model(inputs, {"logits": logits, "state": after}, name="frame_model")


def frame_step(core: keras.Model, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """Reads one frame, as the core does.

    Args:
        core: made with `build_frame_core`.
        frames: `<float>[batch, 128]` of 0 and 1.
        state: `<float>[batch, state_dim]`.

    Returns:
        `<float32>[batch, num_components, 129]`, logits of the next frame, and `<float>[batch,
        state_dim]`.
    """
    vectors = core.get_layer(FRAMES_BELOW)(frames)
    features, state = core.get_layer(RECURRENT).step(vectors, state)
    logits = core.get_layer(PITCH_LOGITS)(features)
    num_components = logits.shape[-1] // (NUM_PITCHES + 1)
    # [batch, components, 129]
    return ops.reshape(logits, (-1, num_components, NUM_PITCHES + 1)), state
