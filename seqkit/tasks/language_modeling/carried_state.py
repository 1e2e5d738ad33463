"""A language model's core for training: with the state of the window before, or without."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqkit.model.recurrent_core import first_state, state_dim

Tensor = Any


class CarriedState(keras.Model):
    """Reads windows of a stream, each from the state after the one before.

    Args:
        core: made with `build_language_model_core`.
        batch_size: rows of every batch.

    Example:
        >>> import numpy as np
        >>> from seqkit.tasks.language_modeling import network
        >>> sizes = network.LanguageModelNetwork(hidden_dim=4)
        >>> core = network.build_language_model_core(9, sizes)
        >>> model = CarriedState(core, batch_size=1)
        >>> window = {"token_ids": np.array([[2, 5, 6]]), "begins": np.array([True])}
        >>> tuple(model(window).shape), bool(np.any(model.state.numpy()))
        ((1, 3, 4), True)
    """

    def __init__(self, core: keras.Model, batch_size: int) -> None:
        super().__init__(name="carried_state")
        self.core = core
        self.state = self.add_weight(
            name="state",
            shape=(batch_size, state_dim(core)),
            initializer="zeros",
            trainable=False,
        )
        self.built = True

    def call(self, inputs: dict[str, Tensor], training: bool | None = None) -> Tensor:
        """Reads a window.

        Args:
            inputs: `token_ids` `<int32>[batch, window]`, and `begins` `<bool>[batch]`, whether a
                row begins anew.
            training: whether dropout is applied.

        Returns:
            `<float>[batch, window, dim]`, features of what comes next.
        """
        begins = ops.expand_dims(inputs["begins"], -1)
        state = ops.where(begins, ops.zeros_like(self.state), self.state)
        outputs = self.core({"token_ids": inputs["token_ids"], "state": state}, training=training)
        self.state.assign(outputs["state"])
        return outputs["features"]


class FromBeginning(keras.Model):
    """Reads rows that each begin anew.

    Args:
        core: made with `build_language_model_core`.
    """

    def __init__(self, core: keras.Model) -> None:
        super().__init__(name="from_beginning")
        self.core = core
        self.built = True

    def call(self, token_ids: Tensor, training: bool | None = None) -> Tensor:
        """Reads `<int32>[batch, length]` and gives features `<float>[batch, length, dim]`."""
        state = first_state(self.core, ops.shape(token_ids)[0])
        return self.core({"token_ids": token_ids, "state": state}, training=training)["features"]
