from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.data import bucket_batches, default_boundaries
from seqkit.data.batching import pair_batches

_random = np.random.default_rng(0)
SOURCES = _random.integers(1, 40, 5_000)
TARGETS = np.maximum(1, SOURCES + _random.integers(-5, 6, 5_000))


def padding(lengths, batches) -> float:
    computed = sum(len(batch.indices) * batch.length for batch in batches)
    return 1 - np.maximum(lengths, 1).sum() / computed


@settings(max_examples=200, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 300), max_size=200),
    batch_size=st.integers(1, 17),
    shuffle=st.booleans(),
)
def test_every_row_comes_once_and_fits(lengths: list[int], batch_size: int, shuffle: bool):
    batches = bucket_batches(lengths, batch_size=batch_size, seed=0, epoch=0, shuffle=shuffle)
    indices = [int(i) for batch in batches for i in batch.indices]
    assert sorted(indices) == list(range(len(lengths)))
    assert all(lengths[i] <= batch.length for batch in batches for i in batch.indices)
    assert all(batch.length >= 1 for batch in batches)
    sizes = sorted(len(batch.indices) for batch in batches)
    assert sizes[1:] == [batch_size] * (len(sizes) - 1)
    edges = set(default_boundaries(lengths).tolist())
    assert {batch.length for batch in batches} <= edges
    assert len(edges) <= 12


@pytest.mark.parametrize(
    ("name", "most"), [("reviews", 0.10), ("words", 0.10), ("long tail", 0.18), ("even", 0.10)]
)
def test_little_is_padded(name: str, most: float):
    generator = np.random.default_rng(0)
    lengths = {
        "reviews": generator.lognormal(5.3, 0.45, 20_000).astype(int),
        "words": generator.poisson(generator.gamma(3, 4, 20_000)),
        "long tail": generator.lognormal(5, 0.8, 20_000).astype(int),
        "even": generator.integers(0, 500, 20_000),
    }[name]
    batches = bucket_batches(lengths, batch_size=32, seed=0, epoch=0)
    assert padding(lengths, batches) < most


def test_order_depends_on_seed_and_epoch_alone():
    lengths = np.random.default_rng(0).integers(1, 50, 500)

    def order(seed: int, epoch: int) -> list:
        np.random.seed(epoch)
        batches = bucket_batches(lengths, batch_size=8, seed=seed, epoch=epoch)
        return [(batch.indices.tolist(), batch.length) for batch in batches]

    assert order(1, 2) == order(1, 2)
    assert order(1, 2) != order(1, 3)
    assert order(1, 2) != order(2, 2)


def test_members_and_batches_are_both_shuffled():
    lengths = np.repeat([10, 20], 320)
    one, other = (bucket_batches(lengths, batch_size=32, seed=0, epoch=i) for i in (0, 1))
    assert {tuple(sorted(b.indices)) for b in one} != {tuple(sorted(b.indices)) for b in other}
    assert [b.length for b in one] != sorted(b.length for b in one)
    assert [b.length for b in one] != [b.length for b in other]


def test_in_order_of_length_without_shuffling():
    lengths = [5, 1, 9, 1, 7]
    batches = bucket_batches(lengths, batch_size=2, seed=0, epoch=0, shuffle=False)
    assert [i for batch in batches for i in batch.indices] == [1, 3, 0, 4, 2]


def test_given_boundaries_are_the_lengths():
    batches = bucket_batches([1, 3, 8], batch_size=1, seed=0, epoch=0, boundaries=[4, 16])
    assert sorted(batch.length for batch in batches) == [4, 4, 16]


@pytest.mark.parametrize(
    ("lengths", "arguments", "words"),
    [
        ([1, 9], {"boundaries": [4]}, "9 steps is longer than the last"),
        ([1], {"boundaries": []}, "longer than the last"),
        ([1], {"boundaries": [4, 4]}, "positive and rising"),
        ([1], {"boundaries": [0, 4]}, "positive and rising"),
        ([1, -2], {}, "-2 at index 1"),
        ([1.5], {}, "integers"),
        ([[1]], {}, "one row of integers"),
        ([1], {"batch_size": 0}, "batch_size=0"),
    ],
)
def test_wrong_arguments_are_refused(lengths, arguments, words: str):
    with pytest.raises(ValueError, match=words):
        bucket_batches(lengths, **{"batch_size": 2, "seed": 0, "epoch": 0, **arguments})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=40), st.integers(1, 4))
def test_boundaries_are_the_best_of_their_number(lengths: list[int], most: int):
    edges = default_boundaries(lengths, most)
    values = sorted(set(lengths))
    assert edges[-1] == values[-1]
    assert len(edges) <= most

    def computed(chosen) -> int:
        return int(np.asarray(chosen)[np.searchsorted(chosen, lengths)].sum())

    ways = ((*way, values[-1]) for way in itertools.combinations(values[:-1], len(edges) - 1))
    assert computed(edges) == min(computed(way) for way in ways)
    assert len(edges) == most or sum(lengths) >= 0.94 * computed(edges) or len(edges) == len(values)


def test_boundaries_of_many_lengths_and_of_none():
    lengths = np.random.default_rng(0).integers(0, 100_000, 50_000)
    edges = default_boundaries(lengths)
    assert len(edges) == 12
    assert edges[-1] == lengths.max()
    assert default_boundaries([]).tolist() == []
    assert default_boundaries([0, 0]).tolist() == [1]
    with pytest.raises(ValueError, match="max_buckets=0"):
        default_boundaries([1], 0)


def batched_pairs(epoch=0, **arguments):
    return pair_batches(
        SOURCES,
        TARGETS,
        **({"batch_size": 64, "seed": 3, "epoch": epoch} | arguments),
    )


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_pair_comes_once(shuffle):
    rows_of_batches = np.concatenate(batched_pairs(shuffle=shuffle))
    np.testing.assert_array_equal(np.sort(rows_of_batches), np.arange(len(SOURCES)))


def test_little_of_a_batch_of_pairs_is_padding():
    rows_of_batches = batched_pairs()
    for lengths, most in ((TARGETS, 0.05), (SOURCES, 0.2)):
        padded = sum(len(rows) * lengths[rows].max() for rows in rows_of_batches)
        assert 1 - lengths.sum() / padded < most


def test_the_order_of_pairs_follows_from_seed_and_epoch():
    def flat(**arguments):
        return np.concatenate(batched_pairs(**arguments)).tolist()

    assert flat() == flat()
    assert flat() != flat(epoch=1) != flat(epoch=2)
    assert flat() != flat(seed=4)


def test_epochs_put_other_pairs_together():
    first, second = (
        {frozenset(rows.tolist()) for rows in batched_pairs(epoch)} for epoch in (0, 1)
    )
    assert not first & second


def test_arguments_of_pairs_are_checked():
    assert pair_batches([], [], batch_size=2, seed=0, epoch=0) == []
    with pytest.raises(ValueError, match="batch_size=0"):
        batched_pairs(batch_size=0)
    with pytest.raises(ValueError, match="target_lengths"):
        pair_batches([1, 2], [1], batch_size=2, seed=0, epoch=0)
