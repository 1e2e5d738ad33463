"""The layer whose weights a loss uses."""

from __future__ import annotations

from typing import Any

import keras


def layer_of(loss: Any) -> keras.layers.Layer:
    """Gives the layer of a loss.

    Raises:
        ValueError: the loss was loaded from a file, which does not keep the layer: Keras would
            make a second one, and training would not reach the model's.
    """
    if loss.layer is None:
        raise ValueError(
            "layer is None, since the loss was loaded from a file; compile the model again with "
            f"{type(loss).__name__}(model.get_layer(...))"
        )
    return loss.layer
