"""The error every reader raises for a row it cannot use."""

from __future__ import annotations


class DataError(ValueError):
    """A file or a row that cannot be read as it stands.

    The message names the place (file and line, or row), the value found there and the remedy.
    """


def shown(value: object, limit: int = 60) -> str:
    """A value as an error message shows it: its Python form, cut to `limit` characters.

    Example:
        >>> shown("a" * 100, limit=8)
        "'aaaaaa…"
    """
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
