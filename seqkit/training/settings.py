"""How long and how fast a model is trained; settings that every recipe has."""

from __future__ import annotations

import math
from dataclasses import dataclass

import keras

from seqkit.arguments import check_batch_size
from seqkit.training.schedule import epochs_within, warm_up_and_decay

# A step of few examples costs less and teaches nearly as much, while an epoch has few steps.
_STEPS_OF_EPOCH = 100
_FEWEST_EXAMPLES, _MOST_EXAMPLES = 8, 32
# Of a handful of rows, more passes teach no more.
_MOST_EPOCHS = 300


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how fast a model is trained.

    Attributes:
        epochs: the most passes over the training data.
        max_steps: fewer epochs, but at least three, where they would take more steps than this.
        min_steps: more epochs, at most 300, whatever `epochs` and `patience` are, where training
            would end after fewer steps than this (or than `max_steps`); the best epoch is kept all
            the same. A recipe follows `epochs` that are given without it.
        patience: epochs without improvement on validation data before training stops.
        batch_size: examples of a training step; None takes fewer of little data, a hundredth of
            all, from 8 to 32.
        learning_rate: the highest rate, reached after a tenth of the first epoch; it falls to zero.

    Raises:
        ValueError: `batch_size` is below 1.
    """

    epochs: int = 10
    max_steps: int = 12_000
    min_steps: int = 0
    patience: int = 3
    batch_size: int | None = 32
    learning_rate: float = 3e-3

    def __post_init__(self) -> None:
        if self.batch_size is not None:
            check_batch_size(self.batch_size)

    def batch_size_of(self, examples: int) -> int:
        """Examples of a training step.

        Args:
            examples: how many there are to train on.

        Returns:
            `batch_size` where it is given.

        Example:
            >>> [TrainingSettings(batch_size=None).batch_size_of(n) for n in (100, 1000, 9000)]
            [8, 10, 32]
        """
        if self.batch_size is not None:
            return self.batch_size
        return min(_MOST_EXAMPLES, max(_FEWEST_EXAMPLES, examples // _STEPS_OF_EPOCH))

    def epochs_of(self, steps_of_epoch: int) -> int:
        """The most epochs, by `epochs`, `max_steps` and `min_steps`.

        Args:
            steps_of_epoch: training steps of an epoch.

        Returns:
            The number of epochs.

        Example:
            >>> TrainingSettings(epochs=8, max_steps=1000).epochs_of(200)
            5
        """
        most = epochs_within(self.max_steps, steps_of_epoch, most=self.epochs)
        return max(most, self.fewest_epochs(steps_of_epoch))

    def fewest_epochs(self, steps_of_epoch: int) -> int:
        """The epochs before which training does not stop, by `min_steps`.

        Args:
            steps_of_epoch: training steps of an epoch.

        Returns:
            The number of epochs.

        Example:
            >>> settings = TrainingSettings(epochs=4, min_steps=300)
            >>> [(settings.fewest_epochs(n), settings.epochs_of(n)) for n in (4, 90, 900)]
            [(75, 75), (4, 4), (1, 4)]
        """
        steps = min(self.min_steps, self.max_steps)
        return min(_MOST_EPOCHS, math.ceil(steps / max(1, steps_of_epoch)))

    def schedule(self, steps_of_epoch: int) -> keras.optimizers.schedules.LearningRateSchedule:
        """The learning rate of each step, for an optimizer.

        Args:
            steps_of_epoch: training steps of an epoch.

        Returns:
            See `seqkit.training.warm_up_and_decay`.
        """
        epochs = self.epochs_of(steps_of_epoch)
        return warm_up_and_decay(self.learning_rate, steps_of_epoch, epochs)
