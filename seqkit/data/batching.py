"""Batches of rows of about one length, or of two: few padded lengths, little padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from seqkit.arguments import check_batch_size

# A bucket more costs a trace of the training step, padding costs on every step: buckets are
# added until padding is this share of all steps, or there are that many buckets.
_TOLERATED_PADDING = 0.06
_MAX_BUCKETS = 12
_CANDIDATES = 256
# Batches of pairs that are sorted by length at a time: enough to find pairs alike in both lengths.
# Pairs of equal lengths stay shuffled, so that an epoch's batches are not those of the one before.
_SORTED_BATCHES = 200


class Batch(NamedTuple):
    """Rows that are computed together.

    Attributes:
        indices: `<int64>[n]` row numbers.
        length: The length that every row is padded to.
    """

    indices: np.ndarray
    length: int


def bucket_batches(
    lengths: Sequence[int] | np.ndarray,
    *,
    batch_size: int,
    seed: int,
    epoch: int,
    shuffle: bool = True,
    boundaries: Sequence[int] | None = None,
) -> list[Batch]:
    """Groups rows of similar length into batches that are padded to one of a few lengths.

    Every row comes exactly once. All batches are full but one: what is left over in a bucket is
    padded a little further and fills the first batch of the next.

    Args:
        lengths: `<int>[n]` steps of each row; an empty row counts as one step.
        batch_size: Rows of a batch.
        seed: Together with `epoch` decides the order, whatever was drawn before.
        epoch: Number of the epoch.
        shuffle: Whether rows within a bucket, and then the batches, come in random order.
        boundaries: The padded lengths, rising; None takes `default_boundaries(lengths)`.

    Returns:
        The batches in the order they are to be computed.

    Raises:
        ValueError: An argument is out of range, or a row is longer than the last boundary.

    Example:
        >>> batches = bucket_batches([3, 9, 2, 8], batch_size=2, seed=0, epoch=0, shuffle=False)
        >>> [(batch.indices.tolist(), batch.length) for batch in batches]
        [([2, 0], 3), ([3, 1], 9)]
    """
    steps = _checked(lengths)
    check_batch_size(batch_size)
    edges = default_boundaries(steps) if boundaries is None else np.asarray(boundaries, np.int64)
    if edges.ndim != 1 or (np.diff(edges, prepend=0) < 1).any():
        raise ValueError(f"boundaries={boundaries!r} must be positive and rising.")
    if len(steps) and (not len(edges) or steps.max() > edges[-1]):
        raise ValueError(
            f"a row of {steps.max()} steps is longer than the last of boundaries="
            f"{edges.tolist()}; add a boundary or shorten the row."
        )
    generator = np.random.default_rng(np.random.SeedSequence([seed, epoch]))
    order = generator.permutation(len(steps)) if shuffle else np.argsort(steps, kind="stable")
    buckets = np.searchsorted(edges, steps[order])
    order = order[np.argsort(buckets, kind="stable")]
    ends = np.cumsum(np.bincount(buckets, minlength=len(edges)))
    batches = []
    start = 0
    for edge, end in zip(edges.tolist(), ends.tolist(), strict=True):
        while end - start >= batch_size or (end == len(order) and start < end):
            batches.append(Batch(order[start : min(start + batch_size, end)], edge))
            start += len(batches[-1].indices)
    if shuffle:
        batches = [batches[i] for i in generator.permutation(len(batches))]
    return batches


def default_boundaries(
    lengths: Sequence[int] | np.ndarray, max_buckets: int = _MAX_BUCKETS
) -> np.ndarray:
    """The padded lengths that waste least, as few as keep padding under 6 % where possible.

    For each number of buckets the best boundaries are found by dynamic programming over the
    lengths that occur (thinned out, by the steps they hold, where more than 256 do).

    Args:
        lengths: `<int>[n]` steps of each row.
        max_buckets: The most boundaries.

    Returns:
        `<int64>[k]` rising; the last is the longest length.

    Raises:
        ValueError: A length is negative, or `max_buckets` is not positive.

    Example:
        >>> default_boundaries([1, 2, 2, 3, 40, 41]).tolist()
        [3, 41]
    """
    if max_buckets < 1:
        raise ValueError(f"max_buckets={max_buckets} must be at least 1.")
    values, counts = np.unique(_checked(lengths), return_counts=True)
    if not len(values):
        return np.zeros(0, np.int64)
    held = np.cumsum(values * counts)
    rows = np.cumsum(counts)
    if len(values) > _CANDIDATES:
        marks = np.searchsorted(held, np.linspace(0, held[-1], _CANDIDATES + 1)[1:])
        kept = np.unique(np.minimum(marks, len(values) - 1))
        values, rows = values[kept], rows[kept]
    # padded[i, j]: steps computed when one bucket ends at candidate j and the last at i.
    before = np.concatenate([[0], rows])
    padded = (before[None, 1:] - before[:, None]) * values[None, :].astype(np.float64)
    padded[np.arange(len(before))[:, None] > np.arange(len(values))[None, :]] = np.inf
    cost = padded[0]
    chosen = [np.zeros(len(values), np.int64)]
    while len(chosen) < min(max_buckets, len(values)):
        if cost[-1] * (1 - _TOLERATED_PADDING) <= held[-1]:
            break
        ways = np.concatenate([[np.inf], cost])[:, None] + padded
        chosen.append(ways.argmin(axis=0))
        cost = ways.min(axis=0)
    edges = []
    end = len(values)
    for starts in reversed(chosen):
        edges.append(values[end - 1])
        end = int(starts[end - 1])
    return np.array(edges[::-1], np.int64)


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
    target lengths come together, sorted by the length of their sources; the batches are shuffled.

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
    check_batch_size(batch_size)
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
    for pool in _cut(order, batch_size * _SORTED_BATCHES):
        pool = pool[np.lexsort((source[pool], target[pool]))]
        batches += _cut(pool, batch_size)
    return [batches[i] for i in generator.permutation(len(batches))]


def _checked(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Lengths as an array; a row without steps is computed as one step."""
    steps = np.asarray(lengths)
    if steps.ndim != 1 or (steps.size and steps.dtype.kind not in "iu"):
        raise ValueError(
            f"lengths must be one row of integers, not {steps.dtype} of shape {steps.shape}."
        )
    steps = steps.astype(np.int64)
    if steps.size and steps.min() < 0:
        raise ValueError(f"lengths has {steps.min()} at index {steps.argmin()}; none is negative.")
    return np.maximum(steps, 1)


def _cut(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yields rows some at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
