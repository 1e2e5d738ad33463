"""What the batches of all tasks share: an epoch's plan, streamed to Keras as it is made."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow as tf

from seqkit.arguments import check_batch_size
from seqkit.training.streaming import streamed


class EpochBatches(abc.ABC):
    """An epoch's batches as a `tf.data.Dataset`, in an order that depends on seed and epoch alone.

    Args:
        batch_size: rows of a batch.
        seed: with the epoch's number decides the order.

    Attributes:
        epoch: the epoch whose batches the next iteration gives; whoever trains sets it.

    Raises:
        ValueError: `batch_size` is below 1.

    Example:
        >>> class Numbers(EpochBatches):
        ...     def plan(self):
        ...         return [[self.epoch], [self.epoch + 1]]
        ...     def batch(self, part):
        ...         return part
        ...     def signature(self):
        ...         return tf.TensorSpec([None], tf.int32)
        >>> numbers = Numbers(batch_size=1, seed=0)
        >>> numbers.epoch = 3
        >>> [batch.numpy().tolist() for batch in numbers.dataset()]
        [[3], [4]]
    """

    def __init__(self, *, batch_size: int, seed: int) -> None:
        check_batch_size(batch_size)
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0

    @abc.abstractmethod
    def plan(self) -> Sequence[Any]:
        """What each batch of the epoch `self.epoch` is made of; as many in every epoch."""

    @abc.abstractmethod
    def batch(self, part: Any) -> Any:
        """Makes a batch of one item of the plan."""

    @abc.abstractmethod
    def signature(self) -> Any:
        """A nest of `tf.TensorSpec` like each batch."""

    def __len__(self) -> int:
        return len(self.plan())

    def dataset(self) -> tf.data.Dataset:
        """The batches of an epoch, made while the model computes.

        Returns:
            A data set that iterates over the epoch `self.epoch`.
        """

        def batches() -> Iterator[Any]:
            yield from map(self.batch, self.plan())

        return streamed(batches, self.signature(), len(self))
