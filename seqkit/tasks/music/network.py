"""The network of a model of frames: after each frame it predicts the pitches of the next."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, NamedTuple

import keras
from keras import ops

from seqkit.layers.pitches_below import PitchesBelow
from seqkit.model.recurrent_core import RECURRENT, build_stack

NUM_PITCHES = 128
FRAMES_BELOW, PITCH_LOGITS = "chord_vector", "pitch_logits"
PITCHES_BELOW, EACH_PITCH = "pitches_below", "each_pitch"

Tensor = Any


@dataclasses.dataclass(frozen=True)
class FrameNetwork:
    """Sizes of the network.

    Attributes:
        num_components: components of the mixture that a frame is drawn from.
        pitch_hidden_dim: hidden units of each pitch, through which the pitches below it in the same
            frame decide too, see `seqkit.layers.pitches_below`; with 0 they do not, and with a
            single component the pitches of a frame are independent of each other.
        embedding_dim: size of a frame's vector.
        hidden_dim: units of each recurrent layer.
        num_layers: recurrent layers on top of each other.
        cell: kind of recurrent cell.
        input_dropout: share of the pitches that are dropped from the input in training.
        dropout: share of each recurrent layer's outputs dropped in training.
        recurrent_dropout: share of each recurrent state dropped, the same values at every step.
        pitch_dropout: share of the hidden units of each pitch dropped in training.
    """

    num_components: int = 1
    pitch_hidden_dim: int = 64
    embedding_dim: int = 128
    hidden_dim: int = 128
    num_layers: int = 1
    cell: Literal["gru", "lstm", "simple_rnn"] = "gru"
    input_dropout: float = 0.2
    dropout: float = 0.3
    recurrent_dropout: float = 0.0
    pitch_dropout: float = 0.1


def build_frame_core(network: FrameNetwork = FrameNetwork(), *, seed: int = 0) -> keras.Model:
    """Builds a network that continues from a state: it predicts the next frame after each it reads.

    A frame is drawn from one of several components, each with a logit for every pitch: a mixture.
    The pitches below a pitch, in the same frame, add a term to its logit in all components.

    Args:
        network: sizes.
        seed: seed of all dropout.

    Returns:
        A model of `{"frames": <float>[batch, length, 128], "following": the same, "state":
        <float>[batch, state_dim]}`, 1 for each pitch that sounds, frames of padding on the right -1
        in all pitches, the frame that follows each, and zeros at the beginning, to `{"logits":
        <float32>[batch, length, num_components, 129], "alone": <float32>[batch, length, 1, 129],
        "state": <float>[batch, state_dim]}`: for the frame after each, as
        `seqkit.losses.FrameCrossEntropy` takes them, the logit of each pitch given those below it
        and, last, of the component; those of each pitch by itself, as a mixture of one component;
        and the state after the last frame. Without `pitch_hidden_dim`, `following` and `alone` are
        not there: the components give the probability of each pitch by itself.

    Raises:
        ValueError: a size or a rate is out of its range, or the cell is unknown.

    Example:
        >>> from seqkit.model.recurrent_core import first_state
        >>> core = build_frame_core(FrameNetwork(embedding_dim=4, hidden_dim=3))
        >>> frames = ops.zeros((2, 5, 128))
        >>> state = first_state(core, 2)
        >>> outputs = core({"frames": frames, "following": frames, "state": state})
        >>> tuple(outputs["logits"].shape), tuple(outputs["state"].shape)
        ((2, 5, 1, 129), (2, 3))

    Sources: Boulanger-Lewandowski, Bengio and Vincent (2012), arXiv:1206.6392, sections 3 ("RNN")
    and 5 ("RNN-NADE"); mixtures as outputs of a recurrent network, Graves (2013), arXiv:1308.0850,
    section 4.1.
    """
    if network.num_components < 1:
        raise ValueError(f"num_components must be at least 1, got {network.num_components}")
    if network.pitch_hidden_dim < 0:
        raise ValueError(f"pitch_hidden_dim must be at least 0, got {network.pitch_hidden_dim}")
    stack = build_stack(network, seed)
    frames = keras.Input((None, NUM_PITCHES), name="frames")
    state = keras.Input((stack.state_dim,), name="state")
    # Padding is -1: to the layers it is silence, and the mask leaves it out of the state.
    sounding = ops.maximum(frames, 0)
    sounding = keras.layers.Dropout(network.input_dropout, seed=seed + 1)(sounding)
    vectors = keras.layers.Dense(network.embedding_dim, name=FRAMES_BELOW)(sounding)
    features, after = stack(vectors, state, ops.greater_equal(frames[..., 0], 0))
    features = keras.layers.Dropout(network.dropout, seed=seed + 2)(features)
    logits = _mixture(features, network.num_components, PITCH_LOGITS)
    inputs = {"frames": frames, "state": state}
    outputs = {"logits": logits, "state": after}
    if network.pitch_hidden_dim:
        inputs["following"] = keras.Input((None, NUM_PITCHES), name="following")
        layer = PitchesBelow(
            network.pitch_hidden_dim,
            dropout=network.pitch_dropout,
            seed=seed + 3,
            name=PITCHES_BELOW,
            dtype="float32",
        )
        terms = layer(features, sounding, ops.maximum(inputs["following"], 0))
        # Nothing is added to the logits of components. [batch, length, 1, 129]
        terms = ops.expand_dims(ops.pad(terms, ((0, 0), (0, 0), (0, 1))), 2)
        outputs["logits"] = logits + terms
        outputs["alone"] = _mixture(features, 1, EACH_PITCH, kernel_initializer="zeros")
    return keras.Model(inputs, outputs, name="frame_model")


def _mixture(features: Tensor, num_components: int, name: str, **initial: Any) -> Tensor:
    """The logits of a mixture, `<float32>[batch, length, components, 129]`."""
    # In float32 even where the rest is not: likelihoods are computed from these.
    width = num_components * (NUM_PITCHES + 1)
    logits = keras.layers.Dense(width, name=name, dtype="float32", **initial)(features)
    return keras.layers.Reshape((-1, num_components, NUM_PITCHES + 1), dtype="float32")(logits)


class NextFrame(NamedTuple):
    """What is known of the next frame.

    Attributes:
        logits: `<float32>[batch, components, 129]`, without what the pitches below add.
        alone: `<float32>[batch, components, 129]`, a mixture for the probability of each pitch by
            itself.
        context: `<float32>[batch, 128, pitch_hidden_dim]`, what each pitch's hidden units receive
            from the past; `[batch, 128, 0]` where the pitches below add nothing.
    """

    logits: Tensor
    alone: Tensor
    context: Tensor


def frame_step(core: keras.Model, frames: Tensor, state: Tensor) -> tuple[NextFrame, Tensor]:
    """Reads one frame, as the core does.

    Args:
        core: made with `build_frame_core`.
        frames: `<float>[batch, 128]` of 0 and 1.
        state: `<float>[batch, state_dim]`.

    Returns:
        What is known of the next frame, and `<float>[batch, state_dim]`.
    """
    vectors = core.get_layer(FRAMES_BELOW)(frames)
    features, state = core.get_layer(RECURRENT).step(vectors, state)

    def mixture(name: str) -> Tensor:
        logits = core.get_layer(name)(features)
        # [batch, components, 129]
        return ops.reshape(logits, (-1, logits.shape[-1] // (NUM_PITCHES + 1), NUM_PITCHES + 1))

    logits, layer = mixture(PITCH_LOGITS), pitches_below(core)
    if layer is None:
        nothing = ops.zeros((ops.shape(logits)[0], NUM_PITCHES, 0))
        return NextFrame(logits, logits, nothing), state
    context = layer.context(*(ops.expand_dims(x, 1) for x in (features, frames)))[:, 0]
    return NextFrame(logits, mixture(EACH_PITCH), context), state


def pitches_below(core: keras.Model) -> PitchesBelow | None:
    """The layer through which the pitches below decide; None in a core without it."""
    return core.get_layer(PITCHES_BELOW) if "alone" in core.output else None
