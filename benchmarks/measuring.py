"""Loops over batches that workers share, ours and the peers'.

Needs the standard library alone: it also runs in the peers' environments.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from benchmarks.workloads.words import count_written_tokens

Item = TypeVar("Item")


def split_into_batches(
    items: Sequence[Item], batch_size: int, most: int | None = None
) -> list[Sequence[Item]]:
    """Splits items into batches; the last one may be smaller.

    Args:
        items: texts, images or sentences.
        batch_size: items of a batch.
        most: how many batches are taken; None for all.

    Returns:
        The batches.

    Example:
        >>> split_into_batches("abcde", 2)
        ['ab', 'cd', 'e']
        >>> split_into_batches("abcde", 2, most=1)
        ['ab']
    """
    starts = range(0, len(items), batch_size)[:most]
    return [items[start : start + batch_size] for start in starts]


def count_ids(
    encode: Callable[[Sequence[str]], int], batches: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Has texts turned into ids.

    Args:
        encode: turns a batch into ids and says how many there are.
        batches: the texts.

    Returns:
        `tokens` and `texts`.
    """
    return {"tokens": sum(map(encode, batches)), "texts": sum(map(len, batches))}


def measure_writing(
    write: Callable[[Sequence[Any]], Sequence[str | bytes]],
    batches: Sequence[Sequence[Any]],
    unit: str,
) -> dict[str, Any]:
    """Has a text written for each item of some batches; decoding bytes is not timed.

    Args:
        write: gives a text for each item of a batch.
        batches: what is translated or captioned.
        unit: what the texts are, such as `sentences`.

    Returns:
        `seconds`, the number of texts under `unit`, `tokens` and the `first` text.
    """
    start = time.perf_counter()
    answers = [answer for batch in batches for answer in write(batch)]
    seconds = time.perf_counter() - start
    texts = [answer.decode() if isinstance(answer, bytes) else answer for answer in answers]
    return {
        "seconds": seconds,
        unit: len(texts),
        "tokens": count_written_tokens(texts),
        "first": texts[0],
    }
