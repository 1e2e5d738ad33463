"""How a model searches for the best sequence; settings that recipes share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchSettings:
    """How beam search looks for the best sequence.

    Attributes:
        num_beams: the most beginnings of a sequence that are followed; 1 searches greedily.
        length_penalty: 0 prefers short sequences, higher values longer ones.
    """

    num_beams: int = 4
    length_penalty: float = 1.0
