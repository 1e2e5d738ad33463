"""How a model searches for the best sequence; settings that recipes share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SearchSettings:
    """How beam search looks for the best sequence.

    Attributes:
        num_beams: the most beginnings of a sequence that are followed; 1 searches greedily.
        length_penalty: 0 prefers short sequences, higher values longer ones.
    """

    num_beams: int = 4
    length_penalty: float = 1.0


def check_limits(num_beams: int, num_best: int, max_length: int) -> None:
    """Checks the numbers that limit a model's search.

    Args:
        num_beams: sequences that are followed.
        num_best: sequences that are given.
        max_length: the most tokens of a sequence.

    Raises:
        ValueError: one is out of its range.
    """
    if max_length < 1:
        raise ValueError(f"max_length is {max_length}; give at least 1 token")
    if not 1 <= num_best <= num_beams:
        raise ValueError(f"num_best is {num_best}; give from 1 to num_beams, {num_beams}")


def check_temperature(temperature: float) -> None:
    """Checks what logits are divided by.

    Args:
        temperature: the divisor; 0 for the most probable token each time.

    Raises:
        ValueError: it is negative, infinite or no number.

    Example:
        >>> check_temperature(float("inf"))
        Traceback (most recent call last):
            ...
        ValueError: temperature is inf; give 0 or more, and finite
    """
    if not 0 <= temperature <= float(np.finfo(np.float32).max):  # the graph has it in 32 bits
        raise ValueError(f"temperature is {temperature}; give 0 or more, and finite")
