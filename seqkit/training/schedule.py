"""How long training goes on, and how fast."""

from __future__ import annotations

import keras

_LEAST_EPOCHS = 3


def epochs_within(max_steps: int, steps_of_epoch: int, *, most: int) -> int:
    """Fewer epochs of much data: as many as fit into some steps, but at least three.

    Args:
        max_steps: steps of the whole training, about.
        steps_of_epoch: steps of one epoch.
        most: never more epochs than this, even if that is less than three.

    Returns:
        The number of epochs.

    Example:
        >>> [epochs_within(1000, steps, most=8) for steps in (10, 200, 5000)]
        [8, 5, 3]
    """
    return min(most, max(_LEAST_EPOCHS, round(max_steps / max(1, steps_of_epoch))))


def warm_up_and_decay(
    learning_rate: float, steps_of_epoch: int, epochs: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """A rate that rises for a tenth of an epoch, then falls to zero as half a cosine.

    Args:
        learning_rate: the highest.
        steps_of_epoch: steps of one epoch.
        epochs: epochs of the whole training.

    Returns:
        The schedule for an optimizer.

    Source: Loshchilov and Hutter (2017), arXiv:1608.03983, without restarts.

    Example:
        >>> schedule = warm_up_and_decay(1.0, 100, 2)
        >>> [round(float(schedule(step)), 2) for step in (0, 10, 110, 210)]
        [0.1, 1.0, 0.5, 0.0]
    """
    return keras.optimizers.schedules.CosineDecay(
        learning_rate / 10,
        decay_steps=steps_of_epoch * epochs,
        warmup_target=learning_rate,
        warmup_steps=max(1, steps_of_epoch // 10),
    )
