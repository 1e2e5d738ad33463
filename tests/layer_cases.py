"""A case for every layer: how `contracts.py` gets small ones to try its promises on.

Nothing here imports TensorFlow, since layers are also tried where it is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tests.asked_layers import asked, asked_crf, asked_decoder

BATCH, LENGTH, DIM = 4, 5, 3
NUM_IDS = 12


@dataclass(frozen=True)
class LayerCase:
    """A layer, made anew for each promise.

    Attributes:
        name: unique; begins with the class's name.
        make: makes the layer with small sizes.
        reads: "vectors" with a padding mask, padded "ids", or the padded "letters" of words.
        empty_row_is_zero: whether a row that is all padding gives zeros, or only finite values.
        random: whether training=True draws random numbers.
        compiles: whether XLA compiles a training step on TensorFlow.
    """

    name: str
    make: Callable[[], keras.layers.Layer]
    reads: str
    empty_row_is_zero: bool = True
    random: bool = False
    compiles: bool = True

    def inputs(self, extra: int = 0) -> dict[str, np.ndarray]:
        """Right-padded inputs of lengths 5, 3, 1 and 0, with more padding if asked."""
        rng = np.random.default_rng(3)
        mask = np.arange(LENGTH + extra) < np.array([5, 3, 1, 0])[:, np.newaxis]
        if self.reads == "letters":
            letters = rng.integers(1, NUM_IDS, (BATCH, LENGTH, DIM)) * mask[:, :LENGTH, None]
            letters[:, 1, 1:] = 0  # a word of one letter
            padded = np.pad(letters, [(0, 0), (0, extra), (0, extra)])
            return {"letters": padded.astype("int32")}
        if self.reads == "ids":
            ids = np.pad(rng.integers(4, NUM_IDS, (BATCH, LENGTH)), [(0, 0), (0, extra)])
            return {"ids": np.where(mask, ids, 0).astype("int32")}
        # What stands at padding is not zero: a layer must not look at it.
        vectors = np.full((BATCH, LENGTH + extra, DIM), 0.7 + extra, "float32")
        vectors[:, :LENGTH] = rng.normal(size=(BATCH, LENGTH, DIM))
        vectors[~mask] = 0.7 + extra
        return {"vectors": vectors, "padding_mask": mask}


def layer_cases() -> list[LayerCase]:
    """Every layer, in each of its ways of working."""
    from seqkit import layers

    def encoder(**arguments: Any) -> Callable[[], keras.layers.Layer]:
        return lambda: layers.RecurrentEncoder(4, **arguments)

    def pooling(mode: str) -> Callable[[], keras.layers.Layer]:
        return lambda: layers.Pooling(mode)

    recurrent = {
        "RecurrentEncoder_gru": {"cell": "gru"},
        "RecurrentEncoder_lstm": {"cell": "lstm"},
        "RecurrentEncoder_simple_rnn": {"cell": "simple_rnn"},
        "RecurrentEncoder_forward_only": {"bidirectional": False},
        "RecurrentEncoder_stacked_residual": {"num_layers": 3, "residual": True, "cell": "lstm"},
        "RecurrentEncoder_with_state": {"return_state": True, "num_layers": 2},
    }
    dropping: dict[str, dict[str, Any]] = {
        "RecurrentStack": {
            "hidden_dim": 3,
            "num_layers": 2,
            "dropout": 0.3,
            "recurrent_dropout": 0.3,
        },
        "ScheduledDropout": {"rate": 0.3},
        "PitchesBelow": {"hidden_dim": 3, "reach": 2, "reach_before": 1, "dropout": 0.3},
    }
    return [
        *(
            LayerCase(name, encoder(**arguments), "vectors")
            for name, arguments in recurrent.items()
        ),
        LayerCase(
            "RecurrentEncoder_dropout",
            encoder(dropout=0.3, recurrent_dropout=0.3, seed=5),
            "vectors",
            random=True,
        ),
        *(
            LayerCase(f"Pooling_{mode}", pooling(mode), "vectors")
            for mode in ("last", "mean", "max", "attention")
        ),
        LayerCase("WordDropout", lambda: layers.WordDropout(0.5, seed=5), "ids", random=True),
        LayerCase(
            "BagOfNGrams",
            lambda: layers.BagOfNGrams(NUM_IDS, 2, dropout=0.5, seed=5),
            "ids",
            empty_row_is_zero=False,  # its bias is what it knows of a text without n-grams
            random=True,
        ),
        LayerCase(
            "TfidfNGrams",
            lambda: layers.TfidfNGrams(NUM_IDS, 2, dropout=0.5, seed=5),
            "ids",
            empty_row_is_zero=False,  # as that of BagOfNGrams
            random=True,
        ),
        LayerCase(
            "CharacterConvolution",
            lambda: layers.CharacterConvolution(NUM_IDS, 3, 4, dropout=0.3, seed=5),
            "letters",
            random=True,
        ),
        LayerCase("LinearChainCRF", lambda: asked_crf(False), "vectors"),
        LayerCase("LinearChainCRF_constrained", lambda: asked_crf(True), "vectors"),
        LayerCase(
            "RecurrentDecoder_lstm",
            lambda: asked_decoder(cell="lstm", attention="additive", num_layers=2),
            "vectors",
        ),
        LayerCase(
            "RecurrentDecoder_dropout",
            lambda: asked_decoder(num_layers=2, dropout=0.3, recurrent_dropout=0.3, seed=5),
            "vectors",
            random=True,
        ),
        LayerCase(
            "RecurrentDecoder_input_feeding",
            lambda: asked_decoder(num_layers=2, input_feeding=True, dropout=0.3, seed=5),
            "vectors",
            random=True,
            compiles=False,
        ),
        *(
            LayerCase(
                f"SourceAttention_{score}",
                lambda score=score: asked("SourceAttention", score),
                "vectors",
            )
            for score in ("dot", "scaled_dot", "additive")
        ),
        LayerCase("GridPositions", lambda: asked("GridPositions", 0.5, 5), "vectors"),
        LayerCase("TokenOutput", lambda: asked("TokenOutput", 7), "vectors"),
        *(
            LayerCase(
                name,
                lambda name=name, given=given: asked(name, **given, seed=5),
                "vectors",
                random=True,
            )
            for name, given in dropping.items()
        ),
    ]
