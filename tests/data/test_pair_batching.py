from __future__ import annotations

import numpy as np
import pytest

from seqkit.data.pair_batching import pair_batches

RNG = np.random.default_rng(0)
SOURCE = RNG.integers(1, 40, 5_000)
TARGET = np.maximum(1, SOURCE + RNG.integers(-5, 6, 5_000))


def batches(epoch=0, **arguments):
    return pair_batches(
        SOURCE, TARGET, **({"batch_size": 64, "seed": 3, "epoch": epoch} | arguments)
    )


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_pair_comes_once(shuffle):
    found = np.concatenate(batches(shuffle=shuffle))
    np.testing.assert_array_equal(np.sort(found), np.arange(len(SOURCE)))


def test_little_of_a_batch_is_padding():
    found = batches()
    for lengths, most in ((TARGET, 0.05), (SOURCE, 0.2)):
        padded = sum(len(rows) * lengths[rows].max() for rows in found)
        assert 1 - lengths.sum() / padded < most


def test_the_order_follows_from_seed_and_epoch():
    def flat(**arguments):
        return np.concatenate(batches(**arguments)).tolist()

    assert flat() == flat()
    assert flat() != flat(epoch=1) != flat(epoch=2)
    assert flat() != flat(seed=4)


def test_epochs_put_others_together():
    first, second = ({frozenset(rows.tolist()) for rows in batches(epoch)} for epoch in (0, 1))
    assert not first & second


def test_arguments_are_checked():
    assert pair_batches([], [], batch_size=2, seed=0, epoch=0) == []
    with pytest.raises(ValueError, match="batch_size=0"):
        batches(batch_size=0)
    with pytest.raises(ValueError, match="target_lengths"):
        pair_batches([1, 2], [1], batch_size=2, seed=0, epoch=0)
