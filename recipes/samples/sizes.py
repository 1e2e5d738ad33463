"""How many rows of a sample are asked for."""

from __future__ import annotations


def check_sizes(**sizes: int) -> dict[str, int]:
    """Gives sizes by the names of their arguments; raises `ValueError` for one below 0."""
    for name, size in sizes.items():
        if size < 0:
            raise ValueError(f"{name} must be 0 or more, got {size}.")
    return sizes
