import pytest
import tensorflow as tf

from seqkit.training.streaming import streamed


def test_each_epoch_asks_for_its_batches_anew():
    epochs = []

    def batches():
        epochs.append(len(epochs))
        yield from ([epochs[-1], i] for i in range(3))

    dataset = streamed(batches, tf.TensorSpec([2], tf.int32), 3)
    assert [batch.numpy().tolist() for batch in dataset] == [[0, 0], [0, 1], [0, 2]]
    assert [batch.numpy().tolist() for batch in dataset] == [[1, 0], [1, 1], [1, 2]]
    assert dataset.cardinality().numpy() == 3


def test_nothing_is_tuned_since_the_end_of_an_epoch_would_wait_for_the_tuner():
    dataset = streamed(lambda: range(2), tf.TensorSpec([], tf.int32), 2)
    assert dataset.options().autotune.enabled is False


def test_a_batch_of_another_shape_is_an_error():
    dataset = streamed(lambda: [[1, 2, 3]], tf.TensorSpec([2], tf.int32), 1)
    with pytest.raises(tf.errors.InvalidArgumentError):
        list(dataset)
