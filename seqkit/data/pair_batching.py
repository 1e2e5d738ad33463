"""Batches of rows that have two lengths, such as sentence pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

# So many batches are sorted by length at a time: enough to find rows alike in both lengths. Rows
# of equal lengths stay shuffled, so that an epoch's batches are not those of the epoch before.
_POOL = 200


def pair_batches(
    source_lengths: Sequence[int] | np.ndarray,
    target_lengths: Sequence[int] | np.ndarray,
    *,
    batch_size: int,
    seed: int,
    epoch: int,
    shuffle: bool = True,
) -> list[np.ndarray]:
    """Groups pairs so that the targets of a batch have about one length, and so do the sources.

    Every pair comes exactly once. Pairs are shuffled; of some thousand at a time those with equal
    targets lengths come together, sorted by the length of their sources; the batches are shuffled.

    Args:
        source_lengths: `<int>[pairs]`.
        target_lengths: `<int>[pairs]`.
        batch_size: pairs of a batch; the last one of an epoch may have fewer.
        seed: together with `epoch` decides the order, whatever was drawn before.
        epoch: number of the epoch.
        shuffle: whether the order is random; otherwise all pairs are sorted by length.

    Returns:
        `<int64>[batch_size]` numbers of pairs, batch by batch in the order they are to be computed.

    Raises:
        ValueError: `batch_size` is not positive, or there are not as many lengths of both kinds.

    Example:
        >>> lengths = [3, 9, 3, 9], [4, 8, 4, 8]
        >>> batches = pair_batches(*lengths, batch_size=2, seed=0, epoch=0)
        >>> sorted(sorted(batch.tolist()) for batch in batches)
        [[0, 2], [1, 3]]
    """
    source, target = np.asarray(source_lengths), np.asarray(target_lengths)
    if batch_size < 1:
        raise ValueError(f"batch_size={batch_size} must be at least 1.")
    if source.shape != target.shape or source.ndim != 1:
        raise ValueError(
            f"source_lengths has the shape {source.shape} and target_lengths {target.shape}; give "
            "one length of each for every pair"
        )
    if not shuffle:
        return list(_cut(np.lexsort((source, target)), batch_size))
    generator = np.random.default_rng(np.random.SeedSequence([seed, epoch]))
    order = generator.permutation(len(source))
    batches: list[np.ndarray] = []
    for pool in _cut(order, batch_size * _POOL):
        pool = pool[np.lexsort((source[pool], target[pool]))]
        batches += _cut(pool, batch_size)
    return [batches[i] for i in generator.permutation(len(batches))]


def _cut(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
