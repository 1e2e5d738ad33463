"""Small untrained models of music, pieces for them, and what their Python methods answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

# A chord, a rest, a note at either end of MIDI; and what is none.
PITCHES = [
    [[60, 64, 67], [-1, -1, -1], [0, 127, -1], [62, 62, 500]],
    [[48, -1, -1], [55, -9, -1], [-1, -1, -1], [-1, -1, -1]],
    [[-1, -1, -1]] * 4,
]
FRAMES = [4, 3, 0]


def small_frame_model(cell: str = "gru", seed: int = 3, pitch_hidden_dim: int = 0) -> Any:
    """A model whose answers are arbitrary but fixed, and not all of one kind."""
    import seqkit

    keras.utils.set_random_seed(4)
    sizes = {"num_components": 3, "embedding_dim": 5, "hidden_dim": 4, "num_layers": 2}
    sizes["pitch_hidden_dim"] = pitch_hidden_dim
    model = seqkit.FrameModel.build(**sizes, cell=cell, max_length=12)
    rng = np.random.default_rng(seed)
    for weight in model.core.trainable_variables:
        weight.assign(rng.normal(size=weight.shape, scale=0.8))
    if pitch_hidden_dim:  # the more pitches sound, the longer it takes to draw them
        layer = model.core.get_layer("pitch_logits")
        layer.bias.assign(layer.bias - 6)
    return model


def continued(model: Any, inputs: Mapping[str, list]) -> Mapping[str, list]:
    """Each row by itself: the arguments of the method are the same for all prompts."""
    rows = []
    for pitches, frames, length, temperature, seed in zip(*inputs.values(), strict=True):
        prompt = [[p for p in frame if 0 <= p < 128] for frame in pitches[:frames]]
        rows += model.generate([prompt], length, temperature, seed)
    voices = max(len(frame) for row in rows for frame in row)
    longest = max(map(len, rows))
    padded = [[*row, *[()] * (longest - len(row))] for row in rows]
    return {
        "pitches": [[[*f, *[-1] * (voices - len(f))] for f in row] for row in padded],
        "frames": [len(row) for row in rows],
        "error": [""] * len(rows),
    }


def music_cases(case: Callable[..., Any]) -> list[Any]:
    """A `ServableCase` of each kind of model of frames."""
    pieces = {"pitches": PITCHES, "frames": FRAMES}
    wishes = {"length": [5, 2, 4], "temperature": [1.0, 0.0, 0.5]}
    # Numbers that TensorFlow would take for 32 bits are given as what the signature wants.
    seeds = np.array([7, -1, 1 << 40], np.int64)
    state = np.linspace(-1, 1, 3 * 8, dtype="float32").reshape(3, 8)
    inputs = {
        "serving_default": {**pieces, **wishes, "seed": seeds},
        "scores": pieces,
        "step": {"pitches": [row[0] for row in PITCHES], "state": state},
    }
    step = {**inputs["step"], "temperature": [1.0, 0.0, 0.5], "seed": seeds}
    return [
        case("FrameModel", small_frame_model, inputs, continued),
        case(
            "FrameModel_pitches_below",
            lambda: small_frame_model(pitch_hidden_dim=3),
            inputs | {"draw": step},
            continued,
        ),
    ]
