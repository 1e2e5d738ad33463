"""What a core has learned, taken over by a larger one."""

from __future__ import annotations

import keras
from keras import ops

# Layers whose weight has a row for each token of a vocabulary that may grow.
_ONE_ROW_A_TOKEN = ("embedding", "source_embedding", "target_embedding", "output")


def copy_weights(source: keras.Model, target: keras.Model, *, unk_id: int = 1) -> None:
    """Fills a core from one with fewer tokens or labels; what is new keeps its first values.

    Args:
        source: the smaller core.
        target: a core of the same configuration, with at least as many tokens and labels; changed
            in place. Its new tokens start where UNK is: that is how they were read until now.
        unk_id: id of the unknown token.

    Raises:
        ValueError: the two differ in more than the number of tokens and labels.
    """
    if [w.path for w in source.weights] != [w.path for w in target.weights]:
        raise ValueError("source and target have different layers; build both from one Config")
    for old, new in zip(source.weights, target.weights, strict=True):
        if len(old.shape) != len(new.shape) or any(
            a > b for a, b in zip(old.shape, new.shape, strict=True)
        ):
            raise ValueError(f"weight {old.path} shrinks from {old.shape} to {new.shape}")
        values = ops.convert_to_numpy(new).copy()
        if new.path.split("/")[0] in _ONE_ROW_A_TOKEN:
            values[:] = ops.convert_to_numpy(old)[unk_id]
        values[tuple(slice(size) for size in old.shape)] = ops.convert_to_numpy(old)
        new.assign(values)
